/* join.ts - "Hello ANNY": one field for the code, and what can go wrong. */
import { CODE_CHARS, isCode, plainCode } from '../room/code';
import type { Say } from '../text/text';
import { h, put, setText, show } from './dom';
import { button, field, insecure, protection, Trouble, wickLine } from './parts';
import type { Screen } from './shell';
import { countdown, span } from './time';

export interface JoinDo {
    enter: (code: string, stay: boolean) => void;
    retry: () => void;
    fresh: () => void;
}

export interface Greeting {
    name: string;
    peer: string;
    room: string;
    protection: string;
}

export class JoinScreen implements Screen {
    readonly root: HTMLElement;
    readonly title: string;
    readonly first: HTMLElement;
    private readonly code = h('input', {
        type: 'text',
        class: 'code-input',
        autocomplete: 'off',
        autocapitalize: 'characters',
        spellcheck: 'false',
        enterkeyhint: 'go',
        maxlength: '200',
        dir: 'ltr',
    });
    private readonly stay = h('input', { type: 'checkbox', id: 'stay' });
    private readonly go: HTMLButtonElement;
    private readonly hello: HTMLElement;
    private readonly lead: HTMLElement;
    private readonly guard = h('div', { hidden: true });
    private readonly app = h('details', { hidden: true });
    private readonly trouble = new Trouble();
    private timer = 0;

    constructor(
        private readonly say: Say,
        private readonly act: JoinDo,
    ) {
        this.title = say('app.name');
        this.first = this.code;
        this.hello = h('h1', {}, say('join.hello.plain'));
        this.lead = h('p', { class: 'lead' }, say('join.lead.plain'));
        this.go = h('button', { type: 'submit', class: 'primary' }, say('join.go'));
        this.root = h(
            'main',
            { class: 'page join' },
            this.hello,
            wickLine(),
            this.lead,
            this.guard,
            insecure(say),
            this.form(),
            this.app,
        );
    }

    leave(): void {
        window.clearInterval(this.timer);
    }

    private form(): HTMLElement {
        const say = this.say;
        return h(
            'form',
            { class: 'stack', novalidate: true, onsubmit: (e: Event) => this.submit(e) },
            field(
                'code',
                say('join.code'),
                this.code,
                h('p', { class: 'hint' }, say('join.code.hint')),
            ),
            this.trouble.root,
            h(
                'label',
                { class: 'check', for: 'stay' },
                this.stay,
                h(
                    'span',
                    {},
                    h('span', {}, say('join.stay')),
                    h('small', { class: 'hint' }, say('join.stay.hint')),
                ),
            ),
            this.go,
        );
    }

    private submit(event: Event): void {
        event.preventDefault();
        if (this.go.disabled) return;
        if (!isCode(this.code.value)) {
            const count = plainCode(this.code.value).length;
            const { say } = this;
            if (count === CODE_CHARS)
                this.trouble.tell(say('join.wrong'), say('join.wrong.plain'));
            else this.trouble.tell(say('join.short'), say('join.short.hint', { count }));
            this.code.setAttribute('aria-invalid', 'true');
            this.code.focus();
            return;
        }
        this.trouble.clear();
        this.code.removeAttribute('aria-invalid');
        this.busy(true);
        this.act.enter(plainCode(this.code.value), this.stay.checked);
    }

    busy(is: boolean): void {
        this.go.disabled = is;
        setText(this.go, this.say(is ? 'join.going' : 'join.go'));
    }

    greet(facts: Greeting, hasApps: boolean): void {
        const { name, peer, protection: kind } = facts;
        const isOpen = hasApps && kind !== 'link';
        const xmpp = isOpen ? `xmpp:${facts.room}?join` : null;
        setText(this.hello, this.say('join.hello', { name }));
        setText(this.lead, this.say('join.lead', { peer }));
        put(this.guard, protection(this.say, kind));
        show(this.guard, true);
        show(this.app, xmpp !== null);
        if (xmpp === null) return;
        put(
            this.app,
            h('summary', {}, this.say('join.app')),
            h('p', { class: 'hint' }, this.say('join.app.hint')),
            h('p', { class: 'address', dir: 'ltr' }, h('a', { href: xmpp }, xmpp)),
        );
    }

    wrong(left: number | null): void {
        this.busy(false);
        const say = this.say;
        this.trouble.tell(
            say('join.wrong'),
            left === null
                ? say('join.wrong.plain')
                : say('join.wrong.left', { left }),
        );
        this.code.setAttribute('aria-invalid', 'true');
        this.code.focus();
        this.code.select();
    }

    /* Counts down in sight; a voice hears it once. */
    wait(seconds: number): void {
        const end = Date.now() + seconds * 1000;
        const hint = h('span', { 'aria-hidden': 'true' });
        const spoken = h(
            'span',
            { class: 'unseen' },
            this.say('join.wait.hint', { time: span(seconds * 1000, this.say) }),
        );
        this.busy(false);
        this.go.disabled = true;
        this.trouble.tell(this.say('join.wait'), '', h('p', {}, hint, spoken));
        const step = (): void => {
            const left = end - Date.now();
            const time = countdown(left, this.say);
            setText(hint, this.say('join.wait.hint', { time }));
            if (left > 0) return;
            window.clearInterval(this.timer);
            this.trouble.clear();
            this.busy(false);
            this.code.focus();
        };
        window.clearInterval(this.timer);
        this.timer = window.setInterval(step, 1000);
        step();
    }

    again(): void {
        this.busy(false);
        this.trouble.tell(this.say('join.again'), this.say('join.again.hint'));
    }

    forbidden(words: string): void {
        this.busy(false);
        this.trouble.tell(this.say('join.forbidden'), words);
    }

    away(): void {
        this.busy(false);
        const retry = button(this.say('join.retry'), 'plain', this.act.retry);
        this.trouble.tell(this.say('join.away'), this.say('join.away.hint'), retry);
    }

    back(): void {
        if (this.root.querySelector('.trouble strong')?.textContent === this.say('join.away'))
            this.trouble.clear();
    }
}

/* A link that opens nothing, or opens it elsewhere. */
export function deadEnd(
    say: Say,
    title: string,
    hint: string,
    actions: HTMLElement[],
): Screen {
    const root = h(
        'main',
        { class: 'page' },
        h('h1', {}, title),
        h('p', { class: 'lead' }, hint),
        h('div', { class: 'row' }, ...actions),
    );
    return { root, title: say('app.name') };
}
