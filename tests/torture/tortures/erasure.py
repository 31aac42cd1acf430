"""What has ended is on no block of the disk, in no journal, in no core and in
no log; what has not can still be read."""

import errno
import os
import signal
import subprocess

from torture import guest
from torture.chat import Chat, must
from torture.disk import Image
from torture.page import AFTER, BEFORE
from torture.registry import torture
from torture.server import DOMAIN, Gone
from torture.subject import Subject
from tortures.crash import see_end

PAGE = 4096
IMAGE_MIB = 96


def copy_memory(pid, path):
    """Every mapping that can be read, one after the other."""
    with open('/proc/%d/maps' % pid, encoding='ascii',
              errors='replace') as file:
        maps = [line.split() for line in file]
    with open('/proc/%d/mem' % pid, 'rb', buffering=0) as memory, \
            open(path, 'wb') as copy:
        for words in maps:
            # The kernel's own cannot be read.
            if 'r' not in words[1] or words[-1] in ('[vvar]', '[vsyscall]'):
                continue
            start, end = (int(part, 16) for part in words[0].split('-'))
            for at in range(start, end, PAGE):
                memory.seek(at)
                try:
                    copy.write(memory.read(PAGE))
                except OSError as error:
                    # Of a file that is mapped beyond its end.
                    must(error.errno == errno.EIO and len(words) > 5, words)
                    break


class Secrets:
    """Everything of one room that must not be found after its end."""

    def __init__(self, dice, number):
        self.mark = '%012x%08x' % (dice.getrandbits(48), number)
        self.names = tuple('N%s-%d' % (self.mark, n) for n in (1, 2))
        self.texts = []   # canaries that are text
        self.bytes = []   # keys

    def body(self, number):
        # Each body has its own end; the mark alone finds them all.
        return 'canary %s says %d' % (self.mark, number)


class Town:
    """Rooms full of canaries in a component whose disk is an image."""

    def __init__(self, ground, rooms, messages, **control):
        self.ground = ground
        self.image = Image(ground.folder, IMAGE_MIB)
        self.control = control
        self.subject = Subject(ground.build, ground.place('c'),
                               data=os.path.join(self.image.mount, 'data'))
        self.chat = Chat()
        self.chat.link = self.subject.start(**control)
        self.secrets = {}  # by room
        self.keys = set()
        self.gateway = self.open_gateway()
        for number in range(rooms):
            self.settle(number, messages)
        self.chat.until(lambda: not any(r.sent for r in self.chat.live()))

    def open_gateway(self):
        return guest.open_gateway(os.path.join(self.subject.folder, 's'))

    def settle(self, number, messages):
        secrets = Secrets(self.ground.dice, number)
        room = self.chat.make(secrets.names)
        self.chat.until(lambda: room.jid, what='a room')
        self.chat.settle(room)
        for n in range(messages):
            self.chat.say(room, n % 2, secrets.body(n))
        secrets.tab = '%016x@guests.%s/t' % (number, DOMAIN)
        token = guest.enter(self.gateway, room, 0, secrets.names[0],
                            secrets.tab)
        secrets.texts = [secrets.mark, room.jid.split('@')[0],
                         *room.codes, *(c.replace('-', '')
                                        for c in room.codes),
                         token.decode()]
        secrets.bytes = self.new_keys()
        self.secrets[room] = secrets

    def new_keys(self):
        """Both secrets of the slot that was not there before."""
        with open(os.path.join(self.subject.data, 'keys'), 'rb') as file:
            content = file.read()
        found = [content[at + 48:at + 112] for at in
                 range(0, len(content), PAGE)
                 if content[at:at + 8] == b'DUOROOM1']
        new = [key for key in found if key not in self.keys]
        must(len(new) == 1, 'one room, one key:', len(new))
        self.keys.update(new)
        return [new[0][:32], new[0][32:]]

    def end(self, rooms):
        for room in rooms:
            self.chat.end(room)

        def is_done():
            self.gateway.pump()
            return all(r.is_erased for r in rooms)
        self.chat.until(is_done, what='the erasure')
        self.close_tabs(rooms)

    def close_tabs(self, rooms):
        """An open tab would keep its room's address in memory."""
        for room in rooms:
            self.gateway.put("<presence from='%s' to='%s' type='unavailable'"
                             "/>" % (self.secrets[room].tab, DOMAIN))
        self.gateway.put("<iq type='get' from='x@guests.%s/t' to='%s' id='b'>"
                         "<ping xmlns='urn:xmpp:ping'/></iq>" % (
                             DOMAIN, DOMAIN))
        while not any(s.id == b'b' for s in self.gateway.pump(1.0)):
            pass

    def end_again(self, room):
        """After a death: it is over, or it can be ended now."""
        see_end(self.chat, room)
        if not room.is_ended:
            self.chat.settle(room)
            self.end([room])

    def audit(self, rooms, *paths):
        """(traces, what duologuectl said)."""
        lines = []
        for room in rooms:
            lines += self.secrets[room].texts
            lines += ['hex:' + k.hex() for k in self.secrets[room].bytes]
        done = subprocess.run(
            [self.subject.program('duologuectl'), 'erase-audit', *paths],
            input='\n'.join(lines) + '\n', capture_output=True, text=True,
            check=False)
        must(done.returncode in (0, 1) and not done.stderr, done.stderr)
        last = done.stdout.splitlines()[-1]
        count = 0 if last.endswith('no trace') else int(last.split()[-2])
        must((count > 0) == (done.returncode == 1), 'another status', last)
        return count, done.stdout

    def core(self):
        """All memory of the live process, which only root can take."""
        path = os.path.join(self.ground.folder, 'core')
        pid = self.subject.process.popen.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            copy_memory(pid, path)
        finally:
            os.kill(pid, signal.SIGCONT)
        return path

    def must_be_clean(self, ended, what, *paths):
        count, said = self.audit(ended, *paths)
        must(count == 0, count, 'traces of ended chats in', what, '\n',
             said[:2000])

    def start(self, **control):
        self.gateway.close()
        self.chat.link = self.subject.start(**self.control, **control)
        self.gateway = self.open_gateway()

    def close(self):
        self.subject.close()
        self.image.unmount()


