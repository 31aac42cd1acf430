import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStyle, spans, type Block, type Span } from '../src/room/style';

/* (*strong*) as in the XEP's own examples. */
function shown(all: Span[]): string {
    return all
        .map((s) => {
            if (s.kind === 'plain') return s.text;
            if (s.kind === 'link') return `<${s.text}>`;
            return `(${s.kind}${shown(s.inside)}${s.kind})`;
        })
        .join('');
}

function blocks(all: Block[]): string {
    return all
        .map((b) => {
            if (b.kind === 'line') return `line(${shown(b.spans)})`;
            return b.kind === 'pre' ? `pre(${b.text})` : `quote(${blocks(b.inside)})`;
        })
        .join(' ');
}

const line = (text: string): string => shown(spans(text));
const all = (text: string): string => blocks(parseStyle(text));

/* Everything that was written is there, in its order. */
function written(of: Block[]): string {
    const text = (s: Span): string =>
        s.kind === 'plain' || s.kind === 'link' ? s.text : s.kind + s.inside.map(text).join('') + s.kind;
    return of.map((b) => (b.kind === 'line' ? b.spans.map(text).join('') : b.kind === 'pre' ? b.text : written(b.inside))).join('\n');
}

test('what the XEP says is styled', () => {
    assert.equal(line('*strong*'), '(*strong*)');
    assert.equal(line('plain *strong* plain'), 'plain (*strong*) plain');
    assert.equal(line('*strong* plain *strong*'), '(*strong*) plain (*strong*)');
    assert.equal(line('*strong*plain*'), '(*strong*)plain*');
    assert.equal(line('* plain *strong*'), '* plain (*strong*)');
    assert.equal(line('_emphasized span containing *strong*_'), '(_emphasized span containing (*strong*)_)');
    assert.equal(line('Everyone ~dis~likes cake.'), 'Everyone (~dis~)likes cake.');
    assert.equal(line('*`monospace and bold`*'), '(*(`monospace and bold`)*)');
    assert.equal(line('This is `*monospace*`'), 'This is (`*monospace*`)');
});

test('what the XEP says is not', () => {
    for (const text of ['not strong*', '*not strong', '*not *strong', '**', '****', '* not *', '*not  *', 'in_the_word', '2*3*4'])
        assert.equal(line(text), text);
    assert.equal(all('*not \n strong*'), 'line(*not ) line( strong*)');
});

test('blocks: preformatted, quoted, in each other', () => {
    assert.equal(all('```ignored\n(*x*)\n```\nafter'), 'pre(```ignored\n(*x*)\n```) line(after)');
    assert.equal(all('> ```\n> (x)\n\nplain'), 'quote(pre(```\n(x))) line() line(plain)');
    assert.equal(all('>> That is.\n> Said *he*.\n\nWho?'), 'quote(quote(line(That is.)) line(Said (*he*).)) line() line(Who?)');
    assert.equal(all('```\nnever closed'), 'pre(```\nnever closed)');
});

test('addresses become links, and nothing else does', () => {
    assert.equal(line('see https://example.org/a_b_c?x=1.'), 'see <https://example.org/a_b_c?x=1>.');
    assert.equal(line('(https://example.org)'), '(<https://example.org>)');
    assert.equal(line('*https://example.org*'), '(*<https://example.org>*)');
    assert.equal(line('https://a.example/Tea_(drink).'), '<https://a.example/Tea_(drink)>.');
    assert.equal(line('(see https://a.example/Tea_(drink))'), '(see <https://a.example/Tea_(drink)>)');
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'www.example.org', 'xmpp:a@b', 'file:///etc/passwd', 'https://'])
        assert.equal(line(text), text);
    assert.equal(line('`https://example.org`'), '(`https://example.org`)');
});

test('nothing that was written is lost', () => {
    for (const text of ['*a _b_ ~c~ `d`*', 'https://a.example/?q=*x*', '_ * ~ `', 'a\n\nb', '```\nx', '*'.repeat(50)])
        assert.equal(written(parseStyle(text)), text);
});

test('the worst texts take no time', () => {
    const start = Date.now();
    for (const text of ['*a '.repeat(5400), '*_~`'.repeat(4000), '> '.repeat(8000), '>'.repeat(16_000), 'https://'.repeat(2000), '```\n'.repeat(4000)])
        parseStyle(text);
    assert.ok(Date.now() - start < 5000);
});
