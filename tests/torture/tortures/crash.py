"""kill -9: acknowledged is present, once, in order; what ended stays ended."""

import collections
import os
import shutil
import sqlite3
import time

from torture.chat import Chat, Violation, must
from torture.page import BEFORE, HOW
from torture.registry import torture
from torture.server import DOMAIN, Gone
from torture.subject import Subject

ROOMS = 6
WINDOW = 300


def pick_up(chat, subject, **control):
    """Starts it again and judges every promise made so far."""
    chat.link = subject.start(**control)
    chat.making.clear()
    for room in list(chat.rooms.values()):
        if room.is_ending and not room.is_ended:
            see_end(chat, room)
        if room.is_ended:
            chat.judge_gone(room)
            retire(chat, room)
            continue
        chat.settle(room)
        chat.judge(room)
        chat.resend(room)
    chat.until(lambda: not any(r.sent for r in chat.live()),
               what='what was sent again')
    for room in chat.live():
        chat.judge(room)
    for room in chat.over[-3:]:
        chat.judge_gone(room)


def see_end(chat, room):
    """Its end was asked for and nobody was told: either may be true."""
    answer = chat.ask(room.people[0], room.jid, "<query xmlns='http://jabber."
                      "org/protocol/disco#info'/>")
    if b'<gone' in answer.text:
        room.is_ended = True
    else:
        room.is_ending = False


def retire(chat, room):
    chat.rooms.pop(room.jid.encode())
    chat.over.append(room)
    del chat.over[:-50]


def load(chat, dice, goal):
    """Messages, rooms made and rooms ended, until `goal` more are acked.
    Without a limit of time, one that should die and lives fills the memory."""
    goal += chat.counts['acked']
    deadline = time.monotonic() + chat.patience
    while chat.counts['acked'] < goal:
        must(time.monotonic() < deadline, 'under load for too long:',
             chat.state())
        rooms = chat.live()
        flying = sum(len(r.sent) for r in rooms)
        while flying < WINDOW and rooms:
            room = dice.choice(rooms)
            if len(room.inside) == 2:
                chat.say(room, dice.randrange(2))
            flying += 1
        if len(rooms) + len(chat.making) < ROOMS:
            chat.make()
        for room in rooms:
            if not room.inside:
                for seat in (0, 1):
                    if not getattr(room, 'asked', False):
                        chat.enter(room, seat)
                room.asked = True
            # A room holds 10,000.
            if (len(room.bodies) > 5000
                    or len(room.bodies) > 600 and dice.random() < 0.01):
                chat.end(room)
        chat.pump(0.005)


@torture(short={'kills': 40, 'mean': 400}, long={'kills': 1000, 'mean': 1100},
         soak={'kills': 10000, 'mean': 1100})
def crash_under_load(ground, kills, mean):
    """kill -9 at random calls and at random times under load."""
    dice = ground.dice
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    where = collections.Counter()
    try:
        pick_up(chat, subject)
        for kill in range(kills):
            where[one_kill(chat, subject, dice, mean)] += 1
            if kill % 50 == 49:
                ground.say('%d kills, %d acknowledged' % (
                    kill + 1, chat.counts['acked']))
        for room in chat.live():
            chat.judge(room, whole=True)
        subject.terminate()
    finally:
        subject.close()
    return {'kills': kills, 'acked': chat.counts['acked'],
            'rooms_made': chat.counts['rooms'],
            'rooms_ended': chat.counts['ended'],
            'resent': chat.counts['resent'],
            'places': dict(where.most_common(12)), 'violations': 0}


def one_kill(chat, subject, dice, mean):
    """Loads, kills, hears the rest and starts again; where it died."""
    page = subject.page
    where = 'anywhere'
    try:
        load(chat, dice, int(dice.expovariate(1 / mean)) + 1)
        if dice.random() < 0.5:
            page.die_how = dice.randrange(3)
            page.die_at = page.calls + dice.randint(1, 80)
            load(chat, dice, 10 ** 9)
        subject.process.signal(9)
        load(chat, dice, 10 ** 9)
    except Gone:
        pass
    if page.die_at and page.calls >= page.die_at:
        where = HOW[page.die_how] + ' ' + page.name(page.calls)
    subject.reap()
    if dice.random() < 0.15:
        # It dies again while it gets up.
        subject.launch(die_at=dice.randint(1, 30), die_how=dice.randrange(3))
        try:
            subject.server.accept(process=subject.process).close()
        except Gone:
            pass
        subject.process.kill()
        subject.process = None
        where = 'starting'
    pick_up(chat, subject)
    return where


