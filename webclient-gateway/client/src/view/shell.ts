/* shell.ts - one screen at a time, one voice for all of them. */
import { h, put } from './dom';

export interface Screen {
    root: HTMLElement;
    title: string;
    /* What gets the focus first; else the heading. */
    first?: HTMLElement | null;
    leave?: () => void;
}

export class Shell {
    private readonly voice = h('p', {
        class: 'unseen',
        role: 'status',
        'aria-live': 'polite',
    });
    private readonly place = h('div', { class: 'place' });
    private current: Screen | null = null;

    constructor(body: HTMLElement) {
        put(body, this.place, this.voice);
    }

    /* What was open over the one before has nothing to say here, nor has what
     * was said aloud of it. */
    show(screen: Screen): void {
        document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
        this.current?.leave?.();
        this.current = screen;
        put(this.place, screen.root);
        put(this.voice);
        document.title = screen.title;
        const heading = screen.root.querySelector('h1');
        if (screen.first) screen.first.focus();
        else if (heading !== null) {
            heading.tabIndex = -1;
            heading.focus();
        }
    }

    /* Said once, politely. */
    say(words: string): void {
        const line = document.createElement('span');
        line.textContent = words;
        put(this.voice, line);
    }
}
