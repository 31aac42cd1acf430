"""A whole chat between two people who use Profanity."""

import os

from harness import adhoc
from harness.check import holds
from harness.component import Room
from harness.story import story
from harness.terminal import Profanity, must_follow

LONG = ' '.join('word%d' % n for n in range(180))


def client(w, person):
    terminal = Profanity('profanity-%s-%s' % (w.server.kind, person),
                         os.path.join(w.folder, person), w.captures,
                         w.server, w.slot, person)
    w.things.append(terminal)
    return terminal


async def connected(w, person):
    terminal = client(w, person)
    await terminal.start()
    await terminal.connect()
    return terminal


async def make_chat(w, creator, invited):
    """A chat for Abhi and Anny; Anny's app gets the invite."""
    done = await adhoc.run(creator, w.domain, 'create-chat', {
        'your-name': 'Abhi', 'peer-name': 'Anny', 'invite-jid': invited,
        'idle': '1h', 'protection': 'server'})
    room = Room.of_form(done.values)
    w.keep_secret(room)
    return room


async def says(speaker, hearers, words):
    await speaker.type(words)
    for terminal in hearers:
        await terminal.see(words)


@story(limit=300)
async def profanity_chat(w):
    """Invited, let in, talk, drop out, come back, survive a restart, end."""
    helper = await w.person('mal')
    abhi, anny = await connected(w, 'abhi'), await connected(w, 'anny')
    room = await make_chat(w, helper, anny.jid)

    with w.step('an invite opens the chat, nothing is typed'):
        await anny.see('Chat room invite received', room.jid)
        await anny.keep('invited')
        await anny.type('/join %s' % room.jid)
        await anny.see('You have joined the room as Anny')

    with w.step('a wrong code is refused'):
        await abhi.type('/join %s nick whoever password ZZZZZ-ZZZZZ'
                        % room.jid)
        await abhi.see('Error joining room', 'not-authorized')
        await abhi.keep('wrong-code')
    with w.step('the right code opens the chat'):
        await abhi.type('/join %s nick whoever password %s' % (
            room.jid, room.code(1)))
        await abhi.see('You have joined the room as Abhi', 'Anny')
        await abhi.keep('joined')
        await anny.see('Abhi has joined the room')

    both = (abhi, anny)
    with w.step('words, emoji and long text both ways'):
        await says(abhi, both, 'hello Anny')
        await says(anny, both, 'hej 🕯 ünï שלום')
        await says(abhi, both, LONG)
    with w.step('a correction is sent, and shown'):
        await abhi.type('/correction on')
        await anny.type('/correction on')
        await says(abhi, both, 'at sevn')
        await abhi.type('/correct at seven')
        for terminal in both:
            await terminal.see('at seven')
        await abhi.keep('talk')
        await anny.keep('talk')
    with w.step('a second device: no code, the same seat'):
        laptop = await w.login('abhi', 'laptop')
        await laptop.join(room.jid, 'a')
        laptop.send(room.jid, 'from the laptop')
        for terminal in both:
            await terminal.see('from the laptop')
        await laptop.logout()

    with w.step('out and in again: history, no code typed'):
        await anny.disconnect()
        await abhi.see('Anny has left the room')
        await says(abhi, (abhi,), 'while you were out')
        await anny.connect()
        await anny.see('Autojoined', room.jid)
        await anny.type('/win 2')
        screen = await anny.see('hej 🕯', LONG, 'while you were out')
        must_follow(screen, 'hej 🕯', LONG, 'while you were out')
        await anny.keep('history')

    with w.step('the component is killed and comes back'):
        await w.restart(helper)
        await says(anny, both, 'after the restart')
        await says(abhi, both, 'as if nothing happened')
        for terminal in both:
            screen = await terminal.screen()
            assert 'destroyed' not in screen, screen
        await abhi.keep('after-restart')

    with w.step('!end asks once, then ends it for both'):
        await abhi.type('!end')
        await abhi.see('Write !end once more')
        await abhi.keep('asked-once-more')
        await abhi.type('!end')
        for terminal in both:
            screen = await terminal.see('Room destroyed', room.jid, 'reason:')
            assert 'reason: (null)' not in screen, screen
            await terminal.keep('ended')

    with w.step('an ended chat says so to who returns'):
        await anny.type('/join %s' % room.jid)
        await anny.see('Error joining room', 'gone')
        await anny.keep('gone')
    holds(await w.component.ctl('stats'), '')


@story(limit=300)
async def profanity_is_warned(w):
    """The warning before the silence, and what keeps the chat."""
    helper = await w.person('mal')
    abhi = await connected(w, 'abhi')
    room = await w.new_room(idle='40s')
    await helper.join(room.jid, 'b', room.code(2))
    with w.step('the warning before the silence, and !keep'):
        await abhi.type('/join %s password %s' % (room.jid, room.code(1)))
        await abhi.see('unless somebody writes', patience=60.0)
        await abhi.type('!keep')
        await abhi.see('stays for another')
        await abhi.keep('warned')
    with w.step('the other side ends the chat'):
        for _ in range(2):
            helper.send(room.jid, '!end')
        await abhi.see('Room destroyed', room.jid, 'Anny ended this chat')


@story(limit=300)
async def profanity_makes_a_chat(w):
    """The ad-hoc form is filled in Profanity itself."""
    helper = await w.person('mal')
    abhi = await connected(w, 'abhi')
    # Profanity first asks its own server whether that knows commands, and
    # refuses until the answer has come.
    await abhi.type_until('/cmd list %s' % w.domain, 'create-chat')
    await abhi.type('/cmd exec create-chat %s' % w.domain)
    screen = await abhi.see('field', '/form submit')
    await abhi.keep('form')
    tags = {}
    for line in screen.splitlines():
        for label in ('field1', 'field2', 'field3', 'field4', 'field5'):
            if '[%s]' % label in line.replace(' ', ''):
                tags[label] = line
    assert len(tags) >= 2, screen
    await abhi.type('/field1 Abhi')
    await abhi.type('/field2 Anny')
    await abhi.type('/form submit')
    screen = await abhi.see('@' + w.domain)
    await abhi.keep('made')
    assert helper.jid and screen
