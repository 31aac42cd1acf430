/* parse.ts - elements to events. Pure. */
import type { Facts, Page, Refusal, Said, SeatFacts, StanzaEvent } from './events';
import { NS } from './ns';
import { parsePayload } from './payload';
import { parseSealed } from './sealed';
import { attr, bare, child, children, number, resource, text } from './xml';

function time(stamp: string): number | null {
    const at = Date.parse(stamp);
    return Number.isNaN(at) ? null : at;
}

export function parseRefusal(stanza: Element): Refusal {
    const error = child(stanza, 'error');
    const named = error === null ? [] : children(error);
    const condition = named.find(
        (e) => e.namespaceURI === NS.stanzas && e.localName !== 'text',
    );
    const attempts = child(error, 'attempts', NS.seat);
    return {
        condition: condition?.localName ?? 'undefined-condition',
        type: attr(error, 'type'),
        words: text(child(error, 'text', NS.stanzas)),
        left: attempts === null ? null : number(attr(attempts, 'left'), 0),
        wait: number(attr(attempts, 'wait'), 0),
        cause: attr(child(error, 'ended', NS.seat), 'cause'),
    };
}

function parseFacts(stanza: Element): Facts {
    const room = child(stanza, 'room', NS.room);
    return {
        protection: attr(room, 'protection'),
        idleMs: number(attr(room, 'idle'), 0) * 1000,
        deadline: time(attr(room, 'deadline')),
    };
}

function hasStatus(x: Element | null, code: string): boolean {
    if (x === null) return false;
    return children(x).some(
        (e) => e.localName === 'status' && attr(e, 'code') === code,
    );
}

export function parsePresence(stanza: Element): StanzaEvent | null {
    const type = attr(stanza, 'type');
    const x = child(stanza, 'x', NS.mucUser);
    const name = resource(attr(stanza, 'from'));
    if (type === 'error')
        return { type: 'refused', refusal: parseRefusal(stanza) };
    if (x === null) return null;
    if (hasStatus(x, '110')) {
        if (type === 'unavailable')
            return {
                type: 'removed',
                ended: child(x, 'destroy') !== null,
                evicted: hasStatus(x, '333') && !hasStatus(x, '307'),
                cause: attr(child(stanza, 'ended', NS.seat), 'cause'),
            };
        return {
            type: 'joined',
            name,
            token: text(child(stanza, 'token', NS.token)),
            facts: parseFacts(stanza),
        };
    }
    if (type === 'unavailable')
        return { type: 'peer', name, presence: 'offline' };
    const show = text(child(stanza, 'show'));
    const away = show === 'away' || show === 'xa';
    return { type: 'peer', name, presence: away ? 'away' : 'online' };
}

function parseTyping(stanza: Element): boolean | null {
    for (const e of children(stanza))
        if (e.namespaceURI === NS.states) return e.localName === 'composing';
    return null;
}

function idOf(element: Element | null): string | null {
    return element === null ? null : attr(element, 'id');
}

function archiveIdOf(stanza: Element): string {
    const room = bare(attr(stanza, 'from'));
    const id = children(stanza).find(
        (e) =>
            e.localName === 'stanza-id' &&
            e.namespaceURI === NS.sid &&
            attr(e, 'by') === room,
    );
    return attr(id ?? null, 'id');
}

/* What of a groupchat message is of use. */
export function parseSaid(stanza: Element): Said {
    const delay = child(stanza, 'delay', NS.delay);
    const markers = child(stanza, 'displayed', NS.markers);
    return {
        from: resource(attr(stanza, 'from')),
        id: attr(stanza, 'id'),
        originId: attr(child(stanza, 'origin-id', NS.sid), 'id'),
        archiveId: archiveIdOf(stanza),
        at: delay === null ? null : time(attr(delay, 'stamp')),
        ...parsePayload(stanza),
        retracts: idOf(child(stanza, 'retract', NS.retract)),
        retracted: child(stanza, 'retracted', NS.retract) !== null,
        displayed: idOf(markers),
        received: idOf(child(stanza, 'received', NS.receipts)),
        typing: parseTyping(stanza),
        sealed: parseSealed(stanza),
    };
}

export function parseMessage(stanza: Element): StanzaEvent | null {
    if (attr(stanza, 'type') === 'error')
        return {
            type: 'bounced',
            id: attr(stanza, 'id'),
            refusal: parseRefusal(stanza),
        };
    if (attr(stanza, 'type') !== 'groupchat') return null;
    if (resource(attr(stanza, 'from')) !== '')
        return { type: 'said', said: parseSaid(stanza) };
    const room = child(stanza, 'room', NS.room);
    const body = child(stanza, 'body');
    if (body === null && child(stanza, 'subject') !== null)
        return { type: 'subject' };
    return {
        type: 'notice',
        event: attr(room, 'event'),
        facts: parseFacts(stanza),
        cause: attr(room, 'cause'),
        words: text(body),
    };
}

/* One message of an archive page, or null. */
export function parseResult(
    stanza: Element,
    queryId: string,
): { said: Said } | null {
    const result = child(stanza, 'result', NS.mam);
    if (attr(result, 'queryid') !== queryId) return null;
    const forwarded = child(result, 'forwarded', NS.forward);
    const inner = child(forwarded, 'message');
    if (inner === null) return null;
    const said = parseSaid(inner);
    said.archiveId = attr(result, 'id');
    said.at = time(attr(child(forwarded, 'delay', NS.delay), 'stamp'));
    return { said };
}

export function parseFin(iq: Element): Omit<Page, 'said'> {
    const fin = child(iq, 'fin', NS.mam);
    const set = child(fin, 'set', NS.rsm);
    return {
        complete: attr(fin, 'complete') === 'true',
        first: text(child(set, 'first')),
        last: text(child(set, 'last')),
    };
}

export function parseSeat(iq: Element): SeatFacts | null {
    const seat = child(iq, 'seat', NS.seat);
    if (seat === null) return null;
    return {
        number: number(attr(seat, 'number'), 0),
        name: attr(seat, 'name'),
        peer: attr(seat, 'peer'),
        room: attr(seat, 'room'),
        protection: attr(seat, 'protection'),
    };
}

/* The fields of an ad-hoc command's form; `note` when it asks again. */
export function parseCommand(iq: Element): {
    status: string;
    note: string;
    fields: Map<string, string>;
} {
    const command = child(iq, 'command', NS.adhoc);
    const form = child(command, 'x', NS.form);
    const fields = new Map<string, string>();
    for (const field of form === null ? [] : children(form))
        if (field.localName === 'field')
            fields.set(attr(field, 'var'), text(child(field, 'value')));
    return {
        status: attr(command, 'status'),
        note: text(child(command, 'note')),
        fields,
    };
}
