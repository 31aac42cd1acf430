"""Browsers that read slowly and sockets that never finish: nobody else waits,
and what is kept for them has a limit."""

import asyncio
import socket
import time

from torture.beside import beside
from torture.chat import must
from torture.registry import torture
from torture.worlds import NO_LIMITS, in_world

from harness.gateway import Gateway  # noqa: E402
from harness.guest import Guest  # noqa: E402

QUEUE_KIB = 256  # what may wait for one browser, however many they are
ALL_KIB = 64 * 1024  # what may wait for all together, however few they are


def from_afar(port, number, receive=None):
    """A socket with an address of its own."""
    sock = socket.socket()
    if receive is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    sock.bind(('127.%d.%d.%d' % (1 + number // 40000, number // 200 % 200,
                                 number % 200 + 1), 0))
    sock.setblocking(False)
    try:
        sock.connect(('127.0.0.1', port))
    except BlockingIOError:
        pass
    return sock


# --- requests that never end -----------------------------------------------

async def be_slow(world, sockets, seconds):
    await world.start()
    gateway = await Gateway(world).launch().ready()
    room = await world.new_room()
    slow = [from_afar(gateway.port, number) for number in range(sockets)]
    slowest = 0.0
    end = time.monotonic() + seconds
    visits = most = 0
    while time.monotonic() < end:
        for sock in slow:
            try:
                sock.send(b'GET / HTTP/1.1\r\nX: ' if visits == 0 else b'x')
            except OSError:
                pass
        began = time.monotonic()
        guest = await Guest(gateway.port, world.domain).enter()
        await guest.join(room.jid, 'x', room.code(1))
        slowest = max(slowest, time.monotonic() - began)
        await guest.close()
        visits += 1
        most = max(most, await gateway.metric('lines'))
        await asyncio.sleep(0.5)
    for sock in slow:
        sock.close()
    gateway.end()
    must(slowest < 60, 'a newcomer waited', slowest, 's')
    must(most > sockets * 0.9, 'only', most, 'lines were open at once')
    return {'slow_sockets': sockets, 'lines_max': most, 'visits': visits,
            'slowest_visit_ms': int(slowest * 1000), 'violations': 0}


@torture(short={'sockets': 500, 'seconds': 7},
         long={'sockets': 5000, 'seconds': 60})
def people_beside_slowloris(ground, sockets, seconds):
    """Sockets that never end their request; newcomers still get in."""
    return in_world(ground, None,
                    lambda world: be_slow(world, sockets, seconds))


# --- browsers that read no more ---------------------------------------------

class Dawdler(Guest):
    """Enters a room, and then reads no more."""

    async def enter_room(self, number, room):
        self.line = {'sock': from_afar(self.line['port'], number, 4096)}
        await asyncio.get_running_loop().sock_connect(
            self.line['sock'], ('127.0.0.1', int(self.host.split(':')[1])))
        await self.enter()
        await self.join(room.jid, 'b', room.code(2))
        self._task.cancel()
        self._writer.transport.pause_reading()
        self._task = asyncio.create_task(self._seem_alive())
        return self

    async def _seem_alive(self):
        """It is not the missing pong by which it shall be found out."""
        while not self._writer.is_closing():
            self._send(b'x', 10)
            await asyncio.sleep(2.0)

    async def is_cut(self):
        """Reads what is left, to its end."""
        self._writer.transport.resume_reading()
        try:
            while await asyncio.wait_for(self._reader.read(1 << 20), 120):
                pass
        except ConnectionError:
            pass
        return True


async def until_cut(gateway, dawdlers):
    """Reading again would save them."""
    deadline = time.monotonic() + 120
    while (cut := await gateway.metric('slow_readers_total')) < dawdlers:
        must(time.monotonic() < deadline, 'only', cut, 'were cut')
        await asyncio.sleep(0.2)


