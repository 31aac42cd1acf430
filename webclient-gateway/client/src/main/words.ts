/* words.ts - what is said aloud of what happens, and why something failed. */
import { byArchiveId } from '../room/amend';
import type { Heard, RoomEvent } from '../room/events';
import { short } from '../room/quote';
import type { Chat, End } from '../room/state';
import type { Say } from '../text/text';
import type { Refusal } from '../wire/events';

/* A message of its own, not something about another one. */
export function isNews(said: Heard): boolean {
    const { body, replaces, retracts, reacts } = said;
    return body !== null && replaces === null && retracts === null && reacts === null;
}

/* Each thing that matters is said once; null: nothing. */
export function aloud(say: Say, chat: Chat, event: RoomEvent): string | null {
    if (event.type === 'line' && event.line === 'down') return say('line.lost');
    if (event.type === 'caught-up') return say('line.up');
    if (event.type !== 'heard' || event.heard.from === chat.me) return null;
    const { body, typing, replaces, retracts, reacts, trouble } = event.heard;
    const name = chat.peer;
    if (trouble !== undefined) return say(`trouble.${trouble}`);
    /* Of its corrections, which go along, nobody needs to hear. */
    if (retracts !== null)
        return byArchiveId(chat, retracts)?.archiveId === retracts
            ? say('chat.said.gone', { name })
            : null;
    if (reacts !== null) return reactedAloud(say, chat, reacts);
    if (replaces !== null) return say('chat.said.edited', { name, body: body ?? '' });
    if (body !== null) return say('chat.said', { name, body });
    return typing === true ? say('chat.typing.said', { peer: name }) : null;
}

function reactedAloud(
    say: Say,
    chat: Chat,
    { to, with: signs }: { to: string; with: string[] },
): string | null {
    const target = byArchiveId(chat, to);
    if (target === undefined || signs.length === 0) return null;
    const values = { name: chat.peer, signs: signs.join(' '), body: short(target.body) };
    return say('chat.said.reacted', values);
}

export function reasonOf(say: Say, refusal: Refusal): string {
    if (isFull(refusal)) return say('fail.full');
    if (refusal.condition === 'policy-violation' && refusal.type === 'modify')
        return say('fail.long');
    return say(refusal.type === 'wait' ? 'fail.fast' : 'fail.other');
}

/* A full chat and a hasty one are refused alike but for the words. */
export function isFull(refusal: Refusal): boolean {
    return /full/.test(refusal.words);
}

/* Who ended it, as far as `cause` tells: it names seats, not persons. */
export function endOf(cause: string, seat: End): End {
    if (cause === 'silence' || cause === 'admin') return cause;
    return cause === '' ? 'somebody' : seat;
}
