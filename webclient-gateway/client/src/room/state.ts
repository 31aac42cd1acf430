/* state.ts - all that the page knows about one chat. Plain values. */
import type { Mark, Trouble } from './ledger';
import type { Payload } from './payload';

/* A message of mine goes queued -> stored, or failed; what the other side
 * has of it is in `deliveredTo` and `readTo` of the chat. */
export type Fate = 'queued' | 'stored' | 'failed';

/* A later stanza that changed a message: it holds words of it too. */
export interface Correction {
    id: string;
    archiveId: string;
}

/* What I do to a message, and what has not come back yet. */
export interface Act {
    id: string; /* of its stanza */
    kind: 'edit' | 'react' | 'retract';
    to: string; /* the archive id of the message */
    at: number;
    payload: Payload; /* says nothing for a retraction */
}

/* Said about a message that is not loaded: it waits for an older page. */
export type Loose =
    | { kind: 'react'; mine: boolean; to: string; signs: string[] }
    | {
          kind: 'edit';
          mine: boolean;
          to: string;
          by: Correction;
          payload: Payload;
      };

export interface Message {
    key: string; /* never changes: the origin-id, else the archive id */
    id: string; /* as the stanza had it */
    archiveId: string;
    mine: boolean;
    at: number;
    body: string;
    reply: Payload['reply']; /* what it answers */
    edits: Correction[]; /* oldest first */
    gone: boolean; /* taken back */
    outside: string | null; /* an address that lies outside this chat */
    reactions: { mine: string[]; theirs: string[] };
    trouble: Trouble | null; /* why there are no words to show */
    mark: Mark | null; /* what is wrong with its place */
    fate: Fate;
    why: string; /* why it failed, in words */
}

export type Presence = 'online' | 'away' | 'offline';
export type Line = 'connecting' | 'up' | 'down';
export type End = 'me' | 'peer' | 'silence' | 'admin' | 'somebody';

export interface Chat {
    me: string;
    peer: string;
    protection: string;
    joined: boolean; /* and caught up with the archive */
    line: Line;
    retryAt: number | null;
    messages: Message[]; /* oldest first; queued and failed ones at the end */
    acts: Act[]; /* oldest first */
    loose: Loose[]; /* as they came */
    hidden: string[]; /* archive ids: deleted for me alone, on this device */
    hasOlder: boolean;
    oldestId: string; /* archive ids of what is loaded */
    newestId: string;
    presence: Presence;
    seenAt: number | null; /* the last sign of the other */
    everSeen: boolean;
    typingUntil: number; /* 0: not typing */
    deliveredTo: string; /* keys of my messages; empty: none */
    readTo: string;
    seenTo: string; /* archive id: what I have seen, as I told */
    idleMs: number;
    deadline: number | null;
    unread: number;
    firstUnread: string; /* key; empty: no divider */
    notice: 'nearly-full' | 'full' | '';
    isForeign: boolean; /* all that came was sealed with another key */
    ended: End | null;
}

export function newChat(me: string, peer: string, protection: string): Chat {
    return {
        me,
        peer,
        protection,
        joined: false,
        line: 'connecting',
        retryAt: null,
        messages: [],
        acts: [],
        loose: [],
        hidden: [],
        hasOlder: false,
        oldestId: '',
        newestId: '',
        presence: 'offline',
        seenAt: null,
        everSeen: false,
        typingUntil: 0,
        deliveredTo: '',
        readTo: '',
        seenTo: '',
        idleMs: 0,
        deadline: null,
        unread: 0,
        firstUnread: '',
        notice: '',
        isForeign: false,
        ended: null,
    };
}
