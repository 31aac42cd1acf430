/* session.ts - one seat in one chat: enters, catches up, sends what waits,
 * reports what was read, and comes back after every cut. */
import { newId } from '../crypto/random';
import type { RoomEvent } from '../room/events';
import { newestOfPeer, outbox } from '../room/look';
import { reduce } from '../room/reduce';
import { newChat, type Chat, type End } from '../room/state';
import type { Refusal, Said, StanzaEvent } from '../wire/events';
import * as stanzas from '../wire/stanzas';
import { Refused, type Wire, type WireEvent } from '../wire/wire';
import { keep, kept, keepWaiting, waitingOf, type Kept } from './keep';
import { alone } from './tabs';
import { Reports } from './reports';
import { Typing } from './typing';
import { endOf, isFull } from './words';

const ENTER_MS = 20_000;
const AGAIN_MS = 3_000;
const PACE_MS = 1_500;

export interface SessionHooks {
    changed: (chat: Chat, event: RoomEvent) => void;
    entered: () => void;
    refused: (refusal: Refusal) => void;
    ended: (chat: Chat) => void;
    reason: (refusal: Refusal) => string;
    isSeen: () => boolean; /* somebody looks at the newest message */
}

export class Session {
    chat: Chat;
    private code = '';
    private entering: ((event: StanzaEvent | null) => void) | null = null;
    private held: Said[] | null = null; /* live, while catching up */
    private turn = 0; /* of entering; an old one's answers are ignored */
    private inFlight = ''; /* key of what was sent over this stream */
    private wasInside = false; /* before the line was cut */
    private here: Chat['presence'] = 'offline'; /* the other, as told */
    private endedBy: End | null = null;
    private isEnding = false;
    private isOver = false;
    private readonly reports: Reports;
    private readonly typing: Typing;
    private isLoading = false;

    constructor(
        private readonly wire: Wire,
        public seat: Kept,
        private readonly hooks: SessionHooks,
    ) {
        this.chat = newChat(seat.name, seat.peer, seat.protection);
        this.reports = new Reports({
            received: (id) => wire.send(stanzas.received(seat.room, id)),
            seen: () => {
                if (!this.chat.joined || !hooks.isSeen()) return null;
                return newestOfPeer(this.chat)?.archiveId ?? null;
            },
            read: (id) => wire.send(stanzas.displayed(seat.room, id)),
        });
        this.typing = new Typing((is) => {
            wire.send(stanzas.typing(seat.room, is));
        });
        for (const { id, body, at } of waitingOf(seat.seat))
            this.chat = reduce(this.chat, { type: 'send', id, body, now: at });
    }

    /* Goes in with a code, or with what this browser kept. */
    start(code: string): void {
        this.code = code;
        this.wire.want();
        if (this.wire.isUp) {
            this.apply({ type: 'line', line: 'up', retryAt: null });
            void this.enter();
        }
    }

    /* Ends this side only. */
    stop(): void {
        if (this.isOver) return;
        this.isOver = true;
        this.turn++;
        this.reports.stop();
        this.wire.send(stanzas.leave(this.seat.room, this.seat.name));
        this.wire.flush();
    }

    apply(event: RoomEvent): void {
        const before = this.chat;
        this.chat = reduce(before, event);
        if (this.chat === before) return;
        if (outbox(before).length > 0 || outbox(this.chat).length > 0)
            this.keepOutbox();
        this.hooks.changed(this.chat, event);
    }

    private keepOutbox(): void {
        keepWaiting(
            this.seat.seat,
            outbox(this.chat).map(({ key, body, at }) => ({ id: key, body, at })),
        );
    }

    /* --- what came --- */

    on(event: WireEvent): void {
        if (this.isOver) return;
        switch (event.type) {
            case 'line':
                this.onLine(event);
                break;
            case 'joined':
            case 'refused':
                this.entering?.(event);
                if (event.type === 'joined') this.onJoined(event);
                break;
            case 'subject':
                void this.catchUp();
                break;
            case 'said':
                this.onSaid(event.said);
                break;
            case 'peer':
                if (event.name === this.chat.me) break;
                this.here = event.presence;
                this.apply({ type: 'peer', presence: event.presence, now: Date.now() });
                break;
            case 'notice':
                this.onNotice(event);
                break;
            case 'removed':
                this.onRemoved(event.ended, event.cause);
                break;
            case 'bounced':
                this.onBounced(event.id, event.refusal);
                break;
        }
    }

    private onLine(event: Extract<WireEvent, { type: 'line' }>): void {
        const wasJoined = this.chat.joined || this.held !== null;
        this.apply({ type: 'line', line: event.line, retryAt: event.retryAt });
        if (event.line === 'down') {
            this.turn++;
            this.wasInside = this.wasInside || wasJoined;
            this.entering?.(null);
        }
        if (event.line !== 'up') return;
        if (event.resumed && this.wasInside && this.held === null) {
            this.wasInside = false;
            this.apply({ type: 'caught-up' });
            this.sendWaiting();
            return;
        }
        this.wasInside = false;
        void this.enter();
    }

