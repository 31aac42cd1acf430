"""A bare component: what a server really sends, byte for byte."""

import asyncio
import hashlib

from . import ns
from .servers import SECRET


class Closed(Exception):
    """The server ended the stream; holds all it had sent."""


class Wire:
    def __init__(self, w):
        self._w = w
        self._reader = self._writer = None
        self.text = ''  # since the last `forget`
        w.things.append(self)

    async def open(self):
        self._reader, self._writer = await asyncio.open_connection(
            '127.0.0.1', self._w.server.component_port)
        self.write("<stream:stream xmlns='%s' xmlns:stream='%s' to='%s'>" % (
            ns.COMPONENT, ns.STREAM, self._w.domain))
        await self.until('stream:stream')
        await self.until("'>", '">')
        number = self.text.replace('"', "'").partition(
            "id='")[2].partition("'")[0]
        self.write('<handshake>%s</handshake>' % hashlib.sha1(
            (number + SECRET).encode()).hexdigest())
        await self.until('handshake')
        self.text = ''
        return self

    async def close(self):
        if self._writer is not None:
            self._writer.close()

    def write(self, text):
        self._writer.write(text.encode())

    async def until(self, *words, patience=60.0):
        """Reads until one of the words came; returns and forgets it all."""
        deadline = asyncio.get_running_loop().time() + patience
        while not any(word in self.text for word in words):
            left = deadline - asyncio.get_running_loop().time()
            assert left > 0, 'no %s in: %s' % (words, self.text)
            more = await asyncio.wait_for(self._reader.read(65536), left)
            if not more:
                raise Closed(self.text)
            self.text += more.decode()
        return self.text

    async def next(self, *words):
        """The same for what comes from now on."""
        text = await self.until(*words)
        self.text = ''
        return text
