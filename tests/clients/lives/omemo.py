"""`omemo` rooms: two apps whose words nobody between them can read."""

import asyncio

from harness import ns
from lives import life
from lives.gajim import gajim
from lives.talk import picture
from lives.terminals import told
from stories.terminal_profanity import client

PLAIN = 'said in plain words'
FIRST, SECOND = 'only you can read this', 'nobody else reads that'
MISSED, LAST = 'said while you were away', 'still for you alone'
HELP = 'Switch on OMEMO for this chat'
DEVICES = ns.OMEMO + '.devicelist'


async def helper(w, name):
    """A session beside the client's own, which has no keys."""
    person = await w.login(name, 'witness')
    if w.component.process is None:
        await w.start()
    await w.linked(person)
    return person


async def pep(person, kind, payload):
    """An iq to the own account; it may answer without saying who it is."""
    mark = person.mark()
    person.raw("<iq type='%s' id='pep'><pubsub xmlns='http://jabber.org/"
               "protocol/pubsub'>%s</pubsub></iq>" % (kind, payload))
    return await person.take(lambda s: s.name == 'iq' and s.id == 'pep',
                             'an answer of the account', since=mark)


async def had_omemo_before(person):
    """An empty device list, as an earlier client leaves it.

    Profanity 0.13 adds itself to a list, but beside Prosody it never makes the
    first one: it waits for an error code that Prosody does not send.
    """
    answer = await pep(person, 'set', (
        "<publish node='%s'><item id='current'><list xmlns='%s'/></item>"
        "</publish><publish-options><x xmlns='%s' type='submit'>"
        "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/"
        "protocol/pubsub#publish-options</value></field>"
        "<field var='pubsub#access_model'><value>open</value></field>"
        "</x></publish-options>") % (DEVICES, ns.OMEMO, ns.XDATA))
    assert answer.type == 'result', str(answer)


async def befriend(one, other):
    """Each in the other's contact list.

    Beside Prosody, which answers for the own account without naming it,
    Profanity 0.13 publishes keys that contacts alone may read.
    """
    one.raw("<presence type='subscribe' to='%s'/>" % other.bare)
    for who, whom in ((one, other), (other, one)):  # slixmpp says yes to all
        await who.take(lambda s, frm=whom.jid: s.name == 'presence'
                       and s.frm == frm and s.type == '', 'a contact')


async def has_keys(person):
    """Waits until the account's list names a device."""
    while True:
        answer = await pep(person, 'get', "<items node='%s'/>" % DEVICES)
        if answer.xml.find('.//{%s}device' % ns.OMEMO) is not None:
            return
        await asyncio.sleep(0.3)


async def sealed(person, room, seat, since, patience=60.0):
    """Waits for an encrypted message of a seat."""
    return await person.take(
        lambda s: s.frm == room.at(seat) and s.stanza_id
        and s.child(ns.OMEMO, 'encrypted') is not None,
        'an OMEMO message of seat %d' % seat, patience, since)


async def speak(app, words, person, room, seat):
    """Says it again while the app has no keys of the other side yet."""
    mark = person.mark()
    for _ in range(6):
        await app.say(words)
        try:
            return await sealed(person, room, seat, mark, 10.0)
        except AssertionError:
            pass
    return await sealed(person, room, seat, mark, 1.0)


def nothing_in_clear(person, *texts):
    """Nothing this person ever got holds one of the texts."""
    assert any(s.child(ns.OMEMO, 'encrypted') is not None
               for s in person.inbox.stanzas)
    for stanza in person.inbox.stanzas:
        for text in texts:
            assert text not in str(stanza), str(stanza)


async def plain_is_refused(w, app):
    with w.step('plain words are refused, with what to do'):
        await app.say(PLAIN)
        await app.see(HELP)


async def talk(room, seer, abhi, anny):
    await speak(abhi, FIRST, seer, room, 1)
    await anny.see(FIRST)
    await speak(anny, SECOND, seer, room, 2)
    await abhi.see(FIRST, SECOND)