    /* Two tabs never present the same key at once. */
    private async enter(): Promise<void> {
        const turn = ++this.turn;
        this.inFlight = '';
        this.held = null;
        this.here = 'offline';
        await alone(this.seat.seat, async () => {
            if (turn !== this.turn) return;
            const answer = await this.knock();
            if (turn !== this.turn || answer?.type === 'joined') return;
            if (answer?.type === 'refused') this.onRefused(answer.refusal);
            else if (this.wire.isUp) this.laterEnter();
        });
    }

    private knock(): Promise<StanzaEvent | null> {
        return new Promise((done) => {
            const timer = window.setTimeout(() => finish(null), ENTER_MS);
            const finish = (event: StanzaEvent | null): void => {
                window.clearTimeout(timer);
                this.entering = null;
                done(event);
            };
            this.entering = finish;
            const { room, name } = this.seat;
            /* Another tab may have changed the key that both keep. */
            const token = kept(this.seat.seat)?.token || this.seat.token;
            this.wire.send(stanzas.join(room, name, token || this.code, newId()));
        });
    }

    private laterEnter(): void {
        const turn = this.turn;
        window.setTimeout(() => {
            if (turn === this.turn && !this.isOver && this.wire.isUp)
                void this.enter();
        }, AGAIN_MS);
    }

    private onRefused(refusal: Refusal): void {
        const isPassing =
            refusal.condition === 'remote-server-timeout' ||
            refusal.condition === 'internal-server-error' ||
            (refusal.condition === 'resource-constraint' && refusal.left === null);
        if (isPassing) {
            this.laterEnter();
            return;
        }
        if (refusal.condition === 'gone') this.end(endOf(refusal.cause, 'peer'));
        else this.hooks.refused(refusal);
    }

    private onJoined(event: Extract<StanzaEvent, { type: 'joined' }>): void {
        const { idleMs, deadline, protection } = event.facts;
        if (event.token !== '') {
            this.seat = { ...this.seat, token: event.token, name: event.name };
            keep(this.seat);
        }
        this.apply({ type: 'facts', name: event.name, idleMs, deadline, protection });
        if (!this.chat.joined && this.held === null) {
            this.held = [];
            this.apply({ type: 'peer', presence: this.here, now: Date.now() });
            this.hooks.entered();
        }
    }

    /* XEP-0045 ends the entry with the subject; then the archive tells what
     * was said before and meanwhile. */
    private async catchUp(): Promise<void> {
        const turn = this.turn;
        if (this.held === null) return;
        try {
            if (this.chat.newestId === '') await this.fetchNewest(turn);
            else await this.fetchMissed(turn);
        } catch (error) {
            if (turn !== this.turn) return;
            const lost =
                error instanceof Refused &&
                error.refusal?.condition === 'item-not-found';
            if (lost) this.chat = { ...this.chat, newestId: '', messages: outbox(this.chat) };
            window.setTimeout(
                () => turn === this.turn && void this.catchUp(),
                lost ? 0 : AGAIN_MS,
            );
            return;
        }
        if (turn !== this.turn) return;
        const held = this.held ?? [];
        this.held = null;
        for (const said of held) this.onSaid(said);
        this.apply({ type: 'caught-up' });
        this.sendWaiting();
        this.reportRead();
    }

    private async fetchNewest(turn: number): Promise<void> {
        const page = await this.wire.page(this.seat.room, { before: '' });
        if (turn !== this.turn) return;
        page.said.forEach((said) => this.noteOwnRead(said));
        this.apply({
            type: 'history',
            heard: page.said,
            complete: page.complete,
            now: Date.now(),
        });
        while (
            turn === this.turn &&
            this.chat.hasOlder &&
            this.chat.messages.length === 0
        )
            await this.fetchOlder();
    }

    private async fetchMissed(turn: number): Promise<void> {
        for (let complete = false; !complete && turn === this.turn; ) {
            const page = await this.wire.page(this.seat.room, {
                after: this.chat.newestId,
            });
            if (turn !== this.turn) return;
            page.said.forEach((said) => this.noteOwnRead(said));
            this.apply({ type: 'missed', heard: page.said, now: Date.now() });
            complete = page.complete || page.said.length === 0;
        }
    }

    /* One page further back; resolves when it is there. */
    async older(): Promise<void> {
        if (this.isLoading || !this.chat.joined || !this.chat.hasOlder) return;
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
        const page = await this.wire.page(this.seat.room, {
            before: this.chat.oldestId,
        });
        this.apply({
            type: 'older',
            heard: page.said,
            complete: page.complete || page.said.length === 0,
            first: page.first,
            now: Date.now(),
        });
    }