# --- every point of a life -------------------------------------------------

PHASES = ('make', 'enter', 'say', 'end')


class Life:
    """One room made, entered, talked in and ended, beside an old one."""

    def __init__(self, chat, old, doomed):
        self.chat = chat
        self.old = old
        self.doomed = doomed
        self.phase = ''

    def live(self, on_phase=lambda phase: None):
        chat = self.chat
        for phase in PHASES:
            self.phase = phase
            on_phase(phase)
            getattr(self, phase)()

    def make(self):
        self.room = self.chat.make()
        self.chat.until(lambda: self.room.jid, what='a room')

    def enter(self):
        self.chat.settle(self.room)

    def say(self):
        for room in (self.room, self.old):
            for seat in (0, 1):
                self.chat.say(room, seat)
        self.chat.until(lambda: not self.room.sent and not self.old.sent)

    def end(self):
        self.chat.end(self.doomed)
        self.chat.until(lambda: self.doomed.is_erased, what='the erasure')


def prepare(subject):
    """A store with two rooms in it, as a folder to copy."""
    chat = Chat('old')
    chat.link = subject.start(shim=True)
    rooms = [chat.new_room() for _ in range(2)]
    for room in rooms:
        for n in range(3):
            chat.say(room, n % 2)
    chat.until(lambda: not any(r.sent for r in rooms))
    subject.terminate()
    shutil.copytree(subject.data, subject.data + '.old')
    return rooms


def remember(rooms):
    """A chat that knows the old rooms as they were."""
    chat = Chat('new')
    chat._room_next = 10
    for old in rooms:
        room = type(old)(old.number)
        room.__dict__.update({
            k: v.copy() if isinstance(v, (dict, set, list)) else v
            for k, v in old.__dict__.items()})
        chat.rooms[room.jid.encode()] = room
    return chat, list(chat.rooms.values())


def renew(subject):
    shutil.rmtree(subject.data)
    shutil.copytree(subject.data + '.old', subject.data)


def trace_life(subject, rooms):
    """The names of all calls of an undisturbed life: PHASE OP FILE."""
    names = []
    marks = [(0, 'start')]
    chat, mine = remember(rooms)
    chat.link = subject.start()
    first = subject.page.calls
    life = Life(chat, *mine)
    life.live(lambda phase: marks.append((subject.page.calls, phase)))
    last = subject.page.calls
    for call, name in enumerate(subject.page.names(first, last), first + 1):
        phase = [p for at, p in marks if at < call][-1]
        names.append('%s: %s' % (phase, name))
    subject.terminate()
    return names


def die_in_life(subject, rooms, nth, how):
    """One life cut short; the name of the call at which it ended."""
    renew(subject)
    chat, mine = remember(rooms)
    chat.link = subject.start()
    page = subject.page
    page.die_how = how
    page.die_at = page.calls + nth
    life = Life(chat, *mine)
    try:
        life.live()
        subject.kill()
        name = ''
    except Gone:
        name = '%s: %s %s' % (life.phase, HOW[how], page.name(page.die_at))
        subject.reap()
    chat.prefix = 'late'
    pick_up(chat, subject)
    must(mine[0].jid.encode() in chat.rooms, 'the old room is gone')
    room = chat.live()[0]
    chat.say(room, 0)
    chat.until(lambda: not room.sent, what='a word after it all')
    subject.terminate()
    return name


