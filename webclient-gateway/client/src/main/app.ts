/* app.ts - introduces the floors to each other: the address to a screen, the
 * screen to a session, the session to the wire. */
import { parseFragment, type Link } from '../room/link';
import type { Chat, End } from '../room/state';
import type { RoomEvent } from '../room/events';
import type { Say } from '../text/text';
import type { Card } from '../view/cards';
import { ChatScreen } from '../view/chat';
import { endedScreen } from '../view/ended';
import { deadEnd, JoinScreen } from '../view/join';
import { button } from '../view/parts';
import type { Shell } from '../view/shell';
import { startScreen, type Wish } from '../view/start';
import { span } from '../view/time';
import type { Refusal, SeatFacts } from '../wire/events';
import { Refused, type Wire, type WireEvent } from '../wire/wire';
import { allKept, forget, forgetTab, keep, kept, type Kept } from './keep';
import { Line, pause } from './line';
import { saveCopy } from './save';
import { Session } from './session';
import type { Tabs } from './tabs';
import { aloud, endOf, reasonOf } from './words';

const TICK_MS = 1_000;

export class App {
    private readonly line = new Line((event) => this.onWire(event));
    private session: Session | null = null;
    private screen: ChatScreen | null = null;
    private join: JoinScreen | null = null;
    private visit = 0; /* of an address; an old one's answers are ignored */
    private made: { mine: Card; theirs: Card } | null = null;
    private looked: { seat: string; facts: SeatFacts } | null = null;
    private readonly switched = new Set<string>(); /* seats, knowingly */
    private isDirty = false;

    constructor(
        private readonly shell: Shell,
        private readonly say: Say,
        private readonly language: string,
        private readonly tabs: Tabs,
    ) {}

    run(): void {
        window.addEventListener('hashchange', () => void this.route());
        window.addEventListener('pagehide', () => this.onHide());
        window.addEventListener('pageshow', (event) => {
            if (event.persisted) void this.route();
        });
        window.addEventListener('online', () => this.line.wake());
        document.addEventListener('visibilitychange', () => this.onVisible());
        window.setInterval(() => this.onTick(), TICK_MS);
        void this.route();
    }

    /* --- the address --- */

    private async route(): Promise<void> {
        const visit = ++this.visit;
        this.session?.stop();
        this.session = null;
        this.screen = null;
        this.join = null;
        this.tabs.rise();
        if (location.hash === '' || location.hash === '#') {
            this.showStart();
            return;
        }
        const link = parseFragment(location.hash);
        if (link === null) this.showUnknown();
        else if (link.key !== null)
            this.showDead(this.say('join.key'), this.say('join.key.hint'));
        else await this.open(visit, link);
    }

    private async open(visit: number, link: Link): Promise<void> {
        const seat = kept(link.seat);
        const isOwn = await this.tabs.claim();
        if (visit !== this.visit) return;
        if (seat !== null && seat.token !== '' && (isOwn || seat.stay)) {
            await this.enter(visit, seat, '');
            return;
        }
        if (seat !== null && !isOwn) forgetTab();
        await this.invite(visit, link.seat);
    }

    private fresh = (): void => {
        this.made = null;
        history.pushState(null, '', location.pathname + location.search);
        void this.route();
    };

    /* --- start --- */

    private showStart(): void {
        this.shell.show(
            startScreen(this.say, allKept(), {
                create: (wish) => this.create(wish),
                forget,
            }),
        );
        /* Opened ahead, so that the chat is there when the form is filled. */
        this.line.connect().catch(() => undefined);
        document.addEventListener(
            'input',
            () => void import('../view/cards').catch(() => undefined),
            { once: true },
        );
    }

    private async create(wish: Wish): Promise<string | null> {
        try {
            const wire = await this.line.connect();
            /* First what shows the codes: they are told only once. */
            const { cardsScreen } = await import('../view/cards');
            const { note, fields } = await wire.create(wish);
            if (fields === null) return note;
            this.showCards(fields, cardsScreen);
            return null;
        } catch (error) {
            const refusal = error instanceof Refused ? error.refusal : null;
            return refusal?.words || this.say('join.away');
        }
    }

    private showCards(
        fields: Map<string, string>,
        cardsScreen: typeof import('../view/cards').cardsScreen,
    ): void {
        const card = (seat: number): Card => ({
            name: fields.get(`seat${seat}-name`) ?? '',
            code: fields.get(`seat${seat}-code`) ?? '',
            link: fields.get(`seat${seat}-link`) ?? '',
        });
        const made = { mine: card(1), theirs: card(2) };
        this.made = made;
        this.shell.show(
            cardsScreen(this.say, made.mine, made.theirs, () => {
                location.hash = made.mine.link.split('#')[1] ?? '';
            }),
        );
    }

    /* --- join --- */

