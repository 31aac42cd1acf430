/* keep.ts - what this browser keeps of a seat: in the tab, or on the device
 * where the person wished so. Wiped when the seat is left or the chat ends. */
import type { Outgoing } from '../room/look';
import type { Draft } from '../view/composer';
import type { Telling } from '../view/telling';

export interface Kept {
    seat: string;
    room: string;
    name: string;
    peer: string;
    protection: string;
    token: string;
    stay: boolean; /* on this device */
}

const SEAT = 'duologue:';
const OUTBOX = 'duologue-outbox:';

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

export function keep(seat: Kept): void {
    attempt(() => {
        const [into, outOf] = seat.stay
            ? [localStorage, sessionStorage]
            : [sessionStorage, localStorage];
        into.setItem(SEAT + seat.seat, JSON.stringify(seat));
        outOf.removeItem(SEAT + seat.seat);
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

export function forget(seat: string): void {
    attempt(() => {
        for (const store of [sessionStorage, localStorage]) {
            store.removeItem(SEAT + seat);
            store.removeItem(OUTBOX + seat);
            for (const what of ['draft', 'hidden', 'telling'] as const)
                store.removeItem(moreKey(what, seat));
        }
    }, undefined);
}

/* A copied tab: what it brought along is its original's. */
export function forgetTab(): void {
    attempt(() => sessionStorage.clear(), undefined);
}

export function keepWaiting(seat: string, waiting: Outgoing[]): void {
    attempt(() => {
        if (waiting.length === 0) sessionStorage.removeItem(OUTBOX + seat);
        else
            sessionStorage.setItem(OUTBOX + seat, JSON.stringify(waiting));
    }, undefined);
}

export function waitingOf(seat: string): Outgoing[] {
    return attempt(() => read<Outgoing[]>(sessionStorage, OUTBOX + seat), null) ?? [];
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
