import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastOfMine, wishes } from '../src/room/acts';
import type { Heard, RoomEvent } from '../src/room/events';
import { outbox } from '../src/room/look';
import { NOTHING, type Payload } from '../src/room/payload';
import { quoteOf, replyTo } from '../src/room/quote';
import { reduce } from '../src/room/reduce';
import { newChat, type Act, type Chat, type Message } from '../src/room/state';
import { isNews } from '../src/main/words';

const NOW = Date.UTC(2026, 10, 21, 12);

function heard(what: Partial<Heard>): Heard {
    return {
        ...NOTHING, from: 'Anny', id: '', originId: '', archiveId: '', at: null, retracts: null,
        retracted: false, displayed: null, received: null, typing: null, ...what,
    };
}

const run = (chat: Chat, ...events: RoomEvent[]): Chat => events.reduce(reduce, chat);
const live = (what: Partial<Heard>, seen = true): RoomEvent => ({ type: 'heard', heard: heard(what), seen, now: NOW });
const theirs = (id: string, body = id): RoomEvent => live({ id, archiveId: `a-${id}`, body });
const mine = (id: string, body = id): RoomEvent => live({ from: 'Abhi', id, originId: id, archiveId: `a-${id}`, body });
const act = (id: string, kind: Act['kind'], to: string, payload: Partial<Payload> = {}): RoomEvent => ({ type: 'act', id, kind, to, payload: { ...NOTHING, ...payload }, now: NOW });
const page = (complete: boolean, first: string, ...all: Partial<Heard>[]): RoomEvent => ({ type: 'older', heard: all.map(heard), complete, first, now: NOW });
const history = (complete: boolean, ...all: Partial<Heard>[]): RoomEvent => ({ type: 'history', heard: all.map(heard), complete, now: NOW });
const fresh = () => newChat('Abhi', 'Anny', 'server');
const first = (chat: Chat): Message => chat.messages[0] as Message;
const sent = (chat: Chat) => outbox(chat).map((o) => o.key);

test('an edit changes the words, keeps the place and says so', () => {
    const chat = run(fresh(), mine('m1'), mine('m2'), live({ from: 'Abhi', id: 'e', archiveId: 'a-e', replaces: 'm1', body: 'better' }));
    assert.deepEqual(chat.messages.map((m) => m.body), ['better', 'm2']);
    assert.deepEqual(chat.messages.map((m) => m.edits.length), [1, 0]);
    assert.equal(first(chat).archiveId, 'a-m1');
});

test('nobody edits what the other wrote', () => {
    assert.equal(first(run(fresh(), mine('m1'), live({ id: 'e', archiveId: 'a-e', replaces: 'm1', body: 'forged' }))).body, 'm1');
    assert.equal(first(run(fresh(), theirs('t'), live({ from: 'Abhi', archiveId: 'a-e', replaces: 't', body: 'forged' }))).body, 't');
});

test('two with the same id: only the own one is edited', () => {
    const chat = run(fresh(), theirs('x', 'hers'), live({ from: 'Abhi', id: 'x', originId: 'x', archiveId: 'a-mine', body: 'his' }), live({ archiveId: 'a-e', replaces: 'x', body: 'hers, better' }));
    assert.deepEqual(chat.messages.map((m) => m.body), ['hers, better', 'his']);
});

test('the last edit counts, also one that names the edit before', () => {
    const chat = run(fresh(), theirs('t'), live({ id: 'e1', archiveId: 'a-1', replaces: 't', body: 'two' }), live({ id: 'e2', archiveId: 'a-2', replaces: 'e1', body: 'three' }));
    assert.equal(first(chat).body, 'three');
    assert.equal(chat.messages.length, 1);
});

test('the same edit twice is one', () => {
    const edit = live({ id: 'e1', archiveId: 'a-1', replaces: 't', body: 'two' });
    assert.equal(first(run(fresh(), theirs('t'), edit, edit)).edits.length, 1);
});

