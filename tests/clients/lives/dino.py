"""Dino 0.4, driven by links, keys and AT-SPI."""

import asyncio
import os
import re

from desk.dino_app import Dino
from desk.tls_server import TLS_SERVERS
from lives import life
from lives.chat import Chat, silent_chat
from lives.talk import WRONG, picture, react, room_of

ANSWER = re.compile(r'Abhi\s+link: (\S+)\s+code: (\S+)\s+'
                    r'Anny\s+link: (\S+)\s+code: (\S+)\s+'
                    r'XMPP address of the chat: (\S+)')


def dino(w, name, person):
    app = Dino(name, os.path.join(w.folder, name), w.slot, person)
    w.things.append(app)
    return app


async def make_chat(w, app):
    """Dino has no forms: the words do it, in a chat with the service."""
    await app.follow('xmpp:%s?message' % w.domain)
    await app.see(w.domain)
    await app.say('new Abhi Anny')
    await app.see('The chat is there')
    found = next(filter(None, map(ANSWER.search, await app.texts())))
    link1, code1, link2, code2, jid = found.groups()
    room = room_of({'room': jid, 'name1': 'Abhi', 'name2': 'Anny',
                    'link1': link1, 'code1': code1, 'link2': link2,
                    'code2': code2})
    w.keep_secret(room)
    return room


@life('dino', TLS_SERVERS, 480)
async def dino_life(w):
    """A chat is made by words in Dino and lives there until its end."""
    anny = await w.person('anny')
    app = dino(w, 'dino', 'abhi')
    await app.start()

    with w.step('the chat is made by words'):
        room = await make_chat(w, app)
        await app.rest()
        await app.shot(picture(w, 'dino-made'))
        await anny.join(room.jid, 'b', room.code(2))
    with w.step('a wrong code asks again'):
        await app.join(room.jid)
        await app.code(WRONG)
        await asyncio.sleep(2.0)
        await app.shot(picture(w, 'dino-wrong-code'), '430x255+0+0')
    chat = Chat(w, app, anny, room)
    await chat.opens()
    his = await chat.words()
    await chat.emoji()
    await chat.correction()
    with w.step('a reaction is shown, and sent'):
        await react(anny, room, his.stanza_id, '👍')
        await app.see('👍')
        await app.mouse(await app.find('👍', 'label'))
        await chat.reaction_comes('👍')
        await app.see('👍2')
        await app.rest()
        await app.shot(picture(w, 'dino-talk'))
    await chat.long_text()

    other = dino(w, 'dino2', 'abhi')
    with w.step('a second device: history, no code'):
        await other.start()
        await other.join(room.jid)
        await other.see('see you there')
        await chat.other_device_speaks(other)
        await other.quit()

    await chat.outlives_the_component()

    with w.step('closed and started again: history, no code typed'):
        await app.quit()
        await anny.say(room.jid, 'while you were out')
        await app.start()
        # Its bookmark would do; an account without any gets none from Dino.
        await app.join(room.jid)
        await app.see('after the restart', 'while you were out')

    await chat.ended_by_other()
    await app.shot(picture(w, 'dino-ended'))
    with w.step('an ended chat lets nobody in'):
        await app.join(room.jid)
        await app.see('Could not connect to')  # its words for any refusal
        await app.press('Escape')

    chat = await silent_chat(w, app, anny)
    await chat.ended_by_app()
