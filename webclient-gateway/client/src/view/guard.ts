/* guard.ts - what a chat's protection means, and what it cannot promise. */
import { speakMore } from '../text/more';
import { h } from './dom';

const LIMITS = [
    'guard.limit.page',
    'guard.limit.link',
    'guard.limit.forward',
    'guard.limit.signs',
    'guard.limit.history',
] as const;

/* Digits for the ear and the eye, group by group. */
function digits(compare: string[]): HTMLElement {
    return h(
        'p',
        { class: 'compare', dir: 'ltr' },
        ...compare.map((group) =>
            h(
                'span',
                {},
                h('span', { 'aria-hidden': 'true' }, group),
                h('span', { class: 'unseen' }, `${[...group].join(' ')}, `),
            ),
        ),
    );
}

export function guardWords(
    guard: 'link' | 'server' | 'omemo',
    compare: string[],
): HTMLElement[] {
    const say = speakMore();
    const words: HTMLElement[] = [h('p', {}, say(`guard.${guard}.more`))];
    if (compare.length > 0)
        words.push(
            h('h3', {}, say('guard.compare')),
            digits(compare),
            h('p', { class: 'hint' }, say('guard.compare.hint')),
        );
    if (guard === 'link')
        words.push(
            h('h3', {}, say('guard.limits')),
            h('ul', { class: 'limits' }, ...LIMITS.map((key) => h('li', {}, say(key)))),
        );
    return words;
}
