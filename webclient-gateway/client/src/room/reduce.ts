/* reduce.ts - the rules of a chat, as the page sees it: the twin of the
 * engine in component/room. Pure: the same state and event give the same
 * state. */
import type { Heard, RoomEvent } from './events';
import type { Chat, Message } from './state';

const TYPING_MS = 12_000; /* a peer that says no more has stopped */

export function reduce(chat: Chat, event: RoomEvent): Chat {
    switch (event.type) {
        case 'line':
            return onLine(chat, event);
        case 'facts':
            return {
                ...chat,
                me: event.name,
                idleMs: event.idleMs || chat.idleMs,
                deadline: event.deadline ?? chat.deadline,
                protection: event.protection || chat.protection,
            };
        case 'peer':
            return onPeer(chat, event);
        case 'history':
            return onHistory(chat, event);
        case 'missed':
            return event.heard.reduce(
                (c, h) => hear(c, h, { now: event.now, live: false, seen: false }),
                chat,
            );
        case 'caught-up':
            return { ...chat, joined: true };
        case 'lost':
            return {
                ...chat,
                newestId: '',
                messages: chat.messages.filter((m) => m.fate !== 'stored'),
            };
        case 'older':
            return onOlder(chat, event);
        case 'heard':
            return hear(chat, event.heard, {
                now: event.now,
                live: true,
                seen: event.seen,
            });
        case 'deadline':
            return { ...chat, deadline: event.deadline ?? chat.deadline };
        case 'fullness':
            return { ...chat, notice: event.notice };
        case 'send':
            return onSend(chat, event);
        case 'failed':
            return change(chat, event.id, (m) =>
                m.fate === 'queued'
                    ? { ...m, fate: 'failed', why: event.why }
                    : m,
            );
        case 'retry':
            return change(chat, event.key, (m) => ({
                ...m,
                fate: 'queued',
                why: '',
                at: event.now,
            }));
        case 'drop':
            return {
                ...chat,
                messages: chat.messages.filter(
                    (m) => m.key !== event.key || m.fate === 'stored',
                ),
            };
        case 'seen':
            return chat.unread === 0 ? chat : { ...chat, unread: 0 };
        case 'looked-away':
            return chat.firstUnread === '' || chat.unread > 0
                ? chat
                : { ...chat, firstUnread: '' };
        case 'tick':
            return chat.typingUntil !== 0 && event.now >= chat.typingUntil
                ? { ...chat, typingUntil: 0 }
                : chat;
        case 'ended':
            return onEnded(chat, event.by);
    }
}

function onLine(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'line' }>,
): Chat {
    const up = event.line === 'up';
    return {
        ...chat,
        line: event.line,
        retryAt: event.retryAt,
        joined: up && chat.joined,
        typingUntil: up ? chat.typingUntil : 0,
    };
}

function onPeer(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'peer' }>,
): Chat {
    const was = chat.presence !== 'offline';
    const is = event.presence !== 'offline';
    return {
        ...chat,
        presence: event.presence,
        everSeen: chat.everSeen || is,
        seenAt: was || is ? event.now : chat.seenAt,
        typingUntil: is ? chat.typingUntil : 0,
    };
}

function onHistory(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'history' }>,
): Chat {
    const loaded = event.heard.reduce(
        (c, h) => hear(c, h, { now: event.now, live: false, seen: true }),
        { ...chat, hasOlder: !event.complete },
    );
    return { ...loaded, oldestId: event.heard[0]?.archiveId ?? chat.oldestId };
}

/* A page before all that we have: built alone, then put in front. */
function onOlder(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'older' }>,
): Chat {
    const known = new Set(chat.messages.map((m) => m.archiveId));
    const bare: Chat = { ...chat, messages: [], deliveredTo: '', readTo: '' };
    const page = event.heard.reduce(
        (c, h) => hear(c, h, { now: event.now, live: false, seen: true }),
        bare,
    );
    const fresh = page.messages.filter((m) => !known.has(m.archiveId));
    return {
        ...chat,
        messages: [...fresh, ...chat.messages],
        hasOlder: !event.complete,
        oldestId: event.first || chat.oldestId,
        readTo: chat.readTo || page.readTo,
        deliveredTo: chat.deliveredTo || page.deliveredTo,
    };
}

