/* talk.ts - one session and the chat screen that shows it. */
import type { RoomEvent } from '../room/events';
import type { Chat } from '../room/state';
import { ChatScreen } from '../view/chat';
import type { Card } from '../view/cards';
import { span } from '../view/time';
import type { Refusal } from '../wire/events';
import type { Wire, WireEvent } from '../wire/wire';
import type { Kept } from './keep';
import { saveCopy } from './save';
import { Session } from './session';
import type { Stage } from './stage';
import { aloud, reasonOf } from './words';

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

    constructor(
        private readonly stage: Stage,
        wire: Wire,
        seat: Kept,
        private readonly theirs: Card | null, /* of a chat made just now */
        private readonly act: TalkDo,
    ) {
        this.session = new Session(wire, seat, {
            changed: (chat, event) => this.onChanged(chat, event),
            entered: () => this.show(),
            refused: act.refused,
            ended: act.ended,
            reason: (refusal) => reasonOf(stage.say, refusal),
            isSeen: () => this.isSeen(),
        });
    }

    get chat(): Chat {
        return this.session.chat;
    }

    get isShown(): boolean {
        return this.screen !== null;
    }

    start(code: string): void {
        if (code === '') this.show();
        this.session.start(code);
    }

    stop(): void {
        this.isOver = true;
        this.session.stop();
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
        const { session } = this;
        return new ChatScreen(say, language, this.chat, card, {
            send: (body) => this.onSend(body),
            typing: (is) => session.keyed(is),
            retry: (key) => session.outbox.retry(key),
            drop: (key) => session.outbox.drop(key),
            older: () => void this.older(),
            reconnect: () => this.stage.line.wake(),
            keep: () => void this.keepChat(),
            end: () => session.endChat(),
            leaveDevice: this.act.leave,
            save: () => this.save(),
            seen: () => {
                session.apply({ type: 'seen' });
                session.reportRead();
            },
        });
    }

    /* Without ad-hoc commands these words do the same; here they open what
     * the buttons open. */
    private onSend(body: string): void {
        const word = body.toLowerCase().replace(/^\//, '!');
        if (word === '!end') this.screen?.confirmEnd();
        else if (word === '!keep') void this.keepChat();
        else if (word === '!status') this.sayStatus();
        else this.session.send(body);
    }

    private sayStatus(): void {
        const { shell, say } = this.stage;
        const left = (this.chat.deadline ?? Date.now()) - Date.now();
        shell.say(say('wick.name', { time: span(left, say) }));
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

    private save(): void {
        saveCopy(this.chat, this.stage.language, this.stage.say('chat.you'));
    }

    private onChanged(chat: Chat, event: RoomEvent): void {
        if (this.isOver) return;
        const words = aloud(this.stage.say, chat, event);
        if (words !== null && this.screen !== null) this.stage.shell.say(words);
        if (this.isDirty) return;
        this.isDirty = true;
        queueMicrotask(() => {
            this.isDirty = false;
            this.draw();
        });
    }

    draw(): void {
        const { screen } = this;
        if (screen === null || this.isOver || this.chat.ended !== null) return;
        screen.update(this.chat, Date.now());
        const count = this.chat.unread;
        document.title = count > 0 ? `(${count}) ${screen.title}` : screen.title;
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
