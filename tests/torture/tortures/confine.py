"""What the processes may do, what others may see of them, and what valgrind
sees in them."""

import asyncio
import os
import signal
import subprocess
import sys

from torture import guest
from torture.chat import Chat, Violation, must
from torture.disk import run
from torture.registry import torture
from torture.server import DOMAIN, Gone
from torture.subject import HERE, Subject
from tortures.people import in_world

from harness.gateway import Gateway  # noqa: E402
from harness.guest import token_of  # noqa: E402
from stories.syscalls import allowed  # noqa: E402

AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
FILTER = [sys.executable, os.path.join(HERE, 'filtered.py')]


def live(subject, patience=120.0, talk=20):
    """A whole life: rooms, guests, talk, archive, reload, ends, a restart."""
    chat = Chat()
    chat.link = subject.start(patience, shim=False)
    rooms = [chat.new_room() for _ in range(3)]
    tabs = guest.open_gateway(os.path.join(subject.folder, 's'))
    tab = '0000000000000001@guests.%s/t' % DOMAIN
    guest.enter(tabs, rooms[0], 0, rooms[0].names[0], tab)
    for n in range(talk):
        chat.say(rooms[n % 3], n % 2, 'number %d ' % n + 'x' * (n * 97 % 4000))
    chat.until(lambda: not any(r.sent for r in rooms), patience)
    for room in rooms:
        chat.judge(room)
    subject.process.signal(signal.SIGHUP)
    done = subject.ctl('stats', '--json', patience=patience)
    must(done.returncode == 0, done.stderr)
    chat.end(rooms[0])
    chat.end(rooms[1])
    chat.until(lambda: rooms[0].is_erased and rooms[1].is_erased, patience,
               'two ends')
    chat.judge_gone(rooms[0])
    tabs.close()
    subject.terminate()
    chat.link = subject.start(patience, shim=False)
    chat.settle(rooms[2])
    chat.judge(rooms[2], whole=True)
    subject.terminate()
    return chat.counts['acked']


def live_filtered(ground, name, calls):
    folder = ground.place(name)
    # No unit runs as root, and SQLite makes another call there.
    subject = Subject(ground.build, folder, wrapper=[
        *AS_NOBODY, *FILTER, ','.join(sorted(calls))])
    give_away(ground, subject)
    try:
        live(subject)
    finally:
        subject.close()


@torture(short={}, long={})
def confine_filter(ground):
    """The unit's filter is laid upon the component, deadly: a whole life goes
    on under it, and none without a call that it needs."""
    calls = allowed('duologue.service')
    live_filtered(ground, 'c', calls)
    missed = 0
    for call in ('fdatasync', 'accept4', 'mlockall'):
        try:
            live_filtered(ground, 'without-' + call, calls - {call})
        except (Gone, OSError, AssertionError, Violation):
            missed += 1
    must(missed == 3, 'the filter stops nothing')
    return {'calls_allowed': len(calls), 'controls_killed': missed}


def give_away(ground, subject):
    """Whoever is nobody may work in it."""
    os.chmod(ground.folder, 0o755)
    for place in (subject.folder, subject.config):
        os.chown(place, 65534, 65534)


