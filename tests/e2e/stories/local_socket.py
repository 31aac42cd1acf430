"""The component's own socket: what a gateway that was broken into could try.

After every abuse the process lives, the next peer is answered, and memory is
what it was.
"""

import asyncio
import hashlib
import re
import time

from harness.check import figure, holds, same
from harness.local_gateway import LocalGateway
from harness.story import DIRECT, story
from stories.bad_input import memory_kib

HEADER = ("<stream:stream xmlns='jabber:component:accept' xmlns:stream="
          "'http://etherx.jabber.org/streams' to='%s'>")
GROWTH_KIB = 2048


class Peer:
    """Bytes to the socket, and every byte that comes back."""

    def __init__(self, w):
        self.path = w.component.socket
        self.guests = 'guests.' + w.domain
        self.domain = w.domain
        self.heard = b''
        w.things.append(self)

    async def open(self):
        self.reader, self.writer = await asyncio.open_unix_connection(
            self.path)
        return self

    async def join(self, domain=None):
        await self.open()
        self.send(HEADER % (domain or self.guests))
        await self.until(b'id=')
        stream_id = re.search(rb"id=['\"]([^'\"]+)", self.heard).group(1)
        self.send('<handshake>%s</handshake>'
                  % hashlib.sha1(stream_id).hexdigest())
        await self.until(b'<handshake/>')
        self.heard = b''
        return self

    def send(self, data):
        self.writer.write(data.encode() if isinstance(data, str) else data)

    async def until(self, word, patience=60.0):
        while word not in self.heard:
            piece = await asyncio.wait_for(self.reader.read(65536), patience)
            assert piece, 'closed before %r: %r' % (word, self.heard)
            self.heard += piece

    async def rest(self, patience=60.0):
        """Everything up to the end of the stream."""
        try:
            while piece := await asyncio.wait_for(self.reader.read(65536),
                                                  patience):
                self.heard += piece
        except ConnectionError:
            pass
        return self.heard.decode('utf-8', 'replace')

    async def close(self):
        if getattr(self, 'writer', None) is not None:
            self.writer.close()


async def is_well(w):
    """Another peer comes, asks and is answered."""
    w.component.process.must_live()
    peer = await Peer(w).join('ctl.' + w.domain)
    peer.send("<iq from='ctl.%s/1' to='%s' type='get' id='p'>"
              "<ping xmlns='urn:xmpp:ping'/></iq>" % (w.domain, w.domain))
    await peer.until(b"id='p'")
    await peer.close()


# name, whether the handshake is done before, what is sent, words of the answer
ABUSES = (
    ('no XML', False, 'GET / HTTP/1.1\r\n\r\n', 'not-well-formed'),
    ('a DOCTYPE first', False, "<!DOCTYPE m [<!ENTITY a 'aaaa'>]>" + HEADER,
     'restricted-xml'),
    ('another root', False, "<open xmlns='jabber:component:accept'/>",
     'bad-format|invalid-namespace|not-well-formed'),
    ('the namespace of clients', False,
     HEADER.replace('component:accept', 'client'), 'invalid-namespace'),
    ('a header of 100 KB', False, HEADER.replace(
        " to=", " a='" + 'x' * 100000 + "' to="), 'policy-violation'),
    ('somebody else', False, HEADER.replace('%s', 'evil.example'),
     'host-unknown'),
    ('the component itself', False, HEADER.replace('%s', '{domain}'),
     'host-unknown'),
    ('a room', False, HEADER.replace('%s', 'tea@{domain}'), 'host-unknown'),
    ('a stanza before the handshake', False, HEADER + '<message/>',
     'not-authorized'),
    ('a wrong digest', False,
     HEADER + '<handshake>' + '0' * 40 + '</handshake>', 'not-authorized'),
    ('a digest without an end', False,
     HEADER + '<handshake>' + '0' * 200000, 'policy-violation|not-auth'),
    ('a comment', True, '<!-- c -->', 'restricted-xml'),
    ('a processing instruction', True, '<?php x?>', 'restricted-xml'),
    ('an entity', True, "<message from='x@{guests}' to='{domain}'>&a;"
     "</message>", 'restricted-xml|not-well-formed'),
    ('bytes that are no UTF-8', True, b'<message><body>\xff\xfe</body>',
     'not-well-formed'),
    ('a surrogate', True, b'<message><body>\xed\xa0\x80</body>',
     'not-well-formed'),
    ('two of an attribute', True, "<message from='x@{guests}' from='y'/>",
     'not-well-formed'),
    ('crossed tags', True, '<message><a></message></a>', 'not-well-formed'),
    ('a tag without an end', True, '<message ' + "a" * 1300000,
     'policy-violation|not-well-formed'),
    ('from somebody else', True, "<iq from='bob@example.org/x' to='{domain}' "
     "type='get' id='i'><ping xmlns='urn:xmpp:ping'/></iq>", 'invalid-from'),
    ('from the control tool', True, "<iq from='ctl.{domain}/1' to='{domain}' "
     "type='get' id='i'><ping xmlns='urn:xmpp:ping'/></iq>", 'invalid-from'),
    ('from the component', True, "<message from='tea@{domain}' to='{domain}'"
     "/>", 'invalid-from'),
    ('from a subdomain', True, "<message from='x@a.{guests}' to='{domain}'/>",
     'invalid-from'),
    ('from nobody', True, "<message to='{domain}'/>", ''),
    ('to somebody else', True, "<message from='x@{guests}/y' to='bob@example."
     "org'><body>spam</body></message>", ''),
    ('nine thousand levels', True, "<message from='x@{guests}/y' to='{domain}"
     "' id='d'>" + '<a>' * 9000 + '</a>' * 9000 + '</message>', ''),
    ('three thousand attributes', True, "<message from='x@{guests}/y' to='{"
     "domain}' id='d' " + ' '.join("a%d='1'" % n for n in range(3000))
     + '/>', ''),
    ('a stanza of 200 KB', True, "<message from='x@{guests}/y' to='{domain}' "
     "id='d'><body>" + 'A' * 200000 + '</body></message>', ''),
)