def judge_town(town, ended, kept):
    """Searches all there is; the figures."""
    chat = town.chat
    for room in kept:
        chat.judge(room, whole=True)
    town.image.flush()
    core = town.core()
    town.must_be_clean(ended, 'the live image', town.image.path)
    town.must_be_clean(ended, 'the core', core)
    town.must_be_clean(ended, 'the log', town.subject.log)
    # The search is known to find: keys of the living are in both.
    for path in (town.image.path, core):
        found, _ = town.audit(kept, path)
        must(found >= len(kept), 'the keys of the living are not found in',
             path)
    core_bytes = os.path.getsize(core)
    os.unlink(core)
    # Last: whoever asks for a room brings its name back into memory.
    for room in ended:
        chat.judge_gone(room)
    return core_bytes


@torture(short={'rooms': 20, 'messages': 30},
         long={'rooms': 400, 'messages': 50})
def erasure_of_half(ground, rooms, messages):
    """Half of the chats end: nothing of them in image, core and logs, in five
    encodings, and everything of the others."""
    town = Town(ground, rooms, messages)
    try:
        everybody = list(town.secrets)
        ended = everybody[::2]
        kept = everybody[1::2]
        town.end(ended)
        core_bytes = judge_town(town, ended, kept)
        town.subject.terminate()
        town.image.unmount()
        town.must_be_clean(ended, 'the image', town.image.path)
    finally:
        town.close()
    return {'ended': len(ended), 'kept': len(kept),
            'canaries': 8 * len(ended), 'messages': rooms * messages,
            'image_mib': IMAGE_MIB, 'core_mib': core_bytes >> 20,
            'traces': 0, 'violations': 0}


@torture(short={'rooms': 6, 'messages': 20}, long={'rooms': 20, 'messages': 50})
def erasure_without_sealing(ground, rooms, messages):
    """With sealing off the same search must find what has ended."""
    town = Town(ground, rooms, messages, TORTURE_SEAL_OFF='1')
    try:
        ended = list(town.secrets)[::2]
        town.end(ended)
        town.subject.terminate()
        town.image.unmount()
        found, said = town.audit(ended, town.image.path)
    finally:
        town.close()
    must(found > len(ended), 'nothing found, so the search proves nothing:',
         said)
    return {'ended': len(ended), 'traces_found': found}


# --- death in the middle ---------------------------------------------------

STEPS = (('write journal', BEFORE), ('sync journal', AFTER),
         ('write keys', BEFORE), ('write keys', AFTER), ('sync keys', BEFORE),
         ('sync keys', AFTER), ('write database', AFTER),
         ('cut journal', BEFORE), ('cut journal', AFTER))


def die_at_step(town, room, step, how):
    """kill -9 at the first such call of an erasure; True when it was met."""
    subject = town.subject
    page = subject.page
    town.chat.until(lambda: not any(r.sent for r in town.chat.live()))
    base = page.calls
    page.die_how = how
    page.arm(step)
    town.chat.end(room)
    try:
        town.chat.until(lambda: room.is_erased)
        return False
    except Gone:
        met = page.name(page.calls) == step and page.calls > base
        subject.reap()
        return met


@torture(short={'rounds': 1}, long={'rounds': 20})
def erasure_with_deaths(ground, rounds):
    """kill -9 at each step of an end; the next start finishes it."""
    town = Town(ground, len(STEPS) * rounds + 3, 20)
    met = 0
    try:
        everybody = list(town.secrets)
        ended = []
        for number in range(len(STEPS) * rounds):
            step, how = STEPS[number % len(STEPS)]
            room = everybody[number]
            if die_at_step(town, room, step, how):
                met += 1
                town.start()
            if not room.is_erased:
                town.end_again(room)
            ended.append(room)
            town.image.flush()
            town.must_be_clean(ended[-1:], 'the image after ' + step,
                               town.image.path)
        judge_town(town, ended, everybody[len(ended):])
        town.subject.terminate()
        town.image.unmount()
        town.must_be_clean(ended, 'the image', town.image.path)
    finally:
        town.close()
    must(met >= len(STEPS) * rounds * 2 // 3, 'hardly any step was met:', met)
    return {'deaths': met, 'ended': len(ended), 'traces': 0, 'violations': 0}
