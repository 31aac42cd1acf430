/* log.ts - the messages: bubbles, days, ticks. Changes what changed only. */
import { ticks, type Tick } from '../room/look';
import type { Chat, Message } from '../room/state';
import type { Say } from '../text/text';
import { h, nameOf, put } from './dom';
import { icon, type Icon } from './icons';
import { clock, dayName, dayOf } from './time';

export interface LogDo {
    retry: (key: string) => void;
    drop: (key: string) => void;
    older: () => void;
}

const TICKS: Record<Tick, Icon> = {
    queued: 'clock',
    failed: 'failed',
    stored: 'one',
    delivered: 'two',
    read: 'two',
};
const NEAR_END_PX = 48;
const RUN_MS = 5 * 60_000; /* nearer together than this is one breath */
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}]/g;

/* Words with their addresses made into links; nothing else is markup. */
function words(body: string): (Node | string)[] {
    const parts: (Node | string)[] = [];
    let at = 0;
    for (const found of body.matchAll(LINK)) {
        const start = found.index ?? 0;
        parts.push(body.slice(at, start));
        parts.push(
            h(
                'a',
                { href: found[0], target: '_blank', rel: 'noopener noreferrer' },
                found[0],
            ),
        );
        at = start + found[0].length;
    }
    parts.push(body.slice(at));
    return parts;
}

interface Row {
    element: HTMLElement;
    message: Message;
    tick: Tick | undefined;
    shape: string;
}

export class Log {
    readonly root: HTMLElement;
    private readonly list = h('ol', { class: 'messages' });
    private readonly top = h('div', { class: 'top' });
    private readonly rows = new Map<string, Row>();
    private loading = false;
    private isStuck = true; /* to the newest */
    private height = 0;

    constructor(
        private readonly say: Say,
        private readonly language: string,
        private readonly act: LogDo,
    ) {
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
        this.drawTop(chat);
        this.drawRows(chat, now);
        if (atEnd) this.toEnd();
        else if (first !== this.list.firstElementChild)
            this.root.scrollTop = this.root.scrollHeight - before;
    }

    private drawTop(chat: Chat): void {
        const kind = chat.messages.length === 0 ? '' : chat.hasOlder ? 'more' : 'begin';
        const key = `${kind}${this.loading}`;
        if (this.top.dataset['key'] === key) return;
        this.top.dataset['key'] = key;
        if (kind === 'more')
            put(
                this.top,
                h(
                    'button',
                    { type: 'button', class: 'quiet', onclick: () => this.act.older() },
                    this.say(this.loading ? 'chat.older.loading' : 'chat.older'),
                ),
            );
        else if (kind === 'begin')
            put(this.top, h('p', { class: 'hint' }, this.say('chat.begin')));
        else put(this.top);
    }

    private drawRows(chat: Chat, now: number): void {
        const tickOf = ticks(chat);
        const wanted: HTMLElement[] = [];
        const keys = new Set<string>();
        let last: Message | null = null;

        for (const message of chat.messages) {
            if (last === null || dayOf(last.at) !== dayOf(message.at))
                wanted.push(this.day(message, now, keys));
            if (message.key === chat.firstUnread)
                wanted.push(this.divider(keys));
            const isRun =
                last !== null &&
                last.mine === message.mine &&
                message.at - last.at < RUN_MS &&
                dayOf(last.at) === dayOf(message.at);
            wanted.push(
                this.row(chat, message, tickOf.get(message.key), isRun, keys),
            );
            last = message;
        }
        for (const key of [...this.rows.keys()])
            if (!keys.has(key)) this.rows.delete(key);
        this.arrange(wanted);
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
        this.rows.set(key, {
            element,
            message: null as never,
            tick: undefined,
            shape: '',
        });
        return element;
    }

    private day(message: Message, now: number, keys: Set<string>): HTMLElement {
        const name = dayName(message.at, now, this.language, this.say);
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
        message: Message,
        tick: Tick | undefined,
        isRun: boolean,
        keys: Set<string>,
    ): HTMLElement {
        const shape = isRun ? 'run' : '';
        keys.add(message.key);
        const old = this.rows.get(message.key);
        if (
            old !== undefined &&
            old.message === message &&
            old.tick === tick &&
            old.shape === shape
        )
            return old.element;
        const element = old?.element ?? h('li');
        element.className = `message ${message.mine ? 'mine' : 'theirs'} ${shape}`;
        element.dataset['id'] = message.archiveId;
        put(element, this.bubble(chat, message, tick));
        this.rows.set(message.key, { element, message, tick, shape });
        return element;
    }

    private bubble(
        chat: Chat,
        message: Message,
        tick: Tick | undefined,
    ): HTMLElement {
        const who = message.mine ? this.say('chat.you') : chat.peer;
        return h(
            'div',
            { class: tick === 'failed' ? 'bubble failed' : 'bubble' },
            h('span', { class: 'unseen' }, nameOf(who), ': '),
            this.body(message),
            this.reactions(message),
            this.foot(message, tick),
            tick === 'failed' ? this.failure(message) : null,
        );
    }

    private body(message: Message): HTMLElement {
        if (message.gone)
            return h('p', { class: 'gone' }, this.say('chat.gone'));
        if (message.outside === null)
            return h('p', { class: 'body', dir: 'auto' }, ...words(message.body));
        return h(
            'p',
            { class: 'body', dir: 'auto' },
            ...words(message.body),
            h('small', { class: 'outside' }, icon('outside'), this.say('chat.outside')),
        );
    }

    private reactions(message: Message): HTMLElement | null {
        const all = [...message.reactions.theirs, ...message.reactions.mine];
        if (all.length === 0) return null;
        return h('p', { class: 'reactions' }, [...new Set(all)].join(' '));
    }

    private foot(message: Message, tick: Tick | undefined): HTMLElement {
        const time = h(
            'time',
            { datetime: new Date(message.at).toISOString() },
            clock(message.at, this.language),
        );
        const foot = h('p', { class: 'foot' });
        if (message.edited) foot.append(this.say('chat.edited'), ' ');
        foot.append(time);
        if (tick !== undefined) {
            const name = this.say(`tick.${tick}`);
            const sign = h(
                'span',
                { class: `tick ${tick}`, title: this.tip(tick, name) },
                icon(TICKS[tick]),
                h('span', { class: tick === 'failed' ? '' : 'unseen' }, name),
            );
            foot.append(' ', sign);
        }
        return foot;
    }

    private tip(tick: Tick, name: string): string {
        return tick === 'stored' ? `${name}. ${this.say('tick.why')}` : name;
    }

    private failure(message: Message): HTMLElement {
        const act = this.act;
        return h(
            'div',
            { class: 'failure' },
            h('p', {}, message.why),
            h(
                'div',
                { class: 'row' },
                h(
                    'button',
                    { type: 'button', class: 'plain', onclick: () => act.retry(message.key) },
                    this.say('fail.retry'),
                ),
                h(
                    'button',
                    { type: 'button', class: 'plain', onclick: () => act.drop(message.key) },
                    this.say('fail.delete'),
                ),
            ),
        );
    }
}

