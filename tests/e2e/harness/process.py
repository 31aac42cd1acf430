"""Child processes that never outlive the test, whatever happens to it."""

import collections
import ctypes
import os
import random
import signal
import socket
import subprocess
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LEASES = collections.deque(maxlen=100)  # gone with the process


def die_with_parent():
    """In a fresh child: be killed when the parent ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def free_port():
    """A loopback port nobody listens on, below the ephemeral range; no other
    process of ours is given it while this one lives."""
    for _ in range(200):
        port = random.randint(23000, 31000)
        lease = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                lease.bind('\0duologue-test-port-%d' % port)
                probe.bind(('127.0.0.1', port))
            except OSError:
                lease.close()
                continue
            _LEASES.append(lease)
            return port
    raise RuntimeError('no free port')


def wait_for_port(port, process, patience=60.0):
    """Returns when something accepts on the port; fails if `process` ends."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        process.must_live()
        try:
            socket.create_connection(('127.0.0.1', port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError('%s: no listener on port %d after %.0f s\n%s' % (
        process.name, port, patience, process.tail()))


def file_tail(path, lines=30):
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return ''.join(file.readlines()[-lines:])
    except FileNotFoundError:
        return '(no %s)\n' % os.path.basename(path)


class Process:
    """A child with its output in a file, ended by its own pid."""

    def __init__(self, name, argv, log, env=None, cwd=None, trace=None):
        """`trace`: a file for strace to write every call into."""
        self.name = name
        self.log = log
        self.trace = trace
        if trace:
            argv = ['strace', '-f', '-qq', '-o', trace, *argv]
            env = dict(env or os.environ)
            # It looks at the process as strace does, and cannot beside it.
            env['ASAN_OPTIONS'] = env.get('ASAN_OPTIONS', '') + (
                ':detect_leaks=0')
        with open(log, 'ab') as out:
            self.popen = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=env, cwd=cwd, preexec_fn=die_with_parent)

    @property
    def alive(self):
        return self.popen.poll() is None

    def must_live(self):
        status = self.popen.poll()
        if status is not None:
            raise AssertionError('%s ended with status %s\n%s' % (
                self.name, status, self.tail()))

    @property
    def pid(self):
        """Of the program itself, not of what traces it."""
        if not self.trace:
            return self.popen.pid
        with open('/proc/%d/task/%d/children' % (
                self.popen.pid, self.popen.pid), encoding='ascii') as file:
            return int(file.read().split()[0])

    def signal(self, number):
        if self.trace:
            os.kill(self.pid, number)
        else:
            self.popen.send_signal(number)

    def wait(self, patience=60.0):
        """The exit status, or an assertion when it does not end."""
        try:
            return self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError('%s still runs after %.0f s\n%s' % (
                self.name, patience, self.tail())) from None

    def terminate(self, patience=60.0):
        """SIGTERM, then the exit status; SIGKILL and a failure if deaf."""
        if self.popen.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait(patience)
        finally:
            self.kill()

    def kill(self):
        if self.popen.poll() is None:
            if self.trace:
                self.signal(signal.SIGKILL)
            self.popen.kill()
            self.popen.wait()

    def tail(self, lines=30):
        return file_tail(self.log, lines)
