/* time.ts - spans in words. Pure. */
import type { Say } from '../text/text';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/* "2 h 24 min", "6 days 3 h": in whole hours who comes back in time would come
 * too late. */
function long(left: number, say: Say): string {
    const isDays = left >= 2 * DAY;
    const [count, per] = isDays ? [left / HOUR, 24] : [left / MINUTE, 60];
    const [large, small] = isDays ? (['d', 'h'] as const) : (['h', 'm'] as const);
    const rest = Math.ceil(count) % per;
    const words = say(`time.${large}`, { count: Math.floor(Math.ceil(count) / per) });
    return rest === 0 ? words : `${words} ${say(`time.${small}`, { count: rest })}`;
}

/* "4:00" below an hour: for a countdown that people watch. Rounded up, so that
 * it is never 0 before it is over. */
export function countdown(ms: number, say: Say): string {
    const left = Math.max(0, ms);
    if (left >= HOUR) return long(left, say);
    const seconds = Math.ceil(left / 1000);
    const rest = String(seconds % 60).padStart(2, '0');
    return `${Math.floor(seconds / 60)}:${rest}`;
}

/* In words, for a voice. */
export function span(ms: number, say: Say): string {
    const left = Math.max(0, ms);
    if (left >= 2 * HOUR) return long(left, say);
    if (left >= MINUTE)
        return say('time.m', { count: Math.ceil(left / MINUTE) });
    return say('time.s', { count: Math.ceil(left / 1000) });
}
