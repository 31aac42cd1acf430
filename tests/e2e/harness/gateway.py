"""The real gateway, browser tabs without a browser, and raw sockets to it."""

import asyncio
import base64
import gzip
import os
import socket
import struct

from .check import same
from .guest import BIND, FRAMING, SASL, Guest
from .process import Process, free_port, wait_for_port
from .stanza import attr

SM = 'urn:xmpp:sm:3'
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PAGE = b'<!doctype html><title>Duologue</title>\n'


class Gateway:
    """duologue-gateway beside the component of a story."""

    def __init__(self, world, client_ip=None):
        self.world = world
        self.client_ip = client_ip
        self.component = world.component
        self.port = free_port()
        self.metrics = free_port()
        self.folder = os.path.join(self.component.folder, 'dist')
        self.log = os.path.join(self.component.folder, 'gateway.log')
        self.public_url = self.url
        self.process = None
        world.things.append(self)
        self._write_client()

    def _write_client(self):
        os.makedirs(os.path.join(self.folder, 'assets'), exist_ok=True)
        for name, data in (('index.html', PAGE),
                           ('assets/main-7QX2KD3A.js', b'void 0;\n' * 3000)):
            path = os.path.join(self.folder, name)
            with open(path, 'wb') as file:
                file.write(data)
            with open(path + '.gz', 'wb') as file:
                file.write(gzip.compress(data))

    @property
    def url(self):
        return 'http://127.0.0.1:%d' % self.port

    def settings(self):
        return {'gateway_listen': '127.0.0.1:%d' % self.port,
                'gateway_public_url': self.public_url,
                'gateway_metrics': '127.0.0.1:%d' % self.metrics}

    def command(self):
        return [self.component.program('duologue-gateway'), '-c',
                self.component.config, '--static', self.folder]

    def launch(self, frugal=False, prefix=(), trace=None, **more):
        """The component may run already; it does not read these keys.

        `frugal`: what is freed is not kept aside for a sanitizer, so that
        memory can be measured.  `prefix` is a command that runs it.
        """
        self.component.configure(**{**self.settings(), **more})
        env = dict(os.environ)
        if frugal:
            env['ASAN_OPTIONS'] = (env.get('ASAN_OPTIONS', '')
                                   + ':quarantine_size_mb=0'
                                   ':thread_local_quarantine_size_kb=0')
        self.process = Process('duologue-gateway',
                               [*prefix, *self.command()], self.log, env=env,
                               trace=trace)
        wait_for_port(self.port, self.process)
        return self

    async def ready(self):
        """Until the component has taken it in."""
        for _ in range(200):
            try:
                answer = await self.http('GET /readyz', self.metrics)
                if answer.status == 200:
                    return self
            except ConnectionError:
                self.process.must_live()  # it listens there last
            await asyncio.sleep(0.05)
        raise AssertionError('never ready\n' + self.process.tail())

    async def is_alone(self):
        """Until it has noticed that the component is gone; else `ready` may
        speak of the one before."""
        while await self.metric('component_up'):
            await asyncio.sleep(0.05)

    async def tab(self, **options):
        tab = Tab(self, **options)
        self.world.things.append(tab)
        return await tab.enter()

    async def seated(self, room, seat):
        """A tab in the room, whose stream can be resumed."""
        tab = await self.tab()
        await tab.enable()
        await tab.join(room.jid, 'x', room.code(seat))
        return tab

    async def couple(self):
        """A new room with a tab at each seat: (room, abhi, anny)."""
        room = await self.world.new_room()
        return (room, await self.seated(room, 1), await self.seated(room, 2))

    async def http(self, request, port=None, headers=(), body=b''):
        """One request on a socket of its own."""
        reader, writer = await asyncio.open_connection(
            '127.0.0.1', port or self.port)
        lines = [request + ' HTTP/1.1', 'Host: 127.0.0.1',
                 'Connection: close', *headers, '', '']
        writer.write('\r\n'.join(lines).encode() + body)
        answer = await asyncio.wait_for(reader.read(), 60.0)
        writer.close()
        return Answer(answer)

    async def metric(self, name):
        page = await self.http('GET /metrics', self.metrics)
        for line in page.body.decode().splitlines():
            if line.startswith('duologue_gateway_%s ' % name):
                return int(line.split()[1])
        raise AssertionError('no metric ' + name)

    def end(self):
        """SIGTERM; a sanitizer's finding is a status of its own."""
        process, self.process = self.process, None
        same(process.terminate(), 0, 'how the gateway ended\n'
             + process.tail(40))
        self.component.must_be_silent_about(self.world.told, self.log)

    def kill(self):
        process, self.process = self.process, None
        process.must_live()
        process.kill()

    async def close(self):
        if self.process is not None:
            self.process.kill()


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b'\r\n\r\n')
        lines = head.decode('latin-1').split('\r\n')
        words = lines[0].split(None, 2)
        self.status = int(words[1]) if len(words) > 1 else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(':')
            assert name.lower() not in self.headers, 'twice: ' + line
            self.headers[name.lower()] = value.strip()