test('an edit of nothing is no message, and an empty one changes nothing', () => {
    assert.equal(run(fresh(), live({ archiveId: 'a-e', replaces: 'nowhere', body: 'ghost' })).messages.length, 0);
    assert.equal(first(run(fresh(), theirs('t'), live({ archiveId: 'a-e', replaces: 't', body: '' }))).body, 't');
});

test('after a retraction nothing brings words back', () => {
    const chat = run(fresh(), theirs('t', 'ash'), live({ retracts: 'a-t' }), live({ id: 'e', archiveId: 'a-e', replaces: 't', body: 'ash again' }), live({ reacts: { to: 'a-t', with: ['👍'] } }));
    assert.equal(first(chat).gone, true);
    assert.equal(first(chat).body, '');
    assert.deepEqual(first(chat).reactions.theirs, []);
});

test('nobody takes back what the other wrote', () => {
    assert.equal(first(run(fresh(), mine('m'), live({ retracts: 'a-m' }))).gone, false);
    /* One app names its own id. */
    assert.equal(first(run(fresh(), theirs('t'), live({ retracts: 't' }))).gone, true);
    assert.equal(first(run(fresh(), mine('m'), live({ retracts: 'm' }))).gone, false);
    assert.equal(first(run(fresh(), theirs('t'), live({ from: 'Abhi', retracts: 'a-t' }))).gone, false);
});

test('a retraction with words for old apps is no message', () => {
    const chat = run(fresh(), theirs('t'), live({ archiveId: 'a-r', retracts: 'a-t', body: 'I deleted a message here.' }, false));
    assert.equal(chat.messages.length, 1);
    assert.equal(chat.unread, 0);
    assert.equal(isNews(heard({ retracts: 'a-t', body: 'I deleted…' })), false);
    assert.equal(isNews(heard({ body: 'x' })), true);
});

test('taking back a correction takes back the message', () => {
    const chat = run(fresh(), theirs('t'), live({ id: 'e', archiveId: 'a-e', replaces: 't', body: 'two' }), live({ retracts: 'a-e' }));
    assert.equal(first(chat).gone, true);
});

test('reactions: the last ones of a person count, none take them away, twice is once', () => {
    let chat = run(fresh(), theirs('t'), live({ reacts: { to: 'a-t', with: ['👍', '👍', '❤️'] } }));
    assert.deepEqual(first(chat).reactions.theirs, ['👍', '❤️']);
    chat = run(chat, live({ from: 'Abhi', reacts: { to: 'a-t', with: ['😂'] } }), live({ reacts: { to: 'a-t', with: ['😮'] } }));
    assert.deepEqual(first(chat).reactions, { mine: ['😂'], theirs: ['😮'] });
    chat = run(chat, live({ reacts: { to: 'a-t', with: [] } }));
    assert.deepEqual(first(chat).reactions, { mine: ['😂'], theirs: [] });
});

test('neither edit nor reaction is unread', () => {
    const chat = run(fresh(), theirs('t'), live({ archiveId: 'a-e', replaces: 't', body: 'two' }, false), live({ archiveId: 'a-x', reacts: { to: 'a-t', with: ['👍'] } }, false));
    assert.equal(chat.unread, 0);
});

test('what was done to an older message waits for its page', () => {
    const chat = run(
        fresh(),
        history(false, { id: 'n', archiveId: 'a-n', body: 'new' }, { id: 'e1', archiveId: 'a-e1', replaces: 'o', body: 'first edit' }, { archiveId: 'a-x', reacts: { to: 'a-o', with: ['👍'] } }),
        live({ id: 'e2', archiveId: 'a-e2', replaces: 'o', body: 'last edit' }),
        page(true, 'a-o', { id: 'o', archiveId: 'a-o', body: 'old' }),
    );
    assert.deepEqual(chat.messages.map((m) => m.body), ['last edit', 'new']);
    assert.deepEqual(first(chat).reactions.theirs, ['👍']);
    assert.deepEqual(chat.loose, []);
});

