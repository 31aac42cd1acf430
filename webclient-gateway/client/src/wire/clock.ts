/* clock.ts - the server's moments as this browser's clock has them, which may
 * be hours off. Pure. */
import type { Said, StanzaEvent } from './events';

const NEAR_MS = 60_000; /* what a slow line makes of a second */

/* How far the server was ahead when it wrote `date`, as HTTP has it. */
export function aheadOf(date: string | null, now: number): number {
    const ahead = Date.parse(date ?? '') - now;
    return Math.abs(ahead) > NEAR_MS ? ahead : 0;
}

export function saidHere(said: Said, ahead: number): Said {
    return said.at === null ? said : { ...said, at: said.at - ahead };
}

export function eventHere(event: StanzaEvent, ahead: number): StanzaEvent {
    if (event.type === 'said') return { ...event, said: saidHere(event.said, ahead) };
    if (event.type !== 'joined' && event.type !== 'notice') return event;
    const { deadline } = event.facts;
    if (deadline === null) return event;
    return { ...event, facts: { ...event.facts, deadline: deadline - ahead } };
}
