/* envelope.ts - how the words of a chat travel: as they are, or sealed
 * (crypto/). One for each session. */
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
}

/* For `server` chats. */
export const asItIs: Envelope = {
    seal: (_, payload) => Promise.resolve(partsOf(payload)),
    open: (said) => Promise.resolve(said),
};
