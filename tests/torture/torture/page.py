"""The page of shared memory by which the shim is told what to do.

The other side is shim/shim.h: every field is 64 bits wide, in this order.
"""

import mmap
import os
import struct

FIELDS = ('is_on', 'calls', 'die_at', 'die_how', 'fail_ops', 'fail_files',
          'fail_at', 'fail_count', 'fail_errno', 'failed', 'alloc_seen',
          'alloc_at', 'alloc_count', 'alloc_failed', 'alloc_live', 'die_code',
          'wall_ms', 'skip_ms', 'nap_ms')
TRACE = 1 << 16
SIZE = 8 * len(FIELDS) + 2 * TRACE

OPS = ('open', 'read', 'write', 'sync', 'cut', 'rename', 'unlink', 'send',
       'recv', 'accept', 'connect', 'socket')
FILES = ('nothing', 'keys', 'keys.new', 'database', 'journal', 'reserve',
         'lock', 'folder', 'peer')
BEFORE, AMID, AFTER = range(3)
HOW = ('before', 'amid', 'after')


def bits(names, of):
    """A set of ops or files as the shim wants it."""
    return sum(1 << of.index(name) for name in names)


class Page:
    def __init__(self, path):
        self.path = path
        with open(path, 'wb') as file:
            file.truncate(SIZE)
        self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._map = mmap.mmap(self._fd, SIZE)

    def __getattr__(self, name):
        if name not in FIELDS:
            raise AttributeError(name)
        return struct.unpack_from('<q', self._map, 8 * FIELDS.index(name))[0]

    def __setattr__(self, name, value):
        if name in FIELDS:
            struct.pack_into('<q', self._map, 8 * FIELDS.index(name), value)
        else:
            super().__setattr__(name, value)

    def reset(self):
        """For a fresh process."""
        self._map[:8 * len(FIELDS)] = bytes(8 * len(FIELDS))
        self.is_on = 1

    def name(self, call):
        """What the call with that number was, as `sync journal`."""
        at = 8 * len(FIELDS) + 2 * (call % TRACE)
        code = struct.unpack_from('<H', self._map, at)[0]
        return '%s %s' % (OPS[code >> 8], FILES[code & 0xff])

    def names(self, start, end):
        """The calls after `start`, up to and with `end`."""
        return [self.name(call) for call in range(start + 1, end + 1)]

    def refuse(self, ops, files, error, at=1, count=1):
        """The `at`-th call of those kinds fails, and count - 1 after it."""
        self.fail_at = 0
        self.fail_ops = bits(ops, OPS)
        self.fail_files = bits(files, FILES)
        self.fail_errno = error
        self.fail_count = count
        self.failed = 0
        self.fail_at = at

    def arm(self, name):
        """It dies at the first call of that name, as die_how says."""
        op, file = name.split()
        self.die_code = 1 << 16 | OPS.index(op) << 8 | FILES.index(file)

    def starve(self, at, count=1):
        """The `at`-th allocation from now fails, and count - 1 after it."""
        self.alloc_at = 0
        self.alloc_failed = 0
        self.alloc_count = count
        self.alloc_at = at

    def heal(self):
        self.fail_at = 0
        self.alloc_at = 0

    def close(self):
        self._map.close()
        os.close(self._fd)
