/* copy.ts - "save my copy": the chat as text, as a page, as data. Pure. */
import { quoteOf } from './quote';
import type { Chat, Message } from './state';

export type CopyKind = 'text' | 'html' | 'json';

/* The words that are needed, ready to use. */
export interface CopyWords {
    title: string;
    made: string;
    you: string;
    edited: string;
    answers: (name: string, words: string) => string;
    signs: (name: string, signs: string) => string;
    time: (at: number) => string;
    language: string;
}

export const COPY_TYPES: Record<CopyKind, { type: string; end: string }> = {
    text: { type: 'text/plain', end: 'txt' },
    html: { type: 'text/html', end: 'html' },
    json: { type: 'application/json', end: 'json' },
};

/* What is there to keep: not what was taken back, nor what never left. */
export function kept(chat: Chat): Message[] {
    return chat.messages.filter(
        (m) => !m.gone && !m.trouble && m.fate === 'stored',
    );
}

export function copyOf(chat: Chat, kind: CopyKind, words: CopyWords): string {
    if (kind === 'json') return asData(chat);
    return kind === 'html' ? asPage(chat, words) : asText(chat, words);
}

interface Told {
    who: string;
    mine: boolean;
    time: string;
    notes: string[];
    body: string;
    outside: string | null;
    quote: string | null;
}

function told(chat: Chat, m: Message, words: CopyWords): Told {
    const nameOf = (mine: boolean): string => (mine ? chat.me : chat.peer);
    const quote = m.reply === null ? null : quoteOf(chat, m.reply);
    const { mine, theirs } = m.reactions;
    const notes: string[] = [];
    if (m.edits.length > 0) notes.push(words.edited);
    if (mine.length > 0) notes.push(words.signs(chat.me, mine.join(' ')));
    if (theirs.length > 0) notes.push(words.signs(chat.peer, theirs.join(' ')));
    return {
        who: m.mine ? `${chat.me} (${words.you})` : chat.peer,
        mine: m.mine,
        time: words.time(m.at),
        notes,
        body: m.body,
        outside: m.outside === m.body ? null : m.outside,
        quote:
            quote === null || quote.gone
                ? null
                : words.answers(nameOf(quote.mine), quote.words.replace(/\s+/g, ' ')),
    };
}

function asText(chat: Chat, words: CopyWords): string {
    const lines = kept(chat).map((m) => {
        const { who, time, notes, body, outside, quote } = told(chat, m, words);
        const all = [quote, ...notes].filter((n) => n !== null);
        const after = all.length === 0 ? '' : ` [${all.join('; ')}]`;
        return `[${time}] ${who}: ${body}${outside === null ? '' : `\n${outside}`}${after}`;
    });
    return [words.title, words.made, '', ...lines, ''].join('\n');
}

const SIGNS: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
};

function safe(text: string): string {
    return text.replace(/[&<>"']/g, (sign) => SIGNS[sign] as string);
}

const STYLE =
    'body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1e1b18;background:#faf7f2}' +
    'h1{font-size:1.4rem}ol{list-style:none;padding:0;display:flex;flex-direction:column;gap:.6rem}' +
    'li{max-width:85%;padding:.5rem .8rem;border-radius:14px;background:#efe8dd;align-self:flex-start;overflow-wrap:anywhere}' +
    'li.mine{background:#1f5f5b;color:#fff;align-self:flex-end}p{margin:0;white-space:pre-wrap}' +
    'small{display:block}blockquote{margin:0 0 .3rem;padding-left:.6rem;border-left:2px solid}';

/* It runs nothing and fetches nothing, wherever it is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

function asPage(chat: Chat, words: CopyWords): string {
    const items = kept(chat).map((m) => {
        const { who, mine, time, notes, body, outside, quote } = told(chat, m, words);
        const parts = [
            `<li${mine ? ' class="mine"' : ''}>`,
            `<small><b>${safe(who)}</b> ${safe(time)}</small>`,
            quote === null ? '' : `<blockquote>${safe(quote)}</blockquote>`,
            `<p dir="auto">${safe(body)}</p>`,
            outside === null ? '' : `<p>${safe(outside)}</p>`,
            notes.length === 0 ? '' : `<small>${safe(notes.join(' · '))}</small>`,
            '</li>',
        ];
        return parts.join('');
    });
    return [
        '<!doctype html>',
        `<html lang="${safe(words.language)}"><head><meta charset="utf-8">`,
        `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        `<title>${safe(words.title)}</title><style>${STYLE}</style></head><body>`,
        `<h1>${safe(words.title)}</h1><p>${safe(words.made)}</p>`,
        `<ol>${items.join('\n')}</ol>`,
        '</body></html>',
        '',
    ].join('\n');
}

function asData(chat: Chat): string {
    const nameOf = (mine: boolean): string => (mine ? chat.me : chat.peer);
    const messages = kept(chat).map((m) => ({
        id: m.archiveId,
        from: nameOf(m.mine),
        time: new Date(m.at).toISOString(),
        text: m.body,
        ...(m.outside === null ? {} : { outside: m.outside }),
        ...(m.edits.length === 0 ? {} : { edited: true }),
        ...(m.reply === null ? {} : { answers: m.reply.id }),
        ...reactionsOf(chat, m),
    }));
    const data = { format: 'duologue-copy-1', me: chat.me, peer: chat.peer, messages };
    return `${JSON.stringify(data, null, 2)}\n`;
}

function reactionsOf(chat: Chat, { reactions }: Message): object {
    const { mine, theirs } = reactions;
    if (mine.length === 0 && theirs.length === 0) return {};
    return { reactions: { [chat.me]: mine, [chat.peer]: theirs } };
}
