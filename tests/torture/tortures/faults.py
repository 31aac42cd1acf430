"""Memory, calls and disk that fail: no crash, no leak, no false promise, and
the service goes on by itself."""

import collections
import errno
import signal
import time

from torture.chat import Chat, Violation, must
from torture.registry import torture
from torture.server import DOMAIN, Gone
from torture.subject import Subject

PING = '<ping xmlns="urn:xmpp:ping"/>'
INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"


class Bench:
    """One component that lives through thousands of faults."""

    def __init__(self, ground, name='c'):
        self.subject = Subject(ground.build, ground.place(name))
        self.page = self.subject.page
        self.chat = Chat()
        self.chat.link = self.subject.start()
        self.room = self.chat.new_room()
        self.tally = collections.Counter()
        self.steps = {'say': self.say, 'enter': self.enter,
                      'archive': self.archive, 'make': self.make,
                      'end': self.end, 'look': self.look}

    # Each step asks for one thing; what comes of it is seen later.

    def say(self):
        self.chat.say(self.room, self.chat.counts['sent'] % 2)

    def enter(self):
        self.chat.link.put(
            "<presence from='%s2' to='%s/x' id='join-9'><x xmlns='http://"
            "jabber.org/protocol/muc'/></presence>"
            "<presence from='%s2' to='%s/x' type='unavailable'/>" % (
                self.room.people[0], self.room.jid,
                self.room.people[0], self.room.jid))

    def archive(self):
        self.chat.link.put(
            "<iq type='set' from='%s' to='%s' id='quiet'><query xmlns='urn:"
            "xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>20"
            "</max><before/></set></query></iq>" % (
                self.room.people[0], self.room.jid))

    def make(self):
        self.chat.make()

    def end(self):
        self.chat.end(self.doomed)

    def look(self):
        self.chat.link.put("<iq type='get' from='x@example.torture/a' to='%s' "
                           "id='quiet'>%s</iq>" % (DOMAIN, INFO))

    def before(self, name):
        if name == 'end':
            self.doomed = self.patient_new_room()
            self.chat.say(self.doomed, 0)
            self.chat.until(lambda: not self.doomed.sent)

    def alive(self):
        must(self.subject.process.alive, 'it died:',
             self.subject.process.tail(5))

    def relink(self):
        self.alive()
        self.chat.link.close()
        self.chat.link = self.subject.link = self.subject.server.accept(
            180, self.subject.process)
        self.tally['relinks'] += 1

    def quietly(self, action):
        """Runs it again over new links until no link breaks amid it."""
        while True:
            try:
                return action()
            except Gone:
                self.relink()

    def barrier(self):
        self.quietly(lambda: self.chat.ask('x@example.torture/a', DOMAIN,
                                           PING))

    def run(self, name, arm):
        """One step under one fault; True when the fault was met."""
        self.before(name)
        chat = self.chat
        del chat.refusals[:]
        making = set(chat.making)
        arm()
        try:
            self.steps[name]()
            chat.pump(0.02)
            self.wait_for_outcome(name)
        except Gone:
            self.relink()
        met = self.has_struck()
        self.page.heal()
        self.barrier()
        self.tally[name] += 1
        self.check(name)
        for number in set(chat.making) - making:
            chat.making.pop(number)
        return met

    def has_struck(self):
        return self.page.failed + self.page.alloc_failed > 0

    def wait_for_outcome(self, name):
        """Until the fault has struck, or all that was asked for is done."""
        chat = self.chat
        mark = chat.put_ask('x@example.torture/a', DOMAIN, PING)
        deadline = time.monotonic() + 20
        while not self.has_struck() and time.monotonic() < deadline:
            if chat.has_answer(mark) and (
                    name != 'end' or self.doomed.is_erased):
                return
            chat.pump(0.005)
        chat.pump(0.05)

    def check(self, name):
        chat = self.chat
        if name in ('say', 'archive'):
            self.quietly(lambda: self.check_talk())
        elif name == 'make':
            for room in chat.live():
                if room is not self.room:
                    self.quietly(lambda: self.check_made(room))
        elif name == 'end':
            self.quietly(self.check_ended)
        if len(self.room.bodies) > 2000:
            self.quietly(self.new_main_room)

    def patient_new_room(self):
        """When a full disk has taken an end, others wait until the reserve is
        there again, which is tried once a second."""
        chat = self.chat
        room = chat.make()
        while not room.jid:
            chat.until(lambda: room.number not in chat.making, what='an answer')
            if not room.jid:
                chat.pump(0.3)
                room = chat.make()
        chat.settle(room)
        return room

    def new_main_room(self):
        self.room = self.chat.new_room()

    def check_talk(self):
        chat, room = self.chat, self.room
        refused = {key for r, key, _ in chat.refusals if r is room}
        chat.settle(room)
        chat.judge(room)
        stored = {id_ for id_, _ in room.stored}
        must(not refused & stored, 'refused and stored:', refused)
        chat.resend(room)
        chat.until(lambda: not room.sent, what='what was sent again')
        chat.judge(room)

    def check_made(self, room):
        chat = self.chat
        if room.is_ended:
            chat.rooms.pop(room.jid.encode(), None)
            return
        chat.settle(room)
        room.is_ending = True
        self.doomed = room
        self.check_ended()

    def check_ended(self):
        """Whatever came of it, it can be ended now, and then it is gone."""
        chat, room = self.chat, self.doomed
        deadline = time.monotonic() + 30
        while not room.is_ended:
            must(time.monotonic() < deadline, 'it cannot be ended')
            answer = chat.ask(room.people[0], room.jid, INFO)
            if b'<gone' in answer.text:
                room.is_ended = True
            else:
                chat.settle(room)
                chat.end(room)
                chat.pump(0.1)
        chat.judge_gone(room)
        chat.rooms.pop(room.jid.encode(), None)

    def close(self):
        self.subject.close()


