"""Converse.js as it comes from npm, as a guest: it knows RFC 7395, anonymous
login and rooms, the address of the gateway, and nothing of Duologue."""

import asyncio
import functools
import http.server
import os
import threading

from harness.gateway import Gateway
from lives import life
from lives.chat import Chat
from lives.converse import Converse
from lives.talk import EMOJI, LONG, WRONG, entered, picture, said
from web.page import Page
from web.server import CONVERSE, HERE

PAGE = '''\
converse.initialize({
    view_mode: 'fullscreen',
    websocket_url: 'ws://127.0.0.1:%d/xmpp-websocket',
    discover_connection_methods: false,
    assets_path: '/dist/',
    authentication: 'anonymous',
    jid: 'guests.%s',
    auto_login: true,
    i18n: 'en',
    play_sounds: false,
});
'''


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Site:
    """Somebody else's web server."""

    def __init__(self, folder, page):
        os.makedirs(folder)
        os.symlink(os.path.join(HERE, 'node_modules/converse.js/dist'),
                   os.path.join(folder, 'dist'))
        self._server = http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), functools.partial(Quiet, directory=folder))
        self.origin = 'http://127.0.0.1:%d' % self._server.server_port
        for name, text in (('index.html', CONVERSE), ('page.js', page)):
            with open(os.path.join(folder, name), 'w',
                      encoding='utf-8') as file:
                file.write(text)
        threading.Thread(target=self._server.serve_forever,
                         daemon=True).start()

    async def close(self):
        self._server.shutdown()
        self._server.server_close()


class Visitor(Converse):
    """It has no account, and its page is elsewhere."""

    def __init__(self, w, name):
        Page.__init__(self, name, os.path.join(w.folder, name))
        w.things.append(self)


async def enter(app, room, code):
    await app.join(room.jid)
    await app.code(code)


async def until_back(gateway):
    """It reconnects by itself, as somebody new, and forgets its rooms."""
    for _ in range(90):
        if await gateway.metric('guests') == 1:
            return
        await asyncio.sleep(1.0)
    raise AssertionError('it never came back')


@life('converse-guest', limit=300)
async def converse_guest_life(w):
    """Converse comes in through the gateway, unmodified and unknown."""
    await w.start()
    anny = await w.person('anny')
    await w.linked(anny)
    gateway = Gateway(w)
    site = Site(os.path.join(w.folder, 'site'),
                PAGE % (gateway.port, w.domain))
    w.things.append(site)
    settings = {'gateway_origins': site.origin}
    await gateway.launch(**settings).ready()
    room = await w.new_room()
    await anny.join(room.jid, 'b', room.code(2))
    app = await Visitor(w, 'guest').start()

    with w.step('it logs in without an account'):
        await app.open(site.origin + '/index.html')
        await app.see('I am online')
        assert await gateway.metric('guests') == 1
    with w.step('a wrong code asks again, and says why'):
        await enter(app, room, WRONG)
        await app.see('This code does not open this chat', '4 tries left')
    with w.step('the right code opens the chat'):
        await app.code(room.code(1))
        await entered(anny, room, 1)
        await app.see('2 Participants')
    with w.step('words, emoji and long text both ways'):
        await app.say('hello from a browser')
        await said(anny, 'hello from a browser')
        await anny.say(room.jid, EMOJI)
        await app.see(EMOJI)
        await app.shot(picture(w, 'converse-guest'))
        await app.say(LONG)
        await said(anny, LONG)
    with w.step('the gateway is killed and comes back; so does the guest'):
        mark = anny.mark()
        gateway.kill()
        await gateway.launch(**settings).ready()
        await anny.take(lambda s: s.name == 'presence' and s.frm == room.at(1)
                        and s.type == 'unavailable', 'its leave', 60.0, mark)
        await until_back(gateway)
        await app.open(site.origin + '/index.html')
        await app.see('I am online')
        await enter(app, room, room.code(1))
        await entered(anny, room, 1, mark)
        await anny.say(room.jid, 'welcome back')
        await app.see('hello from a browser', 'welcome back')
    await Chat(w, app, anny, room).ended_by_other()
    gateway.end()