    private noteOwnRead(said: Said): void {
        if (said.from === this.chat.me && said.displayed !== null)
            this.reports.known(said.displayed);
    }

    /* Somebody may have seen the newest now. */
    reportRead(): void {
        if (!this.isOver) this.reports.looked();
    }

    private onSaid(said: Said): void {
        if (this.held !== null) {
            this.held.push(said);
            return;
        }
        this.noteOwnRead(said);
        const isTheirs = said.from !== this.chat.me;
        const seen = this.hooks.isSeen();
        this.apply({ type: 'heard', heard: said, seen, now: Date.now() });
        if (!isTheirs && said.originId !== '') this.sendWaiting();
        if (!isTheirs || said.body === null) return;
        this.reports.came(said.id);
        this.reportRead();
    }

    private onNotice(event: Extract<StanzaEvent, { type: 'notice' }>): void {
        if (event.event === 'ended') {
            const mine = `${this.chat.me} ended this chat.`;
            if (event.words.startsWith(mine)) this.endedBy = 'me';
            else this.endedBy = endOf(event.cause, 'peer');
        } else if (event.event === 'nearly-full' || event.event === 'full')
            this.apply({ type: 'fullness', notice: event.event });
        this.apply({ type: 'deadline', deadline: event.facts.deadline });
    }

    private onRemoved(ended: boolean, cause: string): void {
        if (ended) {
            this.end(this.isEnding ? 'me' : (this.endedBy ?? endOf(cause, 'peer')));
            return;
        }
        this.apply({ type: 'line', line: 'connecting', retryAt: null });
        this.turn++;
        this.apply({ type: 'line', line: 'up', retryAt: null });
        this.laterEnter();
    }

    private onBounced(id: string, refusal: Refusal): void {
        if (refusal.condition === 'gone') {
            this.end(endOf(refusal.cause, 'peer'));
            return;
        }
        /* Not inside, or nobody there to hear: it waits and is sent again. */
        const passing = ['not-acceptable', 'remote-server-timeout', 'service-unavailable'];
        if (passing.includes(refusal.condition)) {
            if (this.chat.joined) {
                this.apply({ type: 'line', line: 'connecting', retryAt: null });
                this.apply({ type: 'line', line: 'up', retryAt: null });
                this.turn++;
                this.laterEnter();
            }
            return;
        }
        if (id !== this.inFlight) return;
        if (refusal.type === 'wait' && !isFull(refusal)) {
            this.laterSend();
            return;
        }
        this.inFlight = '';
        this.apply({ type: 'failed', id, why: this.hooks.reason(refusal) });
        this.sendWaiting();
    }

    private end(by: End): void {
        if (this.isOver) return;
        this.isOver = true;
        this.turn++;
        this.chat = reduce(this.chat, { type: 'ended', by });
        this.hooks.ended(this.chat);
    }

    /* --- what goes out --- */

    send(body: string): void {
        this.typing.sent();
        this.apply({ type: 'send', id: newId(), body, now: Date.now() });
        this.sendWaiting();
    }

    retry(key: string): void {
        this.apply({ type: 'retry', key, now: Date.now() });
        this.sendWaiting();
    }

    drop(key: string): void {
        this.apply({ type: 'drop', key });
    }

    /* Oldest first, and the next one only when the one before has come back:
     * so the order holds whatever is refused. Only its reflection takes a
     * message out of the outbox. */
    private sendWaiting(): void {
        const next = outbox(this.chat)[0];
        if (next === undefined || !this.chat.joined || next.key === this.inFlight)
            return;
        const stanza = stanzas.words(this.seat.room, next.key, next.body);
        if (this.wire.send(stanza)) this.inFlight = next.key;
    }

    /* The seat speaks faster than the server lets it. */
    private laterSend(): void {
        const turn = this.turn;
        window.setTimeout(() => {
            if (turn !== this.turn) return;
            this.inFlight = '';
            this.sendWaiting();
        }, PACE_MS);
    }

    keyed(is: boolean): void {
        if (this.chat.joined) this.typing.keyed(is, Date.now());
    }

    async keepChat(): Promise<void> {
        await this.wire.command(this.seat.room, 'keep-chat');
        const { idleMs } = this.chat;
        if (idleMs > 0)
            this.apply({ type: 'deadline', deadline: Date.now() + idleMs });
    }

    /* True once it is deleted on the server. */
    async endChat(): Promise<boolean> {
        this.isEnding = true;
        try {
            await this.wire.command(this.seat.room, 'end-chat');
            this.end('me');
            return true;
        } catch {
            if (this.isOver) return true;
            this.isEnding = false;
            return false;
        }
    }
}