async def talk_on(w, room, seer, abhi, anny):
    with w.step('and it goes on, both ways'):
        await speak(anny, LAST, seer, room, 2)
        await abhi.see(LAST)
        await speak(abhi, LAST.upper(), seer, room, 1)
        await anny.see(LAST.upper())
    with w.step('what passed the room holds none of the words'):
        nothing_in_clear(seer, PLAIN, FIRST, SECOND, MISSED, LAST)


async def profanity_seals(w):
    """The story; its screens are kept."""
    seer, other = await helper(w, 'abhi'), await helper(w, 'anny')
    await befriend(seer, other)
    abhi, anny = client(w, 'abhi'), client(w, 'anny')
    for terminal, person in ((abhi, seer), (anny, other)):
        await had_omemo_before(person)
        await terminal.start()
        await terminal.connect()
        # It says so when it knows what its server can do.
        await terminal.see('cannot publish crypto materials before')
        await terminal.type('/omemo gen')
        await terminal.type('/omemo trustmode blind')
        await has_keys(person)
    room = await w.new_room(protection='omemo')
    with w.step('the right codes open the chat'):
        for n, terminal in ((1, abhi), (2, anny)):
            await terminal.type('/join %s password %s' % (
                room.jid, room.code(n)))
            await terminal.see('You have joined the room as')
        await abhi.see('Anny has joined the room')
        await seer.join(room.jid, 'w')
    await plain_is_refused(w, abhi)
    with w.step('OMEMO messages both ways'):
        for terminal in (abhi, anny):
            await terminal.type('/omemo start')
            await terminal.see('[OMEMO]')
        await talk(room, seer, abhi, anny)
        await abhi.keep('talk')
    with w.step('out and in again: what was missed is read'):
        await anny.disconnect()
        await abhi.see('Anny has left the room')
        await speak(abhi, MISSED, seer, room, 1)
        await anny.connect()
        await anny.type('/join %s' % room.jid)
        await anny.see('You have joined the room as Anny', MISSED)
        await anny.keep('history')
    await talk_on(w, room, seer, abhi, anny)


@life('omemo-profanity', limit=400)
async def omemo_profanity(w):
    """Profanity to Profanity in an `omemo` room."""
    await told(w, profanity_seals, ('*-abhi-*-talk.txt', 'omemo-profanity'))


async def gajim_with_keys(w, name, person):
    app = gajim(w, name, person.name, omemo=True)
    await app.start()
    await has_keys(person)
    return app


async def enter(app, room, seat):
    await app.join(room.jid)
    await app.code(room.code(seat))
    await app.see('must be encrypted with OMEMO')


@life('omemo-gajim', limit=420)
async def omemo_gajim(w):
    """Gajim to Gajim in an `omemo` room."""
    seer, other = await helper(w, 'abhi'), await helper(w, 'anny')
    abhi = await gajim_with_keys(w, 'gajim', seer)
    anny = await gajim_with_keys(w, 'gajim2', other)
    room = await w.new_room(protection='omemo')
    with w.step('the right codes open the chat'):
        await enter(abhi, room, 1)
        await enter(anny, room, 2)
        await seer.join(room.jid, 'w')
    await plain_is_refused(w, abhi)
    with w.step('OMEMO messages both ways'):
        for app in (abhi, anny):
            app.encrypt()
        await talk(room, seer, abhi, anny)
        await abhi.shot(picture(w, 'omemo-gajim'))
    with w.step('closed and started again: what was missed is read'):
        await anny.quit()
        await seer.take(lambda s: s.type == 'unavailable'
                        and s.frm == room.at(2), 'the leave')
        await speak(abhi, MISSED, seer, room, 1)
        await anny.start()
        await anny.open_chat(room.jid)
        await anny.see(FIRST, SECOND, MISSED)
        assert not await anny.has('Password Required')
    await talk_on(w, room, seer, abhi, anny)
