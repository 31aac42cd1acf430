"""Chats that only the two can read, between two guests that seal by
docs/link-encryption.md; what the component lets through, and what it keeps."""

import os
import sys

from harness import ns
from harness.check import holds, same
from harness.gateway import Gateway
from harness.speaker import fresh_id
from harness.stanza import attr
from harness.story import DIRECT, story

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '../../link'))
import link_format as lf  # noqa: E402

LABELS = {'server': 'Encrypted on the way; the server can read this',
          'link': 'Only the two of you can read this',
          'omemo': 'Encrypted by your apps'}
FIXED = ("This message is encrypted. It can be read in the web page that the "
         "chat's link opens.")


class Pen:
    """One page load of one seat."""

    def __init__(self, room, seat):
        self.room, self.seat = room.jid, seat
        self.key = key_of(room)
        self.salt = os.urandom(16)
        self.n = 0

    def seal(self, ident, words):
        plain = lf.pad("<envelope xmlns='%s'><content><body xmlns='%s'>%s"
                       '</body></content><rpad></rpad></envelope>'
                       % (lf.SCE, lf.CLIENT, words))
        sealed = lf.seal(self.key, self.room, self.seat, ident, self.salt,
                         self.n, plain)
        self.n += 1
        return ("<encrypted xmlns='%s' salt='%s' n='%s' key='%s'>%s"
                '</encrypted>' % (lf.LINK, sealed['salt'], sealed['n'],
                                  sealed['key'], sealed['data']))

    async def say(self, tab, words):
        ident = fresh_id('sealed')
        stanza = await send(tab, self.room, ident, self.seal(ident, words)
                            + '<body>naked %s</body>' % words[:10])
        assert stanza.type == 'groupchat', str(stanza)
        return stanza


def key_of(room):
    return lf.key_of(room.seats[0].link.rpartition('.')[2])


async def send(tab, room, ident, inside):
    """The reflection or the refusal."""
    mark = tab.mark()
    tab.raw("<message type='groupchat' to=%s id=%s>%s<origin-id xmlns='%s' "
            'id=%s/></message>' % (attr(room), attr(ident), inside, lf.SID,
                                   attr(ident)))
    return await tab.heard(room, ident, since=mark)


async def begin(w):
    await w.start()
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room(protection='link')
    tabs = [await gateway.tab() for _ in (1, 2)]
    for seat, tab in enumerate(tabs, 1):
        await tab.join(room.jid, 'x', room.code(seat))
    return gateway, room, tabs


async def read(tab, room):
    """The archive as a reader of the document sees it."""
    results, _ = await tab.archive(room.jid)
    seats = {room.name(n): n for n in (1, 2)}
    return lf.Reader(key_of(room), room.jid, seats).read(
        [(r.id, r.message.xml) for r in results])


@story(servers=DIRECT)
async def sealed_words_come_back_whole(w):
    """Live, from the archive, and after a restart, to the byte."""
    gateway, room, (abhi, anny) = await begin(w)
    pens = Pen(room, 1), Pen(room, 2)
    first = await pens[0].say(abhi, 'one')
    heard = await anny.heard(room.jid, first.id)
    same(heard.body, FIXED)
    same(heard.find(lf.LINK, 'encrypted').text,
         first.find(lf.LINK, 'encrypted').text)
    await pens[1].say(anny, 'zwei')
    await pens[0].say(abhi, 'x' * 16000)
    before = await read(abhi, room)
    same([v.get('body') for v in before], ['one', 'zwei', 'x' * 16000])
    assert not any('wrong' in v or 'missing' in v for v in before), before
    await w.component.terminate()
    await gateway.is_alone()
    await w.start()
    await gateway.ready()
    again = await gateway.tab()
    await again.join(room.jid, 'x', room.code(2))
    same(await read(again, room), before)
    gateway.end()


@story(servers=DIRECT)
async def nothing_readable_beside(w):
    """A body alone, and anything that says something beside sealed words, is
    refused in words; signs and the words of fixed meaning pass."""
    gateway, room, (abhi, _) = await begin(w)
    pen = Pen(room, 1)
    for beside in ("<body>naked</body>",
                   "%s<reactions xmlns='urn:xmpp:reactions:0' id='1'/>",
                   "%s<replace xmlns='urn:xmpp:message-correct:0' id='1'/>",
                   "%s<reply xmlns='urn:xmpp:reply:0' id='1'/>",
                   "%s<x xmlns='jabber:x:oob'><url>https://x</url></x>",
                   "%s<thread>t</thread>", "%s<a xmlns='urn:example'>b</a>"):
        ident = fresh_id('naked')
        inside = (beside.replace('%s', pen.seal(ident, 'sealed'))
                  if '%s' in beside else beside)
        answer = await send(abhi, room.jid, ident, inside)
        same(answer.error, ('modify', 'policy-violation'))
        holds(answer.error_text, 'encrypted')
    same(await read(abhi, room), [])
    gateway.end()


@story(servers=DIRECT)
async def a_retraction_erases(w):
    """With or without a body; the reader sees that something was deleted."""
    gateway, room, (abhi, anny) = await begin(w)
    pen = Pen(room, 1)
    for n, body in enumerate(('', '<body>I deleted a message.</body>')):
        gone = await pen.say(abhi, 'cinders %d' % n)
        await pen.say(abhi, 'stays %d' % n)
        data = gone.find(lf.LINK, 'encrypted').text
        await send(abhi, room.jid, fresh_id('take'),
                   "<retract xmlns='%s' id=%s/>%s" % (
                       lf.RETRACT, attr(gone.stanza_id), body))
        results, _ = await anny.archive(room.jid)
        assert all(data not in str(r.message.xml.attrib) + ''.join(
            r.message.xml.itertext()) for r in results)
        assert 'I deleted' not in ''.join(
            ''.join(r.message.xml.itertext()) for r in results)
    said = [v for v in await read(anny, room) if 'body' in v]
    same([(v['body'], v.get('deleted'), v.get('missing')) for v in said],
         [('stays 0', 1, 0), ('stays 1', 1, 0)])
    gateway.end()


@story()
async def every_room_says_who_can_read(w):
    """One label, in the answer to whoever knows the address."""
    abhi = await w.person('abhi')
    for protection, label in LABELS.items():
        room = await w.new_room(protection=protection)
        info = await abhi.disco(room.jid)
        fields = {f.get('var'): f.findtext('{jabber:x:data}value')
                  for f in info.xml.iter('{jabber:x:data}field')}
        same(fields['muc#roominfo_description'], label)
        same(fields['protection'], protection)
        for number, seat in enumerate(room.seats, 1):
            answer = await abhi.get(w.domain, "<seat xmlns='%s' id='%s'/>" % (
                ns.SEAT, seat.link.partition('#')[2].partition('.')[0]))
            same(answer.child(ns.SEAT, 'seat').get('number'), str(number))