    private async invite(visit: number, seat: string): Promise<void> {
        const mine = this.made?.mine;
        const isMade = mine !== undefined && mine.link.endsWith(`#${seat}`);
        const join = new JoinScreen(this.say, {
            enter: (code, stay) => void this.tryCode(visit, seat, code, stay),
            retry: () => this.line.wake(),
            fresh: this.fresh,
        });
        this.join = join;
        this.shell.show(join);
        if (isMade) join.busy(true);
        const facts = await this.lookUntilKnown(visit, seat, join);
        if (facts === null || visit !== this.visit) return;
        if (await this.askSwitch(visit, seat, facts)) return;
        const hasApp = this.line.hasApps;
        join.greet(facts.name, facts.peer, hasApp ? `xmpp:${facts.room}?join` : null);
        if (isMade) void this.tryCode(visit, seat, mine.code, false);
    }

    private async lookUntilKnown(
        visit: number,
        seat: string,
        join: JoinScreen,
    ): Promise<SeatFacts | null> {
        for (;;) {
            try {
                const wire = await this.line.connect();
                const facts = await wire.look(seat);
                this.looked = { seat, facts };
                join.back();
                return facts;
            } catch (error) {
                if (visit !== this.visit) return null;
                const refusal = error instanceof Refused ? error.refusal : null;
                if (this.isFinal(refusal)) return null;
                join.away();
                await pause();
                if (visit !== this.visit) return null;
            }
        }
    }

    private isFinal(refusal: Refusal | null): boolean {
        if (refusal?.condition === 'gone') {
            this.showEnded(endOf(refusal.cause, 'somebody'), null, null);
            return true;
        }
        if (refusal?.condition === 'item-not-found') {
            this.showUnknown();
            return true;
        }
        return false;
    }

    /* In this browser somebody is the other person already. */
    private async askSwitch(
        visit: number,
        seat: string,
        facts: SeatFacts,
    ): Promise<boolean> {
        const other =
            allKept().find((k) => k.room === facts.room && k.seat !== seat) ??
            (await this.tabs.rival(facts.room, seat));
        if (other === null || visit !== this.visit || this.switched.has(seat))
            return false;
        const say = this.say;
        const values = { name: other.name, other: facts.name };
        this.showDead(say('join.switch', values), say('join.switch.hint', values), [
            button(say('join.switch.back', values), 'primary', () => {
                location.hash = other.seat;
            }),
            button(say('join.switch.do', values), 'plain', () => {
                this.switched.add(seat);
                void this.route();
            }),
        ]);
        return true;
    }

    private async tryCode(
        visit: number,
        seat: string,
        code: string,
        stay: boolean,
    ): Promise<void> {
        const join = this.join;
        if (join === null) return;
        const facts =
            this.looked?.seat === seat
                ? this.looked.facts
                : await this.lookUntilKnown(visit, seat, join);
        if (facts === null || visit !== this.visit) return;
        await this.enter(visit, { seat, token: '', stay, ...facts }, code);
    }

    /* --- chat --- */

    private async enter(visit: number, seat: Kept, code: string): Promise<void> {
        this.session?.stop();
        const wire = await this.connectUntil(visit);
        if (wire === null) return;
        const session = new Session(wire, seat, {
            changed: (chat, event) => this.onChanged(session, chat, event),
            entered: () => this.onEntered(session),
            refused: (refusal) => this.onRefused(session, refusal),
            ended: (chat) => this.onEnded(session, chat),
            reason: (refusal) => reasonOf(this.say, refusal),
            isSeen: () => this.isSeen(),
        });
        this.session = session;
        if (code === '') this.showChat(session);
        session.start(code);
    }

    private async connectUntil(visit: number): Promise<Wire | null> {
        for (;;) {
            try {
                const wire = await this.line.connect();
                return visit === this.visit ? wire : null;
            } catch {
                this.join?.away();
                await pause();
                if (visit !== this.visit) return null;
            }
        }
    }

    private showChat(session: Session): void {
        if (this.screen !== null) return;
        const say = this.say;
        const theirs = this.made?.theirs ?? null;
        const isTheirs = theirs !== null && theirs.name === session.chat.peer;
        const screen = new ChatScreen(
            say,
            this.language,
            session.chat,
            isTheirs ? theirs : null,
            {
                send: (body) => this.onSend(session, body),
                typing: (is) => session.keyed(is),
                retry: (key) => session.retry(key),
                drop: (key) => session.drop(key),
                older: () => void this.older(session, screen),
                reconnect: () => this.line.wake(),
                keep: () => void this.keepChat(session),
                end: () => session.endChat(),
                leaveDevice: () => this.leaveDevice(session),
                save: () => this.save(session.chat),
                seen: () => {
                    session.apply({ type: 'seen' });
                    session.reportRead();
                },
            },
        );
        this.join = null;
        this.screen = screen;
        this.tabs.sit(session.seat.room, session.seat.seat, session.seat.name);
        this.shell.show(screen);
        screen.update(session.chat, Date.now());
    }

