"""What config/ tells operators to write, tried as it is written."""

import asyncio
import os

from harness import ns
from harness.check import same
from harness.examples import (DOMAIN, SITE, ExampleEjabberd, ExampleProsody,
                              ExampleSlot, Nginx, ProxiedTab, trusting)
from harness.gateway import Answer, Gateway
from harness.story import DIRECT, story
from stories.gateway_tls import make_certificate


async def chat_beside(w, server):
    """The example server, the component beside it, two people who talk."""
    server.start()
    w.server, w.slot = server, ExampleSlot()
    w.component = w.make_component('example', DOMAIN, '127.0.0.1:%d' %
                                   server.component_port)
    room, abhi, anny = await w.couple()
    same(room.jid.partition('@')[2], DOMAIN)
    said = await abhi.say(room.jid, 'as the example says')
    await anny.heard(room.jid, said.id)
    return abhi


class Ends:
    """Ends a server with the story, whatever happens."""

    def __init__(self, server):
        self.server = server

    async def close(self):
        self.server.kill()


def beside(w, kind):
    server = kind(os.path.join(w.folder, 'server'))
    w.things.append(Ends(server))
    return server


@story(servers=DIRECT)
async def example_prosody(w):
    """prosody.cfg.lua links the component; its own chats are listed first."""
    abhi = await chat_beside(w, beside(w, ExampleProsody))
    answer = await abhi.iq('get', 'example.org', "<query xmlns='%s'/>"
                           % ns.DISCO_ITEMS)
    items = [item.get('jid') for item in answer.xml.iter(
        '{%s}item' % ns.DISCO_ITEMS)]
    same(items, ['conference.example.org', DOMAIN])


@story(servers=DIRECT, limit=200)
async def example_ejabberd(w):
    """ejabberd.yml, one more entry of the list, links the component."""
    await chat_beside(w, beside(w, ExampleEjabberd))


async def page(port, tls, path='/', headers=('Connection: close',)):
    reader, writer = await asyncio.open_connection(
        '127.0.0.1', port, ssl=tls, server_hostname=SITE if tls else None)
    writer.write('\r\n'.join(['GET %s HTTP/1.1' % path, 'Host: ' + SITE,
                              *headers, '', '']).encode())
    answer = Answer(await asyncio.wait_for(reader.read(), 60.0))
    writer.close()
    return answer


async def pages_through(nginx, tls):
    plain = await page(nginx.plain_port, None, '/a?b')
    same(plain.status, 301)
    same(plain.headers['location'], 'https://%s/a?b' % SITE)
    front = await page(nginx.port, tls)
    same(front.status, 200)
    same(front.headers['strict-transport-security'], 'max-age=31536000')
    policy = front.headers['content-security-policy']
    assert 'wss://' + SITE in policy, policy
    # Whoever asks for HTTP/2 has the page, and no tunnel behind the proxy.
    front = await page(nginx.port, tls, headers=(
        'Connection: close, Upgrade, HTTP2-Settings', 'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'))
    same(front.status, 200)


async def talk_through(w, gateway, nginx, tls):
    room = await w.new_room()
    tabs = []
    for seat in (1, 2):
        tab = await ProxiedTab(gateway, nginx, tls,
                               '127.0.0.%d' % (20 + seat)).enter()
        await tab.enable()
        await tab.join(room.jid, 'x', room.code(seat))
        tabs.append(tab)
    abhi, anny = tabs
    said = await abhi.say(room.jid, 'through the proxy')
    await anny.heard(room.jid, said.id)
    anny.cut()
    missed = await abhi.say(room.jid, 'while she is cut')
    same((await anny.resume()).name, 'resumed')
    await anny.heard(room.jid, missed.id)


async def limits_through(gateway, nginx, tls):
    """Each address has its own limit, whatever it says of itself."""
    async def knock(address, said):
        tab = ProxiedTab(gateway, nginx, tls, address)
        tab.origin += '\r\nX-Forwarded-For: ' + said
        try:
            await tab._shake_hands()
        except AssertionError as refused:
            assert ' 429 ' in str(refused), refused
            return 429
        return 101

    # All in one breath: every second one more is let in.
    *flood, neighbour = await asyncio.gather(
        *(knock('127.0.0.30', '198.51.100.%d' % number)
          for number in range(24)),
        knock('127.0.0.31', '127.0.0.30'))
    assert 10 <= flood.count(101) <= 20, flood
    same(neighbour, 101)


@story(servers=DIRECT)
async def example_nginx(w):
    """nginx.conf: TLS, pages, chat, resumption, and whom a limit is for."""
    certificate = os.path.join(w.folder, 'certificate')
    os.makedirs(certificate)
    make_certificate(certificate, SITE)
    await w.start()
    gateway = Gateway(w)
    gateway.public_url = 'https://' + SITE
    await gateway.launch().ready()
    nginx = Nginx(gateway, certificate)
    tls = trusting(certificate)
    await pages_through(nginx, tls)
    await talk_through(w, gateway, nginx, tls)
    await limits_through(gateway, nginx, tls)
    log = nginx.log('access.log')
    assert '"GET / ' in log and 'xmpp-websocket' not in log, log
    same(nginx.log('nginx.log'), '')
    gateway.end()
