/* menu.ts - what can be done to one message: beside it where there is room,
 * else at the foot of the window. */
import type { Message } from '../room/state';
import { speakMore, type SayMore } from '../text/more';
import { h, setText, show } from './dom';
import { allEmoji, asEmoji, FIRST_EMOJI } from './emoji';
import { icon } from './icons';
import { ask, button, toClipboard } from './parts';

/* What is around the message. */
export interface Place {
    row: HTMLElement;
    peer: string;
    hasApps: boolean; /* the other may sit in one */
    isKept: boolean; /* what is hidden here stays so when the tab is closed */
}

export interface MenuDo {
    reply: () => void;
    edit: () => void;
    react: (signs: string[]) => void;
    retract: () => void;
    hide: () => void;
    show: (() => void) | null; /* what it answers */
    voice: (words: string) => void;
}

const WIDE = '(min-width: 600px) and (min-height: 420px)';
const GAP_PX = 6;

export function messageMenu(message: Message, at: Place, act: MenuDo): void {
    const say = speakMore();
    const { row } = at;
    const dialog = ask({
        title: say('menu.title'),
        text: '',
        kind: 'menu message-menu',
        inside: message.gone ? [] : [signRow(say, message, choose, more)],
        actions: actions(),
    });

    function item(words: string, run: () => void, drawing: Parameters<typeof icon>[0]): HTMLElement {
        const go = (): void => {
            dialog.close();
            run();
        };
        return button(words, 'quiet', go, drawing);
    }

    function choose(signs: string[]): void {
        dialog.close();
        act.react(signs);
    }

    function more(): void {
        dialog.close();
        emojiSheet(say, message, act.react);
    }

    function actions(): HTMLElement[] {
        const { show: leads } = act;
        const isWords = !message.gone && message.body !== '';
        return [
            message.gone ? null : item(say('menu.reply'), act.reply, 'reply'),
            leads === null ? null : item(say('menu.show'), leads, 'up'),
            isWords ? item(say('menu.copy'), () => void copy(), 'copy') : null,
            isMyWords(message) ? item(say('menu.edit'), act.edit, 'edit') : null,
            item(say('menu.delete'), () => deleteSheet(say, message, at, act), 'bin'),
            item(say('menu.close'), () => undefined, 'close'),
        ].filter((part): part is HTMLElement => part !== null);
    }

    async function copy(): Promise<void> {
        if (await toClipboard(message.body)) act.voice(say('menu.copied'));
    }

    const settle = (): void => place(dialog, row);
    settle();
    window.addEventListener('resize', settle);
    dialog.addEventListener('close', () => {
        window.removeEventListener('resize', settle);
        /* What was pressed may have been drawn anew. */
        if (document.activeElement === document.body)
            row.querySelector<HTMLElement>('.more')?.focus({ preventScroll: true });
    });
}

function isMyWords({ mine, gone, outside }: Message): boolean {
    return mine && !gone && outside === null;
}

/* Below the message, or above it where there is no room; in a small window at
 * its foot. */
function place(dialog: HTMLElement, row: HTMLElement): void {
    const isWide = window.matchMedia(WIDE).matches;
    dialog.classList.toggle('beside', isWide);
    dialog.classList.toggle('below', !isWide);
    dialog.removeAttribute('style');
    if (!isWide) return;
    const bubble = row.querySelector('.bubble') ?? row;
    const about = bubble.getBoundingClientRect();
    const own = dialog.getBoundingClientRect();
    const [most, widest] = [window.innerHeight, window.innerWidth - own.width - GAP_PX];
    const isRoom = about.bottom + GAP_PX + own.height < most - GAP_PX;
    const top = isRoom ? about.bottom + GAP_PX : about.top - GAP_PX - own.height;
    const isEnd = bubble.closest('.mine') !== null;
    const left = isEnd ? about.right - own.width : about.left;
    dialog.style.top = `${Math.max(GAP_PX, Math.min(top, most - own.height - GAP_PX))}px`;
    dialog.style.left = `${Math.max(GAP_PX, Math.min(left, widest))}px`;
}

