/* saving.ts - asks in which form, fetches what is not loaded yet, and saves
 * the file. All of it happens in the browser. */
import { COPY_TYPES, copyOf, kept, type CopyKind, type CopyWords } from '../room/copy';
import type { Chat } from '../room/state';
import { speakMore, type SayMore } from '../text/more';
import type { Say } from '../text/text';
import { h, setText } from './dom';
import { ask, button } from './parts';

export interface SavingDo {
    chat: () => Chat;
    /* One page further back: true when something came; null: nobody can. */
    further: (() => Promise<boolean>) | null;
}

const KINDS: CopyKind[] = ['text', 'html', 'json'];
const KEEP_URL_MS = 10_000;

export function savingSheet(page: Say, language: string, act: SavingDo): void {
    const say = speakMore();
    const status = h('p', { class: 'hint', role: 'status' });
    const kinds = h(
        'fieldset',
        { class: 'kinds' },
        h('legend', {}, say('save.kind')),
        ...KINDS.map((kind) => kindOf(say, kind)),
    );
    const go = button(say('save.go'), 'primary', () => void run());
    const label = go.querySelector('span') as HTMLElement;
    let isPart = false; /* knowingly */
    const dialog = ask({
        title: say('save.title'),
        text: say('save.lead'),
        inside: [kinds, status],
        actions: [button(say('save.back'), 'quiet', () => dialog.close()), go],
    });

    async function run(): Promise<void> {
        go.disabled = true;
        const isWhole = isPart || (await fetchAll());
        if (!dialog.open) return;
        go.disabled = false;
        const count = kept(act.chat()).length;
        if (!isWhole) {
            isPart = true;
            setText(status, say('save.part', { count }));
            setText(label, say('save.part.go'));
            return;
        }
        const chosen = kinds.querySelector<HTMLInputElement>('input:checked');
        const kind = (chosen?.value ?? 'text') as CopyKind;
        const chat = act.chat();
        download(chat, kind, copyOf(chat, kind, wordsFor(say, page, language, chat)));
        setText(status, say(count === 1 ? 'save.done.one' : 'save.done', { count }));
    }

    async function fetchAll(): Promise<boolean> {
        const { further } = act;
        while (further !== null && act.chat().hasOlder && dialog.open) {
            setText(status, say('save.going', { count: act.chat().messages.length }));
            if (!(await further())) return false;
        }
        return true;
    }
}

function kindOf(say: SayMore, kind: CopyKind): HTMLElement {
    const input = h('input', {
        type: 'radio',
        name: 'copy-kind',
        value: kind,
        checked: kind === 'text',
    });
    return h(
        'label',
        { class: 'check' },
        input,
        h('span', {}, say(`save.${kind}`), h('small', { class: 'hint' }, say(`save.${kind}.hint`))),
    );
}

function wordsFor(say: SayMore, page: Say, language: string, chat: Chat): CopyWords {
    const time = (at: number): string => new Date(at).toLocaleString(language);
    return {
        title: say('copy.title', { me: chat.me, peer: chat.peer }),
        made: say('copy.made', { date: time(Date.now()) }),
        you: page('chat.you'),
        edited: say('copy.edited'),
        answers: (name, words) => say('copy.answers', { name, words }),
        signs: (name, signs) => say('copy.signs', { name, signs }),
        time,
        language: document.documentElement.lang,
    };
}

function download(chat: Chat, kind: CopyKind, text: string): void {
    const { type, end } = COPY_TYPES[kind];
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${chat.peer.replace(/[^\p{L}\p{N}]+/gu, '-')}.${end}`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(url), KEEP_URL_MS);
}
