/* No (key, nonce) is used for two texts: thousands of page loads, with all that
 * can happen between sealing and storing. Watches WebCrypto itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex, keyText } from '../src/crypto/bytes';
import { random } from '../src/crypto/random';
import { ChatKey } from '../src/crypto/schedule';
import { NOTHING } from '../src/room/payload';
import { LinkEnvelope } from '../src/wire/link';
import './browser';

const LOADS = 4_000;
const bytes = (of: BufferSource) => new Uint8Array(of instanceof ArrayBuffer ? of : of.buffer, of instanceof ArrayBuffer ? 0 : of.byteOffset, of.byteLength);

/* What was sealed, by the parameters of the key (K, salt, info) and the nonce. */
class Watch {
    readonly used = new Map<string, string>();
    twice = 0;
    private readonly names = new WeakMap<CryptoKey, string>();
    private readonly real = { importKey: crypto.subtle.importKey, deriveKey: crypto.subtle.deriveKey, encrypt: crypto.subtle.encrypt };

    constructor() {
        const { subtle } = crypto;
        const { importKey, deriveKey, encrypt } = this.real;
        subtle.importKey = (async (...all: Parameters<typeof importKey>) => {
            const name = hex(bytes(all[1] as BufferSource));
            const key = await importKey.apply(subtle, all as never);
            this.names.set(key, name);
            return key;
        }) as never;
        subtle.deriveKey = (async (how: HkdfParams, base: CryptoKey, ...rest: [never, never, never]) => {
            const key = await deriveKey.call(subtle, how, base, ...rest);
            this.names.set(key, `${this.names.get(base)} ${hex(bytes(how.salt))} ${hex(bytes(how.info))}`);
            return key;
        }) as never;
        subtle.encrypt = (async (how: AesGcmParams, key: CryptoKey, data: BufferSource) => {
            const place = `${this.names.get(key)} ${hex(bytes(how.iv))}`;
            const what = `${hex(bytes(how.additionalData as BufferSource))} ${hex(bytes(data))}`;
            if (this.used.has(place)) this.twice++;
            this.used.set(place, what);
            return encrypt.call(subtle, how, key, data);
        }) as never;
    }

    stop(): void {
        Object.assign(crypto.subtle, this.real);
    }
}

test(`${LOADS} page loads use no key and nonce twice`, async () => {
    const watch = new Watch();
    const keys = [keyText(random(16)), keyText(random(16))];
    const rooms = ['a@d', 'b@d'];
    try {
        for (let i = 0; i < LOADS; i++) {
            const dice = random(3) as unknown as [number, number, number];
            const number = 1 + (dice[0] & 1);
            const chat = (await ChatKey.open(keys[(dice[0] >> 1) & 1] as string, rooms[(dice[0] >> 2) & 1] as string)) as ChatKey;
            const by = new LinkEnvelope(chat, { me: 'A', peer: 'B', number });
            const many = dice[1] % 6;
            const all: Promise<unknown>[] = [];
            for (let n = 0; n < many; n++) {
                /* At the same time as well: a number is taken at once. */
                all.push(by.seal(`m${n}`, { ...NOTHING, body: `${n}` }));
                if ((dice[2] + n) % 5 === 0) by.refused();
                if ((dice[2] + n) % 3 === 0) await Promise.all(all);
            }
            await Promise.all(all);
        }
    } finally {
        watch.stop();
    }
    assert.ok(watch.used.size > LOADS, String(watch.used.size));
    assert.equal(watch.twice, 0);
});

test('the watch sees a nonce that is used twice', async () => {
    const watch = new Watch();
    try {
        const chat = (await ChatKey.open(keyText(random(16)), 'a@d')) as ChatKey;
        const { Sealer } = await import('../src/crypto/seal');
        const fixed = (n: number) => new Uint8Array(n);
        for (const _ of [1, 2]) await new Sealer(chat, 1, fixed).seal('m', 'x');
    } finally {
        watch.stop();
    }
    assert.equal(watch.twice, 1);
});
