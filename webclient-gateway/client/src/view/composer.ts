/* composer.ts - where one writes, answers and corrects. Enter sends with a
 * keyboard, and begins a new line under a thumb. */
import { lastOfMine } from '../room/acts';
import { answeredOf, type Answered } from '../room/quote';
import type { Chat, Message } from '../room/state';
import type { Say } from '../text/text';
import { h, put, setText, show } from './dom';
import { icon } from './icons';

const BYTES_MAX = 16 * 1024;
const ROWS_PX = 160;

/* What stands in it, for when the page comes back. */
export interface Draft {
    body: string;
    answers: Answered | null;
    edits: string; /* key of a message of mine; empty: none */
    aside: string; /* what stood there before the correction began */
}

export interface ComposerDo {
    send: (body: string, answers: Answered | null) => void;
    edit: (key: string, body: string) => void;
    typing: (is: boolean) => void;
    draft: (draft: Draft | null) => void;
}

export class Composer {
    readonly root: HTMLElement;
    readonly area: HTMLTextAreaElement;
    private readonly problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    private readonly bar = h('div', { class: 'about', hidden: true });
    private readonly go: HTMLButtonElement;
    private answers: Answered | null = null;
    private edits = '';
    private aside = '';

    constructor(
        private readonly say: Say,
        private chat: Chat,
        private readonly act: ComposerDo,
        draft: Draft | null,
    ) {
        this.area = h('textarea', {
            rows: '1',
            dir: 'auto',
            placeholder: say('chat.write.hint'),
            'aria-label': say('chat.write', { peer: chat.peer }),
            enterkeyhint: 'enter',
            oninput: () => this.onInput(),
            onkeydown: (event: KeyboardEvent) => this.onKey(event),
            onblur: () => act.typing(false),
        });
        this.go = h(
            'button',
            { type: 'submit', class: 'primary send', 'aria-label': say('chat.send') },
            icon('send'),
        );
        this.root = h(
            'form',
            { class: 'composer', onsubmit: (e: Event) => this.submit(e) },
            this.problem,
            this.bar,
            h('div', { class: 'composer-row' }, this.area, this.go),
        );
        new ResizeObserver(() => this.grow()).observe(this.root);
        if (draft !== null) this.restore(draft);
    }

    private restore({ body, answers, edits, aside }: Draft): void {
        this.answers = answers;
        this.edits = edits;
        this.aside = aside;
        this.area.value = body;
        this.drawBar();
    }

    /* What is answered or corrected may be gone by now. */
    update(chat: Chat): void {
        this.chat = chat;
        this.area.disabled = chat.isForeign;
        const isGone = (m: Message): boolean => m.gone;
        const edited = chat.messages.find((m) => m.key === this.edits);
        const answered = chat.messages.find((m) => m.archiveId === this.answers?.id);
        if (edited !== undefined && isGone(edited)) this.cancel();
        if (answered !== undefined && isGone(answered)) this.cancel();
    }

    answer(message: Message): void {
        if (this.edits !== '') this.cancel();
        this.answers = answeredOf(message);
        this.drawBar();
        this.keep();
        this.area.focus();
    }

    correct(message: Message): void {
        if (this.edits === '') this.aside = this.area.value;
        this.answers = null;
        this.edits = message.key;
        this.fill(message.body);
        this.drawBar();
        this.keep();
        this.area.focus();
    }

    private cancel(): void {
        if (this.edits !== '') this.fill(this.aside);
        this.edits = '';
        this.aside = '';
        this.answers = null;
        this.drawBar();
        this.keep();
        this.area.focus();
    }

    private fill(words: string): void {
        this.area.value = words;
        this.area.setSelectionRange(words.length, words.length);
        this.grow();
        this.check();
    }

    private drawBar(): void {
        const { answers, say } = this;
        const isEdit = this.edits !== '';
        show(this.bar, isEdit || answers !== null);
        this.area.setAttribute('aria-describedby', 'about');
        if (this.bar.hidden) {
            this.area.removeAttribute('aria-describedby');
            return;
        }
        const peer = answers?.mine ? say('chat.you') : this.chat.peer;
        const title = isEdit ? say('chat.edit.on') : say('chat.reply.on', { name: peer });
        const close = h(
            'button',
            {
                type: 'button',
                class: 'quiet bare',
                'aria-label': say(isEdit ? 'chat.edit.off' : 'chat.reply.off'),
                onclick: () => this.cancel(),
            },
            icon('close'),
        );
        const words = isEdit ? '' : (answers?.words ?? '');
        put(
            this.bar,
            h(
                'p',
                { id: 'about' },
                h('strong', {}, title),
                h('span', { dir: 'auto' }, words),
            ),
            close,
        );
    }

    private onKey(event: KeyboardEvent): void {
        /* Safari tells of the Enter that ends a composition only by 229. */
        if (event.isComposing || event.keyCode === 229) return;
        if (event.key === 'Escape' && !this.bar.hidden) {
            event.preventDefault();
            this.cancel();
        } else if (event.key === 'ArrowUp') this.onUp(event);
        else if (event.key === 'Enter' && !event.shiftKey) {
            if (window.matchMedia('(pointer: coarse)').matches) return;
            event.preventDefault();
            this.submit(event);
        }
    }

    /* In an empty field, up reaches for what I said last. */
    private onUp(event: KeyboardEvent): void {
        if (this.area.value !== '' || !this.bar.hidden) return;
        const last = lastOfMine(this.chat);
        if (last === null) return;
        event.preventDefault();
        this.correct(last);
    }

    private onInput(): void {
        this.grow();
        this.check();
        this.keep();
        this.act.typing(this.area.value.trim() !== '');
    }

    private keep(): void {
        const { answers, edits, aside } = this;
        const body = this.area.value;
        const isEmpty = body === '' && answers === null && edits === '';
        this.act.draft(isEmpty ? null : { body, answers, edits, aside });
    }

    private grow(): void {
        this.area.style.height = 'auto';
        const height = Math.min(this.area.scrollHeight + 2, ROWS_PX);
        this.area.style.height = `${height}px`;
    }

    /* What is too long is not sent, and not cut. */
    private check(): boolean {
        const words = this.area.value.trim();
        const bytes = new TextEncoder().encode(words).length;
        const isOver = bytes > BYTES_MAX;
        show(this.problem, isOver);
        if (isOver)
            setText(this.problem, this.say('chat.toolong', { count: tooMany(words, bytes) }));
        return !isOver;
    }

    private submit(event: Event): void {
        event.preventDefault();
        const body = this.area.value.trim();
        if (body === '' || !this.check()) return;
        const { answers, edits } = this;
        this.answers = null;
        this.edits = '';
        this.fill(edits === '' ? '' : this.aside);
        this.aside = '';
        this.drawBar();
        this.keep();
        if (edits === '') this.act.send(body, answers);
        else this.act.edit(edits, body);
        this.area.focus();
    }
}

/* How many characters at the end are too many. */
function tooMany(words: string, bytes: number): number {
    const letters = [...words];
    let count = 0;
    for (let left = bytes; left > BYTES_MAX; count++)
        left -= new TextEncoder().encode(letters[letters.length - 1 - count]).length;
    return count;
}
