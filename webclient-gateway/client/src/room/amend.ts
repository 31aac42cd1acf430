/* amend.ts - what is done to a message after it was said: corrected
 * (XEP-0308), reacted to (XEP-0444), taken back (XEP-0424). Only who wrote it
 * may change it or take it back. */
import type { Chat, Loose, Message } from './state';

export function change(
    chat: Chat,
    key: string,
    how: (message: Message) => Message,
): Chat {
    const index = chat.messages.findIndex((m) => m.key === key);
    const message = chat.messages[index];
    if (message === undefined) return chat;
    const messages = chat.messages.slice();
    messages[index] = how(message);
    return { ...chat, messages };
}

/* By the id that the archive gave to it or to one of its corrections. */
export function byArchiveId(chat: Chat, id: string): Message | undefined {
    if (id === '') return undefined;
    return chat.messages.find(
        (m) => m.archiveId === id || m.edits.some((e) => e.archiveId === id),
    );
}

/* Some apps correct the correction: its id leads to the message as well. */
function byOwnId(chat: Chat, id: string, mine: boolean): Message | undefined {
    return chat.messages.find(
        (m) => m.mine === mine && (m.id === id || m.edits.some((e) => e.id === id)),
    );
}

function targetOf(chat: Chat, { kind, to, mine }: Loose): Message | undefined {
    return kind === 'react' ? byArchiveId(chat, to) : byOwnId(chat, to, mine);
}

/* Applies it, or keeps it until the page with its message is there. */
export function amend(chat: Chat, what: Loose): Chat {
    const target = targetOf(chat, what);
    if (target !== undefined) return apply(chat, target, what);
    if (chat.hidden.includes(what.to) || !chat.hasOlder) return chat;
    return { ...chat, loose: [...chat.loose, what] };
}

/* An older page came: what was kept for its messages, in the order in which
 * it was said. */
export function amendAll(chat: Chat, waiting: Loose[]): Chat {
    return waiting.reduce(amend, chat);
}

function apply(chat: Chat, target: Message, what: Loose): Chat {
    if (target.gone) return chat;
    return change(chat, target.key, (m) =>
        what.kind === 'react' ? withSigns(m, what) : withWords(m, what),
    );
}

function withSigns(
    m: Message,
    { mine, signs }: Extract<Loose, { kind: 'react' }>,
): Message {
    const once = [...new Set(signs)];
    return {
        ...m,
        reactions: mine
            ? { ...m.reactions, mine: once }
            : { ...m.reactions, theirs: once },
    };
}

function withWords(
    m: Message,
    { by, payload }: Extract<Loose, { kind: 'edit' }>,
): Message {
    const isKnown = m.edits.some(
        (e) => e.archiveId !== '' && e.archiveId === by.archiveId,
    );
    if (isKnown) return m;
    return {
        ...m,
        body: payload.body ?? m.body,
        reply: payload.reply ?? m.reply,
        edits: [...m.edits, by],
    };
}

/* Taking back a correction takes back the message: nobody corrects in order
 * to show what stood there before. */
/* By the archive's id; one app names its own. */
export function takeBack(chat: Chat, id: string, mine: boolean): Chat {
    const target = byArchiveId(chat, id) ?? byOwnId(chat, id, mine);
    if (target === undefined || target.mine !== mine || target.gone)
        return chat;
    return change(chat, target.key, (m) => ({
        ...m,
        body: '',
        outside: null,
        reply: null,
        gone: true,
        why: '',
        reactions: { mine: [], theirs: [] },
    }));
}
