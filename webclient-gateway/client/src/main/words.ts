/* words.ts - what is said aloud of what happens, and why something failed. */
import type { RoomEvent } from '../room/events';
import type { Chat, End } from '../room/state';
import type { Say } from '../text/text';
import type { Refusal } from '../wire/events';

/* Each thing that matters is said once; null: nothing. */
export function aloud(say: Say, chat: Chat, event: RoomEvent): string | null {
    if (event.type === 'line' && event.line === 'down') return say('line.lost');
    if (event.type === 'caught-up') return say('line.up');
    if (event.type !== 'heard' || event.heard.from === chat.me) return null;
    const { body, replaces, typing } = event.heard;
    if (body !== null && replaces === null)
        return say('chat.said', { name: chat.peer, body });
    return typing === true ? say('chat.typing.said', { peer: chat.peer }) : null;
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
