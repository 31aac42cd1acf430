import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Heard, RoomEvent } from '../src/room/events';
import { isEnding, newestOfPeer, outbox, ticks, wick } from '../src/room/look';
import { reduce } from '../src/room/reduce';
import { newChat, type Chat } from '../src/room/state';

const NOW = Date.UTC(2026, 10, 21, 12);

function heard(what: Partial<Heard>): Heard {
    return {
        from: 'Anny', id: '', originId: '', archiveId: '', at: null, body: null, outside: null,
        replaces: null, retracts: null, retracted: false, reacts: null, reply: null, displayed: null,
        received: null, typing: null, ...what,
    };
}

function run(chat: Chat, ...events: RoomEvent[]): Chat {
    return events.reduce(reduce, chat);
}

const fresh = () => newChat('Abhi', 'Anny', 'server');
const live = (what: Partial<Heard>, seen = true, now = NOW): RoomEvent => ({ type: 'heard', heard: heard(what), seen, now });
const send = (id: string, body: string): RoomEvent => ({ type: 'send', id, body, reply: null, now: NOW });
const stored = (id: string, archiveId: string): RoomEvent => live({ from: 'Abhi', id, originId: id, archiveId, body: id });
const order = (chat: Chat) => chat.messages.map((m) => m.body);

test('a message waits until its reflection comes', () => {
    let chat = run(fresh(), send('m1', 'one'));
    assert.deepEqual(outbox(chat).map((m) => m.key), ['m1']);
    chat = run(chat, live({ from: 'Abhi', id: 'm1', originId: 'm1', archiveId: 'a1', body: 'one' }));
    assert.deepEqual(outbox(chat), []);
    assert.equal(chat.messages.length, 1);
    assert.equal(chat.messages[0]?.archiveId, 'a1');
});

test('sending twice with one id is one message', () => {
    const chat = run(fresh(), send('m1', 'one'), send('m1', 'one'));
    assert.equal(chat.messages.length, 1);
});

test('the archive orders: what waits stays behind what is stored', () => {
    const chat = run(fresh(), send('m1', 'm1'), send('m2', 'm2'), live({ archiveId: 'a0', body: 'theirs' }), stored('m1', 'a1'));
    assert.deepEqual(order(chat), ['theirs', 'm1', 'm2']);
});

test('a message heard twice is one message', () => {
    const chat = run(fresh(), live({ archiveId: 'a1', body: 'x' }), { type: 'missed', heard: [heard({ archiveId: 'a1', body: 'x' }), heard({ archiveId: 'a2', body: 'y' })], now: NOW });
    assert.deepEqual(order(chat), ['x', 'y']);
});

test('an older page goes before, once', () => {
    const chat = run(
        fresh(),
        { type: 'history', heard: [heard({ archiveId: 'a3', body: '3' })], complete: false, now: NOW },
        { type: 'older', heard: [heard({ archiveId: 'a1', body: '1' }), heard({ archiveId: 'a2', body: '2' }), heard({ archiveId: 'a3', body: '3' })], complete: true, first: 'a1', now: NOW },
    );
    assert.deepEqual(order(chat), ['1', '2', '3']);
    assert.equal(chat.hasOlder, false);
    assert.equal(chat.oldestId, 'a1');
});

test('ticks: read reaches back over all before, delivered between', () => {
    const chat = run(
        fresh(), send('m1', 'm1'), send('m2', 'm2'), send('m3', 'm3'), send('m4', 'm4'),
        stored('m1', 'a1'), stored('m2', 'a2'), stored('m3', 'a3'),
        live({ received: 'm2' }), live({ displayed: 'a1' }),
    );
    assert.deepEqual([...ticks(chat)].sort(), [['m1', 'read'], ['m2', 'delivered'], ['m3', 'stored'], ['m4', 'queued']]);
});

test('a mark never goes back', () => {
    const chat = run(fresh(), send('m1', 'm1'), send('m2', 'm2'), stored('m1', 'a1'), stored('m2', 'a2'), live({ displayed: 'a2' }), live({ displayed: 'a1' }));
    assert.equal(chat.readTo, 'm2');
});

test('my own marks are no ticks for me', () => {
    const chat = run(fresh(), send('m1', 'm1'), stored('m1', 'a1'), live({ from: 'Abhi', displayed: 'a1' }), live({ from: 'Abhi', received: 'm1' }));
    assert.equal(ticks(chat).get('m1'), 'stored');
});

test('only the writer takes back or edits', () => {
    let chat = run(fresh(), live({ id: 't', archiveId: 'a1', body: 'theirs' }), live({ from: 'Abhi', retracts: 'a1' }), live({ from: 'Abhi', replaces: 't', body: 'forged' }));
    assert.equal(chat.messages[0]?.body, 'theirs');
    chat = run(chat, live({ replaces: 't', body: 'better' }));
    assert.equal(chat.messages[0]?.body, 'better');
    assert.equal(chat.messages[0]?.edits.length, 1);
    chat = run(chat, live({ retracts: 'a1' }));
    assert.equal(chat.messages[0]?.gone, true);
    assert.equal(chat.messages[0]?.body, '');
});

