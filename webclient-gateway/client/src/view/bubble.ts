/* bubble.ts - one message as it is drawn. */
import type { Wish } from '../room/acts';
import type { Tick } from '../room/look';
import { quoteOf, short, type Quote } from '../room/quote';
import type { Chat, Message } from '../room/state';
import type { Say } from '../text/text';
import { h, nameOf } from './dom';
import { icon, type Icon } from './icons';
import { styled } from './styled';
import { clock } from './days';

export interface BubbleDo {
    retry: (key: string) => void;
    drop: (key: string) => void;
    menu: (key: string, at: HTMLElement) => void;
    react: (key: string, signs: string[]) => void;
    jump: (archiveId: string) => void;
}

const TICKS: Record<Tick, Icon> = {
    queued: 'clock',
    failed: 'failed',
    stored: 'one',
    delivered: 'two',
    read: 'two',
};

/* All that decides how a message looks. */
export interface Look {
    message: Message;
    tick: Tick | undefined;
    wish: Wish | undefined;
    quote: Quote | null;
}

export function lookOf(
    chat: Chat,
    message: Message,
    tick: Tick | undefined,
    wish: Wish | undefined,
): Look {
    const isWaiting = wish !== undefined && tick !== undefined;
    return {
        message,
        tick: isWaiting ? 'queued' : tick,
        wish,
        quote: message.reply === null ? null : quoteOf(chat, message.reply),
    };
}

/* Is there anything that can be done with it? */
function canTouch({ archiveId, trouble }: Message): boolean {
    return archiveId !== '' && !trouble;
}

/* Two looks that need no new drawing. */
export function isSame(a: Look, b: Look): boolean {
    return (
        a.message === b.message &&
        a.tick === b.tick &&
        JSON.stringify([a.wish, a.quote]) === JSON.stringify([b.wish, b.quote])
    );
}

export class Bubbles {
    constructor(
        private readonly say: Say,
        private readonly language: string,
        private readonly act: BubbleDo,
    ) {}

    /* The message, and the button that opens its menu. */
    draw(chat: Chat, look: Look): (HTMLElement | null)[] {
        const { message, tick, wish } = look;
        const who = message.mine ? this.say('chat.you') : chat.peer;
        const isGone = message.gone || wish?.gone === true;
        const bubble = h(
            'div',
            { class: this.kindOf(look), onclick: (e: Event) => this.onTap(e, message) },
            h('span', { class: 'unseen' }, nameOf(who), ': '),
            ...this.marks(message),
            look.quote === null || isGone ? null : this.quote(chat, look.quote),
            isGone ? this.gone(message) : this.body(message, wish),
            this.foot(message, tick),
            tick === 'failed' ? this.failure(message) : this.trouble(message),
        );
        const signs = isGone ? null : this.signs(chat, message, wish);
        return [
            h('div', { class: 'turn' }, bubble, signs),
            !canTouch(message) ? null : this.more(message, isGone),
        ];
    }

    private kindOf({ message, tick, wish }: Look): string {
        const kinds = ['bubble'];
        if (tick === 'failed') kinds.push('failed');
        if (message.gone) kinds.push('none');
        else if (wish?.gone) kinds.push('going');
        if (message.trouble) kinds.push('shut');
        return kinds.join(' ');
    }

    /* Under a thumb there is nothing to hover: the bubble itself opens the
     * menu, but for what is in it. */
    private onTap(event: Event, message: Message): void {
        const target = event.target as HTMLElement;
        if (!window.matchMedia('(hover: none)').matches) return;
        if (!canTouch(message) || target.closest('a, button') !== null) return;
        if (String(window.getSelection() ?? '') !== '') return;
        this.act.menu(message.key, event.currentTarget as HTMLElement);
    }

    private more({ key, body }: Message, isGone: boolean): HTMLElement {
        const words = isGone ? this.say('chat.gone') : short(body);
        return h(
            'button',
            {
                type: 'button',
                class: 'more',
                tabindex: '-1',
                'aria-haspopup': 'dialog',
                'aria-label': this.say('chat.more', { words }),
                onclick: (e: Event) =>
                    this.act.menu(key, e.currentTarget as HTMLElement),
            },
            icon('menu'),
        );
    }

    private quote(chat: Chat, quote: Quote): HTMLElement {
        const who = quote.mine ? this.say('chat.you') : chat.peer;
        const words = quote.gone ? this.say('chat.gone') : quote.words;
        return h(
            'button',
            {
                type: 'button',
                class: quote.gone ? 'answers none' : 'answers',
                tabindex: '-1',
                onclick: () => this.act.jump(quote.id),
            },
            h('span', { class: 'unseen' }, this.say('chat.answers'), ' '),
            h('strong', {}, nameOf(who)),
            h('span', { dir: 'auto' }, words),
        );
    }

