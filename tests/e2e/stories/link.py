"""The link to the XMPP server: handshake, trouble, patience."""

import asyncio
import itertools
import time

from harness import ns
from harness.check import same
from harness.fake_server import FakeServer
from harness.faked import ABHI, ANNY, Faked
from harness.servers import SECRET
from harness.story import DIRECT, story
from stories.bad_input import memory_kib

ERROR = ("<stream:error><%s xmlns='" + ns.STREAMS + "'/></stream:error>"
         "</stream:stream>")


async def open_fake(w, **changes):
    fake = FakeServer(SECRET)
    w.things.append(fake)
    for name, value in changes.items():
        setattr(fake, name, value)
    await fake.open()
    w.component.configure(component_server=fake.address)
    return fake


@story(servers=DIRECT)
async def link_handshake(w):
    """Header and digest are to the letter; nothing is sent before."""
    faked = Faked(w)
    link = await faked.start()
    same(link.root, '{%s}stream' % ns.STREAM)
    same({k: v for k, v in link.header.items()}, {'to': w.domain})
    same(link.inbox.stanzas, [])
    await link.is_answered(w.domain)
    faked.must_be_clean(link)


@story(servers=DIRECT)
async def link_stream_id_is_unescaped(w):
    """The digest is over the id as XML means it, not as it was spelled."""
    fake = FakeServer(SECRET)
    fake.greet = False
    w.things.append(fake)
    await fake.open()
    await w.start(component_server=fake.address)
    link = await fake.link(1, ready=False)
    fake.greet, link.stream_id = True, "a&b<'é"
    for _ in range(900):
        if link.header is not None:
            break
        await asyncio.sleep(0.05)
    link.write("<?xml version='1.0'?><stream:stream xmlns='%s' "
               "xmlns:stream='%s' id='a&amp;b&lt;&apos;&#xe9;' from='%s'>" % (
                   ns.COMPONENT, ns.STREAM, w.domain))
    await asyncio.wait_for(link.ready.wait(), 60.0)
    await link.is_answered(w.domain)


@story(servers=DIRECT)
async def link_wrong_secret(w):
    """Refused credentials: the process lives and does not hammer."""
    fake = FakeServer('another secret')
    w.things.append(fake)
    await fake.open()
    await w.start(component_server=fake.address)
    link = await fake.link(1, ready=False)
    for _ in range(900):
        if link.handshake:
            break
        await asyncio.sleep(0.05)
    assert link.handshake, 'no handshake came'
    link.write(ERROR % 'not-authorized')
    link.cut()
    await asyncio.sleep(8.0)
    w.component.process.must_live()
    same(len(fake.links), 1, 'retried within 8 s')
    await w.component.ctl('stats', '--json')


async def gaps_between(fake, seconds):
    """How long the component waited between its connections."""
    await asyncio.sleep(seconds)
    times = [link.at for link in fake.links]
    return [b - a for a, b in itertools.pairwise(times)]


@story(servers=DIRECT)
async def link_conflict_backs_off(w):
    """Thrown out again and again, it comes back ever more slowly."""
    fake = await open_fake(w)

    async def throw_out():
        for number in itertools.count(1):
            link = await fake.link(number, 60.0)
            link.write(ERROR % 'conflict')
            await asyncio.sleep(0.05)
            link.cut()

    task = asyncio.create_task(throw_out())
    await w.start()
    gaps = await gaps_between(fake, 14.0)
    task.cancel()
    w.component.process.must_live()
    assert gaps, 'it never came back'
    assert all(gap > 0.4 for gap in gaps), 'a hot loop: %r' % gaps
    # Waits that did not grow would be 1 s to 2 s each: six or more of them.
    assert len(gaps) <= 5, 'no backing off: %r' % gaps
    await w.component.ctl('stats', '--json')


@story(servers=DIRECT)
async def link_dead_server_backs_off(w):
    """A server that hangs up at once is not called in a hot loop."""
    fake = await open_fake(w, greet=False)

    async def hang_up():
        for number in itertools.count(1):
            (await fake.link(number, 60.0, ready=False)).cut()

    task = asyncio.create_task(hang_up())
    await w.start()
    gaps = await gaps_between(fake, 10.0)
    task.cancel()
    w.component.process.must_live()
    assert gaps and len(gaps) <= 6, gaps
    assert all(gap > 0.4 for gap in gaps), gaps


@story(servers=DIRECT)
async def link_server_comes_late(w):
    """Started before its server, it links as soon as that is there."""
    faked = Faked(w)
    await w.start(component_server=faked.fake.address)
    room = await w.new_room()
    await asyncio.sleep(3.0)
    await faked.fake.open()
    link = await faked.fake.link(1, 60.0)
    await faked.join(link, ABHI, room, 1)
    await faked.is_reflected(link, ABHI, room, 'late', 'l1', [ABHI])


