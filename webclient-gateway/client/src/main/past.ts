/* past.ts - what was said before we came, and while we were away: pages of
 * the archive. What comes live meanwhile is held until they are there. */
import type { Said } from '../wire/events';
import { Refused } from '../wire/wire';
import type { Seated } from './seated';

const AGAIN_MS = 3_000;

export interface PastDo {
    came: (said: Said) => void; /* once for each, before it is applied */
    whole: (held: Said[]) => void; /* nothing is missing but what was held */
}

export class Past {
    private held: Said[] | null = null; /* live, while catching up */
    private isLoading = false;
    private wasEmpty = false; /* the archive, when we came in */

    constructor(
        private readonly at: Seated,
        private readonly act: PastDo,
    ) {}

    get isCatchingUp(): boolean {
        return this.held !== null;
    }

    begin(): void {
        this.held = [];
    }

    drop(): void {
        this.held = null;
    }

    /* True when `said` has to wait. */
    hold(said: Said): boolean {
        this.held?.push(said);
        return this.held !== null;
    }

    /* XEP-0045 ends the entry with the subject; then the archive tells what
     * was said before and meanwhile. */
    async catchUp(): Promise<void> {
        const turn = this.at.turn;
        if (this.held === null) return;
        try {
            if (this.at.chat.newestId === '') await this.fetchNewest(turn);
            else await this.fetchMissed(turn);
        } catch (error) {
            if (turn === this.at.turn) this.again(turn, error);
            return;
        }
        if (turn !== this.at.turn) return;
        const held = this.held ?? [];
        this.held = null;
        this.act.whole(held);
    }

    private again(turn: number, error: unknown): void {
        const isLost =
            error instanceof Refused &&
            error.refusal?.condition === 'item-not-found';
        if (isLost) {
            this.at.envelope.forget();
            this.wasEmpty = false;
            this.at.apply({ type: 'lost' });
        }
        window.setTimeout(
            () => turn === this.at.turn && void this.catchUp(),
            isLost ? 0 : AGAIN_MS,
        );
    }

    private openAll(said: Said[]): Promise<Said[]> {
        return Promise.all(said.map((one) => this.at.envelope.open(one)));
    }

    /* What of a page may be applied; told once, in the archive's order. */
    private admit(opened: Said[], where: 'after' | 'before', isWhole: boolean): Said[] {
        const heard = this.at.envelope.admit(opened, where);
        if (isWhole) this.at.envelope.whole();
        heard.forEach(this.act.came);
        return heard;
    }

    private async fetchNewest(turn: number): Promise<void> {
        const { wire, seat } = this.at;
        const page = await wire.page(seat.room, { before: '' });
        const opened = await this.openAll(page.said);
        if (turn !== this.at.turn) return;
        const { complete } = page;
        const heard = this.admit(opened, 'after', complete);
        const now = Date.now();
        /* Nothing was there before: all of it is new. */
        if (this.wasEmpty && complete) this.at.apply({ type: 'missed', heard, now });
        else this.at.apply({ type: 'history', heard, complete, now });
        this.wasEmpty = complete && heard.length === 0;
        this.at.judge();
        while (
            turn === this.at.turn &&
            this.at.chat.hasOlder &&
            this.at.chat.messages.length === 0
        )
            await this.fetchOlder();
    }

    private async fetchMissed(turn: number): Promise<void> {
        const { wire, seat } = this.at;
        for (let complete = false; !complete && turn === this.at.turn; ) {
            const page = await wire.page(seat.room, {
                after: this.at.chat.newestId,
            });
            const opened = await this.openAll(page.said);
            if (turn !== this.at.turn) return;
            const heard = this.admit(opened, 'after', false);
            this.at.apply({ type: 'missed', heard, now: Date.now() });
            this.at.judge();
            complete = page.complete || page.said.length === 0;
        }
    }

    /* The same, and true when something came. */
    async further(): Promise<boolean> {
        const { oldestId, hasOlder } = this.at.chat;
        await this.older();
        const { chat } = this.at;
        return chat.oldestId !== oldestId || chat.hasOlder !== hasOlder;
    }

    /* One page further back; resolves when it is there. */
    async older(): Promise<void> {
        const { chat } = this.at;
        if (this.isLoading || !chat.joined || !chat.hasOlder) return;
        this.isLoading = true;
        try {
            await this.fetchOlder();
        } catch {
            /* The button stays, and can be pressed again. */
        } finally {
            this.isLoading = false;
        }
    }

    private async fetchOlder(): Promise<void> {
        const { wire, seat, chat } = this.at;
        const page = await wire.page(seat.room, { before: chat.oldestId });
        const opened = await this.openAll(page.said);
        const complete = page.complete || page.said.length === 0;
        this.at.apply({
            type: 'older',
            heard: this.admit(opened, 'before', complete),
            complete,
            first: page.first,
            now: Date.now(),
        });
        this.at.judge();
    }
}
