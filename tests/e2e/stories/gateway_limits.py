"""What the gateway announces it also does; who floods it harms nobody else."""

import asyncio
import re
import time

from harness import ns
from harness.check import figure, holds, same
from harness.gateway import PING, TEXT, Gateway, Raw
from harness.guest import SASL
from harness.story import DIRECT, story
from stories.bad_input import memory_kib

PATIENCE = 60.0
CHATS = 80          # messages beside each flood
FLOOD_KIB = 16384   # more than all floods together may hold


async def begin(w, **settings):
    await w.start()
    return await Gateway(w).launch(**settings).ready()


def announced(features, name):
    """A limit of XEP-0478."""
    found = re.search(r"<limits xmlns='urn:xmpp:stream-limits:0'>.*?<%s>(\d+)"
                      r'</%s>.*?</limits>' % (name, name), features)
    assert found, features
    return int(found.group(1))


def padded(head, tail, size):
    """An element of so many bytes, most of which are letters of two."""
    room = size - len((head + tail).encode())
    element = head + '\u00e4' * (room // 2) + 'a' * (room % 2) + tail
    same(len(element.encode()), size)
    return element


async def is_too_large(raw):
    same((await raw.rest(PATIENCE)).code, 1009)
    holds(raw.texts[-2], 'policy-violation')
    holds(raw.texts[-2], 'stanza too large')


async def before_login(gateway):
    raw = await Raw(gateway).opened()
    raw.stream()
    await raw.expect('<open ')
    return raw, announced(await raw.expect('<limits'), 'max-bytes')


async def log_in_by(raw, size):
    raw.send(padded("<auth xmlns='%s' mechanism='ANONYMOUS'>" % SASL,
                    '</auth>', size))


def say_by(raw, room, size):
    return padded("<message xmlns='jabber:client' type='groupchat' to='%s' "
                  "id='long'><body>" % room.jid, '</body></message>', size)


@story(servers=DIRECT)
async def gateway_announced(w):
    """XEP-0478: the last byte of what is announced is taken, no more."""
    gateway = await begin(w)
    room = await w.new_room()
    raw, early = await before_login(gateway)
    await log_in_by(raw, early)
    await raw.expect('<success')
    raw.stream()
    await raw.expect('<open ')
    late = announced(await raw.expect('<limits'), 'max-bytes')
    assert late > early, (early, late)
    raw.close()
    raw, _ = await before_login(gateway)
    await log_in_by(raw, early + 1)
    await is_too_large(raw)
    # It comes to the room, which has a limit of its own, and says so.
    raw = await Raw(gateway).opened()
    await raw.login()
    raw.send(say_by(raw, room, late))
    holds(await raw.expect("id='long'"), "type='error'")
    whole = say_by(raw, room, late).encode()
    raw.send(whole[:30001], fin=False)
    raw.send(whole[30001:], kind=0)
    holds(await raw.expect("id='long'"), "type='error'")
    raw.send(say_by(raw, room, late + 1))
    await is_too_large(raw)
    raw = await Raw(gateway).opened()
    await raw.login()
    whole = say_by(raw, room, late + 1).encode()
    raw.send(whole[:30001], fin=False)
    raw.send(whole[30001:], kind=0)
    await is_too_large(raw)
    gateway.end()


@story(servers=DIRECT, limit=120)
async def gateway_idle(w):
    """XEP-0478: after the announced silence it asks, and not before."""
    gateway = await begin(w)
    raw, _ = await before_login(gateway)
    seconds = announced(raw.texts[-1], 'idle-seconds')
    raw = await Raw(gateway).opened()
    await raw.login()
    begun = time.monotonic()
    kind, _ = await raw.read(PATIENCE)
    same(kind, PING)
    assert time.monotonic() - begun > seconds - 2, 'too early'
    gateway.end()


@story(servers=DIRECT)
async def gateway_listeners(w):
    """Numbers and health have a door of their own, which can be closed."""
    gateway = await begin(w)
    for path in ('/metrics', '/healthz', '/readyz'):
        same((await gateway.http('GET ' + path)).status, 404, path)
        inside = await gateway.http('GET ' + path, gateway.metrics)
        same(inside.status, 200, path)
        same((await gateway.http('HEAD ' + path, gateway.metrics)).body, b'')
        same((await gateway.http('POST ' + path, gateway.metrics)).status,
             405, path)
    for path in ('/', '/config.json', '/.well-known/host-meta', '/metrics/',
                 '/assets/main-7QX2KD3A.js'):
        same((await gateway.http('GET ' + path, gateway.metrics)).status, 404,
             path)
    await must_be_prometheus(gateway)
    outside, gateway.port = gateway.port, gateway.metrics
    assert await Raw(gateway).open(
        origin='http://127.0.0.1:%d' % outside) in (0, 400)
    gateway.port = outside
    same(await gateway.metric('connections'), 0)
    gateway.end()
    gateway.launch(gateway_metrics='')
    tab = await gateway.tab()
    await tab.disco('guests.' + w.domain)
    try:
        await gateway.http('GET /metrics', gateway.metrics)
        raise AssertionError('the other door is open')
    except ConnectionRefusedError:
        pass
    gateway.end()


async def must_be_prometheus(gateway):
    page = await gateway.http('GET /metrics', gateway.metrics)
    same(page.headers['content-type'], 'text/plain; version=0.0.4')
    lines = page.body.decode().splitlines()
    same(len(lines) % 2, 0)
    for kind, value in zip(lines[::2], lines[1::2]):
        name = kind.split()[2]
        assert re.fullmatch(r'# TYPE duologue_gateway_[a-z_]+ '
                            r'(gauge|counter)', kind), kind
        assert re.fullmatch(name + r' \d+', value), value
        same(name.endswith('_total'), kind.endswith('counter'), kind)


# --- floods: each is written to a socket that nobody reads from ---

async def pour(writer, data):
    """The same bytes as fast as they are taken, and others get a turn."""
    while True:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0)


