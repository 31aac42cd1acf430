"""Hostile frames and requests from the internet's side, a story for each.

`bad_inputs_web.json` says what is sent and what must come of it.  Each is
played twice; after that the process lives, the link is up, a good message goes
through, and the second time has cost no memory.
"""

import asyncio
import json
import os
import re

from harness.check import holds, same
from harness.gateway import BINARY, PAGE, Answer, Gateway, Raw
from harness.guest import Guest
from harness.story import DIRECT, story
from stories.bad_input import expand, memory_kib

_FILE = os.path.join(os.path.dirname(os.path.dirname(__file__)),
                     'bad_inputs_web.json')
_TIMES = re.compile(r'^\[\[(\d+)x\]\]')
GROWTH_KIB = 1024


async def two_guests(w, gateway):
    room = await w.new_room()
    guests = []
    for seat in (1, 2):
        guest = Guest(gateway.port, w.domain)
        w.things.append(guest)
        await guest.enter()
        await guest.join(room.jid, 'x', room.code(seat))
        guests.append(guest)
    return room, guests[0], guests[1]


async def get_to(raw, state, room):
    """As far as the entry wants it."""
    if state == 'open':
        raw.stream()
        await raw.expect('<open ')
        await raw.expect('ANONYMOUS')
    elif state in ('bound', 'joined'):
        await raw.login()
    if state == 'joined':
        raw.send("<presence xmlns='jabber:client' to='%s/x'><x xmlns='http://"
                 "jabber.org/protocol/muc'><password>%s</password></x>"
                 "</presence>" % (room.jid, room.code(1)))
        while '<subject' not in await raw.expect(''):
            pass
    raw.texts.clear()


def send(raw, frame, words):
    if isinstance(frame, str):
        times = _TIMES.match(frame)
        count = int(times.group(1)) if times else 1
        for _ in range(count):
            raw.send(expand(frame[times.end() if times else 0:], words))
    elif 'raw' in frame:
        raw.writer.write(bytes.fromhex(frame['raw']))
    elif 'binary' in frame:
        raw.send(bytes.fromhex(frame['binary']), kind=BINARY)
    else:
        raw.send(expand(frame.get('text', frame.get('next')), words),
                 kind=1 if 'text' in frame else 0, fin=frame['fin'])


async def until(raw, word, patience=60.0):
    while word not in ''.join(raw.texts):
        frame = await raw.read(patience)
        assert frame is not None, 'closed before ' + word
        if frame[0] == 1:
            raw.texts.append(frame[1].decode())


async def check_flood(raw, count):
    """Every one has one answer, the first are taken, in the end none."""
    answers = []
    while len(answers) < count:
        frame = await raw.read(30.0)
        assert frame is not None, 'closed after %d' % len(answers)
        text = frame[1].decode() if frame[0] == 1 else ''
        if "id='f'" in text:
            answers.append("type='groupchat'" in text)
            assert answers[-1] or "<error type='wait'" in text, text
    assert 20 <= answers.count(True) < count, answers.count(True)
    same(answers[:20], [True] * 20)


async def check_words(raw, entry):
    if 'code' in entry:
        await raw.rest()
    else:
        await until(raw, entry['said'][-1])
    text = ''.join(raw.texts)
    at = 0
    for word in entry['said']:
        at = text.find(word, at)
        assert at >= 0, '%s is not in %s' % (word, text[:2000])
        at += len(word)
    for word in entry.get('unsaid', ()):
        assert word not in text, text
    if 'code' in entry:
        same(raw.code, entry['code'])


