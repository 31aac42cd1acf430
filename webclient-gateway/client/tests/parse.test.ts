import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { parseCommand, parseMessage, parsePresence, parseRefusal, parseResult, parseSeat } from '../src/wire/parse';

declare const EXAMPLES: string;

const xml = (text: string) =>
    new DOMParser().parseFromString(text.trim().replace(/^<(\w+)/, "<$1 xmlns='jabber:client'"), 'text/xml').documentElement as unknown as Element;
/* The canonical examples, which the C tests read too. */
const example = (name: string) => xml(readFileSync(join(EXAMPLES, `${name}.xml`), 'utf8'));

test('a link that is open', () => {
    assert.deepEqual(parseSeat(example('seat-result')), {
        number: 2, name: 'Anny', peer: 'Abhi', room: 'rm7q2k9d4xw3c5v8@chat.example.org', protection: 'server',
    });
});

test('a link whose chat has ended', () => {
    const refusal = parseRefusal(example('seat-ended'));
    assert.equal(refusal.condition, 'gone');
    assert.equal(refusal.cause, 'silence');
});

test('a wrong code, with the tries left', () => {
    const event = parsePresence(example('join-refused'));
    assert.equal(event?.type, 'refused');
    assert.ok(event?.type === 'refused');
    assert.equal(event.refusal.condition, 'not-authorized');
    assert.equal(event.refusal.left, 4);
    assert.equal(event.refusal.wait, 0);
});

test('the own presence, with what the chat says of itself', () => {
    const event = parsePresence(example('join-presence-self'));
    assert.ok(event?.type === 'joined');
    assert.equal(event.name, 'Abhi');
    assert.deepEqual(event.facts, { protection: 'server', idleMs: 86_400_000, deadline: Date.UTC(2026, 10, 22, 12) });
});

test('the other comes and goes', () => {
    assert.deepEqual(parsePresence(example('presence-arrived')), { type: 'peer', name: 'Abhi', presence: 'online' });
    assert.deepEqual(parsePresence(example('presence-gone')), { type: 'peer', name: 'Anny', presence: 'offline' });
});

test('put out is not ended', () => {
    const event = parsePresence(example('presence-stranger'));
    assert.deepEqual(event, { type: 'removed', ended: false, evicted: false, cause: '' });
    const evicted = parsePresence(xml("<presence from='r@d/A' type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/><status code='333'/></x></presence>"));
    assert.deepEqual(evicted, { type: 'removed', ended: false, evicted: true, cause: '' });
});

test('a reflection and its ids', () => {
    const event = parseMessage(example('message-reflected'));
    assert.ok(event?.type === 'said');
    assert.equal(event.said.originId, 'm-1');
    assert.equal(event.said.archiveId, '843ad88f07f286acf62a4f837e4cc5a9');
    assert.equal(event.said.body, 'Hello Anny');
    assert.equal(event.said.at, null);
});

test('a stanza-id of anybody else is none', () => {
    const event = parseMessage(xml("<message from='r@d/Abhi' type='groupchat'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='evil@d' id='1'/></message>"));
    assert.ok(event?.type === 'said');
    assert.equal(event.said.archiveId, '');
});

test('history has its time', () => {
    const event = parseMessage(example('history-message'));
    assert.ok(event?.type === 'said');
    assert.equal(event.said.at, Date.UTC(2026, 10, 21, 12));
});

test('the subject ends the entry; a notice is no message', () => {
    assert.deepEqual(parseMessage(example('join-subject')), { type: 'subject' });
    const notice = parseMessage(example('notice-welcome'));
    assert.ok(notice?.type === 'notice');
    assert.equal(notice.event, 'welcome');
});

test('only the page that was asked for is read', () => {
    const result = xml("<message from='r@d'><result xmlns='urn:xmpp:mam:2' queryid='q' id='a'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-11-21T12:00:00Z'/><message xmlns='jabber:client' from='r@d/Anny' type='groupchat'><body>x</body></message></forwarded></result></message>");
    assert.equal(parseResult(result, 'other'), null);
    assert.equal(parseResult(result, 'q')?.said.archiveId, 'a');
});

test('what a new chat gives', () => {
    const made = parseCommand(example('create-result'));
    assert.equal(made.status, 'completed');
    assert.equal(made.fields.get('seat2-code'), 'RV6X9-PZ2X7');
    assert.equal(made.fields.get('seat2-link'), 'https://chat.example.org/#g23rx5cwmenb3e5z');
});

test('markers, receipts, typing, taking back', () => {
    const said = (inside: string) => {
        const event = parseMessage(xml(`<message from='r@d/A' type='groupchat'>${inside}</message>`));
        assert.ok(event?.type === 'said');
        return event.said;
    };
    assert.equal(said("<displayed xmlns='urn:xmpp:chat-markers:0' id='a'/>").displayed, 'a');
    assert.equal(said("<received xmlns='urn:xmpp:receipts' id='m'/>").received, 'm');
    assert.equal(said("<composing xmlns='http://jabber.org/protocol/chatstates'/>").typing, true);
    assert.equal(said("<paused xmlns='http://jabber.org/protocol/chatstates'/>").typing, false);
    assert.equal(said('<body>x</body>').typing, null);
    assert.equal(said("<retract xmlns='urn:xmpp:message-retract:1' id='a'/>").retracts, 'a');
});
