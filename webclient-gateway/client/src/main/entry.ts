/* entry.ts - the door: in with a code, or with what this browser kept, and
 * again for as long as the answer is only "not now". */
import { newId } from '../crypto/random';
import type { Refusal, StanzaEvent } from '../wire/events';
import * as stanzas from '../wire/stanzas';
import { kept } from './keep';
import type { Seated } from './seated';
import { alone } from './tabs';

const ENTER_MS = 20_000;
export const AGAIN_MS = 3_000;

type Answer = Extract<StanzaEvent, { type: 'joined' | 'refused' }>;

export interface EntryDo {
    begin: () => number; /* a new turn */
    refused: (refusal: Refusal) => void;
}

export class Entry {
    code = '';
    private waiting: ((answer: Answer | null) => void) | null = null;

    constructor(
        private readonly at: Seated,
        private readonly act: EntryDo,
    ) {}

    /* Two tabs never present the same key at once. */
    async enter(): Promise<void> {
        const turn = this.act.begin();
        await alone(this.at.seat.seat, async () => {
            if (turn !== this.at.turn) return;
            const answer = await this.knock();
            if (turn !== this.at.turn || answer?.type === 'joined') return;
            if (answer?.type === 'refused') this.onRefused(answer.refusal);
            else if (this.at.wire.isUp) this.later();
        });
    }

    later(pause = AGAIN_MS): void {
        const turn = this.at.turn;
        window.setTimeout(() => {
            if (turn === this.at.turn && this.at.wire.isUp) void this.enter();
        }, pause);
    }

    /* null: the line was cut, and no answer will come. */
    answered(answer: Answer | null): void {
        this.waiting?.(answer);
    }

    private knock(): Promise<Answer | null> {
        return new Promise((done) => {
            const timer = window.setTimeout(() => finish(null), ENTER_MS);
            const finish = (answer: Answer | null): void => {
                window.clearTimeout(timer);
                this.waiting = null;
                done(answer);
            };
            this.waiting = finish;
            const { seat, room, name, token } = this.at.seat;
            /* Another tab may have changed the key that both keep. */
            const key = kept(seat)?.token || token || this.code;
            this.at.wire.send(stanzas.join(room, name, key, newId()));
        });
    }

    private onRefused(refusal: Refusal): void {
        const { condition, left } = refusal;
        const isPassing =
            condition === 'remote-server-timeout' ||
            condition === 'internal-server-error' ||
            (condition === 'resource-constraint' && left === null);
        if (isPassing) this.later();
        else this.act.refused(refusal);
    }
}
