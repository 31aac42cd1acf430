/* session.ts - one seat in one chat: enters, catches up, sends what waits,
 * reports what was read, and comes back after every cut. */
import type { RoomEvent } from '../room/events';
import { newestOfPeer } from '../room/look';
import { replyTo, type Answered } from '../room/quote';
import { reduce } from '../room/reduce';
import { newChat, type Chat, type End } from '../room/state';
import { asItIs, type Envelope } from '../wire/envelope';
import type { Refusal, Said, StanzaEvent } from '../wire/events';
import * as stanzas from '../wire/stanzas';
import type { Refused, Wire, WireEvent } from '../wire/wire';
import { Deeds } from './deeds';
import { AGAIN_MS, Entry } from './entry';
import { keep, moreOf, waitingOf, type Kept } from './keep';
import { Outbox } from './outbox';
import { Past } from './past';
import { Reports } from './reports';
import type { Seated } from './seated';
import { Typing } from './typing';
import { endOf, isNews } from './words';

export interface SessionHooks {
    changed: (chat: Chat, event: RoomEvent) => void;
    entered: () => void;
    refused: (refusal: Refusal) => void;
    ended: (chat: Chat) => void;
    reason: (refusal: Refusal) => string;
    isSeen: () => boolean; /* somebody looks at the newest message */
    isHere: () => boolean; /* or at the page at least */
}

const UNSEEN_MS = 60_000;
const LATER_MAX = 5; /* times that a pause is doubled */

/* Refused because we are not inside, or because nobody is there to hear. */
const NOT_NOW = ['not-acceptable', 'remote-server-timeout', 'service-unavailable'];

/* The server says now what it did not say before: nothing is sent. */
export const OTHER_PROTECTION: Refusal = {
    condition: 'other-protection',
    type: 'cancel',
    words: '',
    left: null,
    wait: 0,
    cause: '',
};

export class Session implements Seated {
    chat: Chat;
    turn = 0;
    readonly outbox: Outbox;
    readonly deeds: Deeds;
    readonly past: Past;
    private readonly entry: Entry;
    private readonly reports: Reports;
    private readonly typing: Typing;
    private opening = Promise.resolve(); /* what came, one after the other */
    private wasInside = false; /* before the line was cut */
    private here: Chat['presence'] = 'offline'; /* the other, as told */
    private endedBy: End | null = null;
    private isEnding = false;
    isOver = false;
    private isAside = false; /* until somebody looks */
    private evictions = 0;

    constructor(
        readonly wire: Wire,
        public seat: Kept,
        private readonly hooks: SessionHooks,
        readonly envelope: Envelope = asItIs,
    ) {
        this.chat = newChat(seat.name, seat.peer, seat.protection);
        this.entry = new Entry(this, {
            begin: () => this.begin(),
            refused: (refusal) => this.onRefused(refusal),
        });
        this.past = new Past(this, {
            came: (said) => this.noteOwnRead(said),
            whole: (held) => this.onWhole(held),
        });
        this.outbox = new Outbox(this, hooks.reason);
        this.deeds = new Deeds(this, this.outbox);
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
        this.outbox.restore(waitingOf(seat.seat));
        this.apply({ type: 'hide', archiveIds: moreOf(seat, 'hidden') ?? [] });
    }

    /* Goes in with a code, or with what this browser kept. */
    start(code: string): void {
        this.entry.code = code;
        this.wire.want();
        if (this.wire.isUp) {
            this.apply({ type: 'line', line: 'up', retryAt: null });
            void this.entry.enter();
        }
    }

    /* Ends this side only. */
    stop(): void {
        if (this.isOver) return;
        this.close();
        this.wire.send(stanzas.leave(this.seat.room, this.seat.name));
        this.wire.flush();
    }

    /* Whatever still runs finds nothing to do. */
    private close(): void {
        this.isOver = true;
        this.turn++;
        this.entry.answered(null);
        this.typing.sent();
        this.reports.stop();
        this.deeds.stop();
    }

