"""Neighbours that read slowly or talk too much: the others do not wait."""

import os
import select
import time

from torture import guest
from torture.beside import beside
from torture.chat import Chat, must
from torture.registry import torture
from torture.subject import Subject


class Tabs:
    """Guests in rooms of their own, over the local socket."""

    def __init__(self, subject, rooms):
        self.link = guest.open_gateway(os.path.join(subject.folder, 's'))
        self.rooms = rooms
        self.tabs = []
        self.sent = {}
        self.took = []
        self.refused = 0
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
            self.refused += stanza.type == b'error'
            if stanza.type == b'groupchat' and stanza.id in self.sent:
                self.took.append(time.monotonic() - self.sent.pop(stanza.id))

    def pace(self, seconds, meanwhile, rate=100):
        """Speaks at that rate; p50 and p99 of the reflections, in ms."""
        self.took = []
        began = time.monotonic()
        count = 0
        while (now := time.monotonic() - began) < seconds or self.sent:
            must(now < seconds + 120, 'reflections missing:', len(self.sent))
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
def neighbour_stalled(ground, seconds):
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
def neighbour_slow_reader(ground, seconds):
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
        busy = pace_natives(
            chat, rooms[1:], max(seconds, 13),
            lambda: chat.say(rooms[0], 0, body)
            if len(rooms[0].sent) < 50 and len(rooms[0].bodies) < 3500
            else None)
        grown = rss_kib(subject) - before
        chat.until(lambda: is_closed(slow), what='the slow peer to be put out')
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
        must(now < seconds + 120, 'reflections missing:', len(sent))
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


def pour(link, room, per_second, seconds):
    """One seat says so much, in a process that does nothing else; told is
    how much it said, and how often it was told to wait."""
    began = time.monotonic()
    said = refused = 0
    link.socket.setblocking(True)
    while (spent := time.monotonic() - began) < seconds:
        batch = int(spent * per_second) - said
        link.put(''.join(
            "<message type='groupchat' from='%s' to='%s' id='f%d'><body>x"
            "</body></message>" % (room.people[0], room.jid, said + n)
            for n in range(batch)))
        said += batch
        refused += count_refusals(link.pump(0.005))
    while refused < said and (heard := link.pump(2.0)):
        refused += count_refusals(heard)
    return {'said': said, 'refused': refused}


def count_refusals(stanzas):
    return sum(s.type == b'error' for s in stanzas)


@torture(short={'seconds': 3, 'per_second': 5000},
         long={'seconds': 60, 'per_second': 10000})
def neighbour_flood(ground, seconds, per_second):
    """One seat sends thousands a second; it is told to wait, and browsers in
    other rooms hear their own words nearly as fast as before."""
    subject, chat, rooms = town(ground, 20, rate=10)
    try:
        tabs = Tabs(subject, rooms[1:])
        quiet = tabs.pace(seconds, lambda: None)
        result = beside(lambda: pour(chat.link, rooms[0], per_second,
                                     seconds))
        busy = tabs.pace(seconds, lambda: None)
        flood = result()
        must(not tabs.refused, 'others were refused:', tabs.refused)
        subject.terminate()
    finally:
        subject.close()
    must(flood['refused'] > flood['said'] // 2, 'the flood was let in:',
         flood)
    return {'flood': flood['said'], 'refused': flood['refused'],
            'p50_before_ms': quiet[0], 'p50_beside_ms': busy[0],
            'p99_before_ms': quiet[1], 'p99_beside_ms': busy[1],
            'violations': 0}
