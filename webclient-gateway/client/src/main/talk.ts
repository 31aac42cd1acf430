/* talk.ts - one session and the chat screen that shows it. */
import type { Heard, RoomEvent } from '../room/events';
import type { Chat } from '../room/state';
import type { Answered } from '../room/quote';
import { ChatScreen, type ChatDo } from '../view/chat';
import type { Card } from '../view/cards';
import { later } from '../view/later';
import type { Telling } from '../view/telling';
import type { Envelope } from '../wire/envelope';
import type { Refusal } from '../wire/events';
import type { Wire, WireEvent } from '../wire/wire';
import { showUnread } from './badge';
import { keepMade, keepMore, moreOf, type Kept } from './keep';
import { Session } from './session';
import type { Stage } from './stage';
import { aloud, isNews, reasonOf } from './words';

export interface TalkDo {
    shown: () => void;
    refused: (refusal: Refusal) => void;
    ended: (chat: Chat) => void;
    leave: () => void;
}

export class Talk {
    readonly session: Session;
    private screen: ChatScreen | null = null;
    private isDirty = false;
    private isOver = false;
    private unkept: Telling | null = null; /* where nothing may be kept */
    private hush = (): void => undefined; /* what a notification said */

    constructor(
        private readonly stage: Stage,
        wire: Wire,
        seat: Kept,
        envelope: Envelope,
        private readonly theirs: Card | null, /* of a chat made just now */
        private readonly act: TalkDo,
    ) {
        const hooks = {
            changed: (chat: Chat, event: RoomEvent) => this.onChanged(chat, event),
            entered: () => this.show(),
            refused: act.refused,
            ended: (chat: Chat) => {
                this.close();
                act.ended(chat);
            },
            reason: (refusal: Refusal) => reasonOf(stage.say, refusal),
            isSeen: () => this.isSeen(),
            isHere: () => document.visibilityState === 'visible',
        };
        this.session = new Session(wire, seat, hooks, envelope);
    }

    get chat(): Chat {
        return this.session.chat;
    }

    private get telling(): Telling | null {
        return moreOf(this.session.seat, 'telling') ?? this.unkept;
    }

    get isShown(): boolean {
        return this.screen !== null;
    }

    start(code: string): void {
        if (code === '') this.show();
        this.session.start(code);
    }

    stop(): void {
        this.close();
        this.session.stop();
    }

    /* Nothing is shown or kept any more, and nothing told stays told. */
    private close(): void {
        this.isOver = true;
        this.hush();
        showUnread(document.title, 0);
    }

    on(event: WireEvent): void {
        this.session.on(event);
    }

    private show(): void {
        if (this.isOver || this.screen !== null) return;
        const { shell, say, language, tabs } = this.stage;
        const { seat } = this.session;
        const card = this.theirs?.name === this.chat.peer ? this.theirs : null;
        const screen = this.build(card, say, language);
        this.screen = screen;
        this.act.shown();
        tabs.sit(seat.room, seat.seat, seat.name);
        shell.show(screen);
        screen.update(this.chat, Date.now());
    }

    private build(
        card: Card | null,
        say: Stage['say'],
        language: string,
    ): ChatScreen {
        const draft = moreOf(this.session.seat, 'draft');
        return new ChatScreen(say, language, this.chat, card, this.wishes(), draft);
    }