test('over two pages the order in which it was said still counts', () => {
    const chat = run(
        fresh(),
        history(false, { id: 'e2', archiveId: 'a-e2', replaces: 'o', body: 'last' }),
        page(false, 'a-e1', { id: 'e1', archiveId: 'a-e1', replaces: 'o', body: 'between' }),
        page(true, 'a-o', { id: 'o', archiveId: 'a-o', body: 'old' }),
    );
    assert.deepEqual(chat.messages.map((m) => m.body), ['last']);
});

test('where nothing older is, nothing waits', () => {
    assert.deepEqual(run(fresh(), history(true), live({ archiveId: 'a-e', replaces: 'o', body: 'x' })).loose, []);
});

test('what I do waits until it comes back, and looks done meanwhile', () => {
    let chat = run(fresh(), mine('m'), act('e', 'edit', 'a-m', { body: 'better', replaces: 'm' }));
    assert.deepEqual(sent(chat), ['e']);
    assert.equal(first(chat).body, 'm');
    assert.equal(wishes(chat).get('a-m')?.body, 'better');
    chat = run(chat, live({ from: 'Abhi', id: 'e', originId: 'e', archiveId: 'a-e', replaces: 'm', body: 'better' }));
    assert.deepEqual(sent(chat), []);
    assert.equal(first(chat).body, 'better');
    assert.equal(wishes(chat).size, 0);
});

test('the other cannot end my waiting', () => {
    const chat = run(fresh(), mine('m'), act('e', 'edit', 'a-m', { body: 'better', replaces: 'm' }), live({ id: 'e', originId: 'e', archiveId: 'a-e', body: 'x' }));
    assert.deepEqual(sent(chat), ['e']);
});

test('words and deeds go in the order in which they were meant', () => {
    const at = (id: string, now: number): RoomEvent => ({ type: 'send', id, body: id, reply: null, now });
    const chat = run(fresh(), mine('m'), at('s1', NOW - 1), act('e', 'edit', 'a-m', { body: 'x' }), at('s2', NOW + 1));
    assert.deepEqual(sent(chat), ['s1', 'e', 's2']);
});

test('a deed that is refused leaves all as it was, and says why until the next', () => {
    let chat = run(fresh(), mine('m'), act('e', 'edit', 'a-m', { body: 'better' }), { type: 'failed', id: 'e', why: 'too long' });
    assert.deepEqual(sent(chat), []);
    assert.equal(first(chat).body, 'm');
    assert.equal(first(chat).fate, 'stored');
    assert.equal(first(chat).why, 'too long');
    chat = run(chat, act('e2', 'edit', 'a-m', { body: 'b' }));
    assert.equal(first(chat).why, '');
});

test('my retraction takes every correction along', () => {
    const chat = run(fresh(), mine('m'), live({ from: 'Abhi', id: 'e', archiveId: 'a-e', replaces: 'm', body: 'two' }), act('r', 'retract', 'a-m'));
    assert.deepEqual(outbox(chat).map((o) => o.act), [{ kind: 'retract', to: 'a-m' }, { kind: 'retract', to: 'a-e' }]);
    assert.equal(wishes(chat).get('a-m')?.gone, true);
});

test('a correction that crosses my retraction is taken back too, once', () => {
    const edit = live({ from: 'Abhi', id: 'e', originId: 'e', archiveId: 'a-e', replaces: 'm', body: 'two' });
    const crossed = run(fresh(), mine('m'), act('e', 'edit', 'a-m', { body: 'two' }), act('r', 'retract', 'a-m'), edit, edit);
    assert.deepEqual(outbox(crossed).map((o) => o.act?.to), ['a-m', 'a-e']);
    const late = run(fresh(), mine('m'), live({ from: 'Abhi', retracts: 'a-m' }), edit);
    assert.deepEqual(outbox(late).map((o) => o.act?.to), ['a-e']);
    assert.deepEqual(outbox(run(fresh(), theirs('t'), live({ retracts: 'a-t' }), live({ id: 'e', archiveId: 'a-e', replaces: 't', body: 'x' }))), []);
});