function signRow(
    say: SayMore,
    message: Message,
    choose: (signs: string[]) => void,
    more: () => void,
): HTMLElement {
    const { mine } = message.reactions;
    const offered = [...new Set([...FIRST_EMOJI, ...mine])];
    return h(
        'div',
        { class: 'sign-row', role: 'group', 'aria-label': say('menu.signs') },
        ...offered.map((sign) => {
            const isMine = mine.includes(sign);
            const next = isMine ? mine.filter((s) => s !== sign) : [...mine, sign];
            return h(
                'button',
                {
                    type: 'button',
                    class: 'quiet emoji',
                    'aria-pressed': String(isMine),
                    'aria-label': say(isMine ? 'menu.sign.off' : 'menu.sign', { sign }),
                    onclick: () => choose(next),
                },
                sign,
            );
        }),
        h(
            'button',
            {
                type: 'button',
                class: 'quiet emoji',
                'aria-label': say('menu.sign.more'),
                onclick: more,
            },
            icon('plus'),
        ),
    );
}

function emojiSheet(
    say: SayMore,
    message: Message,
    react: (signs: string[]) => void,
): void {
    const { mine } = message.reactions;
    const problem = h('p', { class: 'problem', role: 'alert', id: 'emoji-problem' });
    const input = h('input', {
        type: 'text',
        id: 'emoji-any',
        autocomplete: 'off',
        maxlength: '40',
        'aria-describedby': 'emoji-hint emoji-problem',
        oninput: () => setText(problem, ''),
    });
    const add = (sign: string): void => {
        dialog.close();
        react([...new Set([...mine, sign])]);
    };
    const submit = (event: Event): void => {
        event.preventDefault();
        const sign = asEmoji(input.value);
        if (sign !== null) add(sign);
        else setText(problem, say('emoji.wrong'));
    };
    const grid = h(
        'div',
        { class: 'emoji-grid', role: 'group', 'aria-label': say('emoji.list') },
        ...allEmoji().map((sign) =>
            h('button', { type: 'button', class: 'quiet emoji', onclick: () => add(sign) }, sign),
        ),
    );
    const form = h(
        'form',
        { class: 'field', onsubmit: submit },
        h('label', { for: 'emoji-any' }, say('emoji.any')),
        h(
            'div',
            { class: 'row together' },
            input,
            h('button', { type: 'submit', class: 'primary' }, say('emoji.go')),
        ),
        h('p', { class: 'hint', id: 'emoji-hint' }, say('emoji.any.hint')),
        problem,
    );
    const dialog = ask({
        title: say('emoji.title'),
        text: '',
        inside: [grid, form],
        actions: [button(say('menu.close'), 'quiet', () => dialog.close())],
    });
}

function deleteSheet(
    say: SayMore,
    message: Message,
    { peer, hasApps, isKept }: Place,
    act: MenuDo,
): void {
    const choice = (words: string, hint: string, kind: string, run: () => void): HTMLElement =>
        h(
            'div',
            { class: 'choice' },
            button(words, kind, () => {
                dialog.close();
                run();
            }),
            h('p', { class: 'hint' }, hint),
        );
    const taken = say('delete.both.hint');
    const where = hasApps ? `${taken} ${say('delete.both.app')}` : taken;
    const both = choice(say('delete.both'), where, 'ember full', act.retract);
    const here = say(isKept ? 'delete.me.hint' : 'delete.me.tab', { peer });
    const me = choice(say('delete.me'), here, 'plain', act.hide);
    const back = button(say('delete.back'), 'quiet', () => dialog.close());
    show(both, message.mine && !message.gone);
    const dialog = ask({
        title: say('delete.title'),
        text: '',
        inside: [both, me],
        actions: [back],
    });
    back.focus();
}
