/* quote.ts - replies (XEP-0461): what is quoted, for our page and for apps
 * that know no replies. Pure. */
import { byArchiveId } from './amend';
import type { Payload } from './payload';
import type { Chat, Message } from './state';

/* What a reply shows of the message that it answers. */
export interface Quote {
    id: string; /* archive id */
    mine: boolean;
    words: string;
    gone: boolean;
}

/* What I answer, while I write. */
export type Answered = Omit<Quote, 'gone'>;

const WORDS_CHARS = 200;
const LINES = 3;

/* The message as it is now; where it is not loaded, as it was quoted. */
export function quoteOf(
    chat: Chat,
    reply: NonNullable<Payload['reply']>,
): Quote {
    const target = byArchiveId(chat, reply.id);
    if (target !== undefined)
        return { ...answeredOf(target), gone: target.gone };
    const mine = reply.to.slice(reply.to.indexOf('/') + 1) === chat.me;
    const words = reply.quote.replace(/^> ?/gm, '').trim();
    return { id: reply.id, mine, words: cut(words), gone: false };
}

export function answeredOf({ archiveId, mine, body }: Message): Answered {
    return { id: archiveId, mine, words: cut(body) };
}

function cut(words: string): string {
    const lines = words.split('\n').filter((line) => line.trim() !== '');
    const few = lines.slice(0, LINES).join('\n');
    const letters = [...few.slice(0, 2 * WORDS_CHARS)];
    const isCut = lines.length > LINES || letters.length > WORDS_CHARS;
    return letters.slice(0, WORDS_CHARS).join('') + (isCut ? '…' : '');
}

/* `room` and the two names make the address of who wrote it. */
export function replyTo(
    room: string,
    chat: Chat,
    { id, mine, words }: Answered,
): NonNullable<Payload['reply']> {
    const quote = words
        .split('\n')
        .map((line) => `> ${line}\n`)
        .join('');
    return { to: `${room}/${mine ? chat.me : chat.peer}`, id, quote };
}

const SHORT_CHARS = 60;

/* The beginning of a text, on one line. */
export function short(text: string): string {
    const line = text.replace(/\s+/g, ' ').trim();
    const letters = [...line.slice(0, 4 * SHORT_CHARS)];
    if (letters.length <= SHORT_CHARS) return letters.join('');
    return `${letters.slice(0, SHORT_CHARS).join('')}…`;
}
