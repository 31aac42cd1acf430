"""Servers, links and neighbours that fail: what was acknowledged is there, and
nobody waits for somebody else's trouble."""

import os
import select
import socket
import subprocess
import time

from torture import guest
from torture.chat import Chat, must
from torture.registry import torture
from torture.server import Gone
from torture.subject import Subject
from tortures.crash import pick_up


# --- the link to the server ------------------------------------------------

def relink(chat, subject, patience=90):
    subject.link = chat.link = subject.server.accept(patience,
                                                     subject.process)


def talk(chat, rooms, count):
    for n in range(count):
        chat.say(rooms[n % len(rooms)], n // len(rooms) % 2)
        chat.pump()


def catch_up(chat, rooms):
    """Everybody is still inside; what never came back is sent again."""
    for room in rooms:
        chat.judge(room)
        chat.resend(room)
    chat.until(lambda: not any(r.sent for r in rooms), what='a resend')
    for room in rooms:
        chat.judge(room)


@torture(short={'cuts': 4}, long={'cuts': 60})
def server_link_cut(ground, cuts):
    """The link is cut amid messages, in order and by a reset."""
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    slowest = 0.0
    try:
        chat.link = subject.start()
        rooms = [chat.new_room() for _ in range(4)]
        for cut in range(cuts):
            try:
                talk(chat, rooms, ground.dice.randint(1, 400))
                if cut % 2:
                    chat.link.socket.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, b'\1' + bytes(7))
                chat.link.close()
            except Gone:
                pass
            began = time.monotonic()
            # Its patience grows with each failure; we do not wait a minute.
            if cut % 5 == 4:
                subject.kill()
                pick_up(chat, subject)
            else:
                relink(chat, subject)
            slowest = max(slowest, time.monotonic() - began)
            catch_up(chat, rooms)
        subject.terminate()
    finally:
        subject.close()
    return {'cuts': cuts, 'acked': chat.counts['acked'],
            'resent': chat.counts['resent'],
            'slowest_relink_ms': int(slowest * 1000), 'violations': 0}


class Network:
    """A second network namespace, and a wire to it that can be pulled.

    We move to a namespace of our own first, so nothing of the machine's
    network is touched."""

    def __init__(self):
        os.setns(os.open('/proc/self/ns/net', os.O_RDONLY)) if hasattr(
            os, 'setns') else None
        unshare_net()
        self.other = subprocess.Popen(['unshare', '-n', 'sleep', '1000'])
        time.sleep(0.3)
        pid = str(self.other.pid)
        self.prefix = ['nsenter', '-t', pid, '-n']
        run('ip', 'link', 'set', 'lo', 'up')
        run('ip', 'link', 'add', 'here', 'type', 'veth', 'peer', 'name',
            'there', 'netns', pid)
        run('ip', 'address', 'add', '10.77.0.1/24', 'dev', 'here')
        run('ip', 'link', 'set', 'here', 'up')
        run(*self.prefix, 'ip', 'address', 'add', '10.77.0.2/24', 'dev',
            'there')
        run(*self.prefix, 'ip', 'link', 'set', 'there', 'up')
        run(*self.prefix, 'ip', 'link', 'set', 'lo', 'up')

    def pull(self, is_out=True):
        """Packets are lost, and nobody hears of it."""
        run('ip', 'link', 'set', 'here', 'down' if is_out else 'up')

    def close(self):
        self.other.kill()
        self.other.wait()


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)


def unshare_net():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    must(libc.unshare(0x40000000) == 0, 'no network namespace')


def in_child(action):
    """Runs `action` in a process of its own; gives back its figures."""
    import json
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.write(writing, json.dumps(action()).encode())
            status = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, 'rb') as file:
        figures = file.read()
    must(os.waitpid(pid, 0)[1] == 0, 'see above')
    return json.loads(figures)


@torture(short={'rounds': 1, 'seconds': 75}, long={'rounds': 5, 'seconds': 90},
         is_slow=True)
def server_half_open(ground, rounds, seconds):
    """The wire to the server is pulled: both ends believe in a link that is
    dead, and it is replaced when the wire is back."""
    return in_child(lambda: half_open(ground, rounds, seconds))


