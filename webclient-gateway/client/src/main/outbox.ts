/* outbox.ts - what I wrote and what has not come back yet.
 *
 * Oldest first, and the next one only when the one before has come back: so
 * the order holds whatever is refused. Only its reflection takes a message
 * out; over a cut line it goes again with the id it had. */
import type { Builder } from 'strophe.js';
import { newId } from '../crypto/random';
import { outbox, payloadOf, type Outgoing } from '../room/look';
import type { Payload } from '../room/payload';
import type { Act, Chat } from '../room/state';
import { TooLong } from '../wire/envelope';
import type { Refusal } from '../wire/events';
import type { Part } from '../wire/part';
import * as stanzas from '../wire/stanzas';
import { fit } from '../wire/xml';
import { keepWaiting, type Waiting } from './keep';
import type { Seated } from './seated';
import { isFull } from './words';

const PACE_MS = 1_500;
const ANSWER_MS = 30_000;

const TOO_LONG: Refusal = {
    condition: 'policy-violation',
    type: 'modify',
    words: '',
    left: null,
    wait: 0,
    cause: '',
};

export class Outbox {
    private inFlight = ''; /* key of what was sent over this stream */
    /* What was made of it, by key: what is sent again must not differ. */
    private readonly made = new Map<string, Part[]>();
    private readonly making = new Map<string, Promise<Part[]>>();

    constructor(
        private readonly at: Seated,
        private readonly reason: (refusal: Refusal) => string,
    ) {}

    /* What a reload found. */
    restore(waiting: Waiting[]): void {
        for (const { key: id, at: now, payload, act, parts, why } of waiting) {
            const { body, reply } = payload;
            if (parts !== undefined) this.made.set(id, parts);
            if (act !== null) this.at.apply({ type: 'act', id, ...act, payload, now });
            else if (body) this.at.apply({ type: 'send', id, body, reply, now });
            if (why !== undefined) this.at.apply({ type: 'failed', id, why });
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

    /* A reload finds what still waits, and what was refused. */
    changed(before: Chat, after: Chat): void {
        const unsent = unsentOf(after);
        if (unsent.length === 0 && unsentOf(before).length === 0) return;
        this.keep(unsent);
        const left = new Set(unsent.map(({ key }) => key));
        for (const key of this.made.keys()) if (!left.has(key)) this.made.delete(key);
    }

    private keep(unsent: Waiting[]): void {
        if (this.at.isOver) return;
        const all = unsent.map((one) => {
            const parts = this.made.get(one.key);
            return parts === undefined ? one : { ...one, parts };
        });
        keepWaiting(this.at.seat.seat, all);
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
        if (chat.isForeign && next.act?.kind !== 'retract') return;
        this.inFlight = next.key;
        void this.transmit(next);
    }

    private async transmit(next: Outgoing): Promise<void> {
        const { turn, wire } = this.at;
        let stanza: Builder;
        try {
            stanza = await this.stanzaOf(next);
        } catch (error) {
            if (!(error instanceof TooLong)) throw error;
            this.fail(next.key, TOO_LONG);
            return;
        }
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
        const { seat } = this.at;
        if (act?.kind === 'retract')
            return stanzas.retract(seat.room, key, act.to, seat.protection);
        const parts = await this.partsOf(key, payload);
        this.keep(unsentOf(this.at.chat));
        /* Sealed, nobody shall see what it is. */
        if (act?.kind === 'react' && seat.protection !== 'link')
            return stanzas.reaction(seat.room, key, parts);
        return stanzas.message(seat.room, key, parts);
    }

    /* Once for each: also when it is asked for again before it is there. */
    private async partsOf(key: string, payload: Payload): Promise<Part[]> {
        const made = this.made.get(key);
        if (made !== undefined) return made;
        const making = this.making.get(key) ?? this.at.envelope.seal(key, payload);
        this.making.set(key, making);
        try {
            const parts = await making;
            this.made.set(key, parts);
            return parts;
        } finally {
            this.making.delete(key);
        }
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
        this.at.envelope.refused();
        this.fail(id, refusal);
    }

    private fail(id: string, refusal: Refusal): void {
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

/* Nobody's words go because they could not be sent. */
function unsentOf(chat: Chat): Waiting[] {
    const failed = chat.messages
        .filter((m) => m.fate === 'failed')
        .map((m) => ({ key: m.key, at: m.at, payload: payloadOf(m), act: null, why: m.why }));
    return [...failed, ...outbox(chat)];
}