    /* Without ad-hoc commands these words do the same; here they open what
     * the buttons open. */
    private onSend(session: Session, body: string): void {
        const word = body.toLowerCase().replace(/^\//, '!');
        if (word === '!end') this.screen?.confirmEnd();
        else if (word === '!keep') void this.keepChat(session);
        else if (word === '!status') this.sayStatus(session.chat);
        else session.send(body);
    }

    private sayStatus(chat: Chat): void {
        const left = (chat.deadline ?? Date.now()) - Date.now();
        this.shell.say(this.say('wick.name', { time: span(left, this.say) }));
    }

    private async keepChat(session: Session): Promise<void> {
        try {
            await session.keepChat();
            this.shell.say(this.say('wick.kept'));
        } catch {
            this.shell.say(this.say('error.title'));
        }
    }

    private async older(session: Session, screen: ChatScreen): Promise<void> {
        screen.log.setLoading(true);
        await session.older();
        screen.log.setLoading(false);
        screen.update(session.chat, Date.now());
    }

    private save(chat: Chat): void {
        saveCopy(chat, this.language, this.say('chat.you'));
    }

    private leaveDevice(session: Session): void {
        session.stop();
        this.session = null;
        this.screen = null;
        this.tabs.rise();
        forget(session.seat.seat);
        const say = this.say;
        this.showDead(say('left.title'), say('left.text'), [
            button(say('left.back'), 'plain', () => void this.route()),
            button(say('ended.new'), 'plain', this.fresh),
        ]);
    }

    private onEntered(session: Session): void {
        if (session === this.session) this.showChat(session);
    }

    private onRefused(session: Session, refusal: Refusal): void {
        if (session !== this.session) return;
        const seat = session.seat.seat;
        session.stop();
        this.session = null;
        if (this.isFinal(refusal)) {
            forget(seat);
            return;
        }
        if (this.screen !== null) {
            /* The key is no longer good: only the code opens it now. */
            this.screen = null;
            keep({ ...session.seat, token: '' });
            const visit = ++this.visit;
            void this.invite(visit, seat).then(() => this.join?.again());
            return;
        }
        const join = this.join;
        if (refusal.wait > 0) join?.wait(refusal.wait);
        else if (refusal.condition === 'not-authorized') join?.wrong(refusal.left);
        else join?.forbidden(refusal.words);
    }

    private onEnded(session: Session, chat: Chat): void {
        if (session !== this.session) return;
        this.session = null;
        forget(session.seat.seat);
        document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
        this.showEnded(chat.ended ?? 'somebody', chat.peer, chat);
    }

    private onChanged(session: Session, chat: Chat, event: RoomEvent): void {
        if (session !== this.session) return;
        const words = aloud(this.say, chat, event);
        if (words !== null && this.screen !== null) this.shell.say(words);
        if (this.isDirty) return;
        this.isDirty = true;
        queueMicrotask(() => {
            this.isDirty = false;
            this.draw();
        });
    }

    private draw(): void {
        const { session, screen } = this;
        if (session === null || screen === null) return;
        screen.update(session.chat, Date.now());
        const count = session.chat.unread;
        document.title = count > 0 ? `(${count}) ${screen.title}` : screen.title;
        if (session.chat.unread > 0 && this.isSeen()) session.apply({ type: 'seen' });
    }

    /* --- ends --- */

    private showEnded(by: End, peer: string | null, chat: Chat | null): void {
        const has = chat !== null && chat.messages.length > 0;
        this.screen = null;
        this.join = null;
        this.tabs.rise();
        this.shell.show(
            endedScreen(this.say, by, peer, {
                fresh: this.fresh,
                save: has ? () => this.save(chat) : null,
            }),
        );
    }

    private showUnknown(): void {
        this.showDead(this.say('join.unknown'), this.say('join.unknown.hint'));
    }

    private showDead(title: string, hint: string, actions?: HTMLElement[]): void {
        const fresh = button(this.say('join.new'), 'plain', this.fresh);
        this.join = null;
        this.shell.show(deadEnd(this.say, title, hint, actions ?? [fresh]));
    }

    /* --- the world around --- */

    private onWire(event: WireEvent): void {
        this.session?.on(event);
        if (event.type !== 'line' || this.join === null) return;
        if (event.line === 'down') this.join.away();
        if (event.line === 'up') this.join.back();
    }

    private isSeen(): boolean {
        return (
            document.visibilityState === 'visible' &&
            (this.screen?.log.isAtEnd() ?? false)
        );
    }

    private onVisible(): void {
        if (document.visibilityState !== 'visible') {
            this.session?.apply({ type: 'looked-away' });
            return;
        }
        this.line.wake();
        this.session?.reportRead();
        this.draw();
    }

    private onHide(): void {
        this.session?.stop();
        this.line.close();
    }

    private onTick(): void {
        const { session, screen } = this;
        if (session === null || screen === null) return;
        session.apply({ type: 'tick', now: Date.now() });
        screen.tick(session.chat, Date.now());
    }
}
