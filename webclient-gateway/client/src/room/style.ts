/* style.ts - XEP-0393: a text to a tree of blocks and spans. The directives
 * stay where they are, so that nothing that was written is lost. Pure. */

export type Mark = '*' | '_' | '~' | '`';

export type Span =
    | { kind: 'plain'; text: string }
    | { kind: 'link'; text: string }
    | { kind: Mark; inside: Span[] }; /* without its two directives */

export type Block =
    | { kind: 'line'; spans: Span[] }
    | { kind: 'pre'; text: string } /* with its fences */
    | { kind: 'quote'; inside: Block[] };

const DEPTH_MAX = 8; /* of quotes in quotes; deeper ones are plain words */
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'*_~`)\]}]/g;
const SPACE = /[\s\p{Z}]/u;

export function parseStyle(text: string): Block[] {
    return blocks(text.split('\n'), 0);
}

function blocks(lines: string[], depth: number): Block[] {
    const found: Block[] = [];
    for (let at = 0; at < lines.length; ) {
        const line = lines[at] as string;
        const isQuote = line.startsWith('>') && depth < DEPTH_MAX;
        const end = line.startsWith('```')
            ? fenceEnd(lines, at)
            : isQuote
              ? quoteEnd(lines, at)
              : at + 1;
        const part = lines.slice(at, end);
        if (line.startsWith('```'))
            found.push({ kind: 'pre', text: part.join('\n') });
        else if (isQuote)
            found.push({ kind: 'quote', inside: blocks(part.map(unquoted), depth + 1) });
        else found.push({ kind: 'line', spans: spans(line) });
        at = end;
    }
    return found;
}

/* One past the closing fence, or past the last line. */
function fenceEnd(lines: string[], at: number): number {
    const close = lines.indexOf('```', at + 1);
    return close < 0 ? lines.length : close + 1;
}

function quoteEnd(lines: string[], at: number): number {
    let end = at;
    while (end < lines.length && lines[end]?.startsWith('>')) end++;
    return end;
}

function unquoted(line: string): string {
    return line.slice(1).replace(/^[\s\p{Z}]/u, '');
}

export function spans(line: string): Span[] {
    const found: Span[] = [];
    let plain = '';
    for (let at = 0; at < line.length; ) {
        const close = closing(line, at);
        if (close < 0) {
            plain += line[at++];
            continue;
        }
        found.push(...links(plain));
        plain = '';
        const mark = line[at] as Mark;
        const inner = line.slice(at + 1, close);
        found.push({
            kind: mark,
            inside: mark === '`' ? [{ kind: 'plain', text: inner }] : spans(inner),
        });
        at = close + 1;
    }
    return [...found, ...links(plain)];
}

/* Where the span that begins at `at` ends, or -1 when none begins there. */
function closing(line: string, at: number): number {
    const mark = line[at] as string;
    const before = line[at - 1];
    const next = line[at + 1];
    const isFirst = before === undefined || SPACE.test(before);
    if (!'*_~`'.includes(mark) || !isFirst) return -1;
    if (next === undefined || next === mark || SPACE.test(next)) return -1;
    for (let end = line.indexOf(mark, at + 2); end >= 0; end = line.indexOf(mark, end + 1))
        if (!SPACE.test(line[end - 1] as string)) return end;
    return -1;
}

function links(text: string): Span[] {
    const found: Span[] = [];
    let at = 0;
    for (const hit of text.matchAll(LINK)) {
        const start = hit.index ?? 0;
        if (start > at) found.push({ kind: 'plain', text: text.slice(at, start) });
        at = start + hit[0].length;
        /* The end of what was opened inside belongs to it. */
        if (text[at] === ')' && isOpen(hit[0])) at++;
        found.push({ kind: 'link', text: text.slice(start, at) });
    }
    if (at < text.length) found.push({ kind: 'plain', text: text.slice(at) });
    return found;
}

function isOpen(address: string): boolean {
    return address.lastIndexOf('(') > address.lastIndexOf(')');
}
