/* app.ts - introduces the floors to each other: the address to a screen, the
 * screen to a session, the session to the wire. */
import { parseFragment } from '../room/link';
import type { Chat, End } from '../room/state';
import type { Say } from '../text/text';
import { endedScreen } from '../view/ended';
import { deadEnd } from '../view/join';
import { ask, button } from '../view/parts';
import { later } from '../view/later';
import type { Shell } from '../view/shell';
import type { Envelope } from '../wire/envelope';
import type { Refusal } from '../wire/events';
import type { Wire, WireEvent } from '../wire/wire';
import { Invitation } from './invitation';
import { envelopeOf, type Obstacle } from './guard';
import { forget, forgetChat, forgetTab, keep, keepKey, kept, type Kept } from './keep';
import { Line, pause } from './line';
import { Making } from './making';
import type { Stage, Still } from './stage';
import type { Tabs } from './tabs';
import type { Talk } from './talk';
import { endOf } from './words';

const TICK_MS = 1_000;

/* The chat itself: while the code is typed, there is time to fetch it. */
const loadTalk = (): Promise<typeof import('./talk')> =>
    later('talk', () => import('./talk'));

type Ready = [Wire, typeof import('./talk'), Envelope | Obstacle];

export class App {
    private readonly stage: Stage;
    private readonly making: Making;
    private readonly invitation: Invitation;
    private talk: Talk | null = null;
    private visit = 0; /* of an address; an old one's answers are ignored */
    private knocks = 0; /* who knocks twice comes in once */

    constructor(shell: Shell, say: Say, language: string, tabs: Tabs) {
        const line = new Line((event) => this.onWire(event));
        this.stage = { shell, say, language, tabs, line };
        this.making = new Making(this.stage);
        this.invitation = new Invitation(this.stage, {
            enter: (still, seat, code) => this.enter(still, seat, code),
            fresh: this.fresh,
            again: () => void this.route(),
            isFinal: (refusal) => this.isFinal(refusal),
            obstacle: (why) => this.showObstacle(why),
        });
    }

    run(): void {
        window.addEventListener('hashchange', () => void this.route());
        window.addEventListener('pagehide', () => this.onHide());
        window.addEventListener('pageshow', (event) => {
            if (event.persisted) void this.route();
        });
        window.addEventListener('online', () => this.stage.line.wake());
        document.addEventListener('visibilitychange', () => this.onVisible());
        window.setInterval(() => this.talk?.tick(), TICK_MS);
        void this.route();
    }

    /* --- the address --- */

    private arrive(): Still {
        const visit = ++this.visit;
        return () => visit === this.visit;
    }

    private async route(): Promise<void> {
        const still = this.arrive();
        this.rise();
        if (location.hash === '' || location.hash === '#') {
            this.making.show(still);
            return;
        }
        const link = parseFragment(location.hash);
        if (link === null) {
            this.showUnknown();
            return;
        }
        if (link.key !== null) {
            /* Nobody who looks at the address shall see it, nor who is shown
             * the page later. */
            history.replaceState(null, '', `#${link.seat}`);
            keepKey(link.seat, link.key);
        }
        await this.open(still, link.seat);
    }

    private async open(still: Still, id: string): Promise<void> {
        const seat = kept(id);
        const isOwn = await this.stage.tabs.claim();
        if (!still()) return;
        if (seat !== null && seat.token !== '' && (isOwn || seat.stay)) {
            loadTalk().catch(() => undefined);
            await this.enter(still, seat, '');
            return;
        }
        if (seat !== null && !isOwn) forgetTab();
        document.addEventListener(
            'input',
            () => void loadTalk().catch(() => undefined),
            { once: true },
        );
        await this.invite(still, id);
    }

    private invite(still: Still, seat: string): Promise<void> {
        return this.invitation.show(still, seat, this.making.made);
    }

    /* Leaves the chat that is open here, if one is. */
    private rise(): void {
        this.talk?.stop();
        this.talk = null;
        this.invitation.screen = null;
        this.stage.tabs.rise();
    }

    private fresh = (): void => {
        this.making.drop();
        history.pushState(null, '', location.pathname + location.search);
        void this.route();
    };

    /* --- the chat --- */

    private async enter(still: Still, seat: Kept, code: string): Promise<void> {
        this.talk?.stop();
        const knock = ++this.knocks;
        const ready = await this.connect(() => still() && knock === this.knocks, seat);
        if (ready === null) return;
        const [wire, { Talk: Begin }, envelope] = ready;
        if (typeof envelope === 'string') {
            this.showObstacle(envelope);
            return;
        }
        const theirs = this.making.made?.theirs ?? null;
        const talk: Talk = new Begin(this.stage, wire, seat, envelope, theirs, {
            shown: () => (this.invitation.screen = null),
            refused: (refusal) => this.onRefused(talk, refusal),
            ended: (chat) => this.onEnded(talk, chat),
            leave: () => this.leaveDevice(talk),
        });
        this.talk = talk;
        talk.start(code);
    }

