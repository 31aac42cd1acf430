/* time.ts - moments and spans in words. Pure but for the locale. */
import type { Say } from '../text/text';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/* "4:00" below an hour, then "3 h", "2 days": for a countdown that people
 * watch. Rounded up, so that it is never 0 before it is over. */
export function countdown(ms: number, say: Say): string {
    const left = Math.max(0, ms);
    if (left >= 2 * DAY) return say('time.d', { count: Math.ceil(left / DAY) });
    if (left >= HOUR) return say('time.h', { count: Math.ceil(left / HOUR) });
    const seconds = Math.ceil(left / 1000);
    const rest = String(seconds % 60).padStart(2, '0');
    return `${Math.floor(seconds / 60)}:${rest}`;
}

/* In words, for a voice. */
export function span(ms: number, say: Say): string {
    const left = Math.max(0, ms);
    if (left >= 2 * DAY) return say('time.d', { count: Math.ceil(left / DAY) });
    if (left >= 2 * HOUR) return say('time.h', { count: Math.ceil(left / HOUR) });
    if (left >= MINUTE)
        return say('time.m', { count: Math.ceil(left / MINUTE) });
    return say('time.s', { count: Math.ceil(left / 1000) });
}

export function clock(at: number, language: string): string {
    return new Date(at).toLocaleTimeString(language, {
        hour: 'numeric',
        minute: '2-digit',
    });
}

/* The number of a local day: equal for two moments of one day. */
export function dayOf(at: number): number {
    const date = new Date(at);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
}

export function dayName(
    at: number,
    now: number,
    language: string,
    say: Say,
): string {
    const ago = dayOf(now) - dayOf(at);
    if (ago === 0) return say('chat.day.today');
    if (ago === 1) return say('chat.day.yesterday');
    return new Date(at).toLocaleDateString(language, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
    });
}

/* For "last seen": the time today, the day before that. */
export function seenAt(
    at: number,
    now: number,
    language: string,
    say: Say,
): string {
    const time = clock(at, language);
    if (dayOf(at) === dayOf(now)) return time;
    return `${dayName(at, now, language, say)}, ${time}`;
}
