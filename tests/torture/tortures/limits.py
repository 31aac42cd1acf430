"""A disk without space and a process without descriptors."""

import asyncio
import os
import resource
import socket
import time

from torture.chat import Chat, must
from torture.disk import Image
from torture.registry import torture
from torture.subject import Subject
from torture.worlds import in_world
from tortures.dawdlers import from_afar

from harness.gateway import Gateway  # noqa: E402


LEFT_BYTES = 400000


def fill(path):
    """Takes every byte that is left."""
    with open(path, 'wb', buffering=0) as file:
        for size in (1 << 20, 1 << 16, 1 << 12, 512):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@torture(short={'rounds': 3}, long={'rounds': 10})
def disk_full(ground, rounds):
    """The disk is full: no message is lost or acknowledged in vain, a chat can
    be ended, and with space it goes on by itself."""
    image = Image(ground.folder, 24)
    subject = Subject(ground.build, ground.place('c'),
                      data=os.path.join(image.mount, 'data'))
    ballast = os.path.join(image.mount, 'ballast')
    chat = Chat()
    slowest = refused = 0
    try:
        chat.link = subject.start()
        for _ in range(rounds):
            rooms = [chat.new_room() for _ in range(3)]
            for n in range(90):
                chat.say(rooms[n % 3], n // 3 % 2)
            chat.until(lambda: not any(r.sent for r in rooms))  # noqa: B023
            fill(ballast)
            os.truncate(ballast, os.path.getsize(ballast) - LEFT_BYTES)
            refused += say_until_refused(chat, rooms)
            for room in rooms:
                chat.judge(room)
            chat.end(rooms[0])
            chat.until(lambda: rooms[0].is_erased,  # noqa: B023
                       what='an end on a full disk')
            chat.judge_gone(rooms[0])
            fill(ballast)
            os.unlink(ballast)
            slowest = max(slowest, time_to_resume(chat, rooms[1]))
            for room in rooms[1:]:
                chat.judge(room)
            for room in rooms[1:]:
                chat.end(room)
            chat.until(lambda: all(r.is_erased for r in rooms))  # noqa: B023
        subject.terminate()
    finally:
        subject.close()
        image.unmount()
    must(slowest < 60, 'it took', slowest, 's to go on')
    return {'rounds': rounds, 'refused': refused,
            'acked': chat.counts['acked'], 'ended_while_full': rounds,
            'resumed_ms': int(slowest * 1000), 'violations': 0}


def say_until_refused(chat, rooms):
    """Big messages until three in a row are told to wait."""
    body = 'y' * 4000
    del chat.refusals[:]
    while len(chat.refusals) < 3:
        must(len(rooms[1].bodies) < 3000, 'the disk never was full')
        key = chat.say(rooms[1], 0, body)
        chat.until(lambda: key in rooms[1].acked  # noqa: B023
                   or any(k == key for _, k, _ in chat.refusals),
                   what='an answer on a full disk')
    must(all(b'resource-constraint' in s.text for _, _, s in chat.refusals),
         'another refusal', chat.refusals[0])
    return len(chat.refusals)


def time_to_resume(chat, room):
    """What was refused is sent again until it is taken."""
    began = time.monotonic()
    while room.sent:
        must(time.monotonic() - began < 120, 'it does not go on')
        chat.resend(room)
        chat.pump(0.2)
        chat.pump(0.1)
    return time.monotonic() - began


def cpu_s(pid):
    with open('/proc/%d/stat' % pid, encoding='ascii') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


@torture(short={'rounds': 2}, long={'rounds': 50})
def descriptors_used_up(ground, rounds):
    """No descriptor is left: those inside go on, nothing spins, and newcomers
    are let in afterwards."""
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    busiest = 0
    try:
        chat.link = subject.start()
        room = chat.new_room()
        for _ in range(rounds):
            busiest = max(busiest, one_famine(subject, chat, room))
            done = subject.ctl('stats', '--json')
            must(done.returncode == 0, 'nobody is let in:', done.stderr)
        chat.judge(room)
        subject.terminate()
    finally:
        subject.close()
    must(busiest < 50, 'it spins:', busiest, '% of a core')
    return {'rounds': rounds, 'busiest_percent_max': int(busiest),
            'acked': chat.counts['acked'], 'violations': 0}


def one_famine(subject, chat, room):
    """Percent of a core while everybody knocks and nobody gets in."""
    pid = subject.process.popen.pid
    used = len(os.listdir('/proc/%d/fd' % pid))
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 3, before[1]))
    knocking = []
    try:
        for _ in range(30):
            sock = socket.socket(socket.AF_UNIX)
            sock.setblocking(False)
            knocking.append(sock)
            try:
                sock.connect(os.path.join(subject.folder, 's'))
            except BlockingIOError:
                break
        began, cpu = time.monotonic(), cpu_s(pid)
        while time.monotonic() - began < 1.5:
            key = chat.say(room, 0)
            chat.until(lambda: key in room.acked,  # noqa: B023
                       what='a word without descriptors')
            time.sleep(0.1)
        return 100 * (cpu_s(pid) - cpu) / (time.monotonic() - began)
    finally:
        for sock in knocking:
            sock.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        time.sleep(0.5)


NOFILE = 200


async def starve_gateway(world, rounds):
    busiest = 0
    await world.start(limits_messages_per_second='0',
                      limits_message_burst='0')
    gateway = await Gateway(world).launch(
        prefix=['prlimit', '--nofile=%d:%d' % (NOFILE, NOFILE)]).ready()
    room = await world.new_room()
    tab = await gateway.tab()
    await tab.join(room.jid, 'x', room.code(1))
    pid = gateway.process.popen.pid
    most = 0
    for _ in range(rounds):
        knocking = [from_afar(gateway.port, number) for number in range(300)]
        began, cpu = time.monotonic(), cpu_s(pid)
        for _ in range(15):
            await tab.say(room.jid, 'nobody else gets in')
            most = max(most, len(os.listdir('/proc/%d/fd' % pid)))
            await asyncio.sleep(0.1)
        busiest = max(busiest, 100 * (cpu_s(pid) - cpu)
                      / (time.monotonic() - began))
        for sock in knocking:
            sock.close()
        other = await gateway.tab()
        await other.join(room.jid, 'y', room.code(2))
        await other.close()
    gateway.end()
    must(most > NOFILE // 2, 'hardly anybody got in:', most)
    must(busiest < 50, 'it spins:', busiest, '% of a core')
    return {'rounds': rounds, 'descriptors_max': most,
            'busiest_percent_max': int(busiest), 'violations': 0}


@torture(short={'rounds': 1}, long={'rounds': 50})
def descriptors_of_gateway(ground, rounds):
    """The same for the gateway: its guests go on, newcomers wait."""
    return in_world(ground, None,
                    lambda world: starve_gateway(world, rounds))