    apply(event: RoomEvent): void {
        if (this.isOver) return;
        const before = this.chat;
        this.chat = reduce(before, event);
        if (this.chat === before) return;
        this.outbox.changed(before, this.chat);
        this.hooks.changed(this.chat, event);
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
                this.entry.answered(event);
                if (event.type === 'joined') this.onJoined(event);
                break;
            case 'subject':
                void this.past.catchUp();
                break;
            case 'said':
                this.hear(event.said);
                break;
            case 'peer':
                this.onPeer(event);
                break;
            case 'notice':
                this.onNotice(event);
                break;
            case 'removed':
                this.onRemoved(event);
                break;
            case 'bounced':
                this.onBounced(event.id, event.refusal);
                break;
        }
    }

    private onLine(event: Extract<WireEvent, { type: 'line' }>): void {
        const wasJoined = this.chat.joined || this.past.isCatchingUp;
        this.apply({ type: 'line', line: event.line, retryAt: event.retryAt });
        if (event.line === 'down') {
            this.turn++;
            this.wasInside = this.wasInside || wasJoined;
            this.entry.answered(null);
        }
        if (event.line !== 'up') return;
        const isBack = event.resumed && this.wasInside && !this.past.isCatchingUp;
        this.wasInside = false;
        if (isBack) {
            this.apply({ type: 'caught-up' });
            this.outbox.sendNext();
        } else void this.entry.enter();
    }

    private begin(): number {
        if (this.isAside) this.apply({ type: 'line', line: 'up', retryAt: null });
        this.isAside = false;
        this.outbox.anew();
        this.past.drop();
        this.here = 'offline';
        return ++this.turn;
    }

    private onRefused(refusal: Refusal): void {
        if (refusal.condition === 'gone') void this.gone(refusal.cause);
        else this.hooks.refused(refusal);
    }

    private onJoined(event: Extract<StanzaEvent, { type: 'joined' }>): void {
        const { idleMs, deadline, protection } = event.facts;
        if (protection !== '' && protection !== this.seat.protection) {
            this.hooks.refused(OTHER_PROTECTION);
            return;
        }
        if (event.token !== '') {
            this.seat = { ...this.seat, token: event.token, name: event.name };
            keep(this.seat);
        }
        this.apply({ type: 'facts', name: event.name, idleMs, deadline, protection });
        if (!this.chat.joined && !this.past.isCatchingUp) {
            this.past.begin();
            this.apply({ type: 'peer', presence: this.here, now: Date.now() });
            this.hooks.entered();
        }
    }

    private onWhole(held: Said[]): void {
        for (const said of held) this.onSaid(said);
        this.apply({ type: 'caught-up' });
        this.outbox.sendNext();
        this.reportRead();
    }

    private noteOwnRead(said: Said): void {
        if (said.from === this.chat.me && said.displayed !== null)
            this.reports.known(said.displayed);
    }

    /* Somebody may have seen the newest now. */
    reportRead(): void {
        if (!this.isOver) this.reports.looked();
    }

    /* Opening takes its time; the order stays. */
    private hear(said: Said): void {
        this.opening = Promise.all([this.envelope.open(said), this.opening])
            .then(([opened]) => {
                if (this.isOver || this.past.hold(opened)) return;
                this.onSaid(opened);
            })
            .catch((error: unknown) => {
                console.error('a message could not be handled', error);
            });
    }

    judge(): void {
        const marks = this.envelope.marks();
        if (marks === null) return;
        this.apply({ type: 'marks', marks });
        this.apply({ type: 'foreign', is: this.envelope.isForeign });
    }

    private onSaid(opened: Said): void {
        const [said = opened] = this.envelope.admit([opened], 'after');
        this.noteOwnRead(said);
        const isTheirs = said.from !== this.chat.me;
        const seen = this.hooks.isSeen();
        this.apply({ type: 'heard', heard: said, seen, now: Date.now() });
        this.judge();
        if (!isTheirs && said.originId !== '') this.outbox.sendNext();
        if (!isTheirs || !isNews(said)) return;
        this.reports.came(said.id);
        this.reportRead();
    }

    private onPeer(event: Extract<StanzaEvent, { type: 'peer' }>): void {
        if (event.name === this.chat.me) return;
        this.here = event.presence;
        this.apply({ type: 'peer', presence: event.presence, now: Date.now() });
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

    private onRemoved(event: Extract<StanzaEvent, { type: 'removed' }>): void {
        const { ended, evicted, cause } = event;
        if (ended) this.end(this.isEnding ? 'me' : (this.endedBy ?? endOf(cause, 'peer')));
        else if (evicted) this.aside();
        else this.outside();
    }

    /* Another of my own sessions took the place. Whoever comes back drives out
     * the next: so in no hurry where nobody looks, and later each time. */
    private aside(): void {
        const first = this.hooks.isHere() ? AGAIN_MS : UNSEEN_MS;
        const pause = first * 2 ** Math.min(this.evictions++, LATER_MAX);
        this.apply({ type: 'line', line: 'down', retryAt: Date.now() + pause });
        this.turn++;
        this.isAside = true;
        this.entry.later(pause);
    }

    /* Somebody looks again, or asks for it. */
    comeBack(): void {
        if (this.isAside && this.wire.isUp) void this.entry.enter();
    }

    /* The stream is there, and we are not inside any more. */
    private outside(): void {
        this.apply({ type: 'line', line: 'connecting', retryAt: null });
        this.apply({ type: 'line', line: 'up', retryAt: null });
        this.turn++;
        this.entry.later();
    }

    private onBounced(id: string, refusal: Refusal): void {
        if (refusal.condition === 'gone') void this.gone(refusal.cause);
        else if (!NOT_NOW.includes(refusal.condition))
            this.outbox.refused(id, refusal);
        else if (this.chat.joined) this.outside();
    }

    /* At the door nobody says why; who looks the link up is told. */
    private async gone(told: string): Promise<void> {
        const ask = (): Promise<string> =>
            this.wire.look(this.seat.seat).then(
                () => '',
                (why: Refused) => why.refusal?.cause ?? '',
            );
        const cause = told || (await ask());
        this.end(endOf(cause, cause === `seat${this.seat.number}` ? 'me' : 'peer'));
    }

    private end(by: End): void {
        if (this.isOver) return;
        this.close();
        this.chat = reduce(this.chat, { type: 'ended', by });
        this.hooks.ended(this.chat);
    }

    /* --- what goes out --- */

    send(body: string, answers: Answered | null): void {
        this.typing.sent();
        this.outbox.say(
            body,
            answers === null ? null : replyTo(this.seat.room, this.chat, answers),
        );
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

    /* True once it is deleted on the server. A wish that waited for the line
     * could not be taken back. */
    async endChat(): Promise<boolean> {
        if (!this.wire.isUp) return false;
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
