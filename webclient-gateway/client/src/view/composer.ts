/* composer.ts - where one writes. Enter sends with a keyboard, and begins a
 * new line under a thumb. */
import type { Say } from '../text/text';
import { h, setText, show } from './dom';
import { icon } from './icons';

const BYTES_MAX = 16 * 1024;
const ROWS_PX = 160;

export interface ComposerDo {
    send: (body: string) => void;
    typing: (is: boolean) => void;
}

export class Composer {
    readonly root: HTMLElement;
    readonly area: HTMLTextAreaElement;
    private readonly problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    private readonly go: HTMLButtonElement;

    constructor(
        private readonly say: Say,
        peer: string,
        private readonly act: ComposerDo,
    ) {
        this.area = h('textarea', {
            rows: '1',
            dir: 'auto',
            placeholder: say('chat.write.hint'),
            'aria-label': say('chat.write', { peer }),
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
            h('div', { class: 'composer-row' }, this.area, this.go),
        );
    }

    private onKey(event: KeyboardEvent): void {
        const isThumb = window.matchMedia('(pointer: coarse)').matches;
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        if (isThumb) return;
        event.preventDefault();
        this.submit(event);
    }

    private onInput(): void {
        this.grow();
        this.check();
        this.act.typing(this.area.value.trim() !== '');
    }

    private grow(): void {
        this.area.style.height = 'auto';
        const height = Math.min(this.area.scrollHeight + 2, ROWS_PX);
        this.area.style.height = `${height}px`;
    }

    /* What is too long is not sent, and not cut. */
    private check(): boolean {
        const bytes = new TextEncoder().encode(this.area.value.trim()).length;
        const over = bytes - BYTES_MAX;
        show(this.problem, over > 0);
        if (over > 0)
            setText(this.problem, this.say('chat.toolong', { count: over }));
        return over <= 0;
    }

    private submit(event: Event): void {
        event.preventDefault();
        const body = this.area.value.trim();
        if (body === '' || !this.check()) return;
        this.area.value = '';
        this.grow();
        this.act.send(body);
        this.area.focus();
    }
}
