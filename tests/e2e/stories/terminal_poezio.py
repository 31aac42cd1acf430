"""A whole chat between poezio and another client."""

import asyncio
import os

from harness import ns
from harness.story import story
from harness.terminal import Poezio, must_follow

LONG = ' '.join('word%d' % n for n in range(60))


@story(limit=300)
async def poezio_chat(w):
    """Wrong code, right code, talk, leave, history, restart, the end."""
    anny = await w.person('anny')
    abhi = Poezio('poezio-%s-abhi' % w.server.kind,
                  os.path.join(w.folder, 'poezio'), w.captures, w.server,
                  w.slot, 'abhi')
    w.things.append(abhi)
    await abhi.start()
    await abhi.connect()
    with w.step('an invite is shown; poezio looks elsewhere for its code'):
        await abhi.see('none (1/1)')  # its own presence came back
        room = await w.invite(anny, abhi.jid)
        await abhi.see('You are invited to the room', room.local)
        await abhi.keep('invited')

    with w.step('a wrong code lets nobody in'):
        # No words for it: it just is not connected.
        await abhi.type('/join %s/whoever ZZZZZ-ZZZZZ' % room.jid)
        await abhi.see(room.local, 'Not connected')
        await abhi.keep('wrong-code')
        await anny.none(lambda s: s.name == 'presence'
                        and s.frm == room.at(1), 'an entry', 0.5)
    with w.step('the right code opens the chat'):
        await abhi.type('/join /whoever %s' % room.code(1))
        await abhi.see('You (Abhi) joined the room')
        await anny.take(lambda s: s.name == 'presence'
                        and s.frm == room.at(1) and s.type == '', 'the entry')
        await abhi.keep('joined')

    with w.step('words, emoji and long text both ways'):
        await anny.say(room.jid, 'hej 🕯 ünï')
        await abhi.see('Anny> hej 🕯 ünï')
        for words in ('hello Anny 🙂', LONG):
            await abhi.type(words)
            await abhi.see('Abhi> ' + words[:40])
            await anny.take(lambda s, b=words: s.body == b and s.stanza_id,
                            'the message')
    with w.step('a correction is sent, and shown'):
        first = await anny.say(room.jid, 'at sevn')
        await abhi.see('at sevn')
        await anny.say(room.jid, 'at seven', extra=(
            "<replace xmlns='%s' id='%s'/>" % (ns.CORRECT, first.id)))
        await abhi.see('at seven')
        await abhi.type('see yuo')
        await anny.take(lambda s: s.body == 'see yuo', 'the message')
        await abhi.type('/correct see you')
        fixed = await anny.take(lambda s: s.body == 'see you', 'correction')
        assert fixed.child(ns.CORRECT, 'replace') is not None, str(fixed)
        await abhi.keep('talk')
    with w.step('a second device: no code, the same seat'):
        laptop = await w.login('abhi', 'laptop')
        await laptop.join(room.jid, 'a')
        laptop.send(room.jid, 'from the laptop')
        await abhi.see('from the laptop')
        await laptop.logout()

    with w.step('closed and started again: history, no code typed'):
        await abhi.type('/quit')
        await anny.take(lambda s: s.type == 'unavailable'
                        and s.frm == room.at(1), 'the leave')
        # poezio's own log counts in seconds: it takes what was said in the
        # second of its last entry for something it already has.
        await asyncio.sleep(2.0)
        await anny.say(room.jid, 'while you were out')
        await abhi.again()  # it joins by its bookmark, which has a wrong code
        await abhi.type('/win 1')
        screen = await abhi.see('hello Anny 🙂', LONG, 'while you were out')
        must_follow(screen, 'hello Anny', LONG, 'while you were out')
        await abhi.keep('history')

    with w.step('the component is killed and comes back'):
        await w.restart(anny)
        await abhi.type('after the restart')
        await anny.take(lambda s: s.body == 'after the restart'
                        and s.stanza_id, 'the message')
        await anny.say(room.jid, 'as if nothing happened')
        await abhi.see('as if nothing happened')

    with w.step('the other side ends the chat'):
        for _ in range(2):
            anny.send(room.jid, '!end')
        await anny.take(lambda s: s.name == 'presence' and s.destroyed,
                        'the end')
        await abhi.see('has left the room', 'Not connected', 'deleted')
        await abhi.keep('ended')
    with w.step('an ended chat lets nobody in'):
        await abhi.type('/join /whoever %s' % room.code(1))
        await abhi.see('Not connected')
        await abhi.keep('gone')

    with w.step('the warning before the silence, !keep and !end'):
        room = await w.new_room(idle='40s')
        await anny.join(room.jid, 'b', room.code(2))
        await abhi.type('/join %s/whoever %s' % (room.jid, room.code(1)))
        await abhi.see('unless somebody writes', patience=60.0)
        await abhi.type('!keep')
        await abhi.see('stays for another')
        await abhi.keep('warned')
        await abhi.type('!end')
        await abhi.see('Write !end once more')
        await abhi.type('!end')
        await anny.take(lambda s: s.name == 'presence' and s.destroyed
                        and s.frm.startswith(room.jid), 'the end')
