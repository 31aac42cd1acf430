/* stanzas.ts - what the page says, as elements. */
import { $iq, $msg, $pres, type Builder } from 'strophe.js';
import { NS } from './ns';
import { put, type Part } from './part';

export function join(
    room: string,
    nick: string,
    password: string,
    id: string,
): Builder {
    return $pres({ to: `${room}/${nick}`, id })
        .c('x', { xmlns: NS.muc })
        .c('history', { maxstanzas: '0' })
        .up()
        .c('password')
        .t(password);
}

export function leave(room: string, nick: string): Builder {
    return $pres({ to: `${room}/${nick}`, type: 'unavailable' });
}

/* What an envelope made of a payload, with all that lets the peer's app report
 * back. */
export function message(room: string, id: string, parts: Part[]): Builder {
    return put($msg({ to: room, type: 'groupchat', id }), parts)
        .c('origin-id', { xmlns: NS.sid, id })
        .up()
        .c('request', { xmlns: NS.receipts })
        .up()
        .c('markable', { xmlns: NS.markers })
        .up()
        .c('active', { xmlns: NS.states });
}

export function typing(room: string, is: boolean): Builder {
    return $msg({ to: room, type: 'groupchat' })
        .c(is ? 'composing' : 'paused', { xmlns: NS.states })
        .up()
        .c('no-store', { xmlns: NS.hints });
}

export function received(room: string, messageId: string): Builder {
    return $msg({ to: room, type: 'groupchat' })
        .c('received', { xmlns: NS.receipts, id: messageId })
        .up()
        .c('no-store', { xmlns: NS.hints });
}

export function displayed(room: string, archiveId: string): Builder {
    return $msg({ to: room, type: 'groupchat' })
        .c('displayed', { xmlns: NS.markers, id: archiveId })
        .up()
        .c('store', { xmlns: NS.hints });
}

/* A reaction is no news of its own: it asks for no reports. */
export function reaction(room: string, id: string, parts: Part[]): Builder {
    return put($msg({ to: room, type: 'groupchat', id }), parts)
        .c('origin-id', { xmlns: NS.sid, id })
        .up()
        .c('store', { xmlns: NS.hints });
}

const RETRACTED = 'I deleted a message here. Your app may still show it.';

/* Apps that know no retraction are told in words, but for a chat whose words
 * the server must not see. */
export function retract(
    room: string,
    id: string,
    archiveId: string,
    protection: string,
): Builder {
    const message = $msg({ to: room, type: 'groupchat', id })
        .c('retract', { xmlns: NS.retract, id: archiveId })
        .up()
        .c('origin-id', { xmlns: NS.sid, id })
        .up()
        .c('store', { xmlns: NS.hints });
    if (protection !== 'server') return message;
    return message
        .up()
        .c('fallback', { xmlns: NS.fallback, for: NS.retract })
        .up()
        .c('body')
        .t(RETRACTED);
}

export function look(domain: string, seat: string): Builder {
    return $iq({ type: 'get', to: domain }).c('seat', {
        xmlns: NS.seat,
        id: seat,
    });
}

export function ping(to: string): Builder {
    return $iq({ type: 'get', to }).c('ping', { xmlns: NS.ping });
}

export function pong(to: string, id: string): Builder {
    return $iq({ type: 'result', to, id });
}

function field(into: Builder, name: string, value: string): void {
    into.c('field', { var: name }).c('value').t(value).up().up();
}

export interface Wish {
    yours: string;
    theirs: string;
    idle: string;
    protection: string;
}

export function create(domain: string, wish: Wish): Builder {
    const iq = $iq({ type: 'set', to: domain })
        .c('command', {
            xmlns: NS.adhoc,
            node: 'create-chat',
            action: 'complete',
        })
        .c('x', { xmlns: NS.form, type: 'submit' });
    field(iq, 'FORM_TYPE', NS.room);
    field(iq, 'your-name', wish.yours);
    field(iq, 'peer-name', wish.theirs);
    field(iq, 'idle', wish.idle);
    field(iq, 'protection', wish.protection);
    return iq;
}

/* `node` is keep-chat or end-chat. */
export function command(room: string, node: string): Builder {
    return $iq({ type: 'set', to: room }).c('command', {
        xmlns: NS.adhoc,
        node,
        action: 'execute',
    });
}

export function archive(
    room: string,
    queryId: string,
    where: { before: string } | { after: string },
    max: number,
): Builder {
    const iq = $iq({ type: 'set', to: room })
        .c('query', { xmlns: NS.mam, queryid: queryId })
        .c('set', { xmlns: NS.rsm })
        .c('max')
        .t(String(max))
        .up();
    return 'after' in where
        ? iq.c('after').t(where.after)
        : iq.c('before').t(where.before);
}
