/* keep.ts - what this browser keeps of a seat: in the tab, or on the device
 * where the person wished so. Wiped when the seat is left or the chat ends. */
import type { Outgoing } from '../room/look';
import type { Part } from '../wire/part';
import type { Draft } from '../view/composer';
import type { Telling } from '../view/telling';

export interface Kept {
    seat: string;
    number: number; /* 1 or 2 */
    room: string;
    name: string;
    peer: string;
    protection: string;
    token: string;
    stay: boolean; /* on this device */
}

/* What was sent already is sent again as it was; `why`: it was refused. */
export type Waiting = Outgoing & { parts?: Part[]; why?: string };

const SEAT = 'duologue:';
const KEY = 'duologue-key:';
const OUTBOX = 'duologue-outbox:';
const MADE = 'duologue-made';

/* More that is kept beside a seat, and where that is kept. */
interface More {
    draft: Draft;
    hidden: string[]; /* archive ids */
    telling: Telling;
}

const moreKey = (what: keyof More, seat: string): string => `duologue-${what}:${seat}`;

/* A browser may refuse its storage altogether: then nothing is kept. */
function attempt<T>(what: () => T, otherwise: T): T {
    try {
        return what();
    } catch {
        return otherwise;
    }
}

function read<T>(store: Storage, key: string): T | null {
    const text = store.getItem(key);
    return text === null ? null : (JSON.parse(text) as T);
}

/* For a browser that refuses its storage: as long as the page lives. */
const keys = new Map<string, string>();

/* The key of a link is kept as the token is; it never leaves the browser. */
export function keepKey(seat: string, key: string): void {
    keys.set(seat, key);
    attempt(() => {
        const isStaying = localStorage.getItem(SEAT + seat) !== null;
        (isStaying ? localStorage : sessionStorage).setItem(KEY + seat, key);
    }, undefined);
}

export function keyOf(seat: string): string | null {
    const found = (): string | null =>
        sessionStorage.getItem(KEY + seat) ?? localStorage.getItem(KEY + seat);
    return keys.get(seat) ?? attempt(found, null);
}

export function keep(seat: Kept): void {
    attempt(() => {
        const [into, outOf] = seat.stay
            ? [localStorage, sessionStorage]
            : [sessionStorage, localStorage];
        into.setItem(SEAT + seat.seat, JSON.stringify(seat));
        outOf.removeItem(SEAT + seat.seat);
        const key = keyOf(seat.seat);
        if (key === null) return;
        into.setItem(KEY + seat.seat, key);
        outOf.removeItem(KEY + seat.seat);
    }, undefined);
}

export function kept(seat: string): Kept | null {
    return attempt(
        () =>
            read<Kept>(sessionStorage, SEAT + seat) ??
            read<Kept>(localStorage, SEAT + seat),
        null,
    );
}

export function allKept(): Kept[] {
    return attempt(() => {
        const found = new Map<string, Kept>();
        for (const store of [localStorage, sessionStorage])
            for (let i = 0; i < store.length; i++) {
                const key = store.key(i) ?? '';
                if (!key.startsWith(SEAT)) continue;
                const seat = read<Kept>(store, key);
                if (seat !== null) found.set(seat.seat, seat);
            }
        return [...found.values()];
    }, []);
}

/* The two cards of a chat, until the other has come: the codes are told only
 * once, and a phone drops a page that nobody looks at. */
export function keepMade<T>(made: T | null): void {
    attempt(() => {
        if (made === null) sessionStorage.removeItem(MADE);
        else sessionStorage.setItem(MADE, JSON.stringify(made));
    }, undefined);
}

export function madeHere<T>(): T | null {
    return attempt(() => read<T>(sessionStorage, MADE), null);
}

export function forget(seat: string): void {
    keys.delete(seat);
    keepMade(null);
    attempt(() => {
        for (const store of [sessionStorage, localStorage]) {
            store.removeItem(SEAT + seat);
            store.removeItem(KEY + seat);
            store.removeItem(OUTBOX + seat);
            for (const what of ['draft', 'hidden', 'telling'] as const)
                store.removeItem(moreKey(what, seat));
        }
    }, undefined);
}

/* The chat is gone: whatever leads to it goes too, also what was kept for the
 * other of its two links. Their key is one. */
export function forgetChat({ seat, room }: Kept): void {
    const key = keyOf(seat);
    for (const other of allKept()) if (other.room === room) forget(other.seat);
    forget(seat);
    for (const [other, its] of keys) if (its === key) forget(other);
    attempt(() => {
        for (const store of [sessionStorage, localStorage])
            for (const name of Object.keys(store))
                if (name.startsWith(KEY) && store.getItem(name) === key) store.removeItem(name);
    }, undefined);
}

/* A copied tab: what it brought along is its original's, but for the keys of
 * links, which anybody has who has the link. */
export function forgetTab(): void {
    attempt(() => {
        const all = Object.entries({ ...sessionStorage }) as [string, string][];
        sessionStorage.clear();
        for (const [name, key] of all)
            if (name.startsWith(KEY)) sessionStorage.setItem(name, key);
    }, undefined);
}

export function keepWaiting(seat: string, waiting: Waiting[]): void {
    attempt(() => {
        if (waiting.length === 0) sessionStorage.removeItem(OUTBOX + seat);
        else
            sessionStorage.setItem(OUTBOX + seat, JSON.stringify(waiting));
    }, undefined);
}

export function waitingOf(seat: string): Waiting[] {
    return attempt(() => read<Waiting[]>(sessionStorage, OUTBOX + seat), null) ?? [];
}

const storeOf = (seat: Kept): Storage => (seat.stay ? localStorage : sessionStorage);

/* null: nothing of it is kept. */
export function keepMore<T extends keyof More>(
    seat: Kept,
    what: T,
    value: More[T] | null,
): void {
    attempt(() => {
        const key = moreKey(what, seat.seat);
        if (value === null) storeOf(seat).removeItem(key);
        else storeOf(seat).setItem(key, JSON.stringify(value));
    }, undefined);
}

export function moreOf<T extends keyof More>(seat: Kept, what: T): More[T] | null {
    return attempt(
        () => read<More[T]>(storeOf(seat), moreKey(what, seat.seat)),
        null,
    );
}
