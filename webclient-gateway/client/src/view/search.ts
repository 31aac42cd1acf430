/* search.ts - looks for words in what is loaded, and page by page in what is
 * older. */
import { find, wordsOf, type Hit } from '../room/find';
import type { Chat } from '../room/state';
import { speakMore } from '../text/more';
import type { Say } from '../text/text';
import { h, nameOf, put, setText, show } from './dom';
import { ask, button, field } from './parts';

export interface SearchDo {
    chat: () => Chat;
    /* One page further back: true when something came. */
    further: () => Promise<boolean>;
    jump: (archiveId: string) => void;
    day: (at: number) => string;
    clock: (at: number) => string;
}

const SHOWN_MAX = 100;
const PAUSE_MS = 200;

export function searchSheet(page: Say, act: SearchDo): void {
    const say = speakMore();
    const input = h('input', { type: 'text', autocomplete: 'off', enterkeyhint: 'search' });
    const found = h('p', { class: 'found-count', role: 'status' });
    const list = h('ol', { class: 'hits' });
    const reach = h('p', { class: 'hint' });
    const older = button(say('search.older'), 'plain', () => void goBack());
    const stop = button(say('search.stop'), 'plain', () => void (isGoing = false));
    let isGoing = false;
    let timer = 0;

    const dialog = ask({
        title: say('search.title'),
        text: '',
        kind: 'tall',
        inside: [
            field('search-words', say('search.words'), input, h('p', { class: 'hint' }, say('search.hint'))),
            found,
            list,
            reach,
        ],
        actions: [older, stop, button(say('search.close'), 'quiet', () => dialog.close())],
    });
    input.addEventListener('input', () => {
        window.clearTimeout(timer);
        timer = window.setTimeout(draw, PAUSE_MS);
    });
    input.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' || event.isComposing) return;
        event.preventDefault();
        draw();
        if (input.value.trim() !== '') void goBack();
    });
    dialog.addEventListener('close', () => {
        isGoing = false;
        window.clearTimeout(timer);
    });
    input.focus();
    draw();

    function draw(): void {
        const { messages } = act.chat();
        const hits = find(messages, input.value);
        setText(found, countWords(hits.length));
        put(list, ...hits.slice(0, SHOWN_MAX).map(hitOf));
        drawReach('');
    }

    function countWords(count: number): string {
        if (wordsOf(input.value).length === 0) return '';
        if (count === 0) return say('search.none');
        const words = count === 1 ? say('search.one') : say('search.many', { count });
        if (count <= SHOWN_MAX) return words;
        return `${words} ${say('search.first', { count: SHOWN_MAX })}`;
    }

    function drawReach(trouble: string): void {
        const { messages, hasOlder } = act.chat();
        const count = messages.length;
        const first = messages[0];
        const date = first === undefined ? '' : act.day(first.at);
        const whole = count === 1 ? 'search.whole.one' : 'search.whole';
        const key = isGoing ? 'search.going' : hasOlder ? 'search.loaded' : whole;
        show(older, hasOlder && !isGoing);
        show(stop, isGoing);
        setText(reach, trouble || say(key, { count, date }));
    }

    async function goBack(): Promise<void> {
        if (isGoing || !act.chat().hasOlder) return;
        isGoing = true;
        drawReach('');
        let isThere = true;
        while (isGoing && isThere && act.chat().hasOlder) {
            isThere = await act.further();
            if (dialog.open) draw();
        }
        const hadFocus = document.activeElement === stop;
        isGoing = false;
        drawReach(isThere ? '' : say('search.failed'));
        if (hadFocus) input.focus();
    }

    function hitOf({ message, parts }: Hit): HTMLElement {
        const { mine, at, archiveId } = message;
        const who = mine ? page('chat.you') : act.chat().peer;
        const go = (): void => {
            dialog.close();
            act.jump(archiveId);
        };
        return h(
            'li',
            {},
            h(
                'button',
                { type: 'button', class: 'hit', disabled: archiveId === '', onclick: go },
                h(
                    'span',
                    { class: 'hit-head' },
                    nameOf(who),
                    ` · ${act.day(at)}, ${act.clock(at)}`,
                ),
                h(
                    'span',
                    { class: 'hit-words', dir: 'auto' },
                    ...parts.map((part) => (part.isHit ? h('mark', {}, part.text) : part.text)),
                ),
            ),
        );
    }
}