class Raw:
    """A WebSocket that says anything and tells every frame."""

    def __init__(self, gateway, bind='127.0.0.1'):
        self.gateway = gateway
        self.bind = bind
        self.texts = []
        self.code = None
        self.reader = self.writer = None

    async def open(self, origin=None, protocol='xmpp', path='/xmpp-websocket',
                   headers=()):
        """The status of the handshake; 0 for a closed socket."""
        gateway = self.gateway
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ['GET %s HTTP/1.1' % path,
                 'Host: 127.0.0.1:%d' % gateway.port, 'Upgrade: websocket',
                 'Connection: Upgrade', 'Sec-WebSocket-Version: 13',
                 'Sec-WebSocket-Key: ' + key, *headers]
        if origin is not False:
            lines.append('Origin: ' + (origin or gateway.url))
        if protocol:
            lines.append('Sec-WebSocket-Protocol: ' + protocol)
        return await self.ask(lines)

    async def opened(self, **options):
        """Itself, with its handshake done."""
        same(await self.open(**options), 101)
        return self

    async def ask(self, lines):
        """The status of a request; 0 for a closed socket, or not HTTP/1."""
        self.reader, self.writer = await asyncio.open_connection(
            '127.0.0.1', self.gateway.port, local_addr=(self.bind, 0))
        self.writer.write(('\r\n'.join(lines) + '\r\n\r\n').encode())
        try:
            head = await asyncio.wait_for(
                self.reader.readuntil(b'\r\n\r\n'), 60.0)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        self.head = head.decode('latin-1')
        return int(self.head.split()[1])

    def send(self, data, kind=TEXT, fin=True, masked=True):
        self.writer.write(self.frame(data, kind, fin, masked))

    @staticmethod
    def frame(data, kind=TEXT, fin=True, masked=True):
        payload = data.encode() if isinstance(data, str) else data
        first = kind | (0x80 if fin else 0)
        bit = 0x80 if masked else 0
        if len(payload) < 126:
            size = struct.pack('!BB', first, bit | len(payload))
        elif len(payload) < 65536:
            size = struct.pack('!BBH', first, bit | 126, len(payload))
        else:
            size = struct.pack('!BBQ', first, bit | 127, len(payload))
        mask = os.urandom(4)
        if masked:
            key = (mask * (len(payload) // 4 + 1))[:len(payload)]
            payload = mask + (int.from_bytes(payload, 'big') ^ int.from_bytes(
                key, 'big')).to_bytes(len(payload), 'big')
        return size + payload

    async def read(self, patience=60.0):
        """One frame: (kind, payload), or None at the end."""
        try:
            first, size = await asyncio.wait_for(
                self.reader.readexactly(2), patience)
            if size == 126:
                size, = struct.unpack('!H', await self.reader.readexactly(2))
            elif size == 127:
                size, = struct.unpack('!Q', await self.reader.readexactly(8))
            payload = await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return first & 15, payload

    async def rest(self, patience=60.0):
        """Everything up to the end; sets `texts` and `code`."""
        while True:
            frame = await self.read(patience)
            if frame is None:
                return self
            if frame[0] == TEXT:
                self.texts.append(frame[1].decode())
            elif frame[0] == PING:
                self.send(frame[1], PONG)
            elif frame[0] == CLOSE:
                self.code = struct.unpack('!H', frame[1][:2])[0]
                self.send(frame[1], CLOSE)

    async def expect(self, word):
        """The next text frame, which must hold `word`."""
        while True:
            frame = await self.read()
            assert frame is not None, 'closed before ' + word
            if frame[0] == TEXT:
                self.texts.append(frame[1].decode())
                assert word in self.texts[-1], self.texts[-1]
                return self.texts[-1]

    def stream(self, domain=None):
        self.send("<open xmlns='%s' to='%s' version='1.0'/>" % (
            FRAMING, domain or 'guests.' + self.gateway.world.domain))

    async def login(self, bind=True):
        self.stream()
        await self.expect('<open ')
        await self.expect('ANONYMOUS')
        self.send("<auth xmlns='%s' mechanism='ANONYMOUS'/>" % SASL)
        await self.expect('<success')
        self.stream()
        await self.expect('<open ')
        await self.expect(':sm:3')
        if bind:
            self.send("<iq type='set' id='b' xmlns='jabber:client'>"
                      "<bind xmlns='%s'/></iq>" % BIND)
            await self.expect('<jid>')
        return self

    def close(self):
        if self.writer is not None:
            self.writer.close()


class Tab(Guest):
    """A guest that can be cut off and come back."""

    def __init__(self, gateway, client_ip=None):
        super().__init__(gateway.port, gateway.world.domain)
        self.token = None
        self.handled = 0

    async def enable(self):
        self._send("<enable xmlns='%s' resume='true'/>" % SM)
        enabled = await self.take(lambda s: s.name == 'enabled', 'enabled')
        same(enabled.xml.get('resume'), 'true')
        self.token = enabled.xml.get('id')
        self.handled = len(self.inbox.stanzas)
        return self

    def count(self):
        """Stanzas heard since SM was enabled."""
        return sum(s.name in ('message', 'presence', 'iq')
                   for s in self.inbox.stanzas[self.handled:])

    def cut(self):
        """The line is dead, and nobody said so."""
        self._task.cancel()
        self._writer.transport.abort()

    def freeze(self):
        """Reads no more, as a suspended device."""
        self._task.cancel()
        sock = self._writer.get_extra_info('socket')
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._writer.transport.pause_reading()

    def deafen(self):
        """Reads no more and goes on saying that it is there, so that it is
        not the missing pong by which it is found out."""
        async def here():
            while not self._writer.is_closing():
                self._send(b'x', PONG)
                await asyncio.sleep(1.0)

        self.freeze()
        self._task = asyncio.create_task(here())

    async def resume(self):
        """A new socket, the old session; returns the answer."""
        await self._log_in()
        self._send("<resume xmlns='%s' previd=%s h='%d'/>" % (
            SM, attr(self.token), self.count()))
        return await self.take(
            lambda s: s.name in ('resumed', 'failed', 'error'), 'resumed')
