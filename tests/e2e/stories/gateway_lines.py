"""Lines that somebody holds, and what they cost the others."""

import asyncio
import os
import socket
import time

from harness.check import figure, same
from harness.gateway import Gateway, Raw
from harness.story import DIRECT, story
from stories.bad_input import memory_kib

LINES = 64        # of one address
ASKING_S = 10     # libwebsockets gives a request that long
ANSWERING_S = 60  # and we an answer


async def begin(w, **settings):
    await w.start()
    return await Gateway(w).launch(frugal=True, **settings).ready()


def dial(gateway, source, receive_bytes=None):
    """A line from an own loopback address, which is no proxy's."""
    line = socket.socket()
    if receive_bytes:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    line.bind((source, 0))
    line.settimeout(5.0)
    line.connect(('127.0.0.1', gateway.port))
    line.setblocking(False)
    return line


def is_over(line):
    try:
        return not line.recv(65536)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


async def until_over(lines, patience):
    """How long each lasted; fails for those that outlast `patience`."""
    begun, left, ages = time.monotonic(), dict(lines), {}
    while left:
        age = time.monotonic() - begun
        assert age < patience, 'still there after %.0f s: %s' % (
            age, sorted(left))
        for name, line in list(left.items()):
            if is_over(line):
                ages[name] = age
                del left[name]
        await asyncio.sleep(0.1)
    return ages


async def settles(gateway, name, wanted):
    for _ in range(900):
        if await gateway.metric(name) == wanted:
            return
        await asyncio.sleep(0.1)
    same(await gateway.metric(name), wanted, name)


