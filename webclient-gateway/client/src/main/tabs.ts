/* tabs.ts - the other tabs of this browser: who sits where, and that two of
 * them never present the same key at once. */
import { newId } from '../crypto/random';

const CHANNEL = 'duologue';
const SITS = 'duologue-sits:'; /* names a lock: who sits where */
const ANSWER_MS = 150;

interface Call {
    ask?: string; /* a chat's address */
    seat?: string;
    name?: string;
    answer?: string;
}

interface Rival {
    seat: string;
    name: string;
}

/* A browser that allows no storage allows no talk between tabs either. */
export function channelOf(name: string): BroadcastChannel | null {
    try {
        return new BroadcastChannel(name);
    } catch {
        return null;
    }
}

export class Tabs {
    private readonly channel = channelOf(CHANNEL);
    private isClaimed = false;
    private mine: { room: string; seat: string; name: string } | null = null;
    private readonly self = newId();
    private stand = (): void => undefined; /* gives the lock back */

    constructor() {
        if (this.channel === null) return;
        this.channel.onmessage = (message: MessageEvent<Call>) =>
            this.onCall(message.data);
    }

    sit(room: string, seat: string, name: string): void {
        this.rise();
        this.mine = { room, seat, name };
        const sits = SITS + JSON.stringify([room, seat, name, this.self]);
        const seated = new Promise<void>((done) => (this.stand = done));
        navigator.locks?.request(sits, () => seated).catch(() => undefined);
    }

    rise(): void {
        this.mine = null;
        this.stand();
    }

    private onCall(call: Call): void {
        const mine = this.mine;
        if (mine === null || call.ask !== mine.room || call.seat === mine.seat)
            return;
        this.channel?.postMessage({
            answer: mine.room,
            seat: mine.seat,
            name: mine.name,
        });
    }

    /* The seat that another tab of this browser has in `room`, if it is not
     * `seat`. The browser itself knows the locks, however busy that tab is; on
     * a page without https there are none, and the tab is asked. */
    async rival(room: string, seat: string): Promise<Rival | null> {
        const locks = await navigator.locks?.query().catch(() => undefined);
        if (locks === undefined) return this.ask(room, seat);
        for (const { name: lock } of locks.held ?? []) {
            if (!lock?.startsWith(SITS)) continue;
            const [there, other, name, tab] = JSON.parse(lock.slice(SITS.length)) as string[];
            if (there === room && other && other !== seat && name && tab !== this.self)
                return { seat: other, name };
        }
        return null;
    }

    private ask(room: string, seat: string): Promise<Rival | null> {
        const channel = this.channel;
        if (channel === null) return Promise.resolve(null);
        return new Promise((done) => {
            const listen = (message: MessageEvent<Call>): void => {
                const { answer, seat: other, name } = message.data;
                if (answer !== room || !other || !name) return;
                finish({ seat: other, name });
            };
            const finish = (found: Rival | null): void => {
                channel.removeEventListener('message', listen);
                window.clearTimeout(timer);
                done(found);
            };
            const timer = window.setTimeout(() => finish(null), ANSWER_MS);
            channel.addEventListener('message', listen);
            channel.postMessage({ ask: room, seat });
        });
    }

    /* A copied tab brings its original's key along; who holds the lock is
     * the original. True where nobody else holds it, or locks are not known
     * here. Held for as long as the page lives. */
    claim(): Promise<boolean> {
        const locks = navigator.locks;
        if (locks === undefined || this.isClaimed)
            return Promise.resolve(true);
        return new Promise((done) => {
            locks
                .request(tabName(), { ifAvailable: true }, (lock) => {
                    if (lock !== null) this.isClaimed = true;
                    done(lock !== null);
                    return lock === null ? undefined : new Promise(() => {});
                })
                .catch(() => done(true));
        });
    }
}

/* A name that lives as long as the tab, over reloads. */
function tabName(): string {
    const key = 'duologue-tab';
    try {
        const name = sessionStorage.getItem(key);
        if (name !== null) return name;
        const fresh = `${key}:${newId()}`;
        sessionStorage.setItem(key, fresh);
        return fresh;
    } catch {
        return key;
    }
}

/* Runs `what` while no other tab does the same for this seat. */
export async function alone<T>(seat: string, what: () => Promise<T>): Promise<T> {
    const locks = navigator.locks;
    let isBegun = false;
    const begin = (): Promise<T> => {
        isBegun = true;
        return what();
    };
    try {
        if (locks !== undefined)
            return (await locks.request(`duologue-enter:${seat}`, begin)) as T;
    } catch (error) {
        if (isBegun) throw error;
    }
    return what();
}
