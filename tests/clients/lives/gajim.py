"""Gajim 1.7, driven through AT-SPI and its own D-Bus actions."""

import asyncio
import os

from desk.gajim_app import Gajim
from lives import life
from lives.chat import Chat, silent_chat
from lives.talk import WRONG, entered, invited, picture, react, room_of


def gajim(w, name, person, **options):
    app = Gajim(name, os.path.join(w.folder, name), w.server, w.slot, person,
                **options)
    w.things.append(app)
    return app


async def make_chat(w, app, invited):
    """Service discovery, Command, the form: the room it tells of."""
    await app.commands_of(w.domain)
    await app.execute('Create a private chat')
    await app.fill('Your name', 'Abhi')
    await app.fill('Their name', 'Anny')
    await app.fill('Their XMPP address, to invite them (optional)', invited)
    await app.shot(picture(w, 'gajim-form'), '600x525+198+80')
    await app.click('Complete', 'push button')
    shown = await app.results()
    await app.shot(picture(w, 'gajim-made'), '600x525+198+80')
    await app.close_dialogs()

    def after(label, nth):
        found = [shown[i + 1] for i, text in enumerate(shown)
                 if text == label]
        return found[nth]
    room = room_of({
        'room': after('Chat', 0),
        **{'%s%d' % (key, n + 1): after(label, n) for n in (0, 1)
           for key, label in (('name', 'Name'), ('code', 'Secret code'),
                              ('link', 'Link'))}})
    w.keep_secret(room)
    return room


@life('gajim', limit=480)
async def gajim_life(w):
    """A chat is made in Gajim and lives there until its end."""
    anny = await w.person('anny')
    app = gajim(w, 'gajim', 'abhi')
    await app.start()

    with w.step('the chat is made in its form'):
        room = await make_chat(w, app, anny.bare)
    with w.step('the invite carries the code'):
        await anny.join(room.jid, 'b', await invited(anny, room))

    with w.step('a wrong code asks again'):
        await app.join(room.jid)
        await app.code(WRONG)
        await asyncio.sleep(1.0)
        await app.see('Password Required')
        await app.shot(picture(w, 'gajim-wrong-code'), '580x300+420+200')
    chat = Chat(w, app, anny, room)
    await chat.opens('There is no more history')
    await chat.words()
    await chat.emoji()

    fixed = await chat.correction()
    with w.step('a reaction leaves it undisturbed'):
        await react(anny, room, fixed.stanza_id, '👍')
        await anny.say(room.jid, 'seen?')
        await app.see('seen?')
    await app.shot(picture(w, 'gajim-talk'))
    await chat.long_text()

    other = gajim(w, 'gajim2', 'abhi')
    with w.step('a second device comes in by itself, without a code'):
        await other.start()
        await other.open_chat(room.jid)
        await other.see('WORD149')
        await chat.other_device_speaks(other)
        await other.quit()

    await chat.outlives_the_component()

    with w.step('closed and started again: history, no code typed'):
        await app.quit()
        await anny.take(lambda s: s.type == 'unavailable'
                        and s.frm == room.at(1), 'the leave')
        await anny.say(room.jid, 'while you were out')
        await app.start()
        await app.open_chat(room.jid)
        await app.see('after the restart', 'while you were out')
        assert not await app.has('Password Required')

    await chat.ended_by_other('Group chat has been destroyed')
    await app.shot(picture(w, 'gajim-ended'), '580x674+420+26')
    with w.step('an ended chat says so to who returns'):
        await app.start_chat(room.jid)
        await app.see('This chat has ended')
        await app.close_dialogs()
    await second_chat(w, app, anny)


async def second_chat(w, app, anny):
    """Invited, ended by its own word; then one that falls silent."""
    with w.step('an invite opens a chat; it forgets the code in it'):
        room = await w.invite(anny, app.jid)
        await app.accept_invite()
        await app.code(room.code(1))  # Gajim 1.7 does not pass it on
        await entered(anny, room, 1)
        await app.open_chat(room.jid)
        await app.see('after 1 hour of silence')
    await Chat(w, app, anny, room).ended_by_app(
        'Group chat has been destroyed')
    await silent_chat(w, app, anny)
    await app.shot(picture(w, 'gajim-warning'), '580x674+420+26')
