import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COPY_TYPES, copyOf, kept, type CopyWords } from '../src/room/copy';
import { find } from '../src/room/find';
import { newChat, type Chat, type Message } from '../src/room/state';
import { asEmoji, allEmoji } from '../src/view/emoji';

const message = (body: string, more: Partial<Message> = {}): Message => ({
    key: body, id: body, archiveId: `a-${body}`, mine: false, at: Date.UTC(2026, 10, 21, 12), body, reply: null, edits: [],
    gone: false, outside: null, reactions: { mine: [], theirs: [] }, fate: 'stored', why: '', ...more,
});
const hits = (query: string, ...bodies: string[]) => find(bodies.map((b) => message(b)), query).map((h) => h.message.body);
const marked = (query: string, body: string) => find([message(body)], query)[0]?.parts.map((p) => (p.isHit ? `[${p.text}]` : p.text)).join('');

test('every word has to be there; case, accents and order do not count', () => {
    assert.deepEqual(hits('CAFE milk', 'Milk in the café', 'only milk', 'café'), ['Milk in the café']);
    assert.deepEqual(hits('über', 'UBER', 'ü'), ['UBER']);
    assert.deepEqual(hits('a', 'a1', 'a2'), ['a2', 'a1']);
    assert.deepEqual(hits('  ', 'x'), []);
    assert.deepEqual(hits('.*', 'x', 'a .* b'), ['a .* b']);
});

test('what was taken back is not found', () => {
    assert.deepEqual(find([message('ash', { gone: true })], 'ash'), []);
});

test('what was found is marked where it stands, and long texts are cut around it', () => {
    assert.equal(marked('cafe', 'Ein Café!'), 'Ein [Café]!');
    assert.equal(marked('ﬁ', 'oﬃce ﬁne'), 'o[ﬃ]ce [ﬁ]ne');
    assert.equal(marked('😀', 'a 😀 b'), 'a [😀] b');
    const long = marked('needle', `${'hay '.repeat(100)}needle${' hay'.repeat(100)}`) ?? '';
    assert.ok(long.startsWith('…') && long.endsWith('…') && long.includes('[needle]') && long.length < 200, long);
});

const words: CopyWords = {
    title: 'T <1>', made: 'M', you: 'you', edited: 'edited', language: 'en', time: () => '12:00',
    answers: (name, quote) => `answers ${name}: ${quote}`, signs: (name, signs) => `${name}: ${signs}`,
};
const chat = (...messages: Message[]): Chat => ({ ...newChat('Abhi', 'Anny', 'server'), messages }) as Chat;

test('a copy holds what is there: not what was taken back or never sent', () => {
    assert.deepEqual(kept(chat(message('a'), message('b', { gone: true }), message('c', { fate: 'failed' }), message('d', { fate: 'queued' }))).map((m) => m.body), ['a']);
});

test('the copy as text', () => {
    const text = copyOf(chat(message('hi'), message('yes', { mine: true, reply: { to: 'r/Anny', id: 'a-hi', quote: '' }, edits: [{ id: 'e', archiveId: 'x' }], reactions: { mine: [], theirs: ['👍'] } })), 'text', words);
    assert.equal(text, 'T <1>\nM\n\n[12:00] Anny: hi\n[12:00] Abhi (you): yes [answers Anny: hi; edited; Anny: 👍]\n');
});

test('the copy as a page runs nothing, whatever was said', () => {
    const page = copyOf(chat(message('<script>alert(1)</script> & "\''), message('x', { outside: 'https://a.example/"><img src=x>' })), 'html', words);
    assert.ok(!/<script|<img/.test(page), page);
    assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;'));
    assert.ok(page.includes("default-src 'none'"));
    assert.ok(page.includes('<title>T &lt;1&gt;</title>'));
});

test('the copy as data is read back', () => {
    const data = JSON.parse(copyOf(chat(message('"quoted"\n', { reactions: { mine: ['❤️'], theirs: [] } })), 'json', words)) as { format: string; messages: unknown[] };
    assert.equal(data.format, 'duologue-copy-1');
    assert.deepEqual(data.messages, [{ id: 'a-"quoted"\n', from: 'Anny', time: '2026-11-21T12:00:00.000Z', text: '"quoted"\n', reactions: { Abhi: ['❤️'], Anny: [] } }]);
    assert.deepEqual(Object.keys(COPY_TYPES), ['text', 'html', 'json']);
});

test('one emoji is one, however many joints it has', () => {
    for (const one of [...allEmoji(), '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '👍🏽', '1️⃣', '❤', ' 🫠 ']) assert.equal(asEmoji(one), one.trim());
    for (const none of ['', 'a', '1', 'ok', '👍👍', '👍 ok', '<b>', ':)']) assert.equal(asEmoji(none), null);
    assert.equal(new Set(allEmoji()).size, allEmoji().length);
});
