/* acts.ts - what I do to messages, from the wish until it comes back. */
import { byArchiveId, change } from './amend';
import type { RoomEvent } from './events';
import { NOTHING } from './payload';
import type { Act, Chat, Message } from './state';

export function onAct(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'act' }>,
): Chat {
    const { id, kind, to, payload, now } = event;
    const target = byArchiveId(chat, to);
    let next = add(chat, { id, kind, to, at: now, payload });
    if (target === undefined) return next;
    if (kind === 'retract')
        for (const { archiveId } of target.edits)
            next = retractWords(next, archiveId, now);
    if (target.why === '') return next;
    return change(next, target.key, (m) => ({ ...m, why: '' }));
}

function add(chat: Chat, act: Act): Chat {
    if (chat.acts.some((a) => a.id === act.id)) return chat;
    return { ...chat, acts: [...chat.acts, act] };
}

/* A correction holds words too. Its own archive id makes one retraction of
 * it, whoever of my tabs asks. */
export function retractWords(chat: Chat, archiveId: string, at: number): Chat {
    if (archiveId === '') return chat;
    return add(chat, {
        id: `${archiveId}-r`,
        kind: 'retract',
        to: archiveId,
        at,
        payload: NOTHING,
    });
}

/* One of mine came back: it is done. */
export function settle(chat: Chat, id: string): Chat {
    if (id === '' || !chat.acts.some((a) => a.id === id)) return chat;
    return { ...chat, acts: chat.acts.filter((a) => a.id !== id) };
}

/* It was refused: all is as before, and the message says why. */
export function actFailed(chat: Chat, id: string, why: string): Chat {
    const act = chat.acts.find((a) => a.id === id);
    if (act === undefined) return chat;
    const target = byArchiveId(chat, act.to);
    const next = settle(chat, id);
    if (target === undefined) return next;
    return change(next, target.key, (m) => ({ ...m, why }));
}

/* Deleted for me, on this device: it is not shown, and not loaded again. */
export function onHide(chat: Chat, archiveIds: string[]): Chat {
    const fresh = archiveIds.filter((id) => !chat.hidden.includes(id));
    if (fresh.length === 0) return chat;
    const hidden = [...chat.hidden, ...fresh];
    const rest = chat.messages.filter((m) => !hidden.includes(m.archiveId));
    return { ...chat, hidden, messages: rest };
}

/* How a message looks while I wait for what I did to it. */
export interface Wish {
    body: string | null;
    signs: string[] | null;
    gone: boolean;
}

/* By the archive id of the message, where there is any. */
export function wishes(chat: Chat): Map<string, Wish> {
    const found = new Map<string, Wish>();
    for (const { kind, to, payload } of chat.acts) {
        const old = found.get(to) ?? { body: null, signs: null, gone: false };
        if (kind === 'retract') found.set(to, { ...old, gone: true });
        else if (kind === 'edit')
            found.set(to, { ...old, body: payload.body });
        else found.set(to, { ...old, signs: payload.reacts?.with ?? [] });
    }
    return found;
}

/* The last that I may still change: for arrow-up. */
export function lastOfMine(chat: Chat): Message | null {
    for (let i = chat.messages.length - 1; i >= 0; i--) {
        const m = chat.messages[i] as Message;
        if (m.mine && m.fate === 'stored' && !m.gone && m.outside === null)
            return m;
    }
    return null;
}
