/* days.ts - moments in words. Pure but for the locale. */
const DAY_MS = 24 * 60 * 60_000;

export function clock(at: number, language: string): string {
    return new Date(at).toLocaleTimeString(language, {
        hour: 'numeric',
        minute: '2-digit',
    });
}

/* The number of a local day: equal for two moments of one day. */
export function dayOf(at: number): number {
    const date = new Date(at);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS;
}

/* As it stands in a sentence: "today", "yesterday", "Friday, 20 November". */
export function dayName(at: number, now: number, language: string): string {
    const ago = dayOf(now) - dayOf(at);
    if (ago === 0 || ago === 1)
        return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-ago, 'day');
    return new Date(at).toLocaleDateString(language, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
    });
}

/* For "last seen": the time today, the day before that. */
export function seenAt(at: number, now: number, language: string): string {
    const time = clock(at, language);
    if (dayOf(at) === dayOf(now)) return time;
    return `${dayName(at, now, language)}, ${time}`;
}
