/* look.ts - questions about a chat. Pure. */
import { NOTHING, type Payload } from './payload';
import type { Act, Chat, Message } from './state';

export type Tick = 'queued' | 'failed' | 'stored' | 'delivered' | 'read';

/* For each message of mine, by key, how far it came. */
export function ticks(chat: Chat): Map<string, Tick> {
    const found = new Map<string, Tick>();
    let tick: Tick = 'stored';
    for (let i = chat.messages.length - 1; i >= 0; i--) {
        const m = chat.messages[i] as Message;
        if (m.key === chat.deliveredTo && tick === 'stored') tick = 'delivered';
        if (m.key === chat.readTo) tick = 'read';
        if (m.mine) found.set(m.key, m.fate === 'stored' ? tick : m.fate);
    }
    return found;
}

/* What still has to be sent: words, or something about other words. */
export interface Outgoing {
    key: string; /* of the message or the act, and the id of its stanza */
    at: number;
    payload: Payload;
    act: Pick<Act, 'kind' | 'to'> | null; /* null: a message */
}

/* Oldest first. */
export function outbox(chat: Chat): Outgoing[] {
    const words = chat.messages
        .filter((m) => m.fate === 'queued')
        .map((m) => ({ key: m.key, at: m.at, payload: payloadOf(m), act: null }));
    if (chat.acts.length === 0) return words;
    const acts = chat.acts.map(({ id, at, payload, kind, to }) => ({
        key: id,
        at,
        payload,
        act: { kind, to },
    }));
    return [...words, ...acts].sort((a, b) => a.at - b.at);
}

/* What a message of mine says. */
export function payloadOf({ body, reply }: Message): Payload {
    return { ...NOTHING, body, reply };
}

/* The newest message of the other: what "read" is said about. */
export function newestOfPeer(chat: Chat): Message | null {
    for (let i = chat.messages.length - 1; i >= 0; i--) {
        const m = chat.messages[i] as Message;
        if (!m.mine && m.archiveId !== '') return m;
    }
    return null;
}

/* How much of the silence is left, from 0 to 1; 1 where it is not known. */
export function wick(chat: Chat, now: number): number {
    if (chat.deadline === null || chat.idleMs <= 0) return 1;
    return Math.min(1, Math.max(0, (chat.deadline - now) / chat.idleMs));
}

/* The last tenth, in which the chip asks. */
export function isEnding(chat: Chat, now: number): boolean {
    return chat.deadline !== null && wick(chat, now) < 0.1;
}