@torture(short={'step': 7}, long={'step': 1})
def crash_at_every_call(ground, step):
    """kill -9 before, amid and after each call of a tick, of making a room
    and of erasing one."""
    subject = Subject(ground.build, ground.place('c'))
    hits = collections.Counter()
    try:
        rooms = prepare(subject)
        names = trace_life(subject, rooms)
        for how in range(3):
            nth = 1 + how
            while nth < len(names) + 10:
                name = die_in_life(subject, rooms, nth, how)
                if not name:
                    break
                hits[name] += 1
                nth += step
    finally:
        subject.close()
    must(sum(hits.values()) > len(names) // step, 'hardly any point was met')
    return {'points': sum(hits.values()), 'calls_of_a_life': len(names),
            'kinds': len(hits), 'places': dict(hits), 'violations': 0}


MOMENTS = ('write keys', 'sync keys', 'sync database', 'cut journal')


@torture(short={'step': 3}, long={'step': 1})
def crash_while_getting_up(ground, step):
    """It dies in an erasure, and again at each call of the start after it."""
    subject = Subject(ground.build, ground.place('c'))
    starts = {}
    try:
        rooms = prepare(subject)
        names = [n for n in trace_life(subject, rooms) if n.startswith('end')]
        for moment in MOMENTS:
            first = names.index('end: ' + moment) + 1
            nth = 1
            while die_twice(subject, rooms, first, nth):
                nth += step
            starts[moment] = nth // step
    finally:
        subject.close()
    must(all(starts.values()), 'the second death never came:', starts)
    return {'points': sum(starts.values()), 'places': starts, 'violations': 0}


def die_twice(subject, rooms, first, nth):
    """Dies before the `first` call of an erasure, then at the `nth` call of
    the start; False when that start was over before."""
    renew(subject)
    chat, mine = remember(rooms)
    chat.link = subject.start()
    chat.until(lambda: subject.page.calls > 0)
    chat.ask('a@example.torture/a', DOMAIN, '<ping xmlns="urn:xmpp:ping"/>')
    subject.page.die_how = BEFORE
    subject.page.die_at = subject.page.calls + 1 + first
    chat.end(mine[1])
    try:
        chat.until(lambda: mine[1].is_erased)
    except Gone:
        pass
    must(not mine[1].is_erased, 'it should have died in the erasure')
    subject.reap()
    subject.launch(die_at=nth, die_how=nth % 3)
    try:
        subject.link = subject.server.accept(process=subject.process)
        is_dead = False
        subject.kill()
    except Gone:
        is_dead = True
        subject.reap()
    pick_up(chat, subject)
    must(mine[1].is_ended, 'an end that was committed is forgotten')
    subject.kill()
    return is_dead


# --- who judges the judge --------------------------------------------------

ROW = '(SELECT id FROM message ORDER BY id LIMIT 1 OFFSET %d)'
MEDDLINGS = (
    ('lost', ('DELETE FROM message WHERE id = ' + ROW % 3,)),
    ('lost', ('DELETE FROM message WHERE id = ' + ROW % 4,)),
    ('', ('UPDATE message SET at = -1 WHERE id = ' + ROW % 2,)),
    ('not gone', ('DELETE FROM tombstone',)),
)


def meddle(subject, statements):
    with sqlite3.connect(os.path.join(subject.data, 'duologue.db')) as base:
        for statement in statements:
            done = base.execute(statement)
            must(done.rowcount == 1, 'nothing to meddle with:', statement)
    base.close()


@torture(short={}, long={})
def crash_is_seen(ground):
    """What somebody takes out of the database between two starts must be
    missed by the same ledger: else it proves nothing."""
    subject = Subject(ground.build, ground.place('c'))
    found = 0
    try:
        rooms = prepare(subject)
        chat, rooms = remember(rooms)
        chat.link = subject.start()
        chat.say(rooms[0], 0)
        chat.say(rooms[0], 1)
        chat.end(rooms[1])
        chat.until(lambda: rooms[1].is_erased and not rooms[0].sent)
        subject.terminate()
        shutil.rmtree(subject.data + '.old')
        shutil.copytree(subject.data, subject.data + '.old')
        for word, statements in MEDDLINGS:
            renew(subject)
            meddle(subject, statements)
            chat, _ = remember(rooms)
            try:
                pick_up(chat, subject)
                raise AssertionError('not missed: ' + statements[0])
            except Violation as violation:
                must(word in str(violation), 'another complaint:', violation)
                found += 1
            subject.kill()
    finally:
        subject.close()
    return {'meddlings_found': found}