test('what is hidden here is gone here, also from older pages', () => {
    const chat = run(
        fresh(), history(false, { id: 'n', archiveId: 'a-n', body: 'new' }),
        { type: 'hide', archiveIds: ['a-n', 'a-o'] },
        page(true, 'a-o', { id: 'o', archiveId: 'a-o', body: 'old' }, { id: 'p', archiveId: 'a-p', body: 'kept' }),
        live({ archiveId: 'a-x', reacts: { to: 'a-n', with: ['👍'] } }),
    );
    assert.deepEqual(chat.messages.map((m) => m.body), ['kept']);
    assert.equal(run(chat, { type: 'hide', archiveIds: ['a-n'] }), chat);
});

test('a reply shows what it answers as it is now, else as it was quoted', () => {
    const reply = { to: 'room@chat.example/Anny', id: 'a-t', quote: '> as it was\n> then\n' };
    assert.deepEqual(quoteOf(fresh(), reply), { id: 'a-t', mine: false, words: 'as it was\nthen', gone: false });
    let chat = run(fresh(), theirs('t'), live({ archiveId: 'a-e', replaces: 't', body: 'now' }));
    assert.equal(quoteOf(chat, reply).words, 'now');
    chat = run(chat, live({ retracts: 'a-t' }));
    assert.deepEqual(quoteOf(chat, reply), { id: 'a-t', mine: false, words: '', gone: true });
    assert.equal(quoteOf(fresh(), { ...reply, to: 'room@chat.example/Abhi' }).mine, true);
});

test('a reply is kept through sending, reflection and edit', () => {
    const reply = replyTo('room@chat.example', fresh(), { id: 'a-t', mine: false, words: 'one\ntwo' });
    assert.deepEqual(reply, { to: 'room@chat.example/Anny', id: 'a-t', quote: '> one\n> two\n' });
    let chat = run(fresh(), { type: 'send', id: 'm', body: 'yes', reply, now: NOW });
    assert.deepEqual(outbox(chat)[0]?.payload.reply, reply);
    chat = run(chat, mine('m', 'yes'), live({ from: 'Abhi', id: 'e', archiveId: 'a-e', replaces: 'm', body: 'no' }));
    assert.deepEqual(first(chat).reply, reply);
});

test('up reaches my last message that can be changed', () => {
    assert.equal(lastOfMine(run(fresh(), theirs('t'))), null);
    const chat = run(fresh(), mine('m1'), mine('m2'), theirs('t'), live({ from: 'Abhi', retracts: 'a-m2' }), { type: 'send', id: 's', body: 's', reply: null, now: NOW });
    assert.equal(lastOfMine(chat)?.key, 'm1');
});

test('who comes back finds the new below the divider', () => {
    const all = [{ id: '1', archiveId: 'a1', body: '1' }, { from: 'Abhi', archiveId: 'd1', displayed: 'a1' }, { id: '2', archiveId: 'a2', body: '2' }, { id: '3', archiveId: 'a3', body: '3' }];
    const chat = run(fresh(), history(true, ...all));
    assert.equal(chat.firstUnread, 'a2');
    assert.equal(chat.unread, 2);
    assert.equal(run(chat, live({ from: 'Abhi', displayed: 'a3' })).unread, 0);
    assert.equal(run(fresh(), history(true, ...all.filter((h) => !('displayed' in h)))).unread, 0);
    assert.equal(run(fresh(), history(true, ...all, { from: 'Abhi', archiveId: 'a4', body: 'mine' })).unread, 0);
});

test('every stored deed begins the silence anew; a look does not', () => {
    const idle = run(fresh(), { type: 'facts', name: 'Abhi', idleMs: 1000, deadline: NOW + 10, protection: 'server' }, { type: 'history', heard: [heard({ id: 't', archiveId: 'a-t', body: 't' })], complete: true, now: NOW });
    assert.equal(idle.deadline, NOW + 10);
    assert.equal(run(idle, live({ archiveId: 'a-x', reacts: { to: 'a-t', with: ['👍'] } })).deadline, NOW + 1000);
    assert.equal(run(idle, live({ archiveId: 'a-d', displayed: 'a-t' })).deadline, NOW + 10);
});
