"""Hostile bytes from the server's side, one story for each entry.

`bad_inputs.json` says what is sent and what must come of it; after every one
the process lives, the link works, and a good message goes through.
"""

import asyncio
import json
import os
import re

from harness.check import same
from harness.faked import ABHI, ANNY, MAL, Faked
from harness.story import DIRECT, story

_FILE = os.path.join(os.path.dirname(os.path.dirname(__file__)),
                     'bad_inputs.json')
_TOKEN = re.compile(r'\[\[(hex|count|\d+) (.*?)\]\]', re.DOTALL)


def fill(template, words):
    for name, value in words.items():
        template = template.replace('%' + name + '%', value)
    return template


def expand(template, words):
    """The bytes of an entry: names filled in, repeats and hex written out."""
    def token(match):
        kind, rest = match.groups()
        if kind == 'hex':
            return bytes.fromhex(rest).decode('latin-1')
        if kind == 'count':
            number, _, piece = rest.partition(' ')
            return ''.join(piece.replace('%', str(n))
                           for n in range(int(number)))
        return rest * int(kind)

    text = fill(template, words).encode('utf-8').decode('latin-1')
    return _TOKEN.sub(token, text).encode('latin-1')


def wide(address):
    """The same address in full-width capitals and an ideographic full stop."""
    return ''.join(chr(ord(c.upper()) + 0xfee0) if c.isalnum() else
                   '\u3002' if c == '.' else c for c in address)


def memory_kib(process):
    with open('/proc/%d/status' % process.popen.pid) as file:
        return next(int(line.split()[1]) for line in file
                    if line.startswith('VmRSS'))


def must_match(answer, wanted, words):
    same(answer.to, fill(wanted['to'], words), str(answer)[:500])
    same(answer.name, wanted['name'], str(answer)[:500])
    if 'type' in wanted:
        same(answer.type, wanted['type'], str(answer)[:500])
    if 'id' in wanted:
        same(answer.id, fill(wanted['id'], words))
    if 'error' in wanted:
        assert list(answer.error or ()) in wanted['error'], str(answer)[:500]


def compare(entry, reaction, words):
    """What the component said, against what the entry allows."""
    talk = [s for s in reaction if s.type == 'groupchat' and s.body]
    for who, key in ((ANNY, 'relayed'), (ABHI, 'reflected')):
        same([s.body for s in talk if s.to == who], entry.get(key, []), key)
    for stanza in talk:
        assert stanza.stanza_id not in (None, '9'), str(stanza)
        assert stanza.occupant_id not in (None, 'B'), str(stanza)
        assert stanza.delay is None and stanza.user is None, str(stanza)
    rest = [s for s in reaction if s not in talk]
    for wanted in entry.get('answers', []):
        for _ in range(wanted.get('times', 1)):
            if wanted.get('optional') and not rest:
                break
            assert rest, 'no answer like %r' % wanted
            must_match(rest.pop(0), wanted, words)
    assert not rest, 'too much was said: %s' % [str(s)[:300] for s in rest]


async def play(w, entry):
    faked = Faked(w)
    link = await faked.start()
    room = await w.new_room()
    people = [ANNY] if entry.get('outside') else [ABHI, ANNY]
    await faked.join(link, ANNY, room, 2)
    if not entry.get('outside'):
        await faked.join(link, ABHI, room, 1)
    await link.is_answered(w.domain)
    await asyncio.sleep(0.2)
    words = {'ABHI': ABHI, 'ANNY': ANNY, 'MAL': MAL, 'ROOM': room.jid,
             'DOMAIN': w.domain, 'CODE': room.code(1),
             'WIDE': wide(room.jid)}
    before = memory_kib(w.component.process)
    mark = link.inbox.mark()
    link.write(expand(entry['send'], words))
    if entry.get('link') == 'reopens':
        await link.is_closed()
        reaction = link.inbox.since(mark)
        same(link.stream_error, entry.get('stream_error'))
        link = await faked.fake.link(2, 60.0)
        assert link.at - faked.fake.links[0].at > 0.5, 'reopened at once'
    else:
        probe = await link.is_answered(w.domain)
        await asyncio.sleep(0.4)
        reaction = [s for s in link.inbox.since(mark) if s is not probe]
    w.component.process.must_live()
    compare(entry, reaction, words)
    grown = memory_kib(w.component.process) - before
    assert grown < 16384, 'memory grew by %d KiB' % grown
    # Life goes on: the next good stanzas are handled as ever.
    if entry.get('leaves') or entry.get('outside'):
        await faked.join(link, ABHI, room, 1)
        people = [ABHI, ANNY]
    await link.is_answered(w.domain)
    await faked.is_reflected(link, ABHI, room, 'good', 'good-1', people)
    stored = await faked.archive(link, ANNY, room)
    same([s.body for s in stored], entry.get('stored', []) + ['good'])
    for each in faked.fake.links:
        faked.must_be_clean(each)


def make(entry):
    async def bad_input(w):
        await play(w, entry)
    bad_input.__name__ = 'bad_input_' + entry['id']
    bad_input.__doc__ = entry['title']
    bad_input.__module__ = __name__
    story(servers=DIRECT)(bad_input)


with open(_FILE, encoding='utf-8') as _file:
    for _entry in json.load(_file):
        make(_entry)