@story(servers=DIRECT)
async def link_mute_server_blocks_nobody(w):
    """A server that accepts and says nothing holds up nothing else."""
    fake = await open_fake(w, greet=False)
    await w.start()
    await fake.link(1, ready=False)
    for _ in range(5):
        began = time.monotonic()
        room = await w.new_room()
        await w.component.ctl('end', room.local)
        assert time.monotonic() - began < 5.0
    w.component.process.must_live()


@story(servers=DIRECT)
async def link_doctype_at_the_start(w):
    """x10: a stream that begins with a DOCTYPE is closed; nothing expands."""
    fake = await open_fake(w, greet=False)
    await w.start()
    link = await fake.link(1, ready=False)
    before = memory_kib(w.component.process)
    link.write("<!DOCTYPE m [<!ENTITY a 'aaaaaaaaaa'>%s]>"
               "<stream:stream xmlns='%s' xmlns:stream='%s' id='1' from='%s'>"
               % (''.join("<!ENTITY a%d '%s'>" % (
                   n, ('&a%d;' % (n - 1) if n else '&a;') * 10)
                   for n in range(9)), ns.COMPONENT, ns.STREAM, w.domain))
    await link.is_closed()
    grown = memory_kib(w.component.process) - before
    assert grown < 1024, 'memory grew by %d KiB' % grown
    same(link.handshake, None)
    fake.greet = True
    second = await fake.link(2, 60.0)
    assert second.at - link.at > 0.4, 'reconnected at once'
    await second.is_answered(w.domain)


@story(servers=DIRECT)
async def link_bytes_one_by_one(w):
    """However the bytes are cut, every stanza is answered at once."""
    faked = Faked(w)
    link = await faked.start()
    room = await w.new_room()
    await faked.join(link, ABHI, room, 1)
    stanza = ("<message from='%s' to='%s' type='groupchat' id='slow'><body>"
              "schr\u00f6der \U0001f56f</body><x xmlns='urn:x' a='%s'/>"
              "</message>" % (ABHI, room.jid, 'v' * 900)).encode()
    await link.write_slowly(stanza, 1)
    heard = await link.take(lambda s: s.id == 'slow', 'the reflection', 60.0)
    same(heard.body, 'schröder 🕯')
    for piece in (2, 3, 7, 61):
        number = 'p%d' % piece
        await link.write_slowly(stanza.replace(b'slow', number.encode()),
                                piece)
        await link.take(lambda s, n=number: s.id == n, number, 60.0)


@story(servers=DIRECT)
async def link_slow_server_loses_nothing(w):
    """Three thousand answers wait for a server that reads late."""
    faked = Faked(w)
    link = await faked.start()
    link.stop_reading()
    for n in range(3000):
        link.write("<iq type='get' id='s%d' from='x@example.org/y' to='%s'>"
                   "<query xmlns='%s'/></iq>" % (n, w.domain, ns.DISCO_INFO))
    await asyncio.sleep(2.0)
    link.go_on_reading()
    await link.take(lambda s: s.id == 's2999', 'the last answer', 60.0)
    got = [s.id for s in link.inbox.stanzas]
    same(got, ['s%d' % n for n in range(3000)])


@story(servers=DIRECT)
async def link_shutdown_is_quiet(w):
    """SIGTERM closes the stream and tells no session that it has left."""
    faked = Faked(w)
    link = await faked.start()
    room = await w.new_room()
    await faked.join(link, ABHI, room, 1)
    await faked.join(link, ANNY, room, 2)
    await asyncio.sleep(0.3)
    mark = link.inbox.mark()
    await w.component.terminate()
    await link.is_closed()
    same([str(s) for s in link.inbox.since(mark)], [])
    assert link.finished, 'no end of the stream was sent'


@story(servers=DIRECT, limit=200)
async def link_relink_finds_ghosts(w):
    """After a relink sessions are pinged; the dead are evicted."""
    faked, link, room = await Faked.relinked(w)
    deadline = time.monotonic() + 120.0
    served = set()
    while True:
        ping = await link.take(
            lambda s: s.name == 'iq' and s.type == 'get'
            and s.find(ns.PING, 'ping') is not None
            or s.name == 'presence' and s.type == 'unavailable',
            'a ping or an eviction', deadline - time.monotonic())
        if ping.name == 'presence':
            break
        served.add(ping.to)
        if ping.to == ABHI:
            link.write("<iq type='result' id='%s' from='%s' to='%s'/>" % (
                ping.id, ping.to, ping.frm))
        else:
            link.write("<iq type='error' id='%s' from='%s' to='%s'><error "
                       "type='cancel'><item-not-found xmlns='%s'/></error>"
                       "</iq>" % (ping.id, ping.to, ping.frm, ns.STANZAS))
    same((ping.frm, ping.to in (ABHI, ANNY)), (room.at(2), True))
    await faked.is_reflected(link, ABHI, room, 'alive', 'al', [ABHI])


@story(servers=DIRECT)
async def link_none_is_needed(w):
    """Without a server the component runs for browsers alone."""
    await w.start(component_server='')
    room = await w.new_room(protection='link')
    listed = await w.component.ctl('list')
    assert room.local in listed, listed
    await w.component.ctl('end', room.jid)
