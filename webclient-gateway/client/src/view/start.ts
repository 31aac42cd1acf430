/* start.ts - one sentence, one form, and the chats of this browser. */
import type { Say } from '../text/text';
import { h } from './dom';
import { button, field, insecure, Trouble, wickLine } from './parts';
import type { Screen } from './shell';

export interface Wish {
    yours: string;
    theirs: string;
    idle: string;
    protection: string;
}

export interface Known {
    seat: string;
    name: string;
    peer: string;
}

export interface StartScreen extends Screen {
    away: (is: boolean) => void; /* the server, while a chat is waited for */
}

export interface StartDo {
    create: (wish: Wish) => Promise<string | null>; /* why not, or null */
    forget: (seat: string) => void;
    canSeal: boolean; /* this browser, on this page */
}

const NAME_CHARS = '32';
const IDLES = ['15m', '1h', '24h', '7d'] as const;

function nameInput(autocomplete: string, enterkeyhint: string): HTMLInputElement {
    return h('input', {
        type: 'text',
        maxlength: NAME_CHARS,
        autocomplete,
        required: true,
        dir: 'auto',
        spellcheck: 'false',
        enterkeyhint,
    });
}

function chooseIdle(say: Say): HTMLSelectElement {
    const select = h('select', {});
    for (const idle of IDLES)
        select.append(h('option', { value: idle }, say(`idle.${idle}`)));
    select.value = '24h';
    return select;
}

/* The choice that decides who can read, unfolded. */
function chooseWho(say: Say, canSeal: boolean): HTMLElement {
    const option = (value: 'link' | 'server', checked: boolean): HTMLElement =>
        h(
            'label',
            { class: 'check' },
            h('input', {
                type: 'radio',
                name: 'who',
                value,
                checked,
                disabled: value === 'link' && !canSeal,
            }),
            h('span', {}, say(`start.who.${value}`)),
        );
    return h(
        'fieldset',
        { class: 'who-reads' },
        h('legend', {}, say('start.who')),
        option('link', canSeal),
        canSeal ? null : h('p', { class: 'hint' }, say('start.who.none')),
        option('server', !canSeal),
    );
}

function chosen(who: HTMLElement): string {
    return who.querySelector<HTMLInputElement>(':checked')?.value ?? 'link';
}

function knownChats(say: Say, known: Known[], act: StartDo): HTMLElement | null {
    if (known.length === 0) return null;
    const list = h('ul', { class: 'known' });
    for (const chat of known) {
        const item: HTMLElement = h(
            'li',
            {},
            h(
                'a',
                { href: `#${chat.seat}` },
                say('start.reenter', { peer: chat.peer, name: chat.name }),
            ),
        );
        const forget = button(say('start.forget'), 'quiet', () => {
            act.forget(chat.seat);
            item.remove();
        });
        forget.setAttribute(
            'aria-label',
            say('start.forget.label', { peer: chat.peer }),
        );
        item.append(forget);
        list.append(item);
    }
    return h('section', {}, h('h2', {}, say('start.mine')), list);
}

export function startScreen(say: Say, known: Known[], act: StartDo): StartScreen {
    const yours = nameInput('nickname', 'next');
    const theirs = nameInput('off', 'go');
    const idle = chooseIdle(say);
    const who = chooseWho(say, act.canSeal);
    const trouble = new Trouble();
    const go = h('button', { type: 'submit', class: 'primary' }, say('start.go'));

    const pair = h(
        'div',
        { class: 'pair' },
        field('yours', say('start.yours'), yours),
        field('theirs', say('start.theirs'), theirs),
    );

    /* "Next" leads on, and is no mistake. */
    yours.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' || event.isComposing || theirs.value !== '') return;
        event.preventDefault();
        theirs.focus();
    });

    function check(): string | null {
        const [a, b] = [yours.value.trim(), theirs.value.trim()];
        if (a === '') {
            yours.focus();
            return say('start.need.yours');
        }
        if (b === '' || a.toLowerCase() === b.toLowerCase()) {
            theirs.focus();
            return say(b === '' ? 'start.need.theirs' : 'start.same');
        }
        return null;
    }

    async function submit(event: Event): Promise<void> {
        event.preventDefault();
        const wrong = check();
        if (wrong !== null) {
            /* Beside the names, where the focus goes. */
            pair.after(trouble.root);
            trouble.tell(wrong, '');
            return;
        }
        go.before(trouble.root);
        trouble.clear();
        go.disabled = true;
        go.textContent = say('start.going');
        const why = await act.create({
            yours: yours.value.trim(),
            theirs: theirs.value.trim(),
            idle: idle.value,
            protection: chosen(who),
        });
        go.disabled = false;
        go.textContent = say('start.go');
        if (why !== null) trouble.tell(say('error.title'), why);
    }

    const root = h(
        'main',
        { class: 'page start' },
        h('h1', {}, say('start.title')),
        wickLine(),
        h('p', { class: 'lead' }, say('start.lead')),
        insecure(say),
        h(
            'form',
            { class: 'stack', novalidate: true, onsubmit: (e: Event) => void submit(e) },
            pair,
            who,
            h(
                'details',
                {},
                h('summary', {}, say('start.more')),
                field('idle', say('start.idle'), idle),
            ),
            trouble.root,
            go,
        ),
        knownChats(say, known, act),
    );
    const away = (is: boolean): void => {
        if (!go.disabled) return;
        if (is) trouble.tell(say('join.away'), say('join.away.hint'));
        else trouble.clear();
    };
    return { root, title: say('app.name'), first: null, away };
}
