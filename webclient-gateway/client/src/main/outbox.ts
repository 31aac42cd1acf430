/* outbox.ts - what I wrote and what has not come back yet.
 *
 * Oldest first, and the next one only when the one before has come back: so
 * the order holds whatever is refused. Only its reflection takes a message
 * out; over a cut line it goes again with the id it had. */
import type { Builder } from 'strophe.js';
import { newId } from '../crypto/random';
import { outbox, type Outgoing } from '../room/look';
import type { Payload } from '../room/payload';
import type { Act, Chat } from '../room/state';
import type { Refusal } from '../wire/events';
import * as stanzas from '../wire/stanzas';
import { fit } from '../wire/xml';
import { keepWaiting } from './keep';
import type { Seated } from './seated';
import { isFull } from './words';

const PACE_MS = 1_500;
const ANSWER_MS = 30_000;

export class Outbox {
    private inFlight = ''; /* key of what was sent over this stream */

    constructor(
        private readonly at: Seated,
        private readonly reason: (refusal: Refusal) => string,
    ) {}

    /* What a reload found. */
    restore(waiting: Outgoing[]): void {
        for (const { key: id, at: now, payload, act } of waiting) {
            const { body, reply } = payload;
            if (act !== null) this.at.apply({ type: 'act', id, ...act, payload, now });
            else if (body) this.at.apply({ type: 'send', id, body, reply, now });
        }
    }

    say(words: string, reply: Payload['reply']): void {
        const body = fit(words);
        const now = Date.now();
        this.at.apply({ type: 'send', id: newId(), body, reply, now });
        this.sendNext();
    }

    /* Does something to the message with the archive id `to`. */
    act(kind: Act['kind'], to: string, payload: Payload): void {
        const now = Date.now();
        this.at.apply({ type: 'act', id: newId(), kind, to, payload, now });
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
        keepWaiting(this.at.seat.seat, waiting);
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

    private async transmit(next: Outgoing): Promise<void> {
        const { turn, wire } = this.at;
        const stanza = await this.stanzaOf(next);
        if (turn === this.at.turn && wire.send(stanza)) {
            this.watch(next.key);
            return;
        }
        if (this.inFlight === next.key) this.inFlight = '';
        if (turn !== this.at.turn) this.sendNext();
    }

    /* A retraction says nothing, and stays outside the envelope: the server
     * has to know what to erase. */
    private async stanzaOf({ key, payload, act }: Outgoing): Promise<Builder> {
        const { envelope, seat } = this.at;
        if (act?.kind === 'retract')
            return stanzas.retract(seat.room, key, act.to, seat.protection);
        const parts = await envelope.seal(key, payload);
        if (act?.kind === 'react') return stanzas.reaction(seat.room, key, parts);
        return stanzas.message(seat.room, key, parts);
    }

    /* Should the answer never come over a stream that seems to live, the same
     * goes again: who stored it once does not store it twice. */
    private watch(key: string): void {
        const turn = this.at.turn;
        window.setTimeout(() => {
            if (turn !== this.at.turn || this.inFlight !== key) return;
            this.inFlight = '';
            this.sendNext();
        }, ANSWER_MS);
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
