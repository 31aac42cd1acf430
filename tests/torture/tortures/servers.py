"""Servers, links and neighbours that fail: what was acknowledged is there, and
nobody waits for somebody else's trouble."""

import collections
import ctypes
import os
import re
import socket
import subprocess
import time

from torture.beside import beside
from torture import guest
from torture.chat import Chat, must
from torture.registry import torture
from torture.server import DOMAIN, Gone
from torture.subject import Subject
from tortures.crash import pick_up


# --- the link to the server ------------------------------------------------

def relink(chat, subject, patience=180):
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
    libc = ctypes.CDLL(None, use_errno=True)
    must(libc.unshare(0x40000000) == 0, 'no network namespace')


@torture(short={'rounds': 1, 'seconds': 75}, long={'rounds': 5, 'seconds': 90},
         is_slow=True)
def server_half_open(ground, rounds, seconds):
    """The wire to the server is pulled: both ends believe in a link that is
    dead, and it is replaced when the wire is back."""
    return beside(lambda: half_open(ground, rounds, seconds))()


class Listening(Chat):
    """Counts what a browser said and the app was told, live or later."""

    def __init__(self):
        super().__init__()
        self.told = collections.Counter()

    def hear(self, stanza):
        super().hear(stanza)
        for body in re.findall(rb'<body>(of a tab [^<]*)</body>', stanza.text):
            self.told[stanza.to, body] += 1


class Tab:
    """A browser in a room whose apps sit behind the wire."""

    def __init__(self, subject, room):
        self.link = guest.open_gateway(os.path.join(subject.folder, 's'))
        self.jid = '0000000000000001@guests.%s/t' % DOMAIN
        self.room = room
        self.said = []
        guest.enter(self.link, room, 1, room.names[1], self.jid)

    def say(self):
        body = 'of a tab %d' % len(self.said)
        self.said.append(body.encode())
        self.link.put(
            "<message type='groupchat' from='%s' to='%s' id='t%d'><body>%s"
            "</body></message>" % (self.jid, self.room.jid, len(self.said),
                                   body))
        heard = b''
        while body.encode() not in heard:
            heard += b''.join(s.text for s in self.link.pump(0.05))

    def all_told(self, chat):
        return all(chat.told[person.encode(), body] for body in self.said
                   for person in self.room.people)


def half_open(ground, rounds, seconds):
    network = Network()
    subject = Subject(ground.build, ground.place('c'), host='10.77.0.1',
                      wrapper=network.prefix)
    chat = Listening()
    slowest = 0.0
    try:
        chat.link = subject.start()
        rooms = [chat.new_room() for _ in range(3)]
        tab = Tab(subject, chat.new_room())
        for _ in range(rounds):
            talk(chat, rooms, 200)
            tab.say()
            network.pull()
            talk(chat, rooms, 50)
            tab.say()
            time.sleep(seconds / 2)
            tab.say()
            time.sleep(seconds / 2)
            tab.say()
            must(subject.process.alive, 'it died')
            network.pull(False)
            began = time.monotonic()
            chat.link.close()
            relink(chat, subject)
            slowest = max(slowest, time.monotonic() - began)
            catch_up(chat, rooms)
            chat.until(lambda: tab.all_told(chat), what='words of a tab')
        subject.terminate()
    finally:
        subject.close()
        network.close()
    return {'pulled': rounds, 'for_s': seconds, 'acked': chat.counts['acked'],
            'of_a_tab': len(tab.said),
            'told_again': sum(chat.told.values()) - len(chat.told),
            'slowest_relink_ms': int(slowest * 1000), 'violations': 0}


@torture(short={}, long={})
def server_two_instances(ground):
    """A second one on the same folder refuses, and says why."""
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    try:
        chat.link = subject.start()
        room = chat.new_room()
        done = subprocess.run([subject.program(), '-c', subject.config],
                              capture_output=True, text=True, timeout=120,
                              check=False)
        must(done.returncode == 1 and 'in use by another duologue'
             in done.stderr, done.returncode, done.stderr)
        chat.say(room, 0)
        chat.until(lambda: not room.sent, what='a word after it')
        subject.terminate()
    finally:
        subject.close()
    return {'refused': 1, 'violations': 0}
