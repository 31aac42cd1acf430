/* guard.ts - how the words of a seat's chat travel; or why nobody may enter.
 * With a key in the link nothing is ever sent in clear, whatever the server
 * says; without one a chat that needs it stays shut. */
import { later } from '../view/later';
import { asItIs, type Envelope } from '../wire/envelope';
import { keyOf, type Kept } from './keep';

export type Obstacle = 'nokey' | 'downgrade' | 'insecure';

export function canSeal(): boolean {
    return globalThis.crypto?.subtle !== undefined;
}

/* Before a code is asked for. */
export function obstacle(
    seat: Pick<Kept, 'seat' | 'number' | 'protection'>,
): Obstacle | null {
    const needsKey = seat.protection === 'link';
    if (keyOf(seat.seat) === null) return needsKey ? 'nokey' : null;
    if (!needsKey || ![1, 2].includes(seat.number)) return 'downgrade';
    return canSeal() ? null : 'insecure';
}

export async function envelopeOf(seat: Kept): Promise<Envelope | Obstacle> {
    const why = obstacle(seat);
    if (why !== null) return why;
    const text = keyOf(seat.seat);
    if (text === null) return asItIs;
    const { openLink } = await later('link', () => import('../wire/link'));
    const { room, name: me, peer, number } = seat;
    return (await openLink(text, room, { me, peer, number })) ?? 'nokey';
}
