/* link.ts - what a link's fragment says. */
export interface Link {
    seat: string;
    key: string | null;
}

/* What a sentence leaves at the end of a link that stands in it. */
const TAIL = /(?:[.,;:!?)\]}'*]|%20|%22|%3E)+$/i;

/* `#SEATID` or `#SEATID.KEY`; null for anything else. */
export function parseFragment(hash: string): Link | null {
    const found = /^#?([0-9a-zA-Z]{16})(?:\.([A-Za-z0-9_-]{22}))?$/.exec(hash.replace(TAIL, ''));
    if (found === null) return null;
    const seat = (found[1] ?? '').toLowerCase();
    if (!/^[0-9a-hjkmnp-tv-z]{16}$/.test(seat)) return null;
    return { seat, key: found[2] ?? null };
}

/* The seat that a whole link leads to, or null. */
export function seatOfLink(link: string): string | null {
    const at = link.indexOf('#');
    return at < 0 ? null : (parseFragment(link.slice(at))?.seat ?? null);
}