def half_open(ground, rounds, seconds):
    network = Network()
    subject = Subject(ground.build, ground.place('c'), host='10.77.0.1',
                      wrapper=network.prefix)
    chat = Chat()
    slowest = 0.0
    try:
        chat.link = subject.start()
        rooms = [chat.new_room() for _ in range(3)]
        for _ in range(rounds):
            talk(chat, rooms, 200)
            network.pull()
            talk(chat, rooms, 50)
            time.sleep(seconds)
            must(subject.process.alive, 'it died')
            network.pull(False)
            began = time.monotonic()
            chat.link.close()
            relink(chat, subject, 120)
            slowest = max(slowest, time.monotonic() - began)
            catch_up(chat, rooms)
        subject.terminate()
    finally:
        subject.close()
        network.close()
    return {'pulled': rounds, 'for_s': seconds, 'acked': chat.counts['acked'],
            'slowest_relink_ms': int(slowest * 1000), 'violations': 0}


# --- neighbours ------------------------------------------------------------

class Tabs:
    """Guests in rooms of their own, over the local socket."""

    def __init__(self, subject, rooms):
        self.link = guest.open_gateway(os.path.join(subject.folder, 's'))
        self.rooms = rooms
        self.tabs = []
        self.sent = {}
        self.took = []
        for number, room in enumerate(rooms):
            tab = '%016x@guests.%s/t' % (number, room.jid.split('@')[1])
            guest.enter(self.link, room, 0, room.names[0], tab)
            self.tabs.append(tab)

    def say(self, number):
        place = number % len(self.tabs)
        id_ = b'g%d' % number
        self.sent[id_] = time.monotonic()
        self.link.put("<message type='groupchat' from='%s' to='%s' id='%s'>"
                      "<body>x</body></message>" % (
                          self.tabs[place], self.rooms[place].jid,
                          id_.decode()))

    def hear(self, wait=0.0):
        for stanza in self.link.pump(wait):
            if stanza.type == b'groupchat' and stanza.id in self.sent:
                self.took.append(time.monotonic() - self.sent.pop(stanza.id))

    def pace(self, seconds, meanwhile, rate=100):
        """Speaks at that rate; p50 and p99 of the reflections, in ms."""
        self.took = []
        began = time.monotonic()
        count = 0
        while (now := time.monotonic() - began) < seconds or self.sent:
            must(now < seconds + 30, 'reflections missing:', len(self.sent))
            if now < seconds and count < now * rate:
                self.say(count)
                count += 1
            meanwhile()
            self.hear(0.001)
        took = sorted(self.took)
        return (round(took[len(took) // 2] * 1000, 1),
                round(took[len(took) * 99 // 100] * 1000, 1))


def rss_kib(subject):
    with open('/proc/%d/status' % subject.process.popen.pid,
              encoding='ascii') as file:
        return int(file.read().split('VmRSS:')[1].split()[0])


def town(ground, count, **options):
    subject = Subject(ground.build, ground.place('c'), **options)
    chat = Chat()
    chat.link = subject.start()
    rooms = [chat.new_room() for _ in range(count)]
    return subject, chat, rooms


@torture(short={'seconds': 3}, long={'seconds': 60})
def server_stalled(ground, seconds):
    """The server reads no more; browsers talk as if nothing was."""
    subject, chat, rooms = town(ground, 20)
    try:
        tabs = Tabs(subject, rooms[1:])
        quiet = tabs.pace(seconds, lambda: None)
        # Nobody reads the link while its room is written to.
        body = 'x' * 2000

        def flood():
            if chat.link.backlog < 1 << 20:
                chat.say(rooms[0], 0, body)
            select.select([], [chat.link.socket], [], 0)
            send_only(chat.link)
        busy = tabs.pace(seconds, flood)
        memory = rss_kib(subject)
        subject.kill()
    finally:
        subject.close()
    return {'p99_before_ms': quiet[1], 'p99_beside_ms': busy[1],
            'rss_kib': memory, 'violations': 0}


def send_only(link):
    try:
        del link._out[:link.socket.send(link._out)]
    except OSError:
        pass


@torture(short={'seconds': 3}, long={'seconds': 60})
def server_slow_reader(ground, seconds):
    """A local peer reads no more: it is put out, the others do not notice."""
    subject, chat, rooms = town(ground, 20)
    try:
        slow = guest.open_gateway(os.path.join(subject.folder, 's'))
        # One gateway at a time: the other's guests are natives here.
        guest.enter(slow, rooms[0], 1, rooms[0].names[1], 's@guests.%s/t'
                    % rooms[0].jid.split('@')[1])
        before = rss_kib(subject)
        quiet = pace_natives(chat, rooms[1:], seconds)
        body = 'x' * 4000
        began = time.monotonic()
        busy = pace_natives(
            chat, rooms[1:], max(seconds, 13),
            lambda: chat.say(rooms[0], 0, body)
            if len(rooms[0].sent) < 50 and len(rooms[0].bodies) < 3500
            else None)
        grown = rss_kib(subject) - before
        took = time.monotonic() - began
        must(is_closed(slow), 'the slow peer is still there after', took)
        chat.judge(rooms[0])
        subject.terminate()
    finally:
        subject.close()
    must(grown < 64 * 1024, 'it grew by', grown, 'KiB')
    return {'p99_before_ms': quiet, 'p99_beside_ms': busy,
            'grown_kib': grown, 'violations': 0}


def is_closed(link):
    try:
        while True:
            if not link.socket.recv(1 << 20):
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def pace_natives(chat, rooms, seconds, meanwhile=lambda: None, rate=100):
    """p99 of the reflections in quiet rooms, in ms."""
    took = []
    sent = {}
    began = time.monotonic()
    count = 0
    while (now := time.monotonic() - began) < seconds or sent:
        must(now < seconds + 30, 'reflections missing:', len(sent))
        if now < seconds and count < now * rate:
            room = rooms[count % len(rooms)]
            sent[chat.say(room, 0)] = (room, now)
            count += 1
        meanwhile()
        chat.pump(0.001)
        for key in [k for k, (room, _) in sent.items() if k in room.acked]:
            took.append(time.monotonic() - began - sent.pop(key)[1])
    took.sort()
    return round(took[len(took) * 99 // 100] * 1000, 1)


@torture(short={'seconds': 3}, long={'seconds': 60})
def server_flood(ground, seconds):
    """One seat sends thousands a second; it is told to wait, and the others
    hear their own words as fast as before."""
    subject, chat, rooms = town(ground, 20, rate=10)
    flood = {'said': 0}
    try:
        quiet = pace_natives(chat, rooms[1:], seconds)

        def pour():
            for _ in range(10):
                if chat.link.backlog < 1 << 18:
                    chat.say(rooms[0], 0)
                    flood['said'] += 1
        busy = pace_natives(chat, rooms[1:], seconds, pour)
        refused = len([1 for room, _, _ in chat.refusals if room is rooms[0]])
        others = len(chat.refusals) - refused
        chat.until(lambda: not any(r.sent for r in rooms[1:]))
        for room in rooms[1:]:
            chat.judge(room)
        subject.terminate()
    finally:
        subject.close()
    must(refused > flood['said'] // 2, 'the flood was let in:', refused)
    must(others == 0, 'others were refused:', others)
    return {'flood_per_s_max': int(flood['said'] / seconds),
            'refused': refused, 'p99_before_ms': quiet,
            'p99_beside_ms': busy, 'violations': 0}


@torture(short={}, long={})
def server_two_instances(ground):
    """A second one on the same folder refuses, and says why."""
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    try:
        chat.link = subject.start()
        room = chat.new_room()
        done = subprocess.run([subject.program(), '-c', subject.config],
                              capture_output=True, text=True, timeout=20,
                              check=False)
        must(done.returncode == 1 and 'in use by another duologue'
             in done.stderr, done.returncode, done.stderr)
        chat.say(room, 0)
        chat.until(lambda: not room.sent, what='a word after it')
        subject.terminate()
    finally:
        subject.close()
    return {'refused': 1, 'violations': 0}