test('reactions replace the same person’s earlier ones', () => {
    const chat = run(fresh(), live({ archiveId: 'a1', body: 'x' }), live({ reacts: { to: 'a1', with: ['👍'] } }), live({ reacts: { to: 'a1', with: ['❤️'] } }));
    assert.deepEqual(chat.messages[0]?.reactions.theirs, ['❤️']);
});

test('typing stops by a message, by a pause, by going, by time', () => {
    const typing = run(fresh(), live({ typing: true }));
    assert.ok(typing.typingUntil > NOW);
    assert.equal(run(typing, live({ archiveId: 'a', body: 'x' })).typingUntil, 0);
    assert.equal(run(typing, live({ typing: false })).typingUntil, 0);
    assert.equal(run(typing, { type: 'peer', presence: 'offline', now: NOW }).typingUntil, 0);
    assert.equal(run(typing, { type: 'tick', now: NOW + 1000 }).typingUntil, typing.typingUntil);
    assert.equal(run(typing, { type: 'tick', now: NOW + 60_000 }).typingUntil, 0);
});

test('archived typing is not typing', () => {
    assert.equal(run(fresh(), { type: 'missed', heard: [heard({ typing: true })], now: NOW }).typingUntil, 0);
});

test('unread counts what nobody saw, and the divider stays put', () => {
    let chat = run(fresh(), live({ archiveId: 'a1', body: '1' }, false), live({ archiveId: 'a2', body: '2' }, false));
    assert.equal(chat.unread, 2);
    assert.equal(chat.firstUnread, 'a1');
    chat = run(chat, { type: 'seen' });
    assert.equal(chat.unread, 0);
    assert.equal(chat.firstUnread, 'a1');
    assert.equal(run(chat, { type: 'looked-away' }).firstUnread, '');
    assert.equal(run(chat, send('m', 'm')).firstUnread, '');
});

test('a message that failed can be sent again or dropped', () => {
    let chat = run(fresh(), send('m1', 'x'), { type: 'failed', id: 'm1', why: 'long' });
    assert.deepEqual(outbox(chat), []);
    assert.equal(ticks(chat).get('m1'), 'failed');
    assert.equal(run(chat, { type: 'drop', key: 'm1' }).messages.length, 0);
    chat = run(chat, { type: 'retry', key: 'm1', now: NOW });
    assert.equal(outbox(chat).length, 1);
});

test('what is stored neither fails nor is dropped', () => {
    const chat = run(fresh(), send('m1', 'x'), stored('m1', 'a1'), { type: 'failed', id: 'm1', why: '' }, { type: 'drop', key: 'm1' });
    assert.equal(chat.messages[0]?.fate, 'stored');
});

test('words move the deadline; signs do not', () => {
    const idle = run(fresh(), { type: 'facts', name: 'Abhi', idleMs: 1000, deadline: NOW + 10, protection: 'server' });
    assert.equal(run(idle, live({ typing: true })).deadline, NOW + 10);
    assert.equal(run(idle, live({ displayed: 'a' })).deadline, NOW + 10);
    assert.equal(run(idle, live({ archiveId: 'a', body: 'x' })).deadline, NOW + 1000);
});

test('the wick is what is left, and asks in the last tenth', () => {
    const chat = { ...fresh(), idleMs: 1000, deadline: NOW + 500 };
    assert.equal(wick(chat, NOW), 0.5);
    assert.equal(isEnding(chat, NOW), false);
    assert.equal(isEnding(chat, NOW + 401), true);
    assert.equal(wick(chat, NOW + 9999), 0);
    assert.equal(wick(fresh(), NOW), 1);
});

test('a cut line leaves the words, and waits with new ones', () => {
    const chat = run(fresh(), { type: 'line', line: 'up', retryAt: null }, { type: 'caught-up' }, send('m1', 'm1'), { type: 'line', line: 'down', retryAt: NOW });
    assert.equal(chat.joined, false);
    assert.equal(outbox(chat).length, 1);
});

test('the first reason of an end stays', () => {
    assert.equal(run(fresh(), { type: 'ended', by: 'me' }, { type: 'ended', by: 'peer' }).ended, 'me');
});

test('read is reported about the newest of the other', () => {
    const chat = run(fresh(), live({ archiveId: 'a1', body: 'x' }), send('m1', 'm1'), stored('m1', 'a2'));
    assert.equal(newestOfPeer(chat)?.archiveId, 'a1');
    assert.equal(newestOfPeer(fresh()), null);
});
