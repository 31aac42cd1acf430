"""Converse.js as it comes from npm, over Prosody's own WebSocket."""

import asyncio
import os

from harness import ns
from harness.servers import PASSWORD
from lives import life
from lives.talk import (EMOJI, LONG, WRONG, correction, end_by_words, entered,
                        invited, picture, react, room_of, said, short_room)
from web.page import Page
from web.server import WEB_SERVERS


class Converse(Page):
    def __init__(self, w, name, person):
        super().__init__(name, os.path.join(w.folder, name))
        self.jid = w.slot.jid(person)
        self.url = w.server.page
        w.things.append(self)

    async def login(self):
        await self.open(self.url)
        await self.fill('input[name=jid]', self.jid)
        await self.fill('input[name=password]', PASSWORD)
        await self.press('Enter')
        await self.see('I am online')

    async def commands_of(self, service):
        """The cog, Commands, the address of the service."""
        await self.click('.show-client-info')
        await self.click('#commands-tab')
        await self.fill('converse-adhoc-commands input[name=jid]', service)
        await self.click('converse-adhoc-commands input[type=submit]')

    async def results(self):
        """What the answer holds, by the names of its fields."""
        await self.see('Completed', 'xmpp:')
        return await self.run("""Object.fromEntries(
            [...document.querySelectorAll('converse-adhoc-commands .mb-3')]
            .map((row) => [row.querySelector('input')?.name
                ?? row.querySelector('a').href,
                row.querySelector('input')?.getAttribute('value') ?? '']))""")

    async def join(self, jid):
        """Add groupchat: the address and any nickname."""
        while await self.run("!!document.querySelector('.modal.show')"):
            await asyncio.sleep(0.1)  # another dialog is still closing
        await self.run("document.querySelector('.show-add-muc-modal').click()")
        await self.fill('input[name=chatroom]', jid)
        await self.fill('input[name=nickname]', 'whoever')
        await self.click('input[name=join]')

    async def code(self, words):
        await self.see('This groupchat requires a password')
        await self.fill('converse-muc input[name=password]', words)
        await self.press('Enter')

    async def say(self, words):
        await self.fill('.chat-textarea', words)
        await self.press('Enter')

    async def reactions(self):
        return await self.run("[...document.querySelectorAll("
                              "'converse-reactions')].map("
                              "(e) => e.innerText).join('')")


async def make_chat(w, app, invite_jid):
    await app.commands_of(w.domain)
    await app.click('a[data-command-node=create-chat]')
    await app.fill('input[name=your-name]', 'Abhi')
    await app.fill('input[name=peer-name]', 'Anny')
    await app.fill('input[name=invite-jid]', invite_jid)
    await app.shot(picture(w, 'converse-form'))
    await app.click('input[data-action=complete]')
    made = await app.results()
    links = [key for key in made if key.startswith('http')]
    room = room_of({'room': made['room'], 'link1': links[0],
                    'link2': links[1],
                    **{'%s%d' % (key, n): made['seat%d-%s' % (n, key)]
                       for n in (1, 2) for key in ('name', 'code')}})
    w.keep_secret(room)
    await app.press('Escape')
    return room


@life('converse', WEB_SERVERS, 480)
async def converse_life(w):
    """Converse makes a chat and lives in it until its end."""
    anny = await w.person('anny')
    app = await Converse(w, 'converse', 'abhi').start()
    await app.login()

    with w.step('the chat is made in its form'):
        room = await make_chat(w, app, anny.bare)
    with w.step('the invite carries the code'):
        await anny.join(room.jid, 'b', await invited(anny, room))
    with w.step('a wrong code asks again, and says why'):
        await app.join(room.jid)
        await app.code(WRONG)
        await app.see('This code does not open this chat', '4 tries left')
        await app.shot(picture(w, 'converse-wrong-code'))
    with w.step('the right code opens the chat'):
        await app.code(room.code(1))
        await entered(anny, room, 1)
        await app.see('The server can read it', 'Write !status')

    with w.step('words both ways'):
        await app.say('hello Anny')
        await said(anny, 'hello Anny')
        await anny.say(room.jid, 'hello Abhi')
        await app.see('hello Abhi')
    with w.step('emoji both ways'):
        await anny.say(room.jid, EMOJI)
        await app.see(EMOJI)
        await app.say('naïve 🙂')
        hers = await said(anny, 'naïve 🙂')

    with w.step('a correction is shown, and sent'):
        first = await anny.say(room.jid, 'at sevn')
        await app.see('at sevn')
        await anny.say(room.jid, 'at seven', extra=correction(first.id))
        await app.see('at seven')
        await app.say('see yuo there')
        await said(anny, 'see yuo there')
        await app.press('ArrowUp')
        await app.say('see you there')
        fixed = await said(anny, 'see you there')
        assert fixed.child(ns.CORRECT, 'replace') is not None, str(fixed)
    with w.step('a reaction is shown, and sent'):
        await react(anny, room, hers.stanza_id, '👍')
        while '👍' not in await app.reactions():
            await asyncio.sleep(0.2)
        await app.run("[...document.querySelectorAll('.chat-msg')].at(-1)"
                      ".querySelector('.chat-msg__action-reaction').click()")
        await app.run("[...document.querySelectorAll('.reaction-item')]"
                      ".find((e) => e.innerText === '❤️').click()")
        got = await anny.take(
            lambda s: s.child(ns.REACTIONS, 'reactions') is not None
            and s.frm == room.at(1), 'the reaction')
        assert got.child(ns.REACTIONS, 'reactions')[0].text == '❤️', str(got)
    await app.shot(picture(w, 'converse-talk'))
    with w.step('long text both ways'):
        await app.say(LONG)
        await said(anny, LONG)
        await anny.say(room.jid, LONG.upper())
        await app.see('WORD149')

    other = await Converse(w, 'converse2', 'abhi').start()
    with w.step('a second device: history, no code'):
        await other.login()  # its bookmark opens the chat
        if w.server.kind == 'ejabberd':  # 23.01 takes none of Converse's
            await other.join(room.jid)
        await other.see('at seven', 'see you there')
        await other.say('from the laptop')
        await said(anny, 'from the laptop')
        await app.see('from the laptop')
        await other.close()

    with w.step('the component is killed and comes back'):
        w.component.kill9()
        await w.start()
        await w.linked(anny)
        await app.say('after the restart')
        await said(anny, 'after the restart')
        await anny.say(room.jid, 'as if nothing happened')
        await app.see('as if nothing happened')

    with w.step('the page is closed and opened: history, no code typed'):
        await app.open('about:blank')
        await anny.say(room.jid, 'while you were out')
        await app.open(app.url)
        await app.login()
        await app.see('after the restart', 'while you were out')

    with w.step('the other side ends the chat'):
        await end_by_words(anny, room)
        await app.see('Anny ended this chat')
        await app.shot(picture(w, 'converse-ended'))
    with w.step('an ended chat says so to who returns'):
        await app.open('about:blank')
        await app.login()
        await app.see('This groupchat no longer exists',
                      'This chat has ended')
        await app.shot(picture(w, 'converse-gone'))

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
