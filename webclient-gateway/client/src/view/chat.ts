/* chat.ts - the conversation: header, wick, messages, composer. */
import { isEnding, outbox, wick } from '../room/look';
import type { Chat } from '../room/state';
import type { Key, Say } from '../text/text';
import { Composer, type ComposerDo, type Draft } from './composer';
import type { Card } from './cards';
import { seenAt } from './days';
import { h, nameOf, put, setText, show } from './dom';
import { icon, type Icon } from './icons';
import { later } from './later';
import { Log } from './log';
import { ask, button, explain, guardOf } from './parts';
import { Sheets, type SheetsDo } from './sheets';
import type { Screen } from './shell';
import { countdown, span } from './time';

export interface ChatDo extends ComposerDo, SheetsDo {
    retry: (key: string) => void;
    drop: (key: string) => void;
    older: () => void;
    compare: string[]; /* digits that the other screen shows too */
    reconnect: () => void;
    keep: () => void;
    end: () => Promise<boolean>;
    leaveDevice: () => void;
    seen: () => void;
}

export class ChatScreen implements Screen {
    readonly root: HTMLElement;
    readonly title: string;
    readonly first: HTMLElement;
    private readonly dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
    private readonly state = h('span', { class: 'state' });
    private readonly line = h('div', { class: 'wick-left' });
    private readonly timer = h('div', { class: 'wick', role: 'timer' }, this.line);
    private readonly chip = h('div', { class: 'chip', hidden: true });
    private readonly chipTime = h('span');
    private readonly empty = h('div', { class: 'empty', hidden: true });
    private readonly strip = h('div', { class: 'strip', hidden: true });
    private readonly stripText = h('span');
    private readonly notice = h('div', { class: 'strip', role: 'status', hidden: true });
    private readonly newest: HTMLButtonElement;
    private readonly composer: Composer;
    private readonly sheets: Sheets;
    readonly log: Log;
    private chat: Chat;
    private isPlaced = false; /* where reading goes on */

    constructor(
        private readonly say: Say,
        private readonly language: string,
        chat: Chat,
        private readonly peerCard: Card | null,
        private readonly act: ChatDo,
        draft: Draft | null,
    ) {
        this.chat = chat;
        this.title = `${chat.peer} · ${say('app.name')}`;
        this.composer = new Composer(say, chat, act, draft);
        this.sheets = new Sheets(say, language, () => this.chat, act, {
            answer: (message) => this.composer.answer(message),
            correct: (message) => this.composer.correct(message),
            reveal: (archiveId) => this.log.reveal(archiveId),
        });
        this.log = new Log(say, language, {
            ...act,
            menu: (key, at) => this.sheets.message(key, at),
            jump: (archiveId) => void this.sheets.jump(archiveId),
        });
        this.first = this.composer.area;
        this.newest = button(say('chat.newest'), 'pill', () => this.toEnd(), 'down');
        this.newest.hidden = true;
        put(
            this.chip,
            this.chipTime,
            ' ',
            button(say('wick.keep'), 'plain', act.keep),
        );
        put(
            this.strip,
            h('span', { class: 'dot', 'aria-hidden': 'true' }),
            this.stripText,
            button(say('line.retry'), 'quiet', act.reconnect),
        );
        this.root = this.build();
        this.log.root.addEventListener('scroll', () => this.onLook());
    }

    private build(): HTMLElement {
        return h(
            'main',
            { class: 'chat' },
            this.header(),
            this.timer,
            h(
                'div',
                { class: 'talk' },
                this.chip,
                this.empty,
                this.log.root,
                this.newest,
            ),
            this.notice,
            this.strip,
            this.composer.root,
        );
    }

