"""Converse.js as it comes from npm, over Prosody's own WebSocket."""

import asyncio
import os

from harness import ns
from harness.servers import PASSWORD
from lives import life
from lives.chat import Chat, silent_chat
from lives.talk import WRONG, invited, picture, react, room_of
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
        # Converse may draw the form anew while somebody types.
        while not await self.run(
                "document.activeElement.name === 'password'"
                " && document.activeElement.value === '%s'" % words):
            await self.fill('converse-muc input[name=password]', words)
        await self.press('Enter')

    async def say(self, words):
        await self.fill('.chat-textarea', words)
        await self.press('Enter')

    async def correct_last(self, words):
        await self.press('ArrowUp')
        await self.say(words)

    async def delete(self, words):
        """Retract, in the menu of the message, and yes."""
        await self.run("[...document.querySelectorAll('.chat-msg')]"
                       ".filter((e) => e.innerText.includes('%s')).at(-1)"
                       ".querySelector('.chat-msg__action-retract').click()"
                       % words)
        await self.see('Are you sure you want to retract')
        await self.run(
            "document.querySelector('.modal.show .btn-primary').click()")

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
    chat = Chat(w, app, anny, room)
    await chat.opens()
    await chat.words()
    his = await chat.emoji()

    await chat.correction()
    with w.step('a reaction is shown, and sent'):
        await react(anny, room, his.stanza_id, '👍')
        while '👍' not in await app.reactions():
            await asyncio.sleep(0.2)
        await app.run("[...document.querySelectorAll('.chat-msg')].at(-1)"
                      ".querySelector('.chat-msg__action-reaction').click()")
        await app.run("[...document.querySelectorAll('.reaction-item')]"
                      ".find((e) => e.innerText === '❤️').click()")
        await chat.reaction_comes('❤️')
    await app.shot(picture(w, 'converse-talk'))
    with w.step('what is deleted is nowhere any more'):
        mark = anny.mark()
        await app.say('said too soon')
        await anny.take(lambda s: s.body == 'said too soon', 'the words',
                        since=mark)
        await app.delete('said too soon')
        await anny.take(lambda s: s.find(ns.RETRACT, 'retract') is not None,
                        'the retraction', since=mark)
        results, _ = await anny.archive(room.jid, rsm='<before/>')
        assert not any(r.body == 'said too soon' for r in results)
    await chat.long_text()

    other = await Converse(w, 'converse2', 'abhi').start()
    with w.step('a second device: history, no code'):
        await other.login()  # its bookmark opens the chat
        if w.server.kind == 'ejabberd':  # 23.01 takes none of Converse's
            await other.join(room.jid)
        await other.see('at seven', 'see you there')
        await chat.other_device_speaks(other)
        await other.close()

    await chat.outlives_the_component()

    with w.step('the page is closed and opened: history, no code typed'):
        await app.open('about:blank')
        await anny.say(room.jid, 'while you were out')
        await app.open(app.url)
        await app.login()
        await app.see('after the restart', 'while you were out')

    await chat.ended_by_other()
    await app.shot(picture(w, 'converse-ended'))
    with w.step('an ended chat says so to who returns'):
        await app.open('about:blank')
        await app.login()
        await app.see('This groupchat no longer exists',
                      'This chat has ended')
        await app.shot(picture(w, 'converse-gone'))

    chat = await silent_chat(w, app, anny)
    await chat.ended_by_app()
