import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { NOTHING, type Payload } from '../src/room/payload';
import { write } from '../src/wire/part';
import { parsePayload, partsOf } from '../src/wire/payload';

const parse = (text: string) => new DOMParser().parseFromString(text, 'text/xml').documentElement as unknown as Element;
const there = (payload: Payload) => parse(write([{ name: 'content', ns: 'urn:xmpp:sce:1', inside: partsOf(payload) }]));

test('every payload comes back as it was', () => {
    const all: Partial<Payload>[] = [
        { body: 'Hello' }, { body: ' a\n\tb\r\n"<&>\' ]]> ' }, { body: '👩‍👩‍👧 שלום' }, { body: '' },
        { body: 'better', replaces: 'm-1' },
        { reacts: { to: 'a1', with: ['👍', '<'] } }, { reacts: { to: 'a1', with: [] } },
        { body: 'https://x.example/a?b&c', outside: 'https://x.example/a?b&c' },
        { body: 'yes', reply: { to: 'r@d/Anny', id: 'a1', quote: '> 👍 really?\n' } },
        { body: 'yes', reply: { to: 'r@d/"A\n', id: 'a1', quote: '' } },
    ];
    for (const some of all) {
        const payload = { ...NOTHING, ...some };
        assert.deepEqual(parsePayload(there(payload)), payload);
    }
});

test('a reply’s quote stands in the body for those that know no replies', () => {
    const text = write(partsOf({ ...NOTHING, body: 'yes', reply: { to: 'r@d/Anny', id: 'a1', quote: '> 👍?\n' } }), 'jabber:client');
    assert.equal(text, "<body>&gt; 👍?\nyes</body><reply xmlns='urn:xmpp:reply:0' to='r@d/Anny' id='a1'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='5'/></fallback>");
});

test('a quote that is longer than the body is all of it, and not more', () => {
    const said = parsePayload(parse("<m><body>ab</body><reply xmlns='urn:xmpp:reply:0' id='1'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='99'/></fallback></m>"));
    assert.equal(said.body, '');
    assert.equal(said.reply?.quote, 'ab');
});

test('what XML cannot hold is not written', () => {
    assert.equal(write([{ name: 'a', ns: '', inside: 'x\u0000\ud83dy\ud83d\ude00\udc00' }]), '<a>x\ufffd\ufffdy😀\ufffd</a>');
});