def seen_by_nobody(pid):
    """Whether another process of the same user may look into it."""
    return subprocess.run(
        AS_NOBODY + ['cat', '/proc/%d/maps' % pid], check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def status_of(pid):
    with open('/proc/%d/status' % pid, encoding='ascii') as file:
        return dict(line.split(':', 1) for line in file)


def core_limit(pid):
    with open('/proc/%d/limits' % pid, encoding='ascii') as file:
        line = [text for text in file if text.startswith('Max core')]
    return line[0].split()[4:6]


@torture(short={}, long={})
def confine_sight(ground):
    """Its own user cannot look into it, and a crash leaves no core."""
    subject = Subject(ground.build, ground.place('c'), wrapper=AS_NOBODY)
    give_away(ground, subject)
    other = subprocess.Popen(AS_NOBODY + ['sleep', '100'])
    try:
        subject.start(shim=False)
        pid = subject.process.popen.pid
        status = status_of(pid)
        must(status['Uid'].split()[0] == '65534', 'it is somebody else')
        must(seen_by_nobody(other.pid), 'nobody can look into anything')
        must(not seen_by_nobody(pid), 'its user can look into it')
        must(int(status['CapEff'], 16) == 0, 'it has capabilities')
        must(core_limit(pid) == ['0', '0'], 'it may leave a core')
        subject.process.signal(signal.SIGABRT)
        subject.reap()
        cores = [name for _, _, names in os.walk(ground.folder)
                 for name in names if name.startswith('core')]
        must(not cores, 'a core was left')
    finally:
        other.kill()
        other.wait()
        subject.close()
    return {'violations': 0}


@torture(short={'messages': 200}, long={'messages': 4000})
def confine_swap(ground, messages):
    """All of its memory is locked, where it may: root may, and so may the
    units."""
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    try:
        chat.link = subject.start(shim=False)
        room = chat.new_room()
        for n in range(messages):
            chat.say(room, n % 2, 'x' * 3000)
            if n % 50 == 49:
                chat.until(lambda: not room.sent)
        chat.until(lambda: not room.sent)
        status = status_of(subject.process.popen.pid)
        locked, held = (int(status[key].split()[0])
                        for key in ('VmLck', 'VmRSS'))
        must(locked >= held > 0, 'memory is not locked:', locked, held)
        must(status['VmSwap'].split()[0] == '0', 'it was swapped')
        subject.terminate()
    finally:
        subject.close()
    return {'locked_kib': locked, 'held_kib': held, 'violations': 0}


VALGRIND = ['valgrind', '--quiet', '--error-exitcode=9', '--leak-check=full',
            '--errors-for-leak-kinds=definite,possible', '--track-fds=no',
            '--num-callers=30']


def must_be_quiet(log):
    with open(log, encoding='utf-8') as file:
        said = file.read()
    must(not said, 'valgrind:\n', said[:6000])


@torture(short={'talk': 30}, long={'talk': 3000})
def confine_valgrind_component(ground, talk):
    """A whole life of the release build under valgrind: no report."""
    log = os.path.join(ground.folder, 'valgrind')
    subject = Subject(ground.build, ground.place('c'),
                      wrapper=VALGRIND + ['--log-file=' + log + '.%p'])
    try:
        acked = live(subject, 300.0, talk)
    finally:
        subject.close()
    logs = [n for n in os.listdir(ground.folder) if n.startswith('valgrind')]
    must(len(logs) == 2, 'two lives, and not', logs)
    for name in logs:
        must_be_quiet(os.path.join(ground.folder, name))
    return {'acked': acked, 'reports': 0}


@torture(short={'visits': 4}, long={'visits': 100})
def confine_valgrind_gateway(ground, visits):
    """The gateway of the release build under valgrind: no report."""
    log = os.path.join(ground.folder, 'valgrind')

    async def visit(world):
        await world.start()
        gateway = await Gateway(world).launch(
            prefix=[*VALGRIND, '--log-file=' + log]).ready()
        room = await world.new_room()
        for number in range(visits):
            tab = await gateway.tab()
            joined = await tab.join(room.jid, 'x', room.code(1))
            must(token_of(joined), 'no token')
            await tab.say(room.jid, 'visit %d' % number)
            if number % 2:
                await tab.close()
            else:
                tab.cut()
        await gateway.http('GET /')
        await asyncio.sleep(0.2)
        gateway.end()
    in_world(ground, None, visit)
    must_be_quiet(log)
    return {'visits': visits, 'reports': 0}


@torture(short={}, long={})
def confine_units(ground):
    """What systemd says of the units: at most 1.5."""
    folder = os.path.join(HERE, '..', '..', '..', 'config')
    scores = {}
    for unit in ('duologue', 'duologue-gateway'):
        said = run('systemd-analyze', '--no-pager', 'security',
                   '--offline=true', '--threshold=15',
                   os.path.join(folder, unit + '.service'))
        scores[unit.replace('-', '_') + '_max'] = float(
            said.strip().splitlines()[-1].split(':')[1].split()[0])
    must(max(scores.values()) <= 1.5, scores)
    return scores
