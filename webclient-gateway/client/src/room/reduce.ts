/* reduce.ts - the rules of a chat, as the page sees it: the twin of the
 * engine in component/room. Pure: the same state and event give the same
 * state. */
import { actFailed, onAct, onHide } from './acts';
import { amendAll, change } from './amend';
import type { RoomEvent } from './events';
import { hear } from './hear';
import type { Mark } from './ledger';
import type { Chat, Message } from './state';

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
                loose: [],
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
        case 'marks':
            return onMarks(chat, event.marks);
        case 'foreign':
            return chat.isForeign === event.is ? chat : { ...chat, isForeign: event.is };
        case 'deadline':
            return { ...chat, deadline: event.deadline ?? chat.deadline };
        case 'fullness':
            return { ...chat, notice: event.notice };
        case 'send':
            return onSend(chat, event);
        case 'act':
            return onAct(chat, event);
        case 'hide':
            return onHide(chat, event.archiveIds);
        case 'failed':
            return change(actFailed(chat, event.id, event.why), event.id, (m) =>
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
    return withUnread({
        ...loaded,
        oldestId: event.heard[0]?.archiveId ?? chat.oldestId,
    });
}

/* What I had not seen when I was here last stands below the divider. Who
 * never told what was seen is new here: nothing is old then. */
function withUnread(chat: Chat): Chat {
    const at = chat.messages.findIndex((m) => m.archiveId === chat.seenTo);
    if (chat.seenTo === '' || at < 0) return chat;
    let from = chat.messages.length;
    while (from > at + 1 && !chat.messages[from - 1]?.mine) from--;
    const fresh = chat.messages.slice(from).filter((m) => !m.gone);
    const first = fresh[0];
    if (first === undefined) return chat;
    return { ...chat, unread: fresh.length, firstUnread: first.key };
}

/* A page before all that we have: built alone, then put in front. */
function onOlder(
    chat: Chat,
    event: Extract<RoomEvent, { type: 'older' }>,
): Chat {
    const known = new Set(chat.messages.map((m) => m.archiveId));
    const hasOlder = !event.complete;
    const bare: Chat = {
        ...chat,
        messages: [],
        loose: [],
        hasOlder,
        deliveredTo: '',
        readTo: '',
    };
    const page = event.heard.reduce(
        (c, h) => hear(c, h, { now: event.now, live: false, seen: true }),
        bare,
    );
    const fresh = page.messages.filter((m) => !known.has(m.archiveId));
    const joined: Chat = {
        ...chat,
        messages: [...fresh, ...chat.messages],
        loose: page.loose,
        hasOlder,
        oldestId: event.first || chat.oldestId,
        readTo: chat.readTo || page.readTo,
        deliveredTo: chat.deliveredTo || page.deliveredTo,
    };
    return amendAll(joined, chat.loose);
}

/* A message that turns out to be an earlier one again loses its words. */
function onMarks(chat: Chat, marks: Map<string, Mark>): Chat {
    let isChanged = false;
    const messages = chat.messages.map((m) => {
        const mark = marks.get(m.archiveId) ?? null;
        if (mark === null && !m.mark) return m;
        if (JSON.stringify(mark) === JSON.stringify(m.mark)) return m;
        isChanged = true;
        if (!mark?.isRepeated) return { ...m, mark };
        return { ...m, mark, trouble: 'repeated' as const, body: '', outside: null };
    });
    return isChanged ? { ...chat, messages } : chat;
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
        reply: event.reply,
        edits: [],
        gone: false,
        outside: null,
        reactions: { mine: [], theirs: [] },
        trouble: null,
        mark: null,
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
