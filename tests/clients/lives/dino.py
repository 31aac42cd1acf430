"""Dino 0.4, driven by links, keys and AT-SPI."""

import asyncio
import os
import re

from desk.dino_app import Dino
from desk.tls_server import TLS_SERVERS
from harness import ns
from lives import life
from lives.talk import (EMOJI, LONG, WRONG, correction, end_by_words, entered,
                        picture, react, room_of, said, short_room)

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
    with w.step('the right code opens the chat'):
        await app.code(room.code(1))
        await entered(anny, room, 1)
        await app.see('The server can read it', 'Write !status')

    with w.step('words both ways'):
        await app.say('hello Anny')
        hers = await said(anny, 'hello Anny')
        await anny.say(room.jid, 'hello Abhi')
        await app.see('hello Abhi')
    with w.step('emoji and long text both ways'):
        await anny.say(room.jid, EMOJI)
        await app.see(EMOJI)
        await app.say('naïve 🙂')
        await said(anny, 'naïve 🙂')
    with w.step('a correction is shown, and sent'):
        first = await anny.say(room.jid, 'at sevn')
        await app.see('at sevn')
        await anny.say(room.jid, 'at seven', extra=correction(first.id))
        await app.see('at seven')
        await app.say('see yuo there')
        await said(anny, 'see yuo there')
        await app.correct_last('see you there')
        fixed = await said(anny, 'see you there')
        assert fixed.child(ns.CORRECT, 'replace') is not None, str(fixed)
    with w.step('a reaction is shown, and sent'):
        await react(anny, room, hers.stanza_id, '👍')
        await app.see('👍')
        await app.mouse(await app.find('👍', 'label'))
        got = await anny.take(
            lambda s: s.child(ns.REACTIONS, 'reactions') is not None
            and s.frm == room.at(1), 'the reaction')
        assert got.child(ns.REACTIONS, 'reactions')[0].text == '👍', str(got)
        await app.see('👍2')
        await app.rest()
        await app.shot(picture(w, 'dino-talk'))
    with w.step('long text both ways'):
        await app.say(LONG)
        await said(anny, LONG)
        await anny.say(room.jid, LONG.upper())
        await app.see('WORD149')

    other = dino(w, 'dino2', 'abhi')
    with w.step('a second device: history, no code'):
        await other.start()
        await other.join(room.jid)
        await other.see('see you there')
        await other.say('from the laptop')
        await said(anny, 'from the laptop')
        await app.see('from the laptop')
        await other.quit()

    with w.step('the component is killed and comes back'):
        w.component.kill9()
        await w.start()
        await w.linked(anny)
        await app.say('after the restart')
        await said(anny, 'after the restart')
        await anny.say(room.jid, 'as if nothing happened')
        await app.see('as if nothing happened')

    with w.step('closed and started again: history, no code typed'):
        await app.quit()
        await anny.say(room.jid, 'while you were out')
        await app.start()
        # Its bookmark would do; an account without any gets none from Dino.
        await app.join(room.jid)
        await app.see('after the restart', 'while you were out')

    with w.step('the other side ends the chat'):
        await end_by_words(anny, room)
        await app.see('Anny ended this chat')
        await app.shot(picture(w, 'dino-ended'))
    with w.step('an ended chat lets nobody in'):
        await app.join(room.jid)
        await app.see('Could not connect to')  # its words for any refusal
        await app.press('Escape')

    with w.step('the warning before the silence, and !keep'):
        room = await short_room(w, anny)
        await app.join(room.jid)
        await app.code(room.code(1))
        await app.see('unless somebody writes', patience=60.0)
        await app.say('!keep')
        await app.see('stays for another')
    with w.step('!end asks once, then ends the chat'):
        await app.say('!end')
        await app.see('Write !end once more')
        await app.say('!end')
        await anny.take(lambda s: s.destroyed, 'the end')
        await app.see('Abhi ended this chat')
