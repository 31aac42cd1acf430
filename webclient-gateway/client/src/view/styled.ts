/* styled.ts - styled words (XEP-0393) and links as elements. Text nodes and
 * links are all that ever comes of somebody's words. */
import { parseStyle, type Block, type Mark, type Span } from '../room/style';
import { h, type Child } from './dom';

const TAGS = { '*': 'strong', _: 'em', '~': 's', '`': 'code' } as const;

export function styled(text: string): Child[] {
    return joined(parseStyle(text));
}

/* A line ends where the next one begins; blocks of their own need no break. */
function joined(blocks: Block[]): Child[] {
    const parts: Child[] = [];
    blocks.forEach((block, at) => {
        const before = blocks[at - 1];
        if (before?.kind === 'line' && block.kind === 'line') parts.push('\n');
        parts.push(...blockOf(block));
    });
    return parts;
}

function blockOf(block: Block): Child[] {
    if (block.kind === 'line') return spansOf(block.spans);
    if (block.kind === 'pre') return [h('code', { class: 'pre' }, block.text)];
    return [h('span', { class: 'quoted' }, ...joined(block.inside))];
}

function spansOf(spans: Span[]): Child[] {
    return spans.map((span) => {
        if (span.kind === 'plain') return span.text;
        if (span.kind === 'link') return linkOf(span.text);
        return h(TAGS[span.kind], {}, sign(span.kind), ...spansOf(span.inside), sign(span.kind));
    });
}

/* Seen, and copied along, but not read aloud. */
function sign(mark: Mark): HTMLElement {
    return h('span', { class: 'mark', 'aria-hidden': 'true' }, mark);
}

/* Nothing is fetched before somebody follows it. */
function linkOf(address: string): HTMLElement {
    const rel = 'noopener noreferrer nofollow';
    return h('a', { href: address, target: '_blank', rel }, address);
}
