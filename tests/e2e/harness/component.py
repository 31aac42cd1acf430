"""The component under test: configuration, life and death, duologuectl."""

import asyncio
import json
import os
import re
import signal
import sys
import time

from .process import (Process, die_with_parent, file_tail, free_port,
                      wait_for_port)
from .servers import SECRET

CODE = re.compile(r'\b[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b')
ROOM_LOCAL = re.compile(r'^[0-9a-hjkmnp-tv-z]{16}$')
_SANITIZER = re.compile(r'(ERROR: \w+Sanitizer|runtime error:|'
                        r'SUMMARY: \w+Sanitizer)')


def find_program(build, name):
    for folder in ('', 'bin', 'sbin'):
        path = os.path.join(build, folder, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise AssertionError('no program %s below %s' % (name, build))


def must_be_built(build):
    """Before anything starts, which would fail of it in many ways."""
    try:
        for name in ('duologue', 'duologue-gateway', 'duologuectl'):
            find_program(build, name)
    except AssertionError as failure:
        sys.exit('run: %s; build it first' % failure)


class Seat:
    def __init__(self, number, facts):
        self.number = number
        self.name = facts['name']
        self.code = facts['code']
        self.link = facts['link']
        self.xmpp = facts['xmpp']


class Room:
    """What `duologuectl new --json` printed."""

    def __init__(self, facts):
        self.facts = facts
        self.jid = facts['room']
        self.protection = facts['protection']
        self.seats = [Seat(n, s) for n, s in enumerate(facts['seats'], 1)]

    @classmethod
    def of_form(cls, values, protection='server', seats=(1, 2)):
        """The same from what `create-chat` answered: its seats, in order."""
        return cls({'room': values['room'], 'protection': protection,
                    'seats': [{key: values['seat%d-%s' % (n, key)] for key in
                               ('name', 'code', 'link', 'xmpp')}
                              for n in seats]})

    @property
    def local(self):
        return self.jid.partition('@')[0]

    def code(self, seat):
        return self.seats[seat - 1].code

    def name(self, seat):
        return self.seats[seat - 1].name

    def at(self, seat):
        """The occupant address of a seat."""
        return '%s/%s' % (self.jid, self.name(seat))


class CtlFailed(Exception):
    def __init__(self, status, out, err):
        super().__init__('duologuectl: status %s: %s%s' % (status, out, err))
        self.status = status
        self.out = out
        self.err = err


class Component:
    """`duologue` with a generated configuration in a folder of its own."""

    def __init__(self, build, folder, domain, server):
        self.build = build
        self.folder = folder
        self.domain = domain
        self.server = server
        self.socket = os.path.join(folder, 's')
        self.data = os.path.join(folder, 'data')
        self.config = os.path.join(folder, 'duologue.conf')
        self.log = os.path.join(folder, 'duologue.log')
        self.settings = {}
        self.trace = None  # a file for strace
        self.prefix = ()   # a command that runs it
        self.process = None
        os.makedirs(self.data, mode=0o700, exist_ok=True)

    def configure(self, **settings):
        """Writes the file; keys are `section_key`, e.g. limits_body_max."""
        self.settings.update(settings)
        values = {
            'component': {'domain': self.domain, 'server': self.server,
                          'secret': SECRET, 'data_dir': self.data,
                          'socket': self.socket},
            'rooms': {}, 'limits': {},
            'gateway': {'listen': '127.0.0.1:1',
                        'public_url': 'https://chat.example.org',
                        'metrics': ''},
        }
        for key, value in self.settings.items():
            section, _, name = key.partition('_')
            values[section][name] = value
        with open(self.config, 'w', encoding='utf-8') as file:
            for section, keys in values.items():
                file.write('[%s]\n' % section)
                for name, value in keys.items():
                    file.write('%s = %s\n' % (name, value))
        os.chmod(self.config, 0o600)

    def program(self, name):
        return find_program(self.build, name)

    def launch(self):
        """Starts the process without waiting for anything."""
        self.process = Process(
            'duologue', [*self.prefix, self.program('duologue'), '-c',
                         self.config], self.log, trace=self.trace)

    async def start(self, **settings):
        """Starts and waits until the local socket answers."""
        self.configure(**settings)
        self.launch()
        deadline = time.monotonic() + 60.0
        while True:
            self.process.must_live()
            status, out, err = await self.run_ctl('stats', '--json')
            if status == 0:
                json.loads(out)
                return
            assert time.monotonic() < deadline, (
                'the socket never answered: %s%s\n%s' % (
                    out, err, self.process.tail()))
            await asyncio.sleep(0.05)

    def launch_gateway(self):
        """Starts duologue-gateway on the same configuration."""
        port = free_port()
        self.configure(gateway_listen='127.0.0.1:%d' % port,
                       gateway_public_url='http://127.0.0.1:%d' % port)
        gateway = Process(
            'duologue-gateway',
            [self.program('duologue-gateway'), '-c', self.config],
            os.path.join(self.folder, 'gateway.log'))
        wait_for_port(port, gateway)
        return gateway, port

    async def terminate(self):
        """SIGTERM; it must end by itself with status 0 and no finding."""
        process, self.process = self.process, None
        if process is None:
            return
        loop = asyncio.get_running_loop()
        status = await loop.run_in_executor(None, process.terminate)
        assert status == 0, 'duologue ended with status %s\n%s' % (
            status, process.tail(60))
        self.must_be_sane()

    def kill9(self):
        process, self.process = self.process, None
        process.must_live()
        process.signal(signal.SIGKILL)
        process.wait()

    def must_be_sane(self):
        with open(self.log, encoding='utf-8', errors='replace') as file:
            found = _SANITIZER.search(file.read())
        assert not found, 'sanitizer report\n' + file_tail(self.log, 80)

    def must_be_silent_about(self, secrets, log=None):
        """No secret may be in the log."""
        with open(log or self.log, encoding='utf-8', errors='replace') as file:
            content = file.read().lower()
        for secret in secrets:
            at = content.find(secret.lower())
            assert at < 0, 'the log tells %r: %s' % (
                secret, content[max(0, at - 120):at + 80])

    async def run_ctl(self, *words):
        """Runs duologuectl; returns (status, stdout, stderr)."""
        child = await asyncio.create_subprocess_exec(
            self.program('duologuectl'), '-c', self.config, *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            preexec_fn=die_with_parent)
        try:
            out, err = await asyncio.wait_for(child.communicate(), 60.0)
        except asyncio.TimeoutError:
            child.kill()
            await child.wait()
            raise AssertionError(
                'duologuectl %s hangs' % ' '.join(words)) from None
        return child.returncode, out.decode(), err.decode()

    async def ctl(self, *words):
        """Runs duologuectl, which must succeed; returns its output."""
        status, out, err = await self.run_ctl(*words)
        if status != 0:
            raise CtlFailed(status, out, err)
        return out

    async def new_room(self, first='Abhi', second='Anny', idle=None,
                       protection=None):
        words = ['new', first, second]
        if idle is not None:
            words += ['--idle', idle]
        if protection is not None:
            words += ['--protection', protection]
        return Room(json.loads(await self.ctl(*words, '--json')))
