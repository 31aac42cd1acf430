"""Drives `gajim_like.py`: commands in, events out, each with a deadline."""

import asyncio
import json
import os

from .inbox import PATIENCE
from .process import die_with_parent
from .servers import PASSWORD

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        'gajim_like.py')


class Gajim:
    def __init__(self, server, slot, person, log):
        self.jid = slot.jid(person)
        self._words = [slot.user(person), PASSWORD, str(server.client_port)]
        self._log = log
        self._process = None
        self.events = []

    async def start(self):
        with open(self._log, 'ab') as log:
            self._process = await asyncio.create_subprocess_exec(
                '/usr/bin/python3', _PROGRAM, *self._words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=log,
                preexec_fn=die_with_parent)
        await self.expect('login')

    async def close(self):
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def do(self, what, **facts):
        line = json.dumps(dict(facts, do=what)) + '\n'
        self._process.stdin.write(line.encode())

    async def expect(self, event, patience=PATIENCE, **facts):
        """The next event of that kind with those facts; others are kept."""
        async def search():
            while True:
                line = await self._process.stdout.readline()
                assert line, 'the nbxmpp session ended: ' + self._last()
                if not line.strip():
                    continue
                got = json.loads(line)
                self.events.append(got)
                if got['event'] == event and all(
                        got.get(k) == v for k, v in facts.items()):
                    return got
        try:
            return await asyncio.wait_for(search(), patience)
        except asyncio.TimeoutError:
            raise AssertionError('nbxmpp never saw %s %r; it saw: %s' % (
                event, facts, self._last())) from None

    def _last(self):
        with open(self._log, encoding='utf-8', errors='replace') as file:
            complaints = file.read()[-800:]
        return '%r %s' % (self.events[-6:], complaints)
