/* keep.ts - what this browser keeps of a seat: in the tab, or on the device
 * where the person wished so. Wiped when the seat is left or the chat ends. */

export interface Kept {
    seat: string;
    room: string;
    name: string;
    peer: string;
    protection: string;
    token: string;
    stay: boolean; /* on this device */
}

export interface Waiting {
    id: string;
    body: string;
    at: number;
}

const SEAT = 'duologue:';
const OUTBOX = 'duologue-outbox:';

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
        }
    }, undefined);
}

/* A copied tab: what it brought along is its original's. */
export function forgetTab(): void {
    attempt(() => sessionStorage.clear(), undefined);
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
