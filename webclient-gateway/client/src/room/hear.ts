/* hear.ts - what a message that came does to the chat: live, or a page of
 * the archive. */
import { retractWords, settle } from './acts';
import { amend, takeBack } from './amend';
import type { Heard } from './events';
import type { Chat, Message } from './state';

const TYPING_MS = 12_000; /* a peer that says no more has stopped */

export interface How {
    now: number;
    live: boolean;
    seen: boolean; /* somebody looks at the newest message now */
}

export function hear(chat: Chat, heard: Heard, how: How): Chat {
    const mine = heard.from === chat.me;
    let next = chat;

    if (heard.archiveId !== '') next = keptNow(next, heard, how);
    if (mine) next = settle(next, heard.originId);
    else next = hearSigns(next, heard, how);
    if (heard.retracts !== null) return takeBack(next, heard.retracts, mine);
    if (heard.reacts !== null) {
        const { to, with: signs } = heard.reacts;
        return amend(next, { kind: 'react', mine, to, signs });
    }
    if (heard.displayed !== null) return noteRead(next, heard.displayed, mine);
    if (heard.received !== null && !mine)
        return noteDelivered(next, heard.received);
    if (heard.replaces !== null && heard.body)
        return correct(next, heard, heard.replaces, how, mine);
    if (heard.retracted || heard.trouble) return add(next, heard, how, mine);
    if (heard.body === null || heard.body === '') return next;
    return add(next, heard, how, mine);
}

/* The archive has it. All but "seen" is a sign of life, as the engine sees
 * it: silence begins anew. */
function keptNow(chat: Chat, heard: Heard, how: How): Chat {
    const next = { ...chat, newestId: heard.archiveId };
    if (!how.live || heard.displayed !== null || chat.idleMs <= 0) return next;
    return { ...next, deadline: how.now + chat.idleMs };
}

/* One that crossed a retraction of mine on its way leaves no words behind. */
function correct(
    chat: Chat,
    heard: Heard,
    to: string,
    how: How,
    mine: boolean,
): Chat {
    const { id, archiveId } = heard;
    const by = { id, archiveId };
    const next = amend(chat, { kind: 'edit', mine, to, by, payload: heard });
    if (!mine || !how.live) return next;
    const target = next.messages.find((m) => m.mine && m.id === to);
    const isGoing = next.acts.some(
        (a) => a.kind === 'retract' && a.to === target?.archiveId,
    );
    if (target === undefined || (!target.gone && !isGoing)) return next;
    return retractWords(next, archiveId, how.now);
}

/* Whatever the other does shows that the other is there. */
function hearSigns(chat: Chat, heard: Heard, how: How): Chat {
    const at = heard.at ?? how.now;
    const typing =
        !how.live || heard.typing === null
            ? chat.typingUntil
            : heard.typing
              ? how.now + TYPING_MS
              : 0;
    return {
        ...chat,
        seenAt: Math.max(chat.seenAt ?? 0, at),
        everSeen: true,
        typingUntil: heard.body === null ? typing : 0,
    };
}

function add(chat: Chat, heard: Heard, how: How, mine: boolean): Chat {
    if (chat.hidden.includes(heard.archiveId)) return chat;
    const known = chat.messages.findIndex(
        (m) =>
            (heard.archiveId !== '' && m.archiveId === heard.archiveId) ||
            (mine && heard.originId !== '' && m.key === heard.originId),
    );
    if (known >= 0) return confirm(chat, known, heard, how);
    const message: Message = {
        key: (mine && heard.originId) || heard.archiveId || heard.id,
        id: heard.id,
        archiveId: heard.archiveId,
        mine,
        at: heard.at ?? how.now,
        body: heard.body ?? '',
        reply: heard.reply,
        edits: [],
        gone: heard.retracted,
        outside: heard.outside,
        reactions: { mine: [], theirs: [] },
        trouble: heard.trouble ?? null,
        mark: null,
        fate: 'stored',
        why: '',
    };
    return count(put(chat, message), message, how);
}

/* My own message came back: it is stored now. It moves to where the archive
 * has it: before all that still waits. */
function confirm(chat: Chat, index: number, heard: Heard, how: How): Chat {
    const old = chat.messages[index];
    if (old === undefined || old.fate === 'stored') return chat;
    const stored: Message = {
        ...old,
        id: heard.id || old.id,
        archiveId: heard.archiveId,
        at: heard.at ?? how.now,
        fate: 'stored',
        why: '',
    };
    const rest = chat.messages.filter((_, i) => i !== index);
    return put({ ...chat, messages: rest }, stored);
}

/* Puts a stored message before the ones that still wait. */
function put(chat: Chat, message: Message): Chat {
    let end = chat.messages.length;
    while (end > 0 && chat.messages[end - 1]?.fate !== 'stored') end--;
    const messages = chat.messages.slice();
    messages.splice(end, 0, message);
    return { ...chat, messages };
}

function count(chat: Chat, message: Message, how: How): Chat {
    if (message.mine) return { ...chat, firstUnread: '' };
    if (how.seen) return chat;
    return {
        ...chat,
        unread: chat.unread + 1,
        firstUnread: chat.unread > 0 ? chat.firstUnread : message.key,
    };
}

/* "Read up to here": `archiveId` may be anybody's message. */
function noteRead(chat: Chat, archiveId: string, mine: boolean): Chat {
    const at = chat.messages.findIndex((m) => m.archiveId === archiveId);
    if (mine && at < 0) return chat;
    if (mine) {
        const next = { ...chat, seenTo: archiveId };
        return at >= lastTheirs(chat) ? { ...next, unread: 0 } : next;
    }
    if (at < 0) return chat;
    return { ...chat, readTo: further(chat, chat.readTo, at) };
}

function lastTheirs(chat: Chat): number {
    let at = chat.messages.length - 1;
    while (at >= 0 && chat.messages[at]?.mine) at--;
    return at;
}

function noteDelivered(chat: Chat, id: string): Chat {
    const at = chat.messages.findIndex((m) => m.mine && m.id === id);
    if (at < 0) return chat;
    return { ...chat, deliveredTo: further(chat, chat.deliveredTo, at) };
}

/* The later of the message with that key and the one at `at`. */
function further(chat: Chat, key: string, at: number): string {
    const now = chat.messages.findIndex((m) => m.key === key);
    return at > now ? (chat.messages[at]?.key ?? key) : key;
}
