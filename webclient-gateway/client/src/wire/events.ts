/* events.ts - what the other side of the wire may say, as plain values. */
import type { Sealed } from '../crypto/seal';
import type { Proof, Trouble } from '../room/ledger';
import type { Payload } from '../room/payload';

/* Why something was refused: RFC 6120's condition and the words for people. */
export interface Refusal {
    condition: string;
    type: string;
    words: string;
    left: number | null; /* tries left for a code; null: not said */
    wait: number; /* seconds before the next try */
    cause: string; /* why a chat ended: seat1, seat2, silence, admin */
}

/* What a room says about itself. */
export interface Facts {
    protection: string;
    idleMs: number;
    deadline: number | null;
}

/* One message, live or from the archive; several parts may be there. */
export interface Said extends Payload {
    from: string; /* the name; empty: the chat itself */
    id: string;
    originId: string;
    archiveId: string;
    at: number | null; /* null: now */
    retracts: string | null; /* XEP-0424: its archive id */
    retracted: boolean; /* all that is left of it */
    displayed: string | null; /* XEP-0333: archive id */
    received: string | null; /* XEP-0184: id */
    typing: boolean | null; /* XEP-0085; null: not said */
    sealed?: Sealed | null; /* what only an envelope can open */
    trouble?: Trouble; /* why there is nothing to show */
    proof?: Proof; /* it was opened */
}

export type StanzaEvent =
    | { type: 'said'; said: Said }
    | { type: 'notice'; event: string; facts: Facts; cause: string; words: string }
    | { type: 'subject' }
    | { type: 'joined'; name: string; token: string; facts: Facts }
    | { type: 'refused'; refusal: Refusal }
    | { type: 'peer'; name: string; presence: 'online' | 'away' | 'offline' }
    /* `evicted`: another session of this seat took the place. */
    | { type: 'removed'; ended: boolean; evicted: boolean; cause: string }
    | { type: 'bounced'; id: string; refusal: Refusal };

export interface SeatFacts {
    number: number; /* 1 or 2 */
    name: string;
    peer: string;
    room: string;
    protection: string;
}

export interface Page {
    said: Said[];
    complete: boolean;
    first: string;
    last: string;
}