async def play_frames(entry, gateway, room, abhi, anny, turn):
    raw = Raw(gateway)
    same(await raw.open(headers=['X-Forwarded-For: 203.0.113.%d' % turn]), 101)
    await get_to(raw, entry.get('state', 'new'), room)
    mark = anny.mark()
    words = {'GUESTS': 'guests.' + abhi._domain, 'ROOM': room.jid,
             'OTHER': anny.jid, 'spelled': room.code(1).lower()}
    if 'flood' in entry:
        await asyncio.sleep(2.5)  # until the seat may say its most again
    for frame in entry['frames']:
        send(raw, frame, words)
    if 'flood' in entry:
        await check_flood(raw, entry['flood'])
    if 'said' in entry:
        await check_words(raw, entry)
    if 'answer' in entry:
        await until(raw, "id='%s'" % entry['answer']['id'])
        holds(raw.texts[-1], "type='%s'" % entry['answer']['error'][0])
        holds(raw.texts[-1], '<' + entry['answer']['error'][1])
    if 'relayed' in entry:
        for body in entry['relayed']:
            await anny.take(lambda s, b=body: s.body == b, body, since=mark)
        good = await abhi.say(room.jid, 'the next one')
        await anny.heard(room.jid, good.id)
        talk = [s for s in anny.since(mark) if s.body and s.stanza_id]
        same([s.body for s in talk], entry['relayed'] + ['the next one'])
        same({s.frm for s in talk}, {room.at(entry.get('as_seat', 1))})
    raw.close()


async def ask(gateway, data):
    reader, writer = await asyncio.open_connection('127.0.0.1', gateway.port)
    writer.write(data)
    answer = b''
    try:
        while True:
            # What is answered and kept open is read for a moment.
            piece = await asyncio.wait_for(reader.read(65536),
                                           1.0 if answer else 13.0)
            if not piece:
                break
            answer += piece
    except (ConnectionError, asyncio.TimeoutError):
        pass
    writer.close()
    return answer


async def play_request(entry, gateway, room):
    if 'upgrade' in entry:
        raw = Raw(gateway)
        assert await raw.open(entry['upgrade']) in entry['status']
        raw.close()
        return
    for each in entry.get('each', [None]):
        replies = set()
        for path in entry.get('same_for_paths', ['']):
            words = {'EACH': each or '', 'URL': gateway.url,
                     'PATH': path.replace('%LOCAL%', room.local)}
            reply = await ask(gateway, expand(
                entry['send'].replace('%EACH%', words.pop('EACH')), words))
            replies.add(reply)
            count = reply.count(b'HTTP/1.')
            assert count <= entry.get('answers', 1), (each, reply)
            answer = Answer(reply)
            assert answer.status in entry['status'], (each, reply[:500])
            assert 'set-cookie' not in answer.headers
            assert b'root:' not in reply and b'secret' not in reply, each
            for name, value in entry.get('headers', {}).items():
                holds(answer.headers[name], value)
            if 'body' in entry:
                same(answer.body, PAGE)
        same(len(replies), 1, 'how many different answers')


async def play(w, entry):
    await w.start()
    gateway = await Gateway(w).launch(frugal=True).ready()
    room, abhi, anny = await two_guests(w, gateway)
    sizes = []
    for turn in range(2):
        if 'frames' in entry:
            await play_frames(entry, gateway, room, abhi, anny, turn + 1)
        else:
            await play_request(entry, gateway, room)
        gateway.process.must_live()
        same((await gateway.http('GET /readyz', gateway.metrics)).status, 200)
        # Those who watched are heard as ever.
        good = await anny.say(room.jid, 'good %d' % turn)
        await abhi.heard(room.jid, good.id)
        sizes.append(memory_kib(gateway.process))
    assert sizes[1] - sizes[0] < GROWTH_KIB, 'memory grew: %s KiB' % sizes
    gateway.end()


def make(entry):
    async def bad_web(w):
        await play(w, entry)
    bad_web.__name__ = 'bad_web_' + entry['id']
    bad_web.__doc__ = entry['title']
    bad_web.__module__ = __name__
    story(servers=DIRECT, limit=200)(bad_web)


with open(_FILE, encoding='utf-8') as _file:
    for _entry in json.load(_file):
        make(_entry)
