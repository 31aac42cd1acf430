/* cards.ts - what each of the two needs: a link and a code. */
import { encode } from 'uqr';
import { groupCode, spellCode } from '../room/code';
import type { Say } from '../text/text';
import { h, nameOf } from './dom';
import { squares } from './icons';
import { ask, button, copyButton, protection, wickLine } from './parts';
import type { Screen } from './shell';

export interface Card {
    name: string;
    code: string;
    link: string;
}

export function showQr(say: Say, card: Card): void {
    const title = say('cards.qr.title', { name: card.name });
    const dialog = ask({
        title,
        text: '',
        kind: 'white',
        inside: [
            squares(encode(card.link, { ecc: 'M', border: 0 }).data, title),
            h('p', { class: 'hint' }, say('qr.hint')),
            h('p', { class: 'address' }, card.link),
        ],
        actions: [
            button(say('qr.close'), 'primary', () => dialog.close()),
        ],
    });
    /* In a low window the button at the end would have it scrolled away. */
    dialog.scrollTop = 0;
}

export function copyLink(say: Say, card: Card, done: () => void): HTMLElement {
    return copyButton(say, say('cards.copy'), () => card.link, done);
}

function shareButton(say: Say, card: Card, done: () => void): HTMLElement | null {
    if (typeof navigator.share !== 'function') return null;
    return button(
        say('cards.share'),
        'plain',
        () => void navigator.share({ url: card.link }).then(done, () => undefined),
        'share',
    );
}

/* The one way that loses something stands behind a choice that says what. */
function together(say: Say, card: Card, done: () => void): HTMLElement {
    const text = () =>
        say('cards.both.text', { link: card.link, code: groupCode(card.code) });
    return h(
        'details',
        {},
        h('summary', {}, say('cards.both')),
        h('p', { class: 'hint' }, say('cards.both.warn', { name: card.name })),
        copyButton(say, say('cards.both.do'), text, done),
    );
}

function codeLine(say: Say, card: Card): HTMLElement {
    return h(
        'div',
        { class: 'code-line' },
        h(
            'div',
            {},
            h('div', { class: 'label' }, say('cards.code')),
            h(
                'div',
                { class: 'code', dir: 'ltr' },
                h('span', { 'aria-hidden': 'true' }, groupCode(card.code)),
                h('span', { class: 'unseen' }, spellCode(card.code)),
            ),
        ),
        copyButton(say, say('cards.copycode'), () => groupCode(card.code)),
    );
}

export function cardOf(
    say: Say,
    card: Card,
    isMine: boolean,
    done: () => void,
): HTMLElement {
    const title = isMine ? 'cards.you' : 'cards.for';
    const [before = '', after = ''] = say(title).split('{name}');
    return h(
        'section',
        {
            class: isMine ? 'card mine-card' : 'card',
            'aria-label': say(title, { name: card.name }),
        },
        h('h2', {}, before, nameOf(card.name), after),
        h('div', { class: 'label' }, say('cards.link')),
        h('p', { class: 'address', dir: 'ltr' }, card.link),
        h(
            'div',
            { class: 'row' },
            copyLink(say, card, done),
            shareButton(say, card, done),
            button(say('cards.qr'), 'plain', () => {
                showQr(say, card);
                done();
            }, 'qr'),
        ),
        codeLine(say, card),
        isMine ? null : together(say, card, done),
    );
}

export function cardsScreen(
    say: Say,
    { mine, theirs, kind }: { mine: Card; theirs: Card; kind: string },
    open: () => void,
    fresh: (() => void) | null, /* where the cards stood before */
): Screen {
    let given = false;
    const warn = (event: BeforeUnloadEvent): void => {
        if (!given) event.preventDefault();
    };
    function openMine(): void {
        if (given) return open();
        const dialog = ask({
            title: say('cards.leave', { name: theirs.name }),
            text: say('cards.lead'),
            actions: [
                copyButton(say, say('cards.copy'), () => theirs.link, () => {
                    given = true;
                }),
                button(say('cards.anyway'), 'primary', () => {
                    dialog.close();
                    open();
                }),
            ],
        });
    }
    window.addEventListener('beforeunload', warn);
    const done = (): void => {
        given = true;
    };
    const root = h(
        'main',
        { class: 'page cards' },
        h('h1', {}, say('cards.title')),
        wickLine(),
        h('p', { class: 'lead' }, say('cards.lead')),
        h(
            'div',
            { class: 'pair' },
            cardOf(say, theirs, false, done),
            cardOf(say, mine, true, () => undefined),
        ),
        protection(say, kind),
        h(
            'div',
            { class: 'row' },
            button(say('cards.open'), 'primary', openMine),
            fresh === null ? null : button(say('ended.new'), 'quiet', fresh),
        ),
    );
    return {
        root,
        title: say('app.name'),
        leave: () => window.removeEventListener('beforeunload', warn),
    };
}
