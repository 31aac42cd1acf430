/* parts.ts - pieces that several screens share. */
import type { Say } from '../text/text';
import { h, put, setText } from './dom';
import { icon, type Icon } from './icons';
import { later } from './later';

export function wickLine(): HTMLElement {
    return h(
        'div',
        { class: 'wick drawn', 'aria-hidden': 'true' },
        h('div', { class: 'wick-left' }),
    );
}

export function button(
    words: string,
    kind: string,
    onclick: () => void,
    drawing: Icon | null = null,
): HTMLButtonElement {
    return h(
        'button',
        { type: 'button', class: kind, onclick },
        drawing === null ? null : icon(drawing),
        h('span', {}, words),
    );
}

/* A button that puts `text` on the clipboard and says so. */
export function copyButton(
    say: Say,
    words: string,
    text: () => string,
    then: () => void = () => undefined,
): HTMLButtonElement {
    const copy = button(words, 'plain', () => void run(), 'copy');
    const label = copy.querySelector('span') as HTMLElement;
    let timer = 0;
    async function run(): Promise<void> {
        if (!(await toClipboard(text()))) return;
        then();
        setText(label, say('cards.copied'));
        copy.classList.add('done');
        window.clearTimeout(timer);
        timer = window.setTimeout(() => {
            setText(label, words);
            copy.classList.remove('done');
        }, 2500);
    }
    return copy;
}

/* Without a secure context there is no clipboard: the old way still works. */
export async function toClipboard(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const area = h('textarea', { class: 'unseen', readonly: true });
        const back = document.activeElement as HTMLElement | null;
        area.value = text;
        /* Outside of an open dialog nothing can be selected. */
        (back?.closest('dialog') ?? document.body).append(area);
        area.select();
        const done = document.execCommand('copy');
        area.remove();
        back?.focus();
        return done;
    }
}

export interface Ask {
    title: string;
    text: string;
    inside?: (HTMLElement | SVGElement)[];
    actions: HTMLElement[];
    kind?: string;
}

let asked = 0;

/* A dialog over everything; gone when closed, the focus back where it was. */
export function ask(what: Ask): HTMLDialogElement {
    const id = `asked-${++asked}`;
    const back = document.activeElement;
    const dialog = h(
        'dialog',
        { class: `sheet ${what.kind ?? ''}`, 'aria-labelledby': id },
        h('h2', { id }, what.title),
        what.text === '' ? null : h('p', {}, what.text),
        ...(what.inside ?? []),
        h('div', { class: 'row end' }, ...what.actions),
    );
    /* A press beside it, and not one that began in it, or that belongs to the
     * double click that opened it. */
    let isBeside = false;
    dialog.addEventListener('pointerdown', (event) => {
        const { left, right, top, bottom } = dialog.getBoundingClientRect();
        const { clientX: x, clientY: y } = event;
        isBeside = x < left || x > right || y < top || y > bottom;
    });
    dialog.addEventListener('click', (event) => {
        if (isBeside && event.target === dialog && event.detail < 2) dialog.close();
    });
    dialog.addEventListener('close', () => {
        dialog.remove();
        /* What was chosen may have led elsewhere by now. */
        const now = document.activeElement;
        const next = now === document.body ? back : now;
        /* Chromium leaves the caret in a field that is gone. */
        if (next instanceof HTMLTextAreaElement) next.blur();
        if (next instanceof HTMLElement && next.isConnected) next.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
}

/* A problem: title, explanation, next step. */
export class Trouble {
    readonly root = h('div', { class: 'trouble', role: 'alert' });

    clear(): void {
        if (this.root.childNodes.length > 0) put(this.root);
    }

    tell(title: string, hint: string, next: HTMLElement | null = null): void {
        put(
            this.root,
            h('strong', {}, title),
            hint === '' ? null : h('p', {}, hint),
            next,
        );
    }
}

export function field(
    id: string,
    label: string,
    input: HTMLElement,
    hint: HTMLElement | null = null,
): HTMLElement {
    input.id = id;
    if (hint !== null) {
        hint.id = `${id}-hint`;
        input.setAttribute('aria-describedby', hint.id);
    }
    return h('div', { class: 'field' }, h('label', { for: id }, label), input, hint);
}

/* What the protection of a chat really is, and never better. */
export function guardOf(protection: string): 'link' | 'server' | 'omemo' {
    return protection === 'link' || protection === 'omemo' ? protection : 'server';
}

/* The shield with its words, and what they mean one tap away. */
export function protection(say: Say, kind: string): HTMLElement {
    const guard = guardOf(kind);
    return h(
        'p',
        { class: 'hint guard' },
        icon('shield'),
        h('span', {}, say(`guard.${guard}`)),
        button(say('guard.more'), 'quiet', () => void explain(say, kind, [])),
    );
}

/* `compare`: what the other screen must show as well; empty: nothing. */
export async function explain(
    say: Say,
    kind: string,
    compare: string[],
): Promise<void> {
    const words = (
        await later('guard', () => import('./guard')).catch(() => null)
    )?.guardWords(guardOf(kind), compare);
    const dialog = ask({
        title: say(`guard.${guardOf(kind)}`),
        text: words === undefined ? say('later.hint') : '',
        inside: words ?? [],
        actions: [button(say('guard.close'), 'primary', () => dialog.close())],
    });
    /* The focus is on the button at the end; reading begins at the top. */
    dialog.scrollTop = 0;
}

/* Without a secure context some things are missing: it says which. */
export function insecure(say: Say): HTMLElement | null {
    if (window.isSecureContext) return null;
    return h(
        'div',
        { class: 'said' },
        h('strong', {}, say('insecure.title')),
        h('p', { class: 'hint' }, say('insecure.hint')),
    );
}
