"""The power goes: what was synced is there, what was not may be torn."""

import copy
import os
import shutil

from torture import recording
from torture.chat import Chat, Violation, must
from torture.registry import torture
from torture.subject import Subject
from tortures.crash import retire, see_end

MESSAGES = 300
PAGE = 4096


# --- three lives that are recorded -----------------------------------------

def talk(chat):
    """Messages in two rooms, one by one and in heaps."""
    rooms = [chat.new_room() for _ in range(2)]
    while chat.counts['sent'] < MESSAGES:
        for n in range(1 + chat.counts['sent'] % 12):
            chat.say(rooms[n % 2], n // 2 % 2)
        chat.until(lambda: not any(r.sent for r in rooms))
    return rooms


def make_rooms(chat):
    """The store itself, and room after room."""
    for _ in range(12):
        room = chat.new_room()
        chat.say(room, 0)
        chat.until(lambda: not room.sent)  # noqa: B023


def end_rooms(chat):
    """Rooms made, talked in and ended, one after the other and together."""
    rooms = [chat.new_room() for _ in range(10)]
    for room in rooms:
        for n in range(20):
            chat.say(room, n % 2)
    chat.until(lambda: not any(r.sent for r in rooms))
    for batch in (rooms[:1], rooms[1:2], rooms[2:5], rooms[5:8]):
        for room in batch:
            chat.end(room)
        chat.say(rooms[9], 0)
        chat.until(lambda: all(r.is_erased for r in batch))  # noqa: B023


def record(ground, name, life, **control):
    """Lives once; returns (calls, the chat as it was at the end)."""
    folder = ground.place(name)
    subject = Subject(ground.build, folder)
    path = os.path.join(folder, 'recording')
    chat = Chat()
    try:
        chat.link = subject.start(record=path, **control)
        life(chat)
        subject.kill()
    finally:
        subject.close()
    chat.link = None
    calls = recording.load(path)
    whole = recording.Disk()
    for call in calls:
        whole.step(call)
    whole.must_be(subject.data)
    return calls, chat


# --- what was promised before a cut ----------------------------------------

class Past:
    """The ledger as it was after some calls."""

    def __init__(self, whole):
        self.whole = whole
        self.chat = Chat('late')
        self.chat._room_next = 100
        for room in list(whole.rooms.values()) + whole.over:
            fresh = type(room)(room.number)
            fresh.bodies = room.bodies
            # Nobody can be told of an end that was not asked for; here
            # the order is that of the recording.
            fresh.is_ending = True
            self.chat.making[room.number] = fresh
        self.keys = {}  # page of the key file -> what stood there for a room

    def step(self, call):
        if call.op == 'write' and call.file == 'keys':
            if call.data.startswith(b'DUOROOM1'):
                self.keys[call.offset] = call.data[48:112]
        for stanza in call.stanzas:
            self.chat.hear(stanza)

    def is_wipe(self, call):
        """Whether it takes a room's key away."""
        return (call.op == 'write' and call.file == 'keys'
                and call.offset in self.keys
                and not call.data.startswith(b'DUOROOM1'))

    def fork(self):
        """A ledger of its own for one cut."""
        chat = copy.deepcopy(self.chat)
        chat.making.clear()
        for room in chat.rooms.values():
            room.sent = {k: (0, '') for k in room.bodies
                         if k not in room.acked}
        return chat


def examine(chat, subject):
    """Starts on what is left; judges every promise, and that life goes on."""
    chat.link = subject.start(shim=False)
    for room in list(chat.rooms.values()):
        if room.is_ended:
            chat.judge_gone(room)
            retire(chat, room)
            continue
        see_end(chat, room)
        if room.is_ended:
            continue
        chat.settle(room)
        chat.judge(room)
    fresh = chat.new_room()
    chat.say(fresh, 0)
    chat.until(lambda: not fresh.sent, what='a word in a new room')
    chat.judge(fresh)


def key_is_left(data, keys):
    with open(os.path.join(data, 'keys'), 'rb') as file:
        content = file.read()
    return any(key[:32] in content or key[32:] in content for key in keys)


def cut_at(ground, past, disk, name):
    """One cut: what might be on the disk, and what was promised."""
    folder = ground.place(name)
    subject = Subject(ground.build, folder)
    chat = past.fork()
    try:
        disk.crash(ground.dice, subject.data)
        erased = [past.keys_of[r.jid] for r in chat.rooms.values()
                  if r.is_ended]
        must(not erased or not key_is_left(subject.data, erased),
             'the key of a chat that was told to be over is on the disk')
        examine(chat, subject)
        must(not erased or not key_is_left(subject.data, erased),
             'the key of a chat that was over has come back')
        subject.kill()
    finally:
        subject.close()
        shutil.rmtree(folder, ignore_errors=True)


def places(calls, dice, cuts, only):
    """Where to cut: half of them when somebody has just been told; with
    `only`, all of them when somebody has been told of that."""
    told = [n + 1 for n, call in enumerate(calls)
            if any(s.id.startswith(only) for s in call.stanzas)]
    chosen = [dice.choice(told) for _ in range(cuts if only else cuts // 2)]
    chosen += [dice.randint(0, len(calls)) for _ in range(cuts - len(chosen))]
    return sorted(chosen)


def name_keys(calls, whole):
    """Which key belongs to which room: rooms take their slots in the order
    in which they were made, one at a time."""
    keys = [c.data[48:112] for c in calls if c.op == 'write'
            and c.file == 'keys' and c.data.startswith(b'DUOROOM1')]
    rooms = sorted(whole.rooms.values(), key=lambda r: r.number)
    must(len(keys) == len(rooms), 'rooms and keys do not match')
    return {room.jid: key for room, key in zip(rooms, keys)}


def cut_often(ground, name, life, cuts, deaf=(), only=b'', patience=120,
              **control):
    """Cuts one recorded life at many places; the violations found.  `deaf`
    are files whose syncs count for nothing once a key is overwritten."""
    calls, whole = record(ground, name, life, **control)
    past, disk = Past(whole), recording.Disk()
    past.chat.patience = patience
    past.keys_of = name_keys(calls, whole)
    violations = []
    done = 0
    for number, place in enumerate(places(calls, ground.dice, cuts,
                                            only)):
        for call in calls[done:place]:
            if past.is_wipe(call):
                disk.deaf = deaf
            past.step(call)
            disk.step(call)
        done = max(done, place)
        try:
            cut_at(ground, past, disk, '%s-%d' % (name, number))
        except Exception as error:  # any trouble after a cut is one
            violations.append('cut %d after %s: %s' % (
                place, calls[place - 1] if place else 'nothing', error))
    return len(calls), violations


def cut_all(ground, name, life, cuts):
    calls, violations = cut_often(ground, name, life, cuts)
    for line in violations[:5]:
        ground.say(line)
    must(not violations, len(violations), 'of', cuts, 'cuts broke a promise')
    return {'cuts': cuts, 'calls_recorded': calls, 'violations': 0}


@torture(short={'cuts': 40}, long={'cuts': 500}, soak={'cuts': 2000})
def power_amid_messages(ground, cuts):
    """The power goes while two rooms talk."""
    return cut_all(ground, 'messages', talk, cuts)


@torture(short={'cuts': 40}, long={'cuts': 500}, soak={'cuts': 2000})
def power_amid_making(ground, cuts):
    """The power goes at the first start and while rooms are made."""
    return cut_all(ground, 'making', make_rooms, cuts)


@torture(short={'cuts': 40}, long={'cuts': 500}, soak={'cuts': 2000})
def power_amid_ending(ground, cuts):
    """The power goes while chats end and are erased."""
    return cut_all(ground, 'ending', end_rooms, cuts)


@torture(short={'cuts': 20}, long={'cuts': 100})
def power_without_syncs(ground, cuts):
    """The same with synchronous=OFF must lose messages: else this proves
    nothing."""
    _, violations = cut_often(ground, 'off', talk, cuts, patience=15,
                              TORTURE_SYNC_OFF='1')
    lost = [v for v in violations if 'acknowledged and lost' in v
            or 'not inside' in v or 'not in time' in v or 'not gone' in v
            or 'item-not-found' in v or 'ended before' in v]
    if not lost:
        raise Violation('without syncs nothing was lost')
    for line in lost[:2]:
        ground.say('as it must: ' + line[:120])
    return {'cuts': cuts, 'losses_found': len(lost)}


@torture(short={'cuts': 20}, long={'cuts': 100})
def power_without_key_syncs(ground, cuts):
    """On a disk that forgets the syncs after a key is overwritten, keys must
    come back."""
    _, violations = cut_often(ground, 'deaf', end_rooms, cuts, deaf=('keys',),
                              only=b'end-')
    back = [v for v in violations if 'the key of' in v or 'keys' in v]
    if not back:
        raise Violation('without its syncs the key file forgot nothing')
    for line in back[:2]:
        ground.say('as it must: ' + line[:120])
    return {'cuts': cuts, 'losses_found': len(back)}
