"""What the units must let through: every call that both programs make from
their start to their end, and every family of sockets that they need."""

import asyncio
import os
import re
import signal
import subprocess
import sys

from harness.check import figure, holds, same
from harness.gateway import Gateway
from harness.process import Process
from harness.story import BOTH, DIRECT, story
from stories.gateway_user import use

CALL = re.compile(r'^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)')
UNITS = os.path.join(os.path.dirname(__file__), '..', '..', '..', 'config')
FAMILIES = os.path.join(os.path.dirname(__file__), '..', 'harness',
                        'families.py')
# A sanitizer at its start, and SQLite as root, which no unit is.
NOT_OURS = {'execve', 'personality', 'sched_getaffinity', 'fchown'}


def sets():
    """Name of a set -> what it holds: calls, and other sets."""
    text = subprocess.run(['systemd-analyze', 'syscall-filter'], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    found, name = {}, None
    for line in text.splitlines():
        word = line.partition('#')[0].strip()
        if word.startswith('@') and not line.startswith(' '):
            name = word
            found[name] = set()
        elif word and name:
            found[name].add(word)
    return found


def spread(name, found):
    if not name.startswith('@'):
        return {name}
    return set().union(*(spread(part, found) for part in found[name]))


def allowed(unit):
    found, calls = sets(), set()
    with open(os.path.join(UNITS, unit), encoding='utf-8') as file:
        for line in file:
            key, _, value = line.strip().partition('=')
            if key != 'SystemCallFilter':
                continue
            for name in value.lstrip('~').split():
                if value.startswith('~'):
                    calls -= spread(name, found)
                else:
                    calls |= spread(name, found)
    assert 'read' in calls and 'ptrace' not in calls, sorted(calls)
    return calls


def only_families_of(unit, without=()):
    """What a program is run by, so that it has the families of its unit."""
    with open(os.path.join(UNITS, unit), encoding='utf-8') as file:
        lines = [line.strip().partition('=') for line in file]
    names = [name for key, _, value in lines
             if key == 'RestrictAddressFamilies' for name in value.split()]
    assert 'AF_UNIX' in names and 'AF_PACKET' not in names, names
    return (sys.executable, FAMILIES,
            ','.join(name for name in names if name not in without))


def listeners(pid):
    """Where a process listens, as /proc/net writes it."""
    inodes = set()
    for number in os.listdir('/proc/%d/fd' % pid):
        to = os.readlink('/proc/%d/fd/%s' % (pid, number))
        if to.startswith('socket:['):
            inodes.add(to[len('socket:['):-1])
    found = set()
    for name in ('tcp', 'tcp6'):
        with open('/proc/%d/net/%s' % (pid, name), encoding='ascii') as file:
            rows = [line.split() for line in file][1:]
        found |= {row[1].rpartition(':')[0] for row in rows
                  if row[3] == '0A' and row[9] in inodes}
    return found


def must_fit(trace, unit):
    with open(trace, encoding='utf-8', errors='replace') as file:
        made = {match.group(1) for match in map(CALL.match, file) if match}
    assert 'epoll_ctl' in made and len(made) > 20, sorted(made)
    wrong = made - allowed(unit) - NOT_OURS
    assert not wrong, '%s would stop %s' % (unit, sorted(wrong))
    figure('%s: %d calls, all let through' % (unit, len(made)))


@story(servers=DIRECT, limit=300)
async def syscalls_of_the_gateway(w):
    """The gateway makes no call that its unit forbids."""
    trace = os.path.join(w.folder, 'gateway.strace')
    await w.start()
    gateway = await Gateway(w).launch(trace=trace).ready()
    await use(w, gateway)
    gateway.end()
    must_fit(trace, 'duologue-gateway.service')


@story(servers=BOTH, limit=300)
async def syscalls_of_the_component(w):
    """The component makes no call that its unit forbids."""
    trace = w.component.trace = os.path.join(w.folder, 'component.strace')
    # The socket is the other user's too.
    room, abhi, anny = await w.couple(component_gateway_user='nobody')
    for number in range(15):
        said = await abhi.say(room.jid, 'number %d' % number)
        await anny.heard(room.jid, said.id)
    await w.component.ctl('stats')
    w.component.process.signal(signal.SIGHUP)
    other = await w.new_room()
    await w.component.ctl('end', other.jid)
    await w.component.ctl('end', room.jid)
    await asyncio.sleep(1.5)
    await w.component.terminate()
    must_fit(trace, 'duologue.service')


@story(servers=DIRECT, limit=300)
async def families_of_the_gateway(w):
    """With the sockets that its unit allows it listens where it was told, and
    nowhere else; where it could not know, it does not start."""
    unit = 'duologue-gateway.service'
    await w.start()
    gateway = await Gateway(w).launch(prefix=only_families_of(unit)).ready()
    same(listeners(gateway.process.popen.pid), {'0100007F'})
    await use(w, gateway)
    gateway.end()
    start = Process('duologue-gateway', [
        *only_families_of(unit, without=('AF_NETLINK',)), *gateway.command()],
        os.path.join(w.folder, 'start.log'))
    same(start.wait(), 1)
    holds(start.tail(), 'cannot list the network interfaces')


@story(servers=BOTH, limit=300)
async def families_of_the_component(w):
    """The sockets that its unit allows are those that it needs."""
    w.component.prefix = only_families_of('duologue.service')
    room, abhi, anny = await w.couple()
    said = await abhi.say(room.jid, 'hello')
    await anny.heard(room.jid, said.id)