    private gone(message: Message): HTMLElement {
        const key = message.gone ? 'chat.gone' : 'chat.going';
        return h('p', { class: 'gone' }, this.say(key));
    }

    /* What is wrong with its place among the others. */
    private marks({ mark }: Message): HTMLElement[] {
        if (!mark) return [];
        const { missing, deleted, isLate, isBlind } = mark;
        const said: string[] = [];
        const count = (what: 'missing' | 'deleted', n: number): void => {
            const key = n === 1 ? 'one' : 'many';
            if (n > 0) said.push(this.say(`mark.${what}.${key}`, { count: n }));
        };
        count('missing', missing);
        count('deleted', deleted);
        if (isLate) said.push(this.say('mark.late'));
        if (isBlind) said.push(this.say('mark.blind'));
        const kind = missing > 0 || isLate || isBlind ? 'mark bad' : 'mark';
        return said.map((words) => h('p', { class: kind }, words));
    }

    private body(message: Message, wish: Wish | undefined): HTMLElement {
        if (message.trouble)
            return h('p', { class: 'shut-words' }, this.say(`trouble.${message.trouble}`));
        const words = styled(wish?.body ?? message.body);
        const { outside } = message;
        if (outside === null)
            return h('p', { class: 'body', dir: 'auto' }, ...words);
        return h(
            'p',
            { class: 'body', dir: 'auto' },
            ...words,
            h('small', { class: 'outside' }, icon('outside'), this.say('chat.outside')),
        );
    }

    private signs(
        chat: Chat,
        message: Message,
        wish: Wish | undefined,
    ): HTMLElement | null {
        const mine = wish?.signs ?? message.reactions.mine;
        const { theirs } = message.reactions;
        const all = [...new Set([...theirs, ...mine])];
        if (all.length === 0) return null;
        const isOpen = message.archiveId !== '' && chat.ended === null;
        return h(
            'p',
            { class: wish?.signs ? 'signs waiting' : 'signs' },
            ...all.map((sign) => {
                const isMine = mine.includes(sign);
                const rest = mine.filter((s) => s !== sign);
                return h(
                    'button',
                    {
                        type: 'button',
                        class: 'sign',
                        tabindex: '-1',
                        disabled: !isOpen,
                        'aria-pressed': String(isMine),
                        'aria-label': this.nameOfSign(sign, chat.peer, isMine, theirs),
                        onclick: () =>
                            this.act.react(message.key, isMine ? rest : [...mine, sign]),
                    },
                    sign,
                    isMine && theirs.includes(sign) ? h('small', {}, '2') : null,
                );
            }),
        );
    }

    private nameOfSign(
        sign: string,
        peer: string,
        isMine: boolean,
        theirs: string[],
    ): string {
        const key = !isMine
            ? 'sign.theirs'
            : theirs.includes(sign)
              ? 'sign.both'
              : 'sign.mine';
        return this.say(key, { sign, peer });
    }

    private foot(message: Message, tick: Tick | undefined): HTMLElement {
        const time = h(
            'time',
            { datetime: new Date(message.at).toISOString() },
            clock(message.at, this.language),
        );
        const foot = h('p', { class: 'foot' });
        if (message.edits.length > 0 && !message.gone)
            foot.append(this.say('chat.edited'), ' ');
        foot.append(time);
        if (tick !== undefined && !message.gone) foot.append(' ', this.sign(tick));
        return foot;
    }

    private sign(tick: Tick): HTMLElement {
        const name = this.say(`tick.${tick}`);
        const tip = tick === 'stored' ? `${name}. ${this.say('tick.why')}` : name;
        return h(
            'span',
            { class: `tick ${tick}`, title: tip },
            icon(TICKS[tick]),
            h('span', { class: tick === 'failed' ? '' : 'unseen' }, name),
        );
    }

    /* What I did to it was refused. */
    private trouble({ why }: Message): HTMLElement | null {
        if (why === '') return null;
        return h('p', { class: 'trouble-line' }, this.say('fail.act', { why }));
    }

    private failure({ key, why }: Message): HTMLElement {
        const { retry, drop } = this.act;
        const button = (words: string, onclick: () => void): HTMLElement =>
            h('button', { type: 'button', class: 'plain', onclick }, words);
        return h(
            'div',
            { class: 'failure' },
            h('p', {}, why),
            h(
                'div',
                { class: 'row' },
                button(this.say('fail.retry'), () => retry(key)),
                button(this.say('fail.delete'), () => drop(key)),
            ),
        );
    }
}