@story(servers=DIRECT)
async def gateway_lines(w):
    """An address has so many lines; the next address has its own."""
    gateway = await begin(w)
    lines = [dial(gateway, '127.0.0.2') for _ in range(LINES + 20)]
    await settles(gateway, 'refused_lines_total', 20)
    same(await gateway.metric('lines'), LINES + 1)
    same(sum(is_over(line) for line in lines), 20)
    asked = dial(gateway, '127.0.0.3')
    asked.send(b'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await asyncio.sleep(0.5)
    assert asked.recv(100).startswith(b'HTTP/1.1 200')
    for line in lines + [asked]:
        line.close()
    await settles(gateway, 'lines', 1)
    # Proxies are not counted: all come from one address.
    lines = [dial(gateway, '127.0.0.1') for _ in range(LINES * 2)]
    await settles(gateway, 'lines', LINES * 2 + 1)
    for line in lines:
        line.close()
    gateway.end()


@story(servers=DIRECT, limit=300)
async def gateway_slow_lines(w):
    """Slow requests, slow readers, odd methods: all end by themselves."""
    gateway = await begin(w)
    head = b'GET / HTTP/1.1\r\nHost: x\r\n'
    early, late = {}, {}
    early['silent'] = dial(gateway, '127.0.0.2')
    trickle = early['trickle'] = dial(gateway, '127.0.0.3')
    late['CONNECT'] = dial(gateway, '127.0.0.4')
    late['CONNECT'].send(b'CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n')
    late['h2c'] = dial(gateway, '127.0.0.5')
    late['h2c'].send(head + b'Upgrade: h2c\r\nConnection: Upgrade, '
                     b'HTTP2-Settings\r\nHTTP2-Settings: '
                     b'AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n')
    reader = dial(gateway, '127.0.0.6', 2048)
    reader.send(b'GET /assets/main-7QX2KD3A.js HTTP/1.1\r\nHost: x\r\n'
                b'\r\n' * 40)

    async def drip():
        for byte in head + b'X-A: ' + b'a' * 1000:
            trickle.send(bytes([byte]))
            await asyncio.sleep(0.25)

    dripping = asyncio.create_task(drip())
    ages = await until_over(early, ASKING_S + 8)
    dripping.cancel()
    # One that reads a little all the time has no more time for it.
    begun = time.monotonic()
    while await gateway.metric('lines') > 1:
        assert time.monotonic() - begun < ANSWERING_S + 10
        try:
            reader.recv(20)
        except (BlockingIOError, ConnectionError):
            pass
        await asyncio.sleep(1.0)
    ages.update(await until_over(late, 1.0))
    figure('lines lasted: ' + ', '.join('%s %.0f s' % pair
                                        for pair in sorted(ages.items())))
    gateway.end()


async def halting(gateway, path, halt_at, source):
    """How many bytes of an answer come to one that stops reading for longer
    than libwebsockets waits."""
    reader, writer = await asyncio.open_connection(
        sock=dial(gateway, source, 2048), limit=1024)
    writer.write(b'GET %s HTTP/1.1\r\nHost: x\r\n\r\n' % path.encode())
    head = await reader.readuntil(b'\r\n\r\n')
    got = 0
    while got < halt_at:
        got += len(await reader.read(1024))
    await asyncio.sleep(7.0)
    size = int(head.lower().partition(b'content-length: ')[2].split()[0])
    while got < size and (piece := await reader.read(65536)):
        got += len(piece)
    writer.close()
    return got


@story(servers=DIRECT, limit=300)
async def gateway_halting_readers(w):
    """Whoever stops reading for a while has the rest of the answer later."""
    await w.start()
    gateway = Gateway(w)
    size = 1024 * 1024
    with open(os.path.join(gateway.folder, 'big.js'), 'wb') as file:
        file.write(b'x' * size)
    await gateway.launch(frugal=True).ready()
    # A proxy's line, and a browser's own, which stays when all is read.
    for source in ('127.0.0.1', '127.0.0.2'):
        stops = range(size - 640 * 1024, size - 32 * 1024, 16 * 1024)
        same(set(await asyncio.gather(*(
            halting(gateway, '/big.js', stop, source) for stop in stops))),
             {size})
    gateway.end()


@story(servers=DIRECT, limit=300)
async def gateway_many_lines(w):
    """Six hundred slow lines: a guest comes in at once, memory comes back."""
    gateway = await begin(w)

    async def crowd():
        lines = [dial(gateway, '127.0.%d.%d' % (1 + n // 60, 2))
                 for n in range(600)]
        for line in lines:
            line.send(b'GET / HTTP/1.1\r\nHost: x\r\nX-A: ' + b'a' * 500)
        await settles(gateway, 'lines', 601)
        begun = time.monotonic()
        tab = await gateway.tab()
        took = time.monotonic() - begun
        full = memory_kib(gateway.process)
        await tab.close()
        for line in lines:
            line.close()
        await settles(gateway, 'lines', 1)
        return took, full, memory_kib(gateway.process)

    for _ in range(3):  # what it takes once, the allocator keeps
        before = (await crowd())[2]
    took, full, after = await crowd()
    figure('600 slow lines: a guest is in after %.0f ms; %d KiB before, '
           '%d with them, %d after' % (took * 1000, before, full, after))
    assert after - before < 2048, (before, full, after)
    gateway.end()


@story(servers=DIRECT, limit=300)
async def gateway_half_open(w):
    """Six thousand lines cut in every state leave no memory behind."""
    gateway = await begin(w)
    key = b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    upgrade = (b'GET /xmpp-websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket'
               b'\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' + key
               + b'Sec-WebSocket-Protocol: xmpp\r\nOrigin: '
               + gateway.url.encode() + b'\r\n\r\n')
    states = (b'', b'GET', b'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
              b'GET /assets/main-7QX2KD3A.js HTTP/1.1\r\nHost: x\r\n\r\n',
              upgrade, upgrade.replace(b'Origin: http', b'Origin: ftp'),
              upgrade + b'\x81\x85\0\0\0\0<open',
              b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx')

    async def cycle():
        for number in range(2000):
            line = dial(gateway, '127.0.0.%d' % (2 + number % 250))
            line.send(states[number % len(states)])
            if number % 3 == 0:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                b'\1\0\0\0\0\0\0\0')  # reset, not goodbye
            if number % 50 == 0:
                await asyncio.sleep(0)
            line.close()
        await settles(gateway, 'lines', 1)
        return memory_kib(gateway.process)

    sizes = [await cycle() for _ in range(3)]
    figure('2,000 lines cut, thrice: %s KiB' % sizes)
    assert sizes[2] - sizes[1] < 2048, sizes
    same(await gateway.metric('connections'), 0)
    gateway.end()


@story(servers=DIRECT)
async def gateway_descriptors(w):
    """Out of descriptors the newcomers wait, and nobody inside is harmed."""
    await w.start()
    gateway = Gateway(w).launch(prefix=('prlimit', '--nofile=96:96'))
    await gateway.ready()
    room = await w.new_room()
    tab = await gateway.tab()
    await tab.join(room.jid, 'x', room.code(1))
    lines = [dial(gateway, '127.0.0.1') for _ in range(150)]
    await tab.say(room.jid, 'while nobody can come in')
    pid = gateway.process.popen.pid
    begun = cpu_seconds(pid)
    await asyncio.sleep(2.0)
    spent = cpu_seconds(pid) - begun
    assert spent < 1.0, 'it spins: %.1f s of 2' % spent
    for line in lines:
        line.close()
    other = await gateway.tab()
    await other.join(room.jid, 'x', room.code(2))
    gateway.end()


def cpu_seconds(pid):
    with open('/proc/%d/stat' % pid, encoding='ascii') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


async def burst(gateway, source, count=14, bind='127.0.0.1'):
    """How many WebSockets of `source` are let in."""
    raws = []
    for _ in range(count):
        raw = Raw(gateway, bind)
        raws.append(raw)
        raw.status = await raw.open(headers=['X-Forwarded-For: ' + source])
    for raw in raws:
        raw.close()
    statuses = [raw.status for raw in raws]
    assert set(statuses) <= {101, 429, 400}, statuses
    return statuses.count(101)


@story(servers=DIRECT)
async def gateway_whose_address(w):
    """A /64 is one; only proxies tell of others, and they tell the truth."""
    gateway = await begin(w)
    assert 10 <= await burst(gateway, '2001:db8:1:2::a') < 14
    assert await burst(gateway, '2001:db8:1:2:ffff::b') < 8, 'the same /64'
    assert 10 <= await burst(gateway, '2001:db8:1:3::a') < 14
    assert 10 <= await burst(gateway, '203.0.113.1') < 14
    assert await burst(gateway, '::ffff:203.0.113.1') < 8, 'IPv4 all the same'
    assert await burst(gateway, '203.0.113.1:4711') < 8, 'with a port'
    # What is before the proxy's own word was written by anybody.
    assert await burst(gateway, '198.51.100.9, 203.0.113.1') < 8
    assert await burst(gateway, '1.1.1.1, ' * 1000 + '203.0.113.1') < 8
    assert await burst(
        gateway, '198.51.100.8\r\nX-Forwarded-For: 203.0.113.1') < 8
    same(await burst(gateway, 'unknown'), 0, 'no address')
    # Who is no proxy cannot be somebody else.
    assert 10 <= await burst(gateway, '203.0.113.50', bind='127.0.0.9') < 14
    assert await burst(gateway, '203.0.113.51', bind='127.0.0.9') < 8
    gateway.end()
