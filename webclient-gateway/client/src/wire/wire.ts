/* wire.ts - one stream to the server: strophe.js to typed events and back.
 *
 * A stream that was cut is resumed (XEP-0198) or opened anew, with growing
 * pauses, for as long as somebody wants it. */
import {
    MemoryStorageBackend,
    Strophe,
    type Builder,
} from 'strophe.js';
import type { Page, Refusal, Said, SeatFacts, StanzaEvent } from './events';
import {
    parseCommand,
    parseFin,
    parseMessage,
    parsePresence,
    parseRefusal,
    parseResult,
    parseSeat,
} from './parse';
import { NS } from './ns';
import * as say from './stanzas';
import { eventHere, saidHere } from './clock';
import { attr, child, fit } from './xml';

export type WireEvent =
    | StanzaEvent
    | { type: 'line'; line: 'connecting' | 'up' | 'down'; resumed: boolean; retryAt: number | null };

const ANSWER_MS = 20_000;
const PROBE_MS = 5_000;
const PING_EVERY_MS = 50_000;
const CONNECT_MS = 15_000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const PAGE = 50;

/* Thrown by questions: with the server's refusal, or null when there was no
 * answer at all. */
export class Refused extends Error {
    constructor(readonly refusal: Refusal | null) {
        super(refusal?.condition ?? 'no answer');
    }
}

/* What may have to be sent again is kept by the library as XMLSerializer
 * writes it, and Firefox's leaves out the xmlns of every element that was made
 * without a namespace, as the library makes them. */
function rooted(stanza: Builder): Element {
    const text = fit(stanza.toString());
    return new DOMParser().parseFromString(text, 'text/xml').documentElement;
}

interface Question {
    done: (iq: Element) => void;
    fail: (why: Refused) => void;
    timer: number;
}

export class Wire {
    private readonly connection: InstanceType<typeof Strophe.Connection>;
    private readonly questions = new Map<string, Question>();
    private readonly pages = new Map<string, Said[]>();
    private wanted = false;
    private state: 'down' | 'connecting' | 'up' = 'down';
    private tries = 0;
    private timer = 0;
    private guard = 0;
    private pinger = 0;
    private counter = 0;
    private waiting: (() => void)[] = [];

    constructor(
        url: string,
        readonly domain: string,
        private readonly tell: (event: WireEvent) => void,
        private readonly newId: () => string,
        private readonly ahead: number, /* ms: the server's clock */
    ) {
        /* The library would write to the console of what passes. */
        Strophe.setLogLevel(Strophe.LogLevel.FATAL);
        this.connection = new Strophe.Connection(url, {
            enableStreamManagement: true,
            /* Only for as long as the page lives: a copied tab must not take
             * over this one's session. */
            streamManagement: { storage: new MemoryStorageBackend() },
        });
        this.dropLost();
    }

    /* Where a stream cannot be resumed, the library would send again all that
     * was under way, before we are inside again. Whoever sent it knows better:
     * the outbox, in its order; and a question was given up. */
    private dropLost(): void {
        const sm = this.connection.sm as unknown as {
            onFailed: () => void;
            _pendingResend: unknown[];
        };
        sm.onFailed = () => (sm._pendingResend = []);
    }

    get isUp(): boolean {
        return this.state === 'up';
    }

    /* Keeps a stream from now on. */
    want(): void {
        this.wanted = true;
        if (this.state === 'down') this.open();
    }

    /* Something says that the world may have changed: try at once, or see
     * whether the stream that we believe in still lives. */
    wake(): void {
        if (!this.wanted) return;
        if (this.state === 'down') {
            this.tries = 0;
            this.open();
        } else if (this.state === 'up') {
            this.ask(say.ping(`guests.${this.domain}`), PROBE_MS).catch(
                (why: Refused) => why.refusal === null && this.cut(),
            );
        }
    }

    /* Ends the stream for good, politely. */
    close(): void {
        this.wanted = false;
        window.clearTimeout(this.timer);
        if (this.state !== 'down') this.connection.disconnect('');
    }

    send(stanza: Builder): boolean {
        if (this.state !== 'up') return false;
        this.connection.send(rooted(stanza));
        return true;
    }

    flush(): void {
        if (this.state === 'up') this.connection.flush();
    }

    async look(seat: string): Promise<SeatFacts> {
        const facts = parseSeat(
            await this.ask(say.look(this.domain, seat), ANSWER_MS),
        );
        if (facts === null) throw new Refused(null);
        return facts;
    }

    async create(
        wish: say.Wish,
    ): Promise<{ note: string; fields: Map<string, string> | null }> {
        const answer = parseCommand(
            await this.ask(say.create(this.domain, wish), ANSWER_MS),
        );
        const made = answer.status === 'completed';
        return { note: answer.note, fields: made ? answer.fields : null };
    }

