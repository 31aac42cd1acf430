/* payload.ts - a payload to elements and back. The elements stand in the
 * message itself (`server`) or in the envelope's <content/> (`link`). */
import type { Payload } from '../room/payload';
import { NS } from './ns';
import type { Part } from './part';
import { attr, child, children, number, text } from './xml';

const REACTIONS_MAX = 8;

const length = (text: string): number => [...text].length;

export function partsOf(payload: Payload): Part[] {
    const { body, outside, replaces, reacts, reply } = payload;
    const parts: Part[] = [];
    if (body !== null)
        parts.push({ name: 'body', ns: NS.client, inside: (reply?.quote ?? '') + body });
    if (outside !== null)
        parts.push({
            name: 'x',
            ns: NS.oob,
            inside: [{ name: 'url', ns: '', inside: outside }],
        });
    if (replaces !== null)
        parts.push({ name: 'replace', ns: NS.correct, attrs: { id: replaces } });
    if (reacts !== null)
        parts.push({
            name: 'reactions',
            ns: NS.reactions,
            attrs: { id: reacts.to },
            inside: reacts.with.map((sign) => ({ name: 'reaction', ns: '', inside: sign })),
        });
    if (reply !== null) parts.push(...replyParts(reply));
    return parts;
}

function replyParts(reply: NonNullable<Payload['reply']>): Part[] {
    const parts: Part[] = [
        { name: 'reply', ns: NS.reply, attrs: { to: reply.to, id: reply.id } },
    ];
    if (reply.quote !== '')
        parts.push({
            name: 'fallback',
            ns: NS.fallback,
            attrs: { for: NS.reply },
            inside: [
                { name: 'body', ns: '', attrs: { start: '0', end: String(length(reply.quote)) } },
            ],
        });
    return parts;
}

/* Where the quote ends, in characters: XEP-0428; 0 where there is none. */
function quoteEnd(of: Element): number {
    const fallback = children(of).find(
        (e) =>
            e.localName === 'fallback' &&
            e.namespaceURI === NS.fallback &&
            attr(e, 'for') === NS.reply,
    );
    const range = child(fallback ?? null, 'body');
    return attr(range, 'start') === '0' ? number(attr(range, 'end'), 0) : 0;
}

function idOf(element: Element | null): string | null {
    return element === null ? null : attr(element, 'id');
}

function parseReactions(of: Element): Payload['reacts'] {
    const reactions = child(of, 'reactions', NS.reactions);
    if (reactions === null) return null;
    return {
        to: attr(reactions, 'id'),
        with: children(reactions).map(text).slice(0, REACTIONS_MAX),
    };
}

/* What stands in `of`: a message, or the content of an envelope. */
export function parsePayload(of: Element): Payload {
    const body = child(of, 'body');
    const answer = child(of, 'reply', NS.reply);
    const letters = body === null ? [] : [...text(body)];
    const end = answer === null ? 0 : Math.min(quoteEnd(of), letters.length);
    const oob = child(child(of, 'x', NS.oob), 'url');
    return {
        body: body === null ? null : letters.slice(end).join(''),
        outside: oob === null ? null : text(oob),
        replaces: idOf(child(of, 'replace', NS.correct)),
        reacts: parseReactions(of),
        reply:
            answer === null
                ? null
                : {
                      to: attr(answer, 'to'),
                      id: attr(answer, 'id'),
                      quote: letters.slice(0, end).join(''),
                  },
    };
}