    private wishes(): ChatDo {
        const { session } = this;
        return {
            send: (body, answers) => this.onSend(body, answers),
            edit: (key, body) => session.deeds.edit(key, body),
            react: (key, signs) => session.deeds.react(key, signs),
            retract: (key) => session.deeds.retract(key),
            hide: (key) => session.deeds.hide(key),
            typing: (is) => session.keyed(is),
            draft: (draft) => this.isOver || keepMore(session.seat, 'draft', draft),
            retry: (key) => session.outbox.retry(key),
            drop: (key) => session.outbox.drop(key),
            older: () => void this.older(),
            further: () => session.past.further(),
            reconnect: () => {
                this.stage.line.wake();
                session.comeBack();
            },
            keep: () => void this.keepChat(),
            end: () => session.endChat(),
            leaveDevice: this.act.leave,
            telling: {
                get: () => this.telling,
                set: (telling) => {
                    if (this.isOver) return;
                    keepMore(session.seat, 'telling', telling);
                    const isKept = moreOf(session.seat, 'telling') !== null;
                    this.unkept = isKept ? null : telling;
                },
            },
            compare: session.envelope.compare,
            stays: session.seat.stay,
            voice: (words) => this.stage.shell.say(words),
            seen: () => {
                session.apply({ type: 'seen' });
                session.reportRead();
            },
        };
    }

    /* Without ad-hoc commands these words do the same; here they open what
     * the buttons open. */
    private onSend(body: string, answers: Answered | null): void {
        const word = body.toLowerCase().replace(/^\//, '!');
        if (word === '!end') this.screen?.confirmEnd();
        else if (word === '!keep') void this.keepChat();
        else if (word === '!status') this.screen?.menu();
        else this.session.send(body, answers);
    }

    private async keepChat(): Promise<void> {
        const { shell, say } = this.stage;
        try {
            await this.session.keepChat();
            shell.say(say('wick.kept'));
        } catch {
            shell.say(say('error.title'));
        }
    }

    private async older(): Promise<void> {
        const screen = this.screen;
        if (screen === null) return;
        screen.log.setLoading(true);
        await this.session.past.older();
        screen.log.setLoading(false);
        screen.update(this.chat, Date.now());
    }

    private onChanged(chat: Chat, event: RoomEvent): void {
        if (this.isOver) return;
        const words = aloud(this.stage.say, chat, event);
        if (words !== null && this.screen !== null) this.stage.shell.say(words);
        if (event.type === 'heard') this.tell(event.heard);
        if (event.type === 'missed' && chat.unread > 0) this.tellLast(event.heard);
        if (this.isDirty) return;
        this.isDirty = true;
        queueMicrotask(() => {
            this.isDirty = false;
            this.draw();
        });
    }

    /* Of what came while the line was cut, one notification tells. */
    private tellLast(missed: Heard[]): void {
        const news = missed.filter((h) => h.from !== this.chat.me && isNews(h));
        const last = news[news.length - 1];
        if (last !== undefined) this.tell(last);
    }

    /* Who looks elsewhere is told, if wanted. */
    private tell(heard: Heard): void {
        const { seat, peer } = { seat: this.session.seat, peer: this.chat.peer };
        const { telling } = this;
        const isAway = document.visibilityState !== 'visible' || !document.hasFocus();
        if (telling === null || !isAway || heard.from === this.chat.me || !isNews(heard))
            return;
        const what = { seat: seat.seat, peer, body: heard.body ?? '' };
        later('telling', () => import('../view/telling')).then(
            ({ tell }) => {
                if (!this.isOver) this.hush = tell(telling, what, () => this.draw());
            },
            () => undefined,
        );
    }

    draw(): void {
        const { screen } = this;
        if (screen === null || this.isOver || this.chat.ended !== null) return;
        screen.update(this.chat, Date.now());
        if (this.theirs !== null && this.chat.everSeen) keepMade(null);
        const count = this.chat.unread;
        showUnread(screen.title, count);
        if (count > 0 && this.isSeen()) this.session.apply({ type: 'seen' });
    }

    tick(): void {
        if (this.screen === null) return;
        this.session.apply({ type: 'tick', now: Date.now() });
        this.screen.tick(this.chat, Date.now());
    }

    lookedAway(): void {
        this.session.apply({ type: 'looked-away' });
    }

    lookedBack(): void {
        this.hush();
        this.session.comeBack();
        this.session.reportRead();
        this.draw();
    }

    private isSeen(): boolean {
        return (
            document.visibilityState === 'visible' &&
            (this.screen?.log.isAtEnd() ?? false)
        );
    }
}
