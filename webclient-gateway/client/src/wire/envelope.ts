/* envelope.ts - how the words of a chat travel: as they are, or sealed
 * (crypto/). One for each session. */
import type { Mark } from '../room/ledger';
import type { Payload } from '../room/payload';
import type { Said } from './events';
import type { Part } from './part';
import { partsOf } from './payload';

export interface Envelope {
    /* The children of the message that says `payload`. For the same id the
     * same parts, however often it is asked: a message that is sent again
     * must not differ. */
    seal(id: string, payload: Payload): Promise<Part[]>;
    /* What came, as it was said. Never rejects: what cannot be opened comes
     * without words and says why. */
    open(said: Said): Promise<Said>;
    /* Notes the order in which it stands in the archive: after all that is
     * here, or a page before it. Gives back what of it may be applied. */
    admit(said: Said[], where: 'after' | 'before'): Said[];
    /* The archive is here back to its first message. */
    whole(): void;
    /* The archive is read anew. */
    forget(): void;
    /* What is to be said about places in the archive, by archive id; null
     * where nothing can be said. */
    marks(): Map<string, Mark> | null;
    /* What was sealed last was refused for good. */
    refused(): void;
    /* Everything that came was sealed with another key: nothing may be said. */
    readonly isForeign: boolean;
    /* Groups of digits that both screens show; none: nothing to compare. */
    readonly compare: string[];
}

/* Thrown by seal(): more than one message can hold. */
export class TooLong extends Error {}

/* For `server` chats. */
export const asItIs: Envelope = {
    seal: (_, payload) => Promise.resolve(partsOf(payload)),
    open: (said) => Promise.resolve(said),
    admit: (said) => said,
    whole: () => undefined,
    forget: () => undefined,
    marks: () => null,
    refused: () => undefined,
    isForeign: false,
    compare: [],
};