    async command(room: string, node: string): Promise<void> {
        await this.ask(say.command(room, node), 3 * ANSWER_MS);
    }

    async page(
        room: string,
        where: { before: string } | { after: string },
    ): Promise<Page> {
        const queryId = this.newId();
        const said: Said[] = [];
        this.pages.set(queryId, said);
        try {
            const iq = await this.ask(
                say.archive(room, queryId, where, PAGE),
                ANSWER_MS,
            );
            return { said, ...parseFin(iq) };
        } finally {
            this.pages.delete(queryId);
        }
    }

    /* Resolves when the stream is up. */
    private up(): Promise<void> {
        this.want();
        if (this.state === 'up') return Promise.resolve();
        return new Promise((done) => this.waiting.push(done));
    }

    private async ask(question: Builder, patience: number): Promise<Element> {
        await this.up();
        const id = `q${++this.counter}-${this.newId()}`;
        question.root().attrs({ id });
        return new Promise((done, fail) => {
            const timer = window.setTimeout(() => {
                this.questions.delete(id);
                fail(new Refused(null));
            }, patience);
            this.questions.set(id, { done, fail, timer });
            this.connection.send(rooted(question));
        });
    }

    private open(): void {
        window.clearTimeout(this.timer);
        this.state = 'connecting';
        this.tellLine(null);
        this.guard = window.setTimeout(() => this.cut(), CONNECT_MS);
        this.connection.connect(
            `guests.${this.domain}`,
            '',
            (status: number) => this.onStatus(status),
            undefined,
            undefined,
            undefined,
            undefined,
            500,
        );
    }

    private cut(): void {
        this.connection.disconnect('');
    }

    private onStatus(status: number): void {
        if (status === Strophe.Status.CONNECTED) this.onUp();
        else if (status === Strophe.Status.DISCONNECTED) this.onDown();
        else if (status === Strophe.Status.AUTHFAIL) this.cut();
    }

    private onUp(): void {
        window.clearTimeout(this.guard);
        this.state = 'up';
        this.tries = 0;
        const connection = this.connection;
        connection.addHandler((e: Element) => this.onStanza(e), '', '', '');
        this.pinger = window.setInterval(() => this.wake(), PING_EVERY_MS);
        this.tell({
            type: 'line',
            line: 'up',
            resumed: connection.hasResumed(),
            retryAt: null,
        });
        for (const done of this.waiting.splice(0)) done();
    }

    private onDown(): void {
        if (this.state === 'down') return;
        window.clearTimeout(this.guard);
        window.clearInterval(this.pinger);
        this.state = 'down';
        for (const question of this.questions.values()) {
            window.clearTimeout(question.timer);
            question.fail(new Refused(null));
        }
        this.questions.clear();
        if (!this.wanted) return;
        const last = PAUSES_MS.length - 1;
        const base = PAUSES_MS[Math.min(this.tries++, last)] ?? 1000;
        const pause = base * (0.75 + this.jitter() / 2);
        this.timer = window.setTimeout(() => this.open(), pause);
        this.tellLine(Date.now() + pause);
    }

    /* So that a restarted server is not met by everybody at once. */
    private jitter(): number {
        return parseInt(this.newId().slice(0, 4), 16) / 0xffff || 0;
    }

    private tellLine(retryAt: number | null): void {
        const line = this.state;
        this.tell({ type: 'line', line, resumed: false, retryAt });
    }

    private onStanza(stanza: Element): boolean {
        try {
            this.dispatch(stanza);
        } catch (error) {
            console.error('a stanza could not be handled', error);
        }
        return true;
    }

    private dispatch(stanza: Element): void {
        if (stanza.localName === 'iq') this.onIq(stanza);
        else if (stanza.localName === 'presence')
            this.tellIf(parsePresence(stanza));
        else if (stanza.localName === 'message') this.onMessage(stanza);
    }

    private tellIf(event: StanzaEvent | null): void {
        if (event !== null) this.tell(eventHere(event, this.ahead));
    }

    private onMessage(stanza: Element): void {
        const result = child(stanza, 'result', NS.mam);
        if (result === null) {
            this.tellIf(parseMessage(stanza));
            return;
        }
        const queryId = attr(result, 'queryid');
        const found = parseResult(stanza, queryId);
        if (found !== null) this.pages.get(queryId)?.push(saidHere(found.said, this.ahead));
    }

    private onIq(iq: Element): void {
        const type = attr(iq, 'type');
        const id = attr(iq, 'id');
        if (type === 'get' && child(iq, 'ping', NS.ping) !== null) {
            this.send(say.pong(attr(iq, 'from'), id));
            return;
        }
        const question = this.questions.get(id);
        if (question === undefined || type === 'get' || type === 'set') return;
        this.questions.delete(id);
        window.clearTimeout(question.timer);
        if (type === 'result') question.done(iq);
        else question.fail(new Refused(parseRefusal(iq)));
    }
}