interface How {
    now: number;
    live: boolean;
    seen: boolean; /* somebody looks at the newest message now */
}

function hear(chat: Chat, heard: Heard, how: How): Chat {
    const mine = heard.from === chat.me;
    let next = chat;

    if (heard.archiveId !== '') next = { ...next, newestId: heard.archiveId };
    if (!mine) next = hearSigns(next, heard, how);
    if (heard.retracts !== null) return takeBack(next, heard.retracts, mine);
    if (heard.reacts !== null) return react(next, heard.reacts, mine);
    if (heard.displayed !== null) return noteRead(next, heard.displayed, mine);
    if (heard.received !== null && !mine)
        return noteDelivered(next, heard.received);
    if (heard.replaces !== null && heard.body !== null)
        return replace(next, heard.replaces, heard.body, mine);
    if (heard.retracted) return add(next, heard, how, mine);
    if (heard.body === null || heard.body === '') return next;
    return add(next, heard, how, mine);
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
        edited: false,
        gone: heard.retracted,
        outside: heard.outside,
        reactions: { mine: [], theirs: [] },
        fate: 'stored',
        why: '',
    };
    return count(put(chat, message, how), message, how);
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
    return put({ ...chat, messages: rest }, stored, how);
}

/* Puts a stored message before the ones that still wait. */
function put(chat: Chat, message: Message, how: How): Chat {
    let end = chat.messages.length;
    while (end > 0 && chat.messages[end - 1]?.fate !== 'stored') end--;
    const messages = chat.messages.slice();
    messages.splice(end, 0, message);
    const deadline =
        how.live && chat.idleMs > 0 ? how.now + chat.idleMs : chat.deadline;
    return { ...chat, messages, deadline };
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

function change(
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

/* Only who wrote it may take it back or change it. */
function takeBack(chat: Chat, archiveId: string, mine: boolean): Chat {
    const target = chat.messages.find((m) => m.archiveId === archiveId);
    if (target === undefined || target.mine !== mine) return chat;
    return change(chat, target.key, (m) => ({
        ...m,
        body: '',
        outside: null,
        gone: true,
        reactions: { mine: [], theirs: [] },
    }));
}

function replace(chat: Chat, id: string, body: string, mine: boolean): Chat {
    const target = chat.messages.find((m) => m.id === id && m.mine === mine);
    if (target === undefined || target.gone) return chat;
    return change(chat, target.key, (m) => ({ ...m, body, edited: true }));
}

function react(
    chat: Chat,
    reacts: { to: string; with: string[] },
    mine: boolean,
): Chat {
    const target = chat.messages.find((m) => m.archiveId === reacts.to);
    if (target === undefined || target.gone) return chat;
    return change(chat, target.key, (m) => ({
        ...m,
        reactions: mine
            ? { ...m.reactions, mine: reacts.with }
            : { ...m.reactions, theirs: reacts.with },
    }));
}

/* "Read up to here": `archiveId` may be anybody's message. */
function noteRead(chat: Chat, archiveId: string, mine: boolean): Chat {
    const at = chat.messages.findIndex((m) => m.archiveId === archiveId);
    if (at < 0) return chat;
    if (mine) return at >= lastTheirs(chat) ? { ...chat, unread: 0 } : chat;
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

function onSend(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'send' }>,
): Chat {
    if (chat.messages.some((m) => m.key === event.id)) return chat;
    const message: Message = {
        key: event.id,
        id: event.id,
        archiveId: '',
        mine: true,
        at: event.now,
        body: event.body,
        edited: false,
        gone: false,
        outside: null,
        reactions: { mine: [], theirs: [] },
        fate: 'queued',
        why: '',
    };
    return {
        ...chat,
        messages: [...chat.messages, message],
        firstUnread: '',
        unread: 0,
    };
}

/* Nothing of the words outlives the chat. */
function onEnded(chat: Chat, by: Chat['ended']): Chat {
    return { ...chat, ended: chat.ended ?? by, joined: false, typingUntil: 0 };
}
