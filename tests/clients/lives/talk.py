"""What lives do in a room beside the app, and what of it they keep."""

import os

from harness import ns
from harness.component import Room

WRONG = 'ZZZZZ-ZZZZZ'
EMOJI = 'hej 🙂 ünï שלום'
LONG = ' '.join('word%d' % n for n in range(150))


def picture(w, name):
    """One server's pictures go to the docs."""
    kept = w.server.kind == 'prosody'
    return os.path.join(w.captures if kept else w.folder, name + '.png')


def room_of(values):
    """A Room from the texts a client shows of a made chat."""
    return Room({'room': values['room'], 'protection': 'server', 'seats': [
        {'name': values['name%d' % n], 'code': values['code%d' % n],
         'link': values['link%d' % n], 'xmpp': None} for n in (1, 2)]})


async def entered(person, room, seat, since=0):
    """Waits until a seat's presence comes."""
    await person.take(
        lambda s: s.name == 'presence' and s.frm == room.at(seat)
        and s.type == '', 'seat %d comes in' % seat, since=since)


async def said(person, words, since=0):
    """Waits for the room's message of these words."""
    return await person.take(lambda s: s.body == words and s.stanza_id,
                             'the message %.20r' % words, since=since)


async def invited(person, room):
    """Waits for the mediated invite; returns the code in it."""
    invite = await person.take(
        lambda s: s.name == 'message' and s.frm == room.jid
        and s.user is not None
        and s.user.find('{%s}invite' % ns.MUC_USER) is not None, 'an invite')
    return invite.user.findtext('{%s}password' % ns.MUC_USER)


def correction(number):
    return "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/>" % number


async def react(person, room, number, emoji):
    """Sends a reaction and waits for its reflection."""
    mark = person.mark()
    person.raw(
        "<message type='groupchat' to='%s' id='re'><reactions xmlns='%s' "
        "id='%s'><reaction>%s</reaction></reactions></message>" % (
            room.jid, ns.REACTIONS, number, emoji))
    await person.take(lambda s: s.child(ns.REACTIONS, 'reactions') is not None,
                      'the own reaction', since=mark)


async def end_by_words(person, room):
    """`!end`, twice."""
    for _ in range(2):
        person.send(room.jid, '!end')
    await person.take(lambda s: s.name == 'presence' and s.destroyed
                      and s.frm.startswith(room.jid), 'the end')
