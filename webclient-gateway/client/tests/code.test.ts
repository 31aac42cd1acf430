import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupCode, isCode, plainCode, spellCode } from '../src/room/code';
import { parseFragment, seatOfLink } from '../src/room/link';
import { domainOfOpen } from '../src/wire/greeting';

test('a code is the same however it is typed', () => {
    for (const typed of ['7K3M9-QXP2D', '7k3m9qxp2d', ' 7k3m9 qxp2d\n', '7K3M9–QXP2D', '7K3M9\u200bQXP2D', '７K3M9QXP2D', 'Code: 7K3M9-QXP2D', 'http://127.0.0.1:8080/#g23rx5cwmenb3e5z.AAAAAAAAAAAAAAAAAAAA-_\nCode： 7K3M9-QXP2D'])
        assert.equal(plainCode(typed), '7K3M9QXP2D');
});

test('letters that look like digits are digits', () => {
    assert.equal(plainCode('oOiIlL1234'), '0011111234');
});

test('only ten of the right letters can be a code', () => {
    assert.ok(isCode('7K3M9-QXP2D'));
    assert.ok(!isCode('7K3M9-QXP2'));
    assert.ok(!isCode('7K3M9-QXP2DD'));
    assert.ok(!isCode('7K3M9-QXP2U'));
    assert.ok(!isCode(''));
});

test('a code is shown in two groups, and said letter by letter', () => {
    assert.equal(groupCode('7k3m9qxp2d'), '7K3M9-QXP2D');
    assert.equal(groupCode('odd'), 'odd');
    assert.equal(spellCode('7K3M9QXP2D'), '7 K 3 M 9, Q X P 2 D');
});

test('a fragment is a seat, or a seat with a key', () => {
    assert.deepEqual(parseFragment('#g23rx5cwmenb3e5z'), { seat: 'g23rx5cwmenb3e5z', key: null });
    assert.deepEqual(parseFragment('#G23RX5CWMENB3E5Z'), { seat: 'g23rx5cwmenb3e5z', key: null });
    assert.deepEqual(parseFragment('#g23rx5cwmenb3e5z.AAAAAAAAAAAAAAAAAAAA-_'), { seat: 'g23rx5cwmenb3e5z', key: 'AAAAAAAAAAAAAAAAAAAA-_' });
});

test('anything else is no link', () => {
    for (const hash of ['', '#', '#short', '#g23rx5cwmenb3e5u', '#g23rx5cwmenb3e5z.short', '#g23rx5cwmenb3e5z.short.', '#g23rx5cwmenb3e5z?x', '#../etc/passwd0000'])
        assert.equal(parseFragment(hash), null, hash);
});

test('what a sentence leaves behind a link is none of it', () => {
    for (const tail of ['.', ',', ').', '?', '%22', '%3E,', '%20'])
        assert.deepEqual(parseFragment(`#g23rx5cwmenb3e5z${tail}`), { seat: 'g23rx5cwmenb3e5z', key: null }, tail);
    assert.deepEqual(parseFragment('#g23rx5cwmenb3e5z.AAAAAAAAAAAAAAAAAAAA-_.'), { seat: 'g23rx5cwmenb3e5z', key: 'AAAAAAAAAAAAAAAAAAAA-_' });
});

test('a whole link tells its seat', () => {
    assert.equal(seatOfLink('https://x.example/a/#g23rx5cwmenb3e5z'), 'g23rx5cwmenb3e5z');
    assert.equal(seatOfLink('https://x.example/a/'), null);
});

test('the greeting tells the domain', () => {
    assert.equal(domainOfOpen("<open xmlns='x' from='guests.chat.example' id='1'/>"), 'chat.example');
    assert.equal(domainOfOpen('<open xmlns="x" from="guests.chat.example"/>'), 'chat.example');
    assert.equal(domainOfOpen("<open xmlns='x' from='chat.example'/>"), null);
    assert.equal(domainOfOpen("<stream:error from='guests.chat.example'/>"), null);
});
