import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromBase64, hex, keyBytes, keyText, toBase64 } from '../src/crypto/bytes';
import { ChatKey } from '../src/crypto/schedule';
import { encrypt, Opener } from '../src/crypto/seal';
import { readEnvelope, writeEnvelope } from '../src/wire/sealed';
import './browser';

declare const VECTORS: string;

interface Vector {
    what: string;
    seat: number;
    id: string;
    salt: string;
    n: number;
    plain: string;
    encrypted: { salt: string; n: string; key: string; data: string };
}
const V = JSON.parse(readFileSync(VECTORS, 'utf8')) as {
    key: string; key_bytes: string; room: string; name: string; compare: string[]; messages: Vector[];
};
const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (h) => parseInt(h, 16));
const opened = async () => (await ChatKey.open(V.key, V.room)) as ChatKey;

test('the key of a link and what is derived of it', async () => {
    assert.equal(hex(keyBytes(V.key) as Uint8Array), V.key_bytes);
    assert.equal(keyText(bytes(V.key_bytes)), V.key);
    const key = await opened();
    assert.equal(key.name, V.name);
    assert.deepEqual(key.compare, V.compare);
});

test('every message of the vectors opens, and is sealed to the same bytes', async () => {
    const key = await opened();
    assert.ok(V.messages.length > 10);
    for (const m of V.messages) {
        const { salt, n, key: name, data } = m.encrypted;
        assert.equal(name, key.name, m.what);
        assert.equal(await new Opener(key).open(m.seat, m.id, { salt, number: Number(n), key: name, data }), m.plain, m.what);
        const sending = await key.sending(bytes(m.salt), m.seat);
        assert.equal(await encrypt(sending, V.room, m.seat, m.id, m.n, m.plain), data, m.what);
    }
});

test('an envelope is written as the vectors have it', () => {
    const strange: string[] = [];
    for (const m of V.messages) {
        const inside = readEnvelope(m.plain);
        assert.ok(inside !== null, m.what);
        const isKnown = Object.values(inside.payload).some((v) => v !== null);
        if (isKnown) assert.equal(writeEnvelope(inside.payload, inside.seen), m.plain, m.what);
        else strange.push(m.what);
    }
    assert.deepEqual(strange, ['no words at all', 'something unknown']);
});

test('a key and base64 have one spelling', () => {
    for (const bad of ['', V.key.slice(1), `${V.key}A`, `${V.key.slice(0, -1)}x`, `${V.key.slice(0, -1)}+`, `${V.key}==`])
        assert.equal(keyBytes(bad), null, bad);
    for (const bad of ['A', 'AA', 'AA=A', 'AB==', 'AA==\n', ' AA==', '====', 'A_==']) assert.equal(fromBase64(bad), null, bad);
    assert.equal(toBase64(fromBase64('AA==') as Uint8Array), 'AA==');
});
