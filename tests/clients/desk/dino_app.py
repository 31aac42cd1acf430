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
        await self.see('Click + to start a chat')
        await self.tool('xdotool', 'search', '--onlyvisible', '--class',
                        'dino', 'windowmove', '0', '0', 'windowsize',
                        *(str(length) for length in self.size))

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
                (self.jid, 'dino.' + self.name, PASSWORD, ''))
        if os.geteuid() == 0:
            give_to(os.path.join(self.folder, 'data'), NOBODY)

    async def follow(self, uri):
        """As a click on a link elsewhere."""
        self._spawn('link', ['dino-im', uri])

    async def quit(self):
        self.access.activate('im.dino.Dino', '/im/dino/Dino', 'quit')
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.app.wait)

    async def join(self, jid):
        """A link, and Join in the dialog; the password comes after it."""
        await self.follow('xmpp:%s?join' % jid)
        await self.see('Join Channel', jid)
        await self.click('Join Join', 'button')

    async def code(self, words):
        await self.see('Password required to enter room')
        await self.mouse(await self.beside('Password', 'text box'))
        await self.press('ctrl+a')
        await self.type(words)
        await self.click('Join Join', 'button')

    async def rest(self):
        """Puts the pointer and the cursor where messages are written."""
        boxes = [n for n in (await self.look()).all()
                 if n.role == 'text box' and n.name == 'GtkTextView']
        assert boxes, 'no chat is open:\n' + await self.tree()
        await self.mouse(boxes[-1])

    async def say(self, words):
        """In the chat that is open."""
        await self.rest()
        await self.type(words)
        await self.press('Return')

    async def correct_last(self, words):
        await self.press('Up')
        await asyncio.sleep(0.5)
        await self.press('ctrl+a')
        await self.type(words)
        await self.press('Return')