async def pour_over(gateway, rooms, dawdlers, kib):
    """In each room somebody says so much to the dawdlers of the other seat;
    what is told is how many of them were cut off."""
    port, domain = gateway.port, gateway.world.domain
    asleep = []
    for number in range(dawdlers):
        asleep.append(await Dawdler(port, domain).enter_room(
            number, rooms[number % len(rooms)]))

    async def talk(room, number):
        talker = Guest(port, domain)
        talker.line = {'host': '127.0.0.1', 'port': port,
                       'local_addr': ('127.200.0.%d' % (number + 1), 0)}
        await talker.enter()
        await talker.join(room.jid, 'a', room.code(1))
        body = 'x' * 8000
        for _ in range(kib // 8):
            await talker.say(room.jid, body)
        await talker.close()

    await asyncio.gather(*(talk(room, number)
                           for number, room in enumerate(rooms)))
    await until_cut(gateway, dawdlers)
    cut = 0
    for dawdler in asleep:
        cut += await dawdler.is_cut()
        await dawdler.close()
    return {'cut': cut}


class Pair:
    """Two browsers in a room of their own, who talk all the time."""

    async def enter(self, gateway, room):
        self.room = room
        self.said, self.heard = [await gateway.tab() for _ in range(2)]
        await self.said.join(room.jid, 'a', room.code(1))
        await self.heard.join(room.jid, 'b', room.code(2))
        return self

    async def pace(self, is_over):
        """p99 from one to the other until `is_over`, in ms."""
        took = []
        while not is_over():
            mark = self.heard.mark()
            began = time.monotonic()
            number = self.said.send(self.room.jid, 'x')
            await self.heard.heard(self.room.jid, number, since=mark)
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
        took.sort()
        return round(took[len(took) * 99 // 100] * 1000, 1)


def rss_kib(process):
    with open('/proc/%d/status' % process.pid, encoding='ascii') as file:
        return int(file.read().split('VmRSS:')[1].split()[0])


async def watch(process, figures):
    while True:
        figures['most'] = max(figures['most'], rss_kib(process))
        await asyncio.sleep(0.02)


async def read_slowly(world, browsers, kib):
    loop = asyncio.get_running_loop()
    await world.start(limits_sessions_per_seat=0, **NO_LIMITS)
    gateway = await Gateway(world).launch().ready()
    rooms = [await world.new_room() for _ in range(10)]
    pair = await Pair().enter(gateway, await world.new_room())
    until = time.monotonic() + 5
    quiet = await pair.pace(lambda: time.monotonic() > until)
    memory = {'most': 0}
    before = rss_kib(gateway.process)
    watching = asyncio.create_task(watch(gateway.process, memory))
    # In a thread, for a loop of its own is to run in the process beside.
    result = await loop.run_in_executor(None, beside, lambda: asyncio.run(
        pour_over(gateway, rooms, browsers, kib)))
    over = loop.run_in_executor(None, result)
    busy = await pair.pace(over.done)
    watching.cancel()
    cut = (await over)['cut']
    told = await gateway.metric('slow_readers_total')
    gateway.end()
    must(cut == told == browsers, cut, 'were cut, the gateway tells of', told)
    grown = memory['most'] - before
    limit = max(browsers * QUEUE_KIB, ALL_KIB)
    must(grown < limit * 5 // 4, 'it grew by', grown, 'KiB')
    return {'browsers': browsers, 'cut': cut, 'grown_kib_max': grown,
            'p99_before_ms': quiet, 'p99_beside_ms': busy, 'violations': 0}


@torture(short={'browsers': 200, 'kib': 1000},
         long={'browsers': 500, 'kib': 1600})
def people_beside_slow_readers(ground, browsers, kib):
    """Browsers that read no more while they are talked to: each is cut off,
    and the others do not notice."""
    return in_world(ground, None,
                    lambda world: read_slowly(world, browsers, kib))


# --- somebody without a code -------------------------------------------------

async def loiter(world):
    await world.start()
    gateway = await Gateway(world).launch().ready()
    began = time.monotonic()
    guest = await gateway.tab()
    await asyncio.wait_for(guest.closed.wait(), 400)
    lasted = time.monotonic() - began
    must(lasted > 299, 'it was ended after', lasted, 's')
    must(await gateway.metric('guests') == 0, 'its address is kept')
    gateway.end()
    return {'lasted_s': int(lasted), 'violations': 0}


@torture(long={})
def people_without_a_room(ground):
    """A browser that is there, answers, and is in no room for five minutes."""
    return in_world(ground, None, loiter)