    private header(): HTMLElement {
        const say = this.say;
        const guard = guardOf(this.chat.protection);
        const shield = h(
            'button',
            {
                type: 'button',
                class: 'quiet shield',
                'aria-label': say(`guard.${guard}`),
                onclick: () => void explain(say, guard, this.act.compare),
            },
            icon('shield'),
            h('span', { class: 'wide' }, say(`guard.${guard}.short`)),
        );
        const menu = button(say('chat.menu'), 'quiet bare', () => this.menu(), 'menu');
        menu.setAttribute('aria-haspopup', 'dialog');
        return h(
            'header',
            { class: 'head' },
            h(
                'div',
                { class: 'who' },
                h('h1', {}, nameOf(this.chat.peer)),
                h('p', { class: 'presence' }, this.dot, this.state),
            ),
            shield,
            menu,
            button(say('chat.end'), 'ember', () => this.confirmEnd()),
        );
    }

    menu(): void {
        const say = this.say;
        const left = (this.chat.deadline ?? 0) - Date.now();
        const item = (words: Key, run: () => void, drawing: Icon): HTMLElement =>
            button(say(words), 'plain', () => {
                dialog.close();
                run();
            }, drawing);
        const dialog = ask({
            title: say('chat.menu'),
            text:
                this.chat.deadline === null
                    ? ''
                    : say('wick.name', { time: span(left, say) }),
            kind: 'menu',
            actions: [
                item('chat.menu.search', () => this.sheets.search(), 'search'),
                item('chat.menu.tell', () => this.sheets.tell(), 'bell'),
                item('chat.menu.save', () => this.sheets.save(), 'copy'),
                item('chat.menu.leave', () => this.confirmLeave(), 'leave'),
                button(say('chat.end.no'), 'quiet', () => dialog.close()),
            ],
        });
    }

    private confirmLeave(): void {
        const say = this.say;
        const dialog = ask({
            title: say('chat.leave.title'),
            text: say('chat.leave.text'),
            actions: [
                button(say('chat.end.no'), 'plain', () => dialog.close()),
                button(say('chat.leave.yes'), 'primary', () => {
                    dialog.close();
                    this.act.leaveDevice();
                }),
            ],
        });
    }

    confirmEnd(): void {
        const say = this.say;
        const trouble = h('p', { class: 'problem', role: 'alert' });
        const no = button(say('chat.end.no'), 'plain', () => dialog.close());
        const yes = button(say('chat.end.yes'), 'ember full', () => void end());
        const dialog = ask({
            title: say('chat.end.title'),
            text: say('chat.end.text'),
            inside: [trouble],
            actions: [
                no,
                button(say('chat.end.save'), 'plain', () => this.sheets.save()),
                yes,
            ],
        });
        const end = async (): Promise<void> => {
            const label = yes.querySelector('span') as HTMLElement;
            /* What is under way is not taken back. */
            no.disabled = yes.disabled = true;
            setText(label, say('chat.end.going'));
            if (await this.act.end()) {
                dialog.close();
                return;
            }
            no.disabled = yes.disabled = false;
            setText(label, say('chat.end.yes'));
            setText(trouble, say('chat.end.failed'));
        };
    }

    private toEnd(): void {
        this.log.toEnd();
        this.onLook();
        this.composer.area.focus();
    }

    private onLook(): void {
        if (this.log.isAtEnd() && this.chat.unread > 0) this.act.seen();
        this.drawNewest();
    }

    private drawNewest(): void {
        const count = this.chat.unread;
        const label = this.newest.querySelector('span') as HTMLElement;
        const key = count > 0 ? 'chat.newest.count' : 'chat.newest';
        setText(label, this.say(key, { count }));
        show(this.newest, !this.log.isAtEnd());
    }

    update(chat: Chat, now: number): void {
        const isMineNew =
            chat.messages.length > this.chat.messages.length &&
            chat.messages[chat.messages.length - 1]?.mine === true;
        this.chat = chat;
        this.drawPresence(now);
        this.drawEmpty();
        this.log.update(chat, now);
        this.composer.update(chat);
        this.place();
        if (isMineNew) this.log.toEnd();
        this.drawNewest();
        this.drawLine(now);
        this.drawWick(now);
        this.drawNotice();
    }

    /* Whoever comes back reads on where the new begins. */
    private place(): void {
        if (this.isPlaced || this.chat.newestId === '') return;
        this.isPlaced = true;
        this.log.toDivider();
    }

    /* Time went by, and nothing else. */
    tick(chat: Chat, now: number): void {
        this.chat = chat;
        this.drawPresence(now);
        this.drawLine(now);
        this.drawWick(now);
    }

