/* outbox.ts - what I wrote and what has not come back yet.
 *
 * Oldest first, and the next one only when the one before has come back: so
 * the order holds whatever is refused. Only its reflection takes a message
 * out; over a cut line it goes again with the id it had. */
import { newId } from '../crypto/random';
import { outbox, payloadOf } from '../room/look';
import type { Chat, Message } from '../room/state';
import type { Refusal } from '../wire/events';
import * as stanzas from '../wire/stanzas';
import { keepWaiting } from './keep';
import type { Seated } from './seated';
import { isFull } from './words';

const PACE_MS = 1_500;

export class Outbox {
    private inFlight = ''; /* key of what was sent over this stream */

    constructor(
        private readonly at: Seated,
        private readonly reason: (refusal: Refusal) => string,
    ) {}

    say(body: string): void {
        this.at.apply({ type: 'send', id: newId(), body, now: Date.now() });
        this.sendNext();
    }

    retry(key: string): void {
        this.at.apply({ type: 'retry', key, now: Date.now() });
        this.sendNext();
    }

    drop(key: string): void {
        this.at.apply({ type: 'drop', key });
    }

    /* A reload finds what still waits. */
    changed(before: Chat, after: Chat): void {
        const waiting = outbox(after);
        if (waiting.length === 0 && outbox(before).length === 0) return;
        keepWaiting(
            this.at.seat.seat,
            waiting.map(({ key, body, at }) => ({ id: key, body, at })),
        );
    }

    /* A new stream: whatever was under way has to go again. */
    anew(): void {
        this.inFlight = '';
    }

    sendNext(): void {
        const { chat } = this.at;
        const next = outbox(chat)[0];
        if (next === undefined || !chat.joined || next.key === this.inFlight)
            return;
        this.inFlight = next.key;
        void this.transmit(next);
    }

    private async transmit(next: Message): Promise<void> {
        const { turn, envelope, wire, seat } = this.at;
        const parts = await envelope.seal(next.key, payloadOf(next));
        const stanza = stanzas.message(seat.room, next.key, parts);
        if (turn === this.at.turn && wire.send(stanza)) return;
        if (this.inFlight === next.key) this.inFlight = '';
        if (turn !== this.at.turn) this.sendNext();
    }

    refused(id: string, refusal: Refusal): void {
        if (id !== this.inFlight) return;
        if (refusal.type === 'wait' && !isFull(refusal)) {
            this.later();
            return;
        }
        this.inFlight = '';
        this.at.apply({ type: 'failed', id, why: this.reason(refusal) });
        this.sendNext();
    }

    /* The seat speaks faster than the server lets it. */
    private later(): void {
        const turn = this.at.turn;
        window.setTimeout(() => {
            if (turn !== this.at.turn) return;
            this.inFlight = '';
            this.sendNext();
        }, PACE_MS);
    }
}