async def pour_frames(gateway, *frames):
    raw = await Raw(gateway).opened()
    await raw.login()
    raw.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
    data = b''.join(raw.frame(*frame) for frame in frames)
    await pour(raw.writer, data)


async def pings(gateway):
    """Control frames, whose answers nobody takes."""
    await pour_frames(gateway, *[(b'x' * 125, PING)] * 200)


async def empty_parts(gateway):
    """A message that never ends and has nothing in it."""
    await pour_frames(gateway, (b'<', TEXT, False),
                      *[(b'', 0, False)] * 2000)


async def questions(gateway):
    """Short questions with longer answers."""
    info = ("<iq xmlns='jabber:client' type='get' id='%s'><query xmlns='%s'/>"
            '</iq>' % ('i' * 2000, ns.DISCO_INFO)).encode()
    await pour_frames(gateway, *[(b"<r xmlns='urn:xmpp:sm:3'/>",),
                                 (info,)] * 50)


async def logins(gateway):
    """Streams that are opened and thrown away."""
    while True:
        raw = await Raw(gateway).opened()
        await raw.login()
        raw.close()


async def requests(gateway):
    """Pages that are asked for in a row and not fetched."""
    _, writer = await asyncio.open_connection('127.0.0.1', gateway.port,
                                              limit=1024)
    await pour(writer, b'GET /assets/main-7QX2KD3A.js HTTP/1.1\r\nHost: x\r\n'
               b'\r\n' * 50)


async def without_end(flood, gateway):
    """The same flood again whenever it is cut off."""
    while True:
        try:
            await flood(gateway)
        except (ConnectionError, AssertionError, asyncio.TimeoutError):
            await asyncio.sleep(0.1)


async def ended(tasks):
    """One cancellation may be lost in `wait_for` of this Python."""
    while not all(task.done() for task in tasks):
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0.05)


async def chat(room, tabs, name):
    """Words both ways; the longest that one took."""
    longest = 0.0
    for number in range(CHATS):
        begun = time.monotonic()
        message = await tabs[number % 2].say(room.jid,
                                             '%s %d' % (name, number))
        await tabs[1 - number % 2].take(
            lambda s, i=message.id: s.id == i and s.body, 'it', PATIENCE)
        longest = max(longest, time.monotonic() - begun)
    return longest


@story(servers=DIRECT, limit=600)
async def gateway_floods(w):
    """Beside each flood two people go on, and memory stays where it was."""
    await w.start(limits_messages_per_second=0, limits_message_burst=0)
    gateway = await Gateway(w).launch(frugal=True).ready()
    room, *tabs = await gateway.couple()
    calm = await chat(room, tabs, 'calm')
    told = []
    for flood in (pings, empty_parts, questions, logins, requests):
        before = memory_kib(gateway.process)
        tasks = [asyncio.create_task(without_end(flood, gateway))
                 for _ in range(4)]
        longest = await chat(room, tabs, flood.__name__)
        grown = memory_kib(gateway.process) - before
        await ended(tasks)
        assert grown < FLOOD_KIB, (flood.__name__, grown)
        told.append('%s %.0f ms, %d KiB' % (flood.__name__, longest * 1000,
                                            grown))
    figure('the slowest of %d messages: %.0f ms; beside %s' % (
        CHATS, calm * 1000, '; '.join(told)))
    for tab in tabs:
        same(sum(s.name == 'error' for s in tab.inbox.stanzas), 0)
    gateway.end()