    private drawPresence(now: number): void {
        const { chat, say } = this;
        const is = chat.typingUntil > now ? 'typing' : chat.presence;
        this.dot.className = `dot ${chat.presence}`;
        this.state.className = `state ${is}`;
        if (is === 'typing') setText(this.state, say('chat.typing'));
        else if (is !== 'offline') setText(this.state, say(`chat.${is}`));
        else if (!chat.everSeen) setText(this.state, say('chat.never'));
        else if (chat.seenAt === null) setText(this.state, say('chat.offline'));
        else {
            const time = seenAt(chat.seenAt, now, this.language);
            setText(this.state, say('chat.seen', { time }));
        }
    }

    private drawEmpty(): void {
        const { chat, say } = this;
        const isEmpty = chat.messages.length === 0 && chat.joined;
        show(this.empty, isEmpty);
        if (!isEmpty) return;
        const here = chat.presence !== 'offline';
        const key = `${here}${chat.everSeen}`;
        if (this.empty.dataset['key'] === key) return;
        this.empty.dataset['key'] = key;
        const values = { peer: chat.peer };
        if (here) put(this.empty, h('p', {}, say('chat.empty.here', values)));
        else if (chat.everSeen) put(this.empty, h('p', {}, say('chat.empty')));
        else
            put(
                this.empty,
                h('p', { class: 'lead' }, say('chat.empty.waiting', values)),
                h('p', { class: 'hint' }, say('chat.empty.need', values)),
            );
        if (!here && !chat.everSeen) void this.drawCard();
    }

    /* Who made the chat in this tab still has what the other needs. */
    private async drawCard(): Promise<void> {
        if (this.peerCard === null) return;
        const { cardOf } = await later('cards', () => import('./cards'));
        if (this.chat.everSeen || this.empty.querySelector('.card') !== null) return;
        this.empty.append(cardOf(this.say, this.peerCard, false, () => undefined));
    }

    private drawLine(now: number): void {
        const { chat, say } = this;
        const waiting = outbox(chat).length;
        const isDown = chat.line !== 'up' || !chat.joined;
        show(this.strip, isDown && chat.ended === null);
        if (!isDown) return;
        const parts = [this.lineWords(now)];
        if (waiting === 1) parts.push(say('line.queued.one'));
        if (waiting > 1) parts.push(say('line.queued.many', { count: waiting }));
        setText(this.stripText, parts.join(' '));
        const retry = this.strip.querySelector('button');
        if (retry !== null) show(retry, chat.line === 'down');
    }

    private lineWords(now: number): string {
        const { chat, say } = this;
        if (chat.line === 'down') {
            const left = Math.max(0, (chat.retryAt ?? now) - now);
            return say('line.down', { count: Math.ceil(left / 1000) });
        }
        if (chat.line === 'connecting')
            return say(chat.newestId === '' ? 'line.first' : 'line.connecting');
        return say(chat.newestId === '' ? 'line.first' : 'line.joining');
    }

    private drawWick(now: number): void {
        const { chat, say } = this;
        const rest = wick(chat, now);
        const ending = isEnding(chat, now);
        this.line.style.transform = `scaleX(${rest.toFixed(4)})`;
        this.timer.classList.toggle('ending', ending);
        const left = (chat.deadline ?? now) - now;
        const name = say('wick.name', { time: span(left, say) });
        if (this.timer.getAttribute('aria-label') !== name)
            this.timer.setAttribute('aria-label', name);
        show(this.chip, ending);
        if (ending)
            setText(this.chipTime, say('wick.chip', { time: countdown(left, say) }));
    }

    private drawNotice(): void {
        const { chat, say } = this;
        show(this.notice, chat.notice !== '' || chat.isForeign);
        if (chat.notice === 'full') setText(this.notice, say('full.full'));
        if (chat.notice === 'nearly-full') setText(this.notice, say('full.nearly'));
        this.notice.classList.toggle('bad', chat.isForeign);
        if (chat.isForeign) setText(this.notice, say('foreign'));
    }
}
