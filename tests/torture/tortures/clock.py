"""Clocks that jump, and a month in minutes: nothing ends early, what is due
ends in time."""

import os
import time as clock

from torture.chat import Chat, must
from torture.registry import torture
from torture.server import DOMAIN
from torture.subject import Subject

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LATE = 90 * SECOND  # what may lie between a deadline and its end
PING = '<ping xmlns="urn:xmpp:ping"/>'


class Time:
    """Simulated time: it passes when `go` says so."""

    def __init__(self, subject, chat):
        self.page = subject.page
        self.page.nap_ms = 1
        self.chat = chat
        self.now = 0
        self.ends = {}  # room -> its deadline

    def touched(self, room, idle):
        """Something was stored in it just now."""
        self.ends[room] = self.now + idle
        room.idle = idle

    def go(self, span, step=20 * SECOND):
        end = self.now + span
        while self.now < end:
            move = min(step, end - self.now)
            self.now += move
            for room, deadline in self.ends.items():
                # Its end may be announced from here on, not before.
                room.is_ending = self.now >= deadline
            self.page.skip_ms += move
            self.chat.ask('x@example.torture/a', DOMAIN, PING)
            self.check()

    def check(self):
        for room in [r for r, d in self.ends.items()
                     if self.now > d + LATE]:
            must(room.is_ended, 'due', (self.now - self.ends[room]) / SECOND,
                 's ago and not over:', room.jid)
        for room in [r for r in self.ends if r.is_ended]:
            del self.ends[room]
            self.chat.rooms.pop(room.jid.encode())
            self.chat.over.append(room)

    def say(self, room):
        self.chat.say(room, self.chat.counts['sent'] % 2)
        self.chat.until(lambda: not room.sent)
        self.touched(room, room.idle)


def begin(ground, **control):
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    chat.link = subject.start(**control)
    return subject, chat, Time(subject, chat)


def new_room(chat, time, idle, text):
    room = chat.new_room(text)
    time.touched(room, idle)
    return room


def fds(process):
    return len(os.listdir('/proc/%d/fd' % process.popen.pid))


def pages(subject):
    """Of the database, which are kept in memory up to a number."""
    size = os.path.getsize(os.path.join(subject.data, 'duologue.db'))
    return min(size // 4096, 4096)


@torture(short={'hours': 30, 'step_s': 20}, long={'hours': 720, 'step_s': 20},
         soak={'hours': 8760, 'step_s': 20})
def clock_month(ground, hours, step_s):
    """A month of simulated days: talk, silence, ends, and no growth."""
    subject, chat, time = begin(ground)
    silent = 0
    live = []
    try:
        talked = [new_room(chat, time, DAY, '24h') for _ in range(3)]
        for hour in range(hours):
            if hour % 24 == 0:
                new_room(chat, time, DAY, '24h')
                silent += 1
            if hour % 6 == 0:
                new_room(chat, time, 15 * MINUTE, '15m')
                silent += 1
                for room in talked:
                    time.say(room)
            time.go(HOUR, step_s * SECOND)
            if hour % 24 == 23:
                # Twenty messages of a chat that lives share an allocation.
                live.append((subject.page.alloc_live
                             - chat.counts['acked'] // 16 - pages(subject),
                             fds(subject.process)))
        time.go(2 * DAY if hours < 48 else 0)
        ended = len(chat.over)
        for room in talked:
            if not room.is_ended:
                chat.judge(room, whole=True)
        subject.terminate()
    finally:
        subject.close()
    must(ended >= silent, 'only', ended, 'of', silent, 'silent rooms ended')
    must(len(live) < 3 or live[-1][1] == live[1][1], 'descriptors grow', live)
    must(len(live) < 3 or live[-1][0] < live[1][0] + 200, 'memory grows', live)
    return {'simulated_hours': hours, 'ended_by_silence': ended,
            'late_or_early': 0, 'violations': 0}


JUMPS = (('a day back', -DAY), ('a day forward', DAY),
         ('a month forward', 30 * DAY),
         ('back an hour and more', -HOUR - MINUTE),
         ('forward an hour and more', HOUR + MINUTE),
         # Not spans but moments, 30 s before them.
         ('to the end of 32 bits', 2147483648), ('to summer time', 1806195600))
MOMENTS = (2147483648, 1806195600)


def span(jump):
    if jump not in MOMENTS:
        return jump
    return jump * SECOND - int(clock.time() * 1000) - 30 * SECOND


@torture(short={'rounds': 1}, long={'rounds': 20})
def clock_jumps(ground, rounds):
    """The wall clock jumps while it runs: nobody's chat ends by it."""
    subject, chat, time = begin(ground)
    try:
        for _ in range(rounds):
            for _, jump in JUMPS:
                room = new_room(chat, time, 15 * MINUTE, '15m')
                time.go(MINUTE)
                subject.page.wall_ms += span(jump)
                time.go(5 * MINUTE)  # over the end of 2038's 32 bits as well
                must(not room.is_ended, 'a jump ended a chat')
                time.say(room)
                subject.page.wall_ms = 0
                time.go(5 * MINUTE)
                chat.judge(room)
                time.go(12 * MINUTE)
                must(room.is_ended, 'silence did not end it')
        subject.terminate()
        with open(subject.log, encoding='utf-8') as file:
            alarms = file.read().count('event=clock_jump')
    finally:
        subject.close()
    must(alarms >= rounds * 4, 'jumps were not noticed:', alarms)
    return {'jumps': len(JUMPS) * rounds, 'alarms': alarms, 'violations': 0}


@torture(short={}, long={})
def clock_over_restarts(ground):
    """The clock is another one after a restart: what is due is warned of and
    ends, what is not goes on."""
    subject, chat, time = begin(ground)
    ended = 0
    try:
        long_room = chat.new_room('7d')
        for name, jump in JUMPS:
            room = chat.new_room('15m')
            chat.say(room, 0)
            chat.say(long_room, 0)
            chat.until(lambda: not room.sent and not long_room.sent)
            subject.terminate()
            wall = span(jump)
            chat.link = subject.start(wall_ms=wall, nap_ms=1,
                                      TZ='Europe/Berlin')
            time = Time(subject, chat)
            # Never at once: both are warned first.
            time.go(30 * SECOND, SECOND)
            must(not room.is_ended and not long_room.is_ended, name,
                 'ended a chat at the start')
            chat.judge(room)
            chat.judge(long_room)
            chat.say(long_room, 1)
            chat.until(lambda: not long_room.sent)
            # A clock that went back leaves more time, never less.
            room.is_ending = True
            time.go(17 * MINUTE + max(0, -wall), 50 * SECOND)
            must(room.is_ended, name, 'and silence ends it no more')
            chat.rooms.pop(room.jid.encode())
            ended += 1
            subject.terminate()
            chat.link = subject.start()
        subject.terminate()
    finally:
        subject.close()
    return {'restarts': 2 * len(JUMPS), 'ended_by_silence': ended,
            'violations': 0}
