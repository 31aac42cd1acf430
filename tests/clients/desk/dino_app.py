"""Dino as its users run it, in a desktop of its own."""

import asyncio
import os
import sqlite3

from harness.servers import PASSWORD
from harness.terminal import NOBODY, give_to

from .access import VISIBLE
from .desktop import Desktop


class Dino(Desktop):
    shown = VISIBLE

    def __init__(self, name, folder, slot, person):
        super().__init__(name, folder)
        self.jid = slot.jid(person)

    @property
    def base(self):
        return os.path.join(self.folder, 'data', 'dino', 'dino.db')

    async def start(self):
        if not self.processes:
            await self.open()
        if not os.path.exists(self.base):
            await self._first_start()
        self.run('dino', ['dino-im'])

    async def _first_start(self):
        """Dino makes its database; our account is put into it."""
        self.run('dino', ['dino-im'])
        while not os.path.exists(self.base):
            self.app.must_live()
            await asyncio.sleep(0.2)
        await asyncio.sleep(2.0)
        self.app.terminate()
        with sqlite3.connect(self.base) as base:
            base.execute(
                'INSERT INTO account (bare_jid, resourcepart, password,'
                ' alias, enabled) VALUES (?, ?, ?, ?, 1)',
                (self.jid, 'dino.1', PASSWORD, ''))
        if os.geteuid() == 0:
            give_to(os.path.join(self.folder, 'data'), NOBODY)

    async def follow(self, uri):
        """As a click on a link elsewhere."""
        self._spawn('link', ['dino-im', uri])
