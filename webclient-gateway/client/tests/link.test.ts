/* Each attack of docs/link-encryption.md 8, against what a client does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64, keyText, toBase64 } from '../src/crypto/bytes';
import { random } from '../src/crypto/random';
import { ChatKey } from '../src/crypto/schedule';
import type { Mark } from '../src/room/ledger';
import { NOTHING, type Payload } from '../src/room/payload';
import { TooLong } from '../src/wire/envelope';
import type { Said } from '../src/wire/events';
import { LinkEnvelope } from '../src/wire/link';
import type { Part } from '../src/wire/part';
import './browser';

const ROOM = 'r@d';
const KEY = keyText(Uint8Array.from({ length: 16 }, (_, i) => i));
const CLEAN: Mark = { missing: 0, deleted: 0, isLate: false, isBlind: false, isRepeated: false };

async function load(name: 'Ann' | 'Bob', key = KEY, room = ROOM): Promise<LinkEnvelope> {
    const chat = await ChatKey.open(key, room);
    const [me, peer, number] = name === 'Ann' ? ['Ann', 'Bob', 1] : ['Bob', 'Ann', 2];
    return new LinkEnvelope(chat as ChatKey, { me, peer, number } as never);
}

/* The archive: what the server makes of what is sent. */
class Archive {
    said: Said[] = [];
    private count = 0;

    store(from: string, id: string, parts: Part[]): Said {
        const { salt, n, key } = parts[0]?.attrs ?? {};
        const sealed = { salt: salt ?? '', number: Number(n), key: key ?? '', data: String(parts[0]?.inside) };
        const said = { ...this.bare(from, id), sealed };
        this.said.push(said);
        return said;
    }

    bare(from: string, id: string): Said {
        return {
            ...NOTHING, from, id, originId: id, archiveId: `a${++this.count}`, at: 0, retracts: null,
            retracted: false, displayed: null, received: null, typing: null,
        };
    }

    retract(from: string, archiveId: string): void {
        this.said = this.said.filter((s) => s.archiveId !== archiveId);
        this.said.push({ ...this.bare(from, `r${this.count}`), retracts: archiveId });
    }
}

let ids = 0;
async function say(archive: Archive, by: LinkEnvelope, from: string, body: string, more: Partial<Payload> = {}): Promise<Said> {
    const id = `m${++ids}`;
    return archive.store(from, id, await by.seal(id, { ...NOTHING, body, ...more }));
}

async function read(by: LinkEnvelope, said: Said[], where: 'after' | 'before' = 'after'): Promise<Said[]> {
    return by.admit(await Promise.all(said.map((s) => by.open(s))), where);
}

async function fresh(archive: Said[], whole = true): Promise<{ said: Said[]; marks: Map<string, Mark>; by: LinkEnvelope }> {
    const by = await load('Bob');
    const said = await read(by, archive);
    if (whole) by.whole();
    return { said, marks: by.marks(), by };
}

const words = (said: Said[]) => said.map((s) => s.trouble ?? s.body);

async function talk(count: number): Promise<{ archive: Archive; ann: LinkEnvelope; bob: LinkEnvelope }> {
    const [archive, ann, bob] = [new Archive(), await load('Ann'), await load('Bob')];
    for (let i = 0; i < count; i++) await say(archive, ann, 'Ann', `w${i}`);
    return { archive, ann, bob };
}

test('words, edits, replies and reactions come through, and a fresh device reads them all', async () => {
    const { archive, ann, bob } = await talk(1);
    await read(bob, archive.said);
    await say(archive, bob, 'Bob', 'yes', { reply: { to: 'r@d/Ann', id: 'a1', quote: '> w0\n' } });
    await say(archive, ann, 'Ann', 'better', { replaces: 'm1' });
    const id = 'react';
    archive.store('Bob', id, await bob.seal(id, { ...NOTHING, reacts: { to: 'a1', with: ['👍'] } }));
    const { said, marks } = await fresh(archive.said);
    assert.deepEqual(words(said), ['w0', 'yes', 'better', null]);
    assert.deepEqual(said[1]?.reply, { to: 'r@d/Ann', id: 'a1', quote: '> w0\n' });
    assert.equal(said[2]?.replaces, 'm1');
    assert.deepEqual(said[3]?.reacts, { to: 'a1', with: ['👍'] });
    assert.equal(said[3]?.proof?.seen, 'a1');
    assert.equal(marks.size, 0);
});

test('nothing of a message stands outside of it', async () => {
    const { ann } = await talk(0);
    const parts = await ann.seal('m', { ...NOTHING, body: 'secret words', reacts: { to: 'a-secret', with: ['👍'] }, reply: { to: 'x', id: 'y', quote: 'secret' } });
    assert.doesNotMatch(JSON.stringify(parts), /secret|👍/);
    assert.deepEqual(parts.map((p) => p.name), ['encrypted', 'encryption', 'body', 'store']);
});

