/* events.ts - the things that happen to a chat. Time comes in with them. */
import type { Mark, Trouble } from './ledger';
import type { Payload } from './payload';
import type { Act, End, Line, Presence } from './state';

/* A message as the chat understands it; `who` is decided by the name. */
export interface Heard extends Payload {
    from: string;
    id: string;
    originId: string;
    archiveId: string;
    at: number | null;
    retracts: string | null;
    retracted: boolean;
    displayed: string | null;
    received: string | null;
    typing: boolean | null;
    trouble?: Trouble; /* why there are no words to show */
}

export type RoomEvent =
    | { type: 'line'; line: Line; retryAt: number | null }
    | { type: 'facts'; name: string; idleMs: number; deadline: number | null; protection: string }
    | { type: 'peer'; presence: Presence; now: number }
    /* The archive's newest page, on the first entry. */
    | { type: 'history'; heard: Heard[]; complete: boolean; now: number }
    /* What came while we were away; then the chat is whole again. */
    | { type: 'missed'; heard: Heard[]; now: number }
    | { type: 'caught-up' }
    /* The archive does not know where we were: it is read anew. */
    | { type: 'lost' }
    | { type: 'older'; heard: Heard[]; complete: boolean; first: string; now: number }
    | { type: 'heard'; heard: Heard; seen: boolean; now: number }
    /* What is said about places in the archive, by archive id. */
    | { type: 'marks'; marks: Map<string, Mark> }
    | { type: 'foreign'; is: boolean }
    | { type: 'deadline'; deadline: number | null }
    | { type: 'fullness'; notice: 'nearly-full' | 'full' }
    | { type: 'send'; id: string; body: string; reply: Payload['reply']; now: number }
    /* What I do to the message with the archive id `to`. */
    | ({ type: 'act'; now: number } & Omit<Act, 'at'>)
    /* Messages that I do not want to see here any more. */
    | { type: 'hide'; archiveIds: string[] }
    | { type: 'failed'; id: string; why: string }
    | { type: 'retry'; key: string; now: number }
    | { type: 'drop'; key: string }
    | { type: 'seen' }
    | { type: 'looked-away' }
    | { type: 'tick'; now: number }
    | { type: 'ended'; by: End };