# --- memory ----------------------------------------------------------------

# OpenSSL 3.0 forgets two blocks when an HMAC of its cannot begin.
LIBRARY_LEAKS = 1


def growth(bench, name, repeat, arm):
    """By how many allocations the step, taken some times, leaves more than it
    found, and whether a fault was met."""
    before = bench.page.alloc_live
    met = [bench.run(name, arm) for _ in range(repeat)]
    bench.run(name, lambda: None)
    return bench.page.alloc_live - before, any(met)


def sweep_memory(bench, name, step, repeat, most):
    """Each allocation of a step fails in turn, some times over; the number
    of places where one did."""
    places = leaks = 0
    at = 1
    page = bench.page
    while at <= most:
        # What a step leaves when all is well (pages, counters) is no leak.
        def calm():
            return growth(bench, name, repeat, lambda: None)[0]

        before = calm() if repeat > 1 else 0
        grown, met = growth(bench, name, repeat, lambda: page.starve(at))
        grown -= before
        if grown >= repeat > 1:  # once is no leak
            grown = growth(bench, name, repeat, lambda: page.starve(at))[0]
            grown -= calm()
        if grown >= repeat > 1:
            leaks += 1
            bench.tally['grown at %s %d' % (name, at)] = grown
        if not met:
            break
        places += 1
        at += step
    return places, leaks


@torture(short={'step': 4, 'repeat': 1, 'most': 400},
         long={'step': 1, 'repeat': 5, 'most': 4000})
def fault_memory(ground, step, repeat, most):
    """Any allocation of the process fails: ours, SQLite's, expat's,
    OpenSSL's, libuv's."""
    bench = Bench(ground)
    places = leaks = 0
    try:
        for name in bench.steps:
            found, grown = sweep_memory(bench, name, step, repeat, most)
            ground.say('%s: %d allocations failed one by one' % (name, found))
            places += found
            leaks += grown
        bench.chat.judge(bench.room, whole=True)
        bench.subject.terminate()
    finally:
        bench.close()
    must(places > 20, 'hardly any allocation failed')
    must(leaks <= LIBRARY_LEAKS, 'memory grows where allocations fail:',
         {k: v for k, v in bench.tally.items() if 'grown' in k})
    return {'failed_allocations': places * repeat, 'places': dict(bench.tally),
            'violations': 0}


def died_in_library(subject, status):
    """OpenSSL 3.0 does not survive it while it sets itself up, and libuv ends
    the program where it cannot grow a table; we would have said why."""
    if status == -signal.SIGSEGV:
        return subject.page.calls == 0
    return status == -signal.SIGABRT and 'event=bug' not in \
        subject.process.tail(2)


@torture(short={'step': 61}, long={'step': 1})
def fault_memory_at_start(ground, step):
    """Any allocation of a start fails: it ends with a line, or starts."""
    subject = Subject(ground.build, ground.place('c'))
    chat = Chat()
    ends = foreign = 0
    try:
        chat.link = subject.start()
        room = chat.new_room()
        chat.say(room, 0)
        chat.until(lambda: not room.sent)
        subject.terminate()
        at = 1
        while True:
            subject.launch(alloc_at=at, alloc_count=1)
            try:
                chat.link = subject.link = subject.server.accept(
                    process=subject.process)
            except Gone:
                status = subject.process.wait(120)
                if died_in_library(subject, status):
                    foreign += 1
                else:
                    must(status in (1, 2), 'allocation', at, 'of the start:',
                         status)
                ends += 1
            else:
                met = subject.page.alloc_failed > 0
                subject.kill()
                if not met:
                    break
            subject.link = subject.process = None
            at += step
        chat.link = subject.start()
        chat.judge(room, whole=True)
        subject.terminate()
    finally:
        subject.close()
    must(ends > 5, 'hardly any start failed')
    return {'starts': at // step, 'ended_with_a_line': ends - foreign,
            'died_in_libraries': foreign, 'violations': 0}