test('short words, long words and a reaction look alike', async () => {
    const { ann } = await talk(0);
    const size = async (p: Partial<Payload>) => String((await ann.seal('m', { ...NOTHING, ...p }))[0]?.inside).length;
    const sizes = [await size({ body: 'a' }), await size({ body: 'a'.repeat(100) }), await size({ reacts: { to: 'a1', with: ['👍'] } })];
    assert.equal(new Set(sizes).size, 1);
    assert.ok((await size({ body: 'a'.repeat(300) })) > (sizes[0] ?? 0));
});

test('tampered with in any part: changed, and no word of it', async () => {
    const { archive } = await talk(1);
    const good = archive.said[0] as Said;
    const sealed = good.sealed as NonNullable<Said['sealed']>;
    const flip = (text: string, at: number) => {
        const bytes = fromBase64(text) as Uint8Array;
        bytes[at] = (bytes[at] as number) ^ 1;
        return toBase64(bytes);
    };
    const bad: Said[] = [0, 100, 271].map((at) => ({ ...good, sealed: { ...sealed, data: flip(sealed.data, at) } }));
    bad.push({ ...good, sealed: { ...sealed, salt: flip(sealed.salt, 3) } });
    bad.push({ ...good, sealed: { ...sealed, number: 1 } }, { ...good, sealed: { ...sealed, number: -1 } });
    bad.push({ ...good, sealed: { ...sealed, data: sealed.data.slice(4) } }, { ...good, sealed: { ...sealed, data: '' } });
    bad.push({ ...good, id: 'other' }, { ...good, id: 'other', originId: 'other' }, { ...good, originId: '' });
    bad.push({ ...good, from: 'Somebody' });
    for (const said of bad) {
        const [found] = (await fresh([said])).said;
        assert.equal(found?.trouble, 'changed');
        assert.equal(found.body, null);
    }
    assert.deepEqual(words((await fresh([good])).said), ['w0']);
});

test('of another chat with the same key: it does not open', async () => {
    const archive = new Archive();
    await say(archive, await load('Ann', KEY, 'other@d'), 'Ann', 'x');
    assert.deepEqual(words((await fresh(archive.said)).said), ['key']);
});

test('under the wrong name', async () => {
    const { archive } = await talk(1);
    const swapped = { ...(archive.said[0] as Said), from: 'Bob' };
    assert.deepEqual(words((await fresh([swapped])).said), ['seat']);
});

test('the same message again is repeated; the same archive id again is nothing', async () => {
    const { archive } = await talk(2);
    const [first] = archive.said as [Said];
    const { said, marks, by } = await fresh([...archive.said, { ...first, archiveId: 'a9' }]);
    assert.deepEqual(words(said), ['w0', 'w1', 'repeated']);
    assert.deepEqual(marks.get('a9'), { ...CLEAN, isRepeated: true });
    assert.deepEqual(words(await read(by, [first])), ['w0']);
    assert.equal(by.marks().size, 1);
});

test('an edit that comes again does not undo a later one', async () => {
    const { archive, ann } = await talk(1);
    const one = await say(archive, ann, 'Ann', 'one', { replaces: 'm1' });
    await say(archive, ann, 'Ann', 'two', { replaces: 'm1' });
    const { by } = await fresh(archive.said);
    for (const again of [one, { ...one, archiveId: 'a9' }]) {
        const [found] = await read(by, [again]);
        assert.equal(found?.body, null);
        assert.equal(found.replaces, null);
    }
});

test('a repeated one whose first is on an older page is known when that is there', async () => {
    const { archive } = await talk(3);
    const [first] = archive.said as [Said];
    const { by } = await fresh([...archive.said.slice(1), { ...first, archiveId: 'a9' }], false);
    assert.equal(by.marks().get('a9')?.isLate, true);
    assert.deepEqual(words(await read(by, [first], 'before')), ['w0']);
    by.whole();
    assert.deepEqual([...by.marks()], [['a9', { ...CLEAN, isRepeated: true }]]);
});

test('left out: missing, said at the next', async () => {
    const { archive } = await talk(6);
    const kept = archive.said.filter((_, i) => ![0, 2, 3].includes(i));
    const { marks } = await fresh(kept);
    assert.deepEqual([...marks], [['a2', { ...CLEAN, missing: 1 }], ['a5', { ...CLEAN, missing: 2 }]]);
    const page = await fresh(kept, false);
    assert.deepEqual([...page.marks.keys()], ['a5']);
});

test('a whole archive in pages, from the newest back, misses nothing', async () => {
    const { archive } = await talk(9);
    const by = await load('Bob');
    for (const from of [6, 3, 0]) {
        await read(by, archive.said.slice(from, from + 3), from === 6 ? 'after' : 'before');
        assert.equal(by.marks().size, 0);
    }
    by.whole();
    assert.equal(by.marks().size, 0);
});

test('out of order: late, and then nothing is missing', async () => {
    const { archive } = await talk(4);
    const [a, b, c, d] = archive.said as [Said, Said, Said, Said];
    const { marks } = await fresh([a, c, b, d]);
    assert.deepEqual([...marks], [['a2', { ...CLEAN, isLate: true }]]);
});

