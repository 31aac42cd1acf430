"""What the shim recorded, and what a disk may hold when the power goes.

The model is the strict one: bytes are safe when the file was synced after
them, a name when the folder was.  Everything later may be there, not be there,
or be torn at 512 bytes, in any order; names come and go in order.
"""

import copy
import os
import struct

from .chat import must
from .page import FILES, OPS
from .server import Cutter

_HEAD = struct.Struct('<IIQQ')
_NAMES = {'keys': 'keys', 'keys.new': 'keys.new', 'database': 'duologue.db',
          'journal': 'duologue.db-wal', 'reserve': 'reserve', 'lock': 'lock'}
SECTOR = 512


class Call:
    __slots__ = ('op', 'file', 'offset', 'data', 'stanzas')

    def __init__(self, op, file, offset, data):
        self.op = op
        self.file = file
        self.offset = offset
        self.data = data
        self.stanzas = ()

    def __str__(self):
        return '%s %s' % (self.op, self.file)


def load(path):
    """All calls in order; what was said carries its stanzas."""
    calls = []
    cutter = Cutter()
    with open(path, 'rb') as file:
        while head := file.read(_HEAD.size):
            op, name, offset, length = _HEAD.unpack(head)
            call = Call(OPS[op], FILES[name], offset, file.read(length))
            if call.op == 'send':
                call.stanzas = list(cutter.feed(call.data))
            calls.append(call)
    return calls


class Inode:
    """A file's bytes: those that are safe, and what came after."""

    def __init__(self, safe=b''):
        self.safe = bytearray(safe)
        self.pending = []

    def sync(self):
        for call in self.pending:
            apply(self.safe, call.offset, call.data, call.op)
        self.pending = []

    def survive(self, dice, chance):
        content = bytearray(self.safe)
        for call in self.pending:
            fate = dice.random()
            if fate > chance:
                continue
            if call.op == 'write' and fate > chance * 0.7:
                tear(content, call, dice)
            else:
                apply(content, call.offset, call.data, call.op)
        return content


def apply(content, offset, data, op):
    if op == 'cut':
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def tear(content, call, dice):
    """Some of its sectors."""
    for at in range(0, len(call.data), SECTOR):
        if dice.random() < 0.5:
            apply(content, call.offset + at, call.data[at:at + SECTOR],
                  'write')


class Disk:
    """The state after some calls."""

    def __init__(self, folder=None):
        self.deaf = ()    # files whose syncs count for nothing
        self.names = {}   # as everybody sees it
        self.safe = {}    # names that are safe
        self.pending = []  # changes of names
        if folder is not None:
            for name in os.listdir(folder):
                with open(os.path.join(folder, name), 'rb') as file:
                    self.names[name] = Inode(file.read())
            self.safe = dict(self.names)

    def step(self, call):
        if call.file == 'folder':
            if call.op == 'sync':
                for change in self.pending:
                    change(self.safe)
                self.pending = []
            return
        name = _NAMES.get(call.file)
        if name is None or call.op in ('send', 'recv'):
            return
        if call.op == 'open':
            inode = self.names[name] = Inode()
            self.pending.append(
                lambda names: names.__setitem__(name, inode))
        elif call.op in ('write', 'cut'):
            self.names[name].pending.append(call)
        elif call.op == 'sync' and name not in self.deaf:
            self.names[name].sync()
        elif call.op == 'rename':
            self.rename(name, _NAMES[FILES[call.offset]])
        elif call.op == 'unlink':
            self.names.pop(name, None)
            self.pending.append(lambda names: names.pop(name, None))

    def rename(self, old, new):
        inode = self.names[new] = self.names.pop(old)

        def change(names):
            names.pop(old, None)
            names[new] = inode
        self.pending.append(change)

    def must_be(self, folder):
        """What was recorded is all that happened to that folder."""
        there = set(os.listdir(folder)) & set(_NAMES.values())
        must(there == set(self.names), 'recorded', set(self.names),
             'and there are', there)
        for name, inode in self.names.items():
            whole = copy.deepcopy(inode)
            whole.sync()
            with open(os.path.join(folder, name), 'rb') as file:
                must(file.read() == whole.safe, 'another', name,
                     'than recorded')

    def crash(self, dice, folder):
        """Writes into `folder` what might be left."""
        names = dict(self.safe)
        for change in self.pending[:dice.randint(0, len(self.pending))]:
            change(names)
        chance = dice.choice((0.0, 0.3, 0.6, 0.9, 1.0))
        os.makedirs(folder, mode=0o700)
        for name, inode in names.items():
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(inode.survive(dice, chance))
