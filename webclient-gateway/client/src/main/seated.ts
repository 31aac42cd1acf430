/* seated.ts - what the parts of a session share: the chat, the seat in it,
 * and the stream. */
import type { RoomEvent } from '../room/events';
import type { Chat } from '../room/state';
import type { Envelope } from '../wire/envelope';
import type { Wire } from '../wire/wire';
import type { Kept } from './keep';

export interface Seated {
    readonly wire: Wire;
    readonly envelope: Envelope;
    readonly seat: Kept;
    readonly chat: Chat;
    readonly turn: number; /* of entering; an old one's answers are ignored */
    readonly isOver: boolean; /* nothing is applied or kept any more */
    apply(event: RoomEvent): void;
    judge(): void; /* what the order of the archive tells */
}
