"""An ordered record of what a session received, and waiting with deadlines."""

import asyncio
import time

PATIENCE = 60.0  # seconds one expected stanza may take, on a slow machine


class Inbox:
    def __init__(self, owner):
        self.owner = owner
        self.stanzas = []
        self._news = asyncio.Event()

    def add(self, stanza):
        self.stanzas.append(stanza)
        self._news.set()

    def mark(self):
        """A place in the record; give it to `since`."""
        return len(self.stanzas)

    def since(self, mark):
        return self.stanzas[mark:]

    async def take(self, match, what, patience=PATIENCE, since=0):
        """The first matching stanza nobody took yet; waits for it."""
        deadline = time.monotonic() + patience
        while True:
            self._news.clear()
            for stanza in self.stanzas[since:]:
                if not stanza.taken and match(stanza):
                    stanza.taken = True
                    return stanza
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(self.complaint(what, patience))
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except asyncio.TimeoutError:
                pass

    async def none(self, match, what, seconds=1.0, since=0):
        """Fails if a matching stanza is there or comes within `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            self._news.clear()
            for stanza in self.stanzas[since:]:
                assert stanza.taken or not match(stanza), (
                    '%s received %s: %s' % (self.owner, what, stanza))
            left = deadline - time.monotonic()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except asyncio.TimeoutError:
                pass

    def complaint(self, what, patience):
        last = '\n    '.join(str(s)[:900] for s in self.stanzas[-8:])
        return '%s waited %.0f s for %s; last received:\n    %s' % (
            self.owner, patience, what, last or 'nothing')
