/* log.ts - the messages: bubbles, days, ticks. Changes what changed only. */
import { wishes } from '../room/acts';
import { ticks } from '../room/look';
import type { Chat, Message } from '../room/state';
import type { Say } from '../text/text';
import { Bubbles, isSame, lookOf, type BubbleDo, type Look } from './bubble';
import { h, put, setText } from './dom';
import { Rover } from './rover';
import { dayName, dayOf } from './days';

export interface LogDo extends BubbleDo {
    older: () => void;
}

const NEAR_END_PX = 48;
const RUN_MS = 5 * 60_000; /* nearer together than this is one breath */
const FLASH_MS = 2_000;

interface Row {
    element: HTMLElement;
    look: Look | null; /* null: no message */
    shape: string;
}

export class Log {
    readonly root: HTMLElement;
    private readonly list = h('ol', { class: 'messages' });
    private readonly top = h('div', { class: 'top' });
    private readonly further: HTMLElement;
    private readonly rows = new Map<string, Row>();
    private readonly bubbles: Bubbles;
    private readonly rover = new Rover(this.list);
    private loading = false;
    private isStuck = true; /* to the newest */
    private height = 0;

    constructor(
        private readonly say: Say,
        private readonly language: string,
        private readonly act: LogDo,
    ) {
        this.bubbles = new Bubbles(say, language, act);
        this.further = h('button', { type: 'button', class: 'quiet', onclick: () => act.older() });
        this.root = h(
            'div',
            {
                class: 'log',
                role: 'log',
                'aria-live': 'off',
                'aria-label': say('chat.log'),
                tabindex: '0',
                onscroll: () => this.onScroll(),
            },
            this.top,
            this.list,
        );
        /* A keyboard that opens, or a window that turns, hides nothing. */
        new ResizeObserver(() => this.isStuck && this.toEnd()).observe(this.root);
    }

    isAtEnd(): boolean {
        const { scrollTop, clientHeight, scrollHeight } = this.root;
        return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    }

    toEnd(): void {
        this.isStuck = true;
        this.root.scrollTop = this.root.scrollHeight;
    }

    setLoading(is: boolean): void {
        this.loading = is;
        this.nameTop();
    }

    private nameTop(): void {
        setText(this.further, this.say(this.loading ? 'chat.older.loading' : 'chat.older'));
    }

    private onScroll(): void {
        const { clientHeight } = this.root;
        /* The browser scrolls too when the place changes: that is nobody's
         * wish to look back. */
        if (clientHeight === this.height) this.isStuck = this.isAtEnd();
        this.height = clientHeight;
        if (this.root.scrollTop < 80 && !this.loading) this.act.older();
    }

    update(chat: Chat, now: number): void {
        const atEnd = this.isAtEnd();
        const before = this.root.scrollHeight - this.root.scrollTop;
        const first = this.list.firstElementChild;
        const hadFocus = this.root.contains(document.activeElement);
        this.drawTop(chat);
        this.drawRows(chat, now);
        /* What had it may be gone: the arrows go on from here. */
        if (hadFocus && !this.root.contains(document.activeElement))
            this.root.focus({ preventScroll: true });
        if (atEnd) this.toEnd();
        else if (first !== this.list.firstElementChild)
            this.root.scrollTop = this.root.scrollHeight - before;
    }

    private drawTop(chat: Chat): void {
        const kind = chat.messages.length === 0 ? '' : chat.hasOlder ? 'more' : 'begin';
        this.nameTop();
        if (this.top.dataset['kind'] === kind) return;
        this.top.dataset['kind'] = kind;
        if (kind === 'more') put(this.top, this.further);
        else if (kind === 'begin')
            put(this.top, h('p', { class: 'hint' }, this.say('chat.begin')));
        else put(this.top);
    }

