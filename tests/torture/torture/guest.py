"""The gateway's side of the component's local socket: guests, and tokens."""

import hashlib
import re
import socket

from .server import DOMAIN, Link

_STREAM_ID = re.compile(rb"<stream:stream\b[^>]*\bid=['\"]([^'\"]*)")
_TOKEN = re.compile(rb"<token\b[^>]*>([0-9a-f]{64})</token>")


def open_gateway(path):
    """A link as guests.DOMAIN; stanzas go both ways as with a server."""
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(120)
    sock.connect(path)
    sock.sendall(b"<stream:stream xmlns='jabber:component:accept' xmlns:"
                 b"stream='http://etherx.jabber.org/streams' to='guests.%s'>"
                 % DOMAIN.encode())
    data = b''
    while not _STREAM_ID.search(data):
        data += sock.recv(4096)
    digest = hashlib.sha1(_STREAM_ID.search(data).group(1)).hexdigest()
    sock.sendall(b'<handshake>%s</handshake>' % digest.encode())
    while b'<handshake' not in data:
        data += sock.recv(4096)
    sock.setblocking(False)
    return Link(sock)


def enter(link, room, seat, name, address):
    """A tab joins by code; returns its token."""
    link.put("<presence from='%s' to='%s/%s'><source xmlns='urn:duologue:"
             "source:0' id='9c11'/><x xmlns='http://jabber.org/protocol/muc'>"
             "<history maxchars='0'/><password>%s</password></x></presence>"
             % (address, room.jid, name, room.codes[seat]))
    for _ in range(200):
        for stanza in link.pump(0.05):
            found = _TOKEN.search(stanza.text)
            if found and stanza.to == address.encode():
                return found.group(1)
    raise AssertionError('no token')