# --- calls -----------------------------------------------------------------

SHORT = -1
FAULTS = (
    (('write',), ('journal', 'keys', 'database'),
     (errno.EIO, errno.ENOSPC, errno.EINTR, SHORT)),
    (('sync',), ('journal', 'keys', 'database'), (errno.EIO, errno.ENOSPC)),
    (('cut',), ('journal', 'database'), (errno.EIO,)),
    (('read',), ('journal', 'keys', 'database'),
     (errno.EIO, errno.EINTR, SHORT)),
    (('send',), ('peer',), (errno.EPIPE, errno.ECONNRESET, errno.EAGAIN,
                            errno.EINTR, errno.ENOBUFS, SHORT)),
    (('recv',), ('peer',), (errno.ECONNRESET, errno.EAGAIN, errno.EINTR,
                            errno.ENOMEM, SHORT)),
)


def sweep_calls(bench, name, fault, step):
    """Each call of one kind fails in turn within a step."""
    ops, files, error = fault
    met = 0
    at = 1
    while bench.run(name, lambda: bench.page.refuse(ops, files, error, at)):
        met += 1
        at += step
    return met


def steps_for(ops, file, error):
    # These cost the link, and it comes back later each time.
    if error in (errno.EPIPE, errno.ECONNRESET, errno.ENOMEM):
        return ('say',)
    if file == 'database' or ops == ('cut',):
        return ('end', 'archive')
    return ('say', 'make', 'end', 'archive')


@torture(short={'step': 6}, long={'step': 1}, is_slow=True)
def fault_calls(ground, step):
    """Any call to disk or peers fails, is cut short or interrupted."""
    bench = Bench(ground)
    met = collections.Counter()
    try:
        for ops, files, errors in FAULTS:
            for file in files:
                for error in errors:
                    word = errno.errorcode.get(error, 'short')
                    for name in steps_for(ops, file, error):
                        met['%s %s %s' % (ops[0], file, word)] += sweep_calls(
                            bench, name, (ops, (file,), error), step)
        bench.chat.judge(bench.room, whole=True)
        bench.subject.terminate()
    finally:
        bench.close()
    must(sum(met.values()) > 50, 'hardly any call failed')
    return {'failed_calls': sum(met.values()),
            'relinks': bench.tally['relinks'], 'places': dict(met),
            'violations': 0}


@torture(short={'rounds': 3}, long={'rounds': 100})
def fault_commits(ground, rounds):
    """The disk refuses for a while under load: senders are told to wait,
    nothing is told that is not stored, and it goes on by itself."""
    bench = Bench(ground)
    chat, page, dice = bench.chat, bench.page, ground.dice
    refused = 0
    try:
        rooms = [bench.room] + [chat.new_room() for _ in range(3)]
        for round_ in range(rounds):
            page.refuse(('write', 'sync'), ('journal',),
                        dice.choice((errno.EIO, errno.ENOSPC)),
                        dice.randint(1, 40), dice.randint(1, 60))
            for _ in range(400):
                chat.say(dice.choice(rooms), dice.randrange(2))
                chat.pump()
            bench.barrier()
            page.heal()
            bench.barrier()
            refused += len(chat.refusals)
            must(all(b'resource-constraint' in s.text and b'wait' in s.text
                     for _, _, s in chat.refusals), 'another refusal',
                 chat.refusals[:1])
            told = {key for _, key, _ in chat.refusals}
            del chat.refusals[:]
            for room in rooms:
                chat.settle(room)
                chat.judge(room)
                must(not told & {i for i, _ in room.stored},
                     'refused and stored')
                chat.resend(room)
            chat.until(lambda: not any(r.sent for r in rooms),
                       what='what was sent again')
            if len(rooms[0].bodies) > 3000:
                rooms = [chat.new_room() for _ in range(4)]
        bench.subject.terminate()
    finally:
        bench.close()
    if not refused:
        raise Violation('no commit failed')
    return {'rounds': rounds, 'acked': chat.counts['acked'],
            'refused': refused, 'violations': 0}
