/* find.ts - searching messages: every word has to be there, in any order;
 * neither case nor accents count. Pure. */
import type { Message } from './state';

export interface Hit {
    message: Message;
    parts: { text: string; isHit: boolean }[]; /* of what is shown */
}

const BEFORE_CHARS = 30; /* shown before the first word that was found */
const SHOWN_CHARS = 140;

/* Each letter by itself, so that places stay where they are. */
function plain(text: string): string[] {
    return [...text].map((letter) =>
        letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase(),
    );
}

export function wordsOf(query: string): string[] {
    const words = plain(query).join('').split(/\s+/);
    return [...new Set(words.filter((word) => word !== ''))];
}

/* Newest first. */
export function find(messages: readonly Message[], query: string): Hit[] {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const hits: Hit[] = [];
    for (let i = messages.length - 1; i >= 0; i--) {
        const message = messages[i] as Message;
        if (message.gone) continue;
        const parts = partsOf(message.body, words);
        if (parts !== null) hits.push({ message, parts });
    }
    return hits;
}

/* null: not all of the words are in it. */
function partsOf(body: string, words: string[]): Hit['parts'] | null {
    const letters = [...body];
    const folded = plain(body);
    const text = folded.join('');
    if (!words.every((word) => text.includes(word))) return null;
    const isHit = marked(folded, text, words);
    const first = Math.max(0, isHit.indexOf(true) - BEFORE_CHARS);
    const last = Math.min(letters.length, first + SHOWN_CHARS);
    const parts: Hit['parts'] = [];
    for (let at = first; at < last; at++) {
        const part = parts[parts.length - 1];
        const is = isHit[at] === true;
        const letter = letters[at] as string;
        if (part?.isHit === is) part.text += letter;
        else parts.push({ text: letter, isHit: is });
    }
    if (first > 0) parts.unshift({ text: '…', isHit: false });
    if (last < letters.length) parts.push({ text: '…', isHit: false });
    return parts;
}

/* Which letters belong to a word that was found: one letter may be several
 * in the folded text, or none. */
function marked(folded: string[], text: string, words: string[]): boolean[] {
    const letterAt: number[] = [];
    folded.forEach((piece, at) => {
        for (let i = 0; i < piece.length; i++) letterAt.push(at);
    });
    const isHit = folded.map(() => false);
    for (const word of words)
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length))
            for (let i = at; i < at + word.length; i++)
                isHit[letterAt[i] as number] = true;
    return isHit;
}