async def abuse(w, is_up, data, words):
    peer = await (Peer(w).join() if is_up else Peer(w).open())
    if isinstance(data, str):
        data = data.replace('%s', peer.guests).replace(
            '{guests}', peer.guests).replace('{domain}', w.domain)
    peer.send(data)
    if words:
        said = await peer.rest()
        assert any(word in said for word in words.split('|')), said[:500]
    else:
        # It is no reason to end the stream: the next stanza is answered.
        peer.send("<iq from='x@%s/y' to='%s' type='get' id='after'>"
                  "<ping xmlns='urn:xmpp:ping'/></iq>" % (peer.guests,
                                                          w.domain))
        await peer.until(b"id='after'")
    await peer.close()


@story(servers=DIRECT, limit=300)
async def local_bad_bytes(w):
    """Each is refused in words, or costs its sender an answer, no more."""
    await w.start()
    before = 0
    for turn in range(2):
        for name, is_up, data, words in ABUSES:
            try:
                await abuse(w, is_up, data, words)
            except (AssertionError, asyncio.TimeoutError) as failure:
                raise AssertionError('%s: %s' % (name, failure)) from None
        await is_well(w)
        if turn == 0:
            before = memory_kib(w.component.process)
    # What a sanitizer keeps aside of two hundred connections is a part of it.
    grown = memory_kib(w.component.process) - before
    figure('%d abuses of the socket: %d KiB more' % (len(ABUSES), grown))
    assert grown < 16 * GROWTH_KIB, grown


@story(servers=DIRECT)
async def local_foreign_from(w):
    """A gateway that speaks for others loses its stream, and its guests."""
    await w.start()
    room = await w.new_room()
    gateway = await LocalGateway(w).open()
    guest = gateway.guest()
    await guest.join(room.jid, 'x', room.code(1))
    gateway.write("<message from='bob@example.org/x' to='%s' type='groupchat'"
                  "><body>who is it</body></message>" % room.jid)
    second = await LocalGateway(w).open()
    late = second.guest()
    joined = await late.join(room.jid, 'x', room.code(1))
    assert 'who is it' not in [s.body for s in joined.history]
    await is_well(w)


@story(servers=DIRECT)
async def local_new_stream(w):
    """A second gateway stream ends the first; it is the only one then."""
    await w.start()
    first, second = await Peer(w).join(), await Peer(w).join()
    holds(await first.rest(), 'conflict')
    second.send("<iq from='x@%s/y' to='%s' type='get' id='p'>"
                "<ping xmlns='urn:xmpp:ping'/></iq>" % (second.guests,
                                                        w.domain))
    await second.until(b"id='p'")


@story(servers=DIRECT, limit=300)
async def local_slow_reader(w):
    """One that asks and does not read is dropped; the others are not held."""
    await w.start()
    peer = await Peer(w).join()
    peer.writer.transport.pause_reading()
    question = ("<iq from='x@%s/y' to='%s' type='get' id='%s'><query xmlns="
                "'http://jabber.org/protocol/disco#info'/></iq>"
                % (peer.guests, w.domain, 'i' * 200)).encode()
    begun, worst = time.monotonic(), 0.0
    while not peer.writer.transport.is_closing():
        assert time.monotonic() - begun < 200.0, 'it is never dropped'
        if peer.writer.transport.get_write_buffer_size() < 1 << 20:
            peer.send(question * 100)
        asked = time.monotonic()
        await is_well(w)
        worst = max(worst, time.monotonic() - asked)
        await asyncio.sleep(0.01)
    figure('dropped after %.1f s; others waited at most %.0f ms, %d KiB '
           'resident' % (time.monotonic() - begun, worst * 1000,
                         memory_kib(w.component.process)))


@story(servers=DIRECT, limit=300)
async def local_crowd(w):
    """Silent peers fill the places, and are sent away by themselves."""
    await w.start()
    crowd = [await Peer(w).open() for _ in range(64)]
    refused = await Peer(w).open()
    same(await refused.rest(), '')
    begun = time.monotonic()
    for peer in crowd:
        await peer.rest(30.0)
    figure('64 silent peers are sent away after %.1f s'
           % (time.monotonic() - begun))
    for peer in crowd:
        await peer.close()
    await asyncio.sleep(0.5)
    await is_well(w)