    private drawRows(chat: Chat, now: number): void {
        const tickOf = ticks(chat);
        const wishOf = wishes(chat);
        const wanted: HTMLElement[] = [];
        const keys = new Set<string>();
        let last: Message | null = null;

        for (const message of chat.messages) {
            if (last === null || dayOf(last.at) !== dayOf(message.at))
                wanted.push(this.day(message, now, keys));
            if (message.key === chat.firstUnread)
                wanted.push(this.divider(keys));
            const { key, archiveId } = message;
            const look = lookOf(chat, message, tickOf.get(key), wishOf.get(archiveId));
            wanted.push(this.row(chat, look, isRun(last, message), keys));
            last = message;
        }
        for (const key of [...this.rows.keys()])
            if (!keys.has(key)) this.rows.delete(key);
        this.arrange(wanted);
        this.rover.settle();
    }

    /* Puts the elements in order and leaves those that stand right alone. */
    private arrange(wanted: HTMLElement[]): void {
        let at = this.list.firstChild;
        for (const element of wanted) {
            if (element === at) at = at.nextSibling;
            else this.list.insertBefore(element, at);
        }
        while (at !== null) {
            const next: ChildNode | null = at.nextSibling;
            at.remove();
            at = next;
        }
    }

    private fixed(
        key: string,
        keys: Set<string>,
        make: () => HTMLElement,
    ): HTMLElement {
        keys.add(key);
        const old = this.rows.get(key);
        if (old !== undefined) return old.element;
        const element = make();
        this.rows.set(key, { element, look: null, shape: '' });
        return element;
    }

    private day(message: Message, now: number, keys: Set<string>): HTMLElement {
        const name = dayName(message.at, now, this.language);
        return this.fixed(`day ${dayOf(message.at)} ${name}`, keys, () =>
            h('li', { class: 'day' }, h('span', {}, name)),
        );
    }

    private divider(keys: Set<string>): HTMLElement {
        return this.fixed('unread', keys, () =>
            h('li', { class: 'day unread' }, h('span', {}, this.say('chat.unread'))),
        );
    }

    private row(
        chat: Chat,
        look: Look,
        isRun: boolean,
        keys: Set<string>,
    ): HTMLElement {
        const { message } = look;
        const shape = isRun ? 'run' : '';
        keys.add(message.key);
        const old = this.rows.get(message.key);
        if (old?.look && old.shape === shape && isSame(old.look, look))
            return old.element;
        const element = old?.element ?? h('li');
        element.className = `message ${message.mine ? 'mine' : 'theirs'} ${shape}`;
        element.dataset['id'] = message.archiveId;
        this.rover.keep(element, () => put(element, ...this.bubbles.draw(chat, look)));
        this.rows.set(message.key, { element, look, shape });
        return element;
    }

    /* Brings a message into sight; false where it is not loaded. */
    reveal(archiveId: string): boolean {
        const row = [...this.rows.values()].find(
            ({ look }) =>
                look !== null &&
                (look.message.archiveId === archiveId ||
                    look.message.edits.some((e) => e.archiveId === archiveId)),
        );
        if (row === undefined) return false;
        this.isStuck = false;
        this.bring(row.element, 0.5);
        row.element.classList.add('found');
        window.setTimeout(() => row.element.classList.remove('found'), FLASH_MS);
        this.rover.to(row.element);
        return true;
    }

    /* Scrolls the log, and not the page around it, until `element` stands at
     * its top (0) or in its middle (0.5). */
    private bring(element: Element, place: number): void {
        const [own, at] = [this.root, element].map((e) => e.getBoundingClientRect());
        if (own === undefined || at === undefined) return;
        const above = Math.max(0, own.height - at.height) * place;
        this.root.scrollTop += at.top - own.top - above;
    }

    /* On the first look, what is new stands below the divider. */
    toDivider(): void {
        const divider = this.list.querySelector('.unread');
        if (divider === null) return;
        this.isStuck = false;
        this.bring(divider, 0);
        this.isStuck = this.isAtEnd();
    }
}

function isRun(last: Message | null, message: Message): boolean {
    return (
        last !== null &&
        last.mine === message.mine &&
        message.at - last.at < RUN_MS &&
        dayOf(last.at) === dayOf(message.at)
    );
}
