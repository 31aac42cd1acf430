"""A made-up XMPP server: the server's side of XEP-0114, and nothing behind it.

Blocking and quick.  It trusts the component to write XML well, which other
tests see to, and cuts stanzas out of the stream by their tags.
"""

import re
import select
import socket
import time

DOMAIN = 'duologue.torture'
_TAG = re.compile(rb'<(/?)(message|presence|iq|handshake|stream:error)\b'
                  rb'([^>]*?)(/?)>')
_ATTR = {name: re.compile(rb'\b' + name + rb"=['\"]([^'\"]*)")
         for name in (b'id', b'to', b'from', b'type')}


class Gone(Exception):
    """The component closed the link, or died."""


class Stanza:
    """The bytes of a stanza, and what its start tag says."""

    __slots__ = ('name', 'head', 'text')

    def __init__(self, name, head, text):
        self.name = name
        self.head = head
        self.text = text

    def _attr(self, name):
        found = _ATTR[name].search(self.head)
        return found.group(1) if found else b''

    id = property(lambda self: self._attr(b'id'))
    to = property(lambda self: self._attr(b'to'))
    frm = property(lambda self: self._attr(b'from'))
    type = property(lambda self: self._attr(b'type'))

    def __repr__(self):
        return self.text.decode(errors='replace')


class Cutter:
    """Bytes in, stanzas out."""

    def __init__(self):
        self._held = b''

    def feed(self, data):
        data = self._held + data
        depth = begin = end = 0
        head = name = None
        for tag in _TAG.finditer(data):
            closing, kind, attributes, alone = tag.groups()
            if depth == 0 and not closing:
                begin, head, name = tag.start(), attributes, kind
            depth += -1 if closing else 0 if alone else 1
            if depth == 0:
                end = tag.end()
                yield Stanza(name, head, data[begin:end])
        # A start tag that is not whole yet stays as well.
        self._held = data[begin:] if depth else data[end:]


class Link:
    """One connection of the component, after the handshake."""

    def __init__(self, sock):
        self.socket = sock
        self._cutter = Cutter()
        self._out = bytearray()

    def put(self, text):
        """Queues; pump sends."""
        self._out += text if isinstance(text, bytes) else text.encode()

    @property
    def backlog(self):
        return len(self._out)

    def pump(self, wait=0.0):
        """Sends and reads what is possible; returns stanzas.  Pings are
        answered here."""
        readable, writable, _ = select.select(
            [self.socket], [self.socket] if self._out else [], [], wait)
        if writable:
            try:
                del self._out[:self.socket.send(self._out)]
            except BlockingIOError:
                pass
            except OSError:
                self._out.clear()
        if not readable:
            return []
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return []
        except OSError as error:
            raise Gone(str(error)) from None
        if not data:
            raise Gone('closed')
        return [s for s in self._cutter.feed(data) if not self._pinged(s)]

    def _pinged(self, stanza):
        if stanza.name != b'iq' or stanza.type != b'get':
            return False
        self.put(b"<iq type='result' from='%s' to='%s' id='%s'/>"
                 % (stanza.to, stanza.frm, stanza.id))
        return True

    def close(self):
        self.socket.close()


class Server:
    """Listens on a free port of loopback."""

    def __init__(self, host='127.0.0.1'):
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]

    def accept(self, patience=120.0, process=None):
        """The next connection that gets through the handshake."""
        deadline = time.monotonic() + patience
        while True:
            if process is not None and not process.alive:
                raise Gone('it ended before it connected, status %s:\n%s' % (
                    process.popen.poll(), process.tail(5)))
            assert time.monotonic() < deadline, 'the component never connects'
            if not select.select([self._listener], [], [], 0.05)[0]:
                continue
            sock, _ = self._listener.accept()
            sock.settimeout(patience)
            try:
                return self._shake_hands(sock)
            except OSError:
                sock.close()

    def _shake_hands(self, sock):
        def until(mark):
            data = b''
            while mark not in data:
                more = sock.recv(4096)
                if not more:
                    raise OSError('closed in the handshake')
                data += more
        until(b'<stream:stream')
        sock.sendall(b"<?xml version='1.0'?><stream:stream xmlns='jabber:"
                     b"component:accept' xmlns:stream='http://etherx.jabber."
                     b"org/streams' id='t' from='%s'>" % DOMAIN.encode())
        until(b'</handshake>')
        sock.sendall(b'<handshake/>')
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Link(sock)

    def close(self):
        self._listener.close()