    private async connect(still: Still, seat: Kept): Promise<Ready | null> {
        for (;;) {
            try {
                const ready = await Promise.all([
                    this.stage.line.connect(),
                    loadTalk(),
                    envelopeOf(seat),
                ]);
                return still() ? ready : null;
            } catch {
                this.invitation.screen?.away();
                await pause();
                if (!still()) return null;
            }
        }
    }

    private onRefused(talk: Talk, refusal: Refusal): void {
        if (talk !== this.talk) return;
        const { seat } = talk.session;
        talk.stop();
        this.talk = null;
        if (refusal.condition === 'other-protection') {
            this.showObstacle('downgrade');
            return;
        }
        if (this.isFinal(refusal)) {
            forget(seat.seat);
            return;
        }
        if (!talk.isShown) {
            this.invitation.refused(refusal);
            return;
        }
        /* The key is no longer good: only the code opens it now. */
        keep({ ...seat, token: '' });
        void this.invite(this.arrive(), seat.seat).then(() =>
            this.invitation.screen?.again(),
        );
    }

    private onEnded(talk: Talk, chat: Chat): void {
        if (talk !== this.talk) return;
        this.talk = null;
        this.making.drop();
        forgetChat(talk.session.seat);
        this.showEnded(chat.ended ?? 'somebody', chat.peer, chat);
    }

    private leaveDevice(talk: Talk): void {
        if (talk !== this.talk) return;
        this.rise();
        this.making.drop();
        forget(talk.session.seat.seat);
        const { say } = this.stage;
        const actions = [button(say('ended.new'), 'plain', this.fresh)];
        /* Where the link had a key, that is forgotten too. */
        if (talk.session.seat.protection !== 'link')
            actions.unshift(button(say('left.back'), 'plain', () => void this.route()));
        this.showDead(say('left.title'), say('left.text'), actions);
    }

    /* --- ends --- */

    private isFinal(refusal: Refusal | null): boolean {
        if (refusal?.condition === 'gone')
            this.showEnded(endOf(refusal.cause, 'somebody'), null, null);
        else if (refusal?.condition === 'item-not-found') this.showUnknown();
        else return false;
        return true;
    }

    private showEnded(by: End, peer: string | null, chat: Chat | null): void {
        const { shell, say, tabs } = this.stage;
        const has = chat !== null && chat.messages.length > 0;
        this.invitation.screen = null;
        tabs.rise();
        shell.show(
            endedScreen(say, by, peer, chat?.protection ?? null, {
                fresh: this.fresh,
                save: has ? () => void this.saveCopy(chat) : null,
            }),
        );
    }

    /* What this tab still has: nobody else can be asked any more. */
    private async saveCopy(chat: Chat): Promise<void> {
        const { say, language } = this.stage;
        const part = await later('saving', () => import('../view/saving')).catch(
            () => null,
        );
        part?.savingSheet(say, language, { chat: () => chat, further: null });
        if (part !== null) return;
        const dialog = ask({
            title: say('later.title'),
            text: say('ended.save.hint'),
            actions: [button(say('guard.close'), 'primary', () => dialog.close())],
        });
    }

    /* Nothing was sent, and nothing will be. */
    private showObstacle(why: Obstacle): void {
        const { say } = this.stage;
        this.showDead(say(`join.${why}`), say(`join.${why}.hint`));
    }

    private showUnknown(): void {
        const { say } = this.stage;
        this.showDead(say('join.unknown'), say('join.unknown.hint'));
    }

    private showDead(title: string, hint: string, actions?: HTMLElement[]): void {
        const { shell, say } = this.stage;
        const fresh = button(say('join.new'), 'plain', this.fresh);
        this.invitation.screen = null;
        shell.show(deadEnd(say, title, hint, actions ?? [fresh]));
    }

    /* --- the world around --- */

    private onWire(event: WireEvent): void {
        this.talk?.on(event);
        if (event.type !== 'line' || event.line === 'connecting') return;
        const isDown = event.line === 'down';
        const join = this.invitation.screen;
        if (isDown) join?.away();
        else join?.back();
        this.making.onLine(isDown);
    }

    private onVisible(): void {
        if (document.visibilityState !== 'visible') {
            this.talk?.lookedAway();
            return;
        }
        this.stage.line.wake();
        this.talk?.lookedBack();
    }

    private onHide(): void {
        this.talk?.stop();
        this.stage.line.close();
    }
}