test('two tabs and two devices of one seat count for themselves', async () => {
    const { archive, ann } = await talk(2);
    const phone = await load('Ann');
    await say(archive, phone, 'Ann', 'p0');
    await say(archive, ann, 'Ann', 'w2');
    await say(archive, phone, 'Ann', 'p1');
    assert.equal((await fresh(archive.said)).marks.size, 0);
});

test('taken back: deleted, not missing; but no more than were taken back', async () => {
    const { archive } = await talk(5);
    archive.retract('Ann', 'a2');
    assert.deepEqual([...(await fresh(archive.said)).marks], [['a3', { ...CLEAN, deleted: 1 }]]);
    archive.said = archive.said.filter((s) => s.archiveId !== 'a4');
    assert.deepEqual([...(await fresh(archive.said)).marks], [['a3', { ...CLEAN, deleted: 1 }], ['a5', { ...CLEAN, missing: 1 }]]);
    const other = await talk(3);
    other.archive.retract('Bob', 'a2');
    assert.deepEqual([...(await fresh(other.archive.said)).marks], [['a3', { ...CLEAN, missing: 1 }]]);
});

test('a refused message leaves no number missing, and keeps its bytes', async () => {
    const { archive, ann } = await talk(2);
    const refused = await ann.seal('no', { ...NOTHING, body: 'too much' });
    ann.refused();
    await say(archive, ann, 'Ann', 'w2');
    await say(archive, ann, 'Ann', 'w3');
    assert.equal((await fresh(archive.said)).marks.size, 0);
    archive.store('Ann', 'no', refused);
    const { said, marks } = await fresh(archive.said);
    assert.equal(marks.size, 0);
    assert.deepEqual(words(said), ['w0', 'w1', 'w2', 'w3', 'too much']);
});

test('who answers what is not here', async () => {
    const { archive, bob } = await talk(2);
    await read(bob, archive.said);
    await say(archive, bob, 'Bob', 'I saw it');
    const without = archive.said.filter((s) => s.archiveId !== 'a2');
    assert.deepEqual([...(await fresh(without)).marks], [['a3', { ...CLEAN, isBlind: true }]]);
    assert.equal((await fresh(archive.said)).marks.size, 0);
    assert.equal((await fresh(without, false)).marks.size, 0);
    archive.retract('Ann', 'a2');
    assert.equal((await fresh(archive.said)).marks.size, 0);
});

test('in clear: not shown; signs are', async () => {
    const archive = new Archive();
    const bare = archive.bare('Ann', 'x');
    for (const some of [{ body: 'x' }, { reacts: { to: 'a', with: [] } }, { replaces: 'm', body: 'x' }, { outside: 'https://x' }])
        assert.deepEqual(words((await fresh([{ ...bare, ...some }])).said), ['plain']);
    const [sign] = (await fresh([{ ...bare, displayed: 'a1', typing: true }])).said;
    assert.equal(sign?.trouble, undefined);
    assert.equal(sign?.displayed, 'a1');
});

test('nothing beside a sealed message takes the place of its words', async () => {
    const { archive } = await talk(1);
    const [found] = (await fresh([{ ...(archive.said[0] as Said), body: 'forged', displayed: 'a0', received: 'm', replaces: 'm', reacts: { to: 'a', with: ['x'] } }])).said;
    assert.equal(found?.body, 'w0');
    assert.equal(found.displayed ?? found.received ?? found.replaces ?? found.reacts, null);
});

test('another key: said so, and nothing may be sent until something opens', async () => {
    const archive = new Archive();
    await say(archive, await load('Ann', keyText(random(16))), 'Ann', 'x');
    const { said, by } = await fresh(archive.said);
    assert.deepEqual(words(said), ['key']);
    assert.equal(by.isForeign, true);
    await say(archive, await load('Ann'), 'Ann', 'y');
    await read(by, archive.said);
    assert.equal(by.isForeign, false);
});

test('no key, no chat', async () => {
    assert.equal(await ChatKey.open('', ROOM), null);
    assert.equal(await ChatKey.open(`${KEY}A`, ROOM), null);
    assert.notDeepEqual((await ChatKey.open(KEY, ROOM))?.compare, (await ChatKey.open(KEY, 'other@d'))?.compare);
});

test('what opens but is nothing known is not shown, and misses nothing', async () => {
    const { archive, ann } = await talk(1);
    const id = 'strange';
    archive.store('Ann', id, await ann.seal(id, { ...NOTHING }));
    await say(archive, ann, 'Ann', 'after');
    const { said, marks } = await fresh(archive.said);
    assert.deepEqual(words(said), ['w0', 'strange', 'after']);
    assert.equal(marks.size, 0);
});

test('too long is refused before a number is taken', async () => {
    const { archive, ann } = await talk(1);
    await assert.rejects(ann.seal('long', { ...NOTHING, body: '&'.repeat(9000) }), TooLong);
    await say(archive, ann, 'Ann', 'short');
    assert.equal((await fresh(archive.said)).marks.size, 0);
});
