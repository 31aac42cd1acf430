"""Errors that tell of a session that is gone, and those that do not."""

from harness import ns
from harness.check import same
from harness.faked import ABHI, ANNY, Faked
from harness.stanza import bare
from harness.story import DIRECT, story

GONE = ('gone', 'item-not-found', 'recipient-unavailable', 'redirect',
        'remote-server-not-found', 'remote-server-timeout', 'jid-malformed',
        'internal-server-error', 'service-unavailable')
HARMLESS = ('policy-violation', 'not-acceptable', 'forbidden',
            'resource-constraint', 'feature-not-implemented',
            'not-authorized', 'bad-request')


def bounce(kind, to, condition, extra=''):
    """A stanza that came back, as servers and clients send it."""
    inside = "<%s xmlns='%s'/>" % (condition, ns.STANZAS) if condition else ''
    return ("<%s type='error' to='%s'%s><error type='cancel'>%s</error></%s>"
            % (kind, to, extra, inside, kind))


def leaves(address):
    return lambda s: (s.name == 'presence' and s.frm == address
                      and s.type == 'unavailable')


@story()
async def ghost_by_message(w):
    """Each error that means "gone" evicts; no other does."""
    room, abhi, anny = await w.couple()
    for condition in HARMLESS:
        anny.raw(bounce('message', room.jid, condition))
        await anny.say(room.jid, 'still here after ' + condition)
    assert not any(leaves(room.at(2))(s) for s in abhi.inbox.stanzas)
    for condition in GONE + (None,):
        anny.raw(bounce('message', room.jid, condition))
        seen = await abhi.take(leaves(room.at(2)), 'the leave: %s' % condition)
        same(seen.statuses, {333}, condition)
        own = await anny.take(leaves(room.at(2)), 'the own leave')
        same(own.statuses, {110, 333}, condition)
        await anny.join(room.jid, 'b')


@story()
async def ghost_by_presence(w):
    """Any presence that comes back evicts, whatever it says."""
    room, abhi, anny = await w.couple()
    for condition in ('policy-violation', 'not-acceptable', None):
        anny.raw(bounce('presence', room.at(2), condition))
        seen = await abhi.take(leaves(room.at(2)), 'the leave: %s' % condition)
        same(seen.statuses, {333}, condition)
        await anny.take(leaves(room.at(2)), 'the own leave')
        await anny.join(room.jid, 'b')


@story()
async def ghost_is_one_session(w):
    """One device bounces: the other stays, and the seat stays in."""
    room, abhi, anny = await w.couple()
    laptop = await w.login('anny', 'laptop')
    await laptop.join(room.jid, 'x')
    mark = abhi.mark()
    laptop.raw(bounce('message', room.jid, 'recipient-unavailable'))
    own = await laptop.take(leaves(room.at(2)), 'the own leave')
    same(own.statuses, {110, 333})
    said = await anny.say(room.jid, 'one of two')
    await abhi.heard(room.jid, said.id)
    assert not any(leaves(room.at(2))(s) for s in abhi.since(mark))
    # What a stranger claims to have bounced is nothing to the room.
    mal = await w.login('mal')
    for to in (room.jid, room.at(1), room.at(2)):
        for kind in ('message', 'presence', 'iq'):
            mal.raw(bounce(kind, to, 'gone', " id='ping-1'"))
    mark = mal.mark()
    await mal.disco(room.jid)
    said = await anny.say(room.jid, 'nobody left')
    await abhi.heard(room.jid, said.id)
    same([str(s) for s in mal.since(mark) if s.type == 'error'], [])


async def pinged(link, person, since=0):
    return await link.take(
        lambda s: s.name == 'iq' and s.type == 'get' and s.to == person
        and s.find(ns.PING, 'ping') is not None, 'a ping of ' + person, 120.0,
        since)


def pong(link, ping, condition=None, frm=None):
    inside = '' if condition is None else (
        "<error type='cancel'><%s xmlns='%s'/></error>"
        % (condition, ns.STANZAS))
    link.write("<iq type='%s' id='%s' from='%s' to='%s'>%s</iq>" % (
        'error' if condition else 'result', ping.id, frm or ping.to, ping.frm,
        inside))


@story(servers=DIRECT, limit=300)
async def ghost_by_ping(w):
    """A ping is from the own occupant; "what is a ping?" is a sign of life."""
    faked, link, room = await Faked.relinked(w)
    first = await pinged(link, ABHI)
    same((bare(first.frm), first.type), (room.jid, 'get'))
    pong(link, first, 'feature-not-implemented')
    await faked.is_reflected(link, ABHI, room, 'alive', 'a1', [ABHI, ANNY])
    ping = await pinged(link, ANNY)
    pong(link, ping, 'recipient-unavailable')
    seen = await link.take(lambda s: leaves(room.at(2))(s) and s.to == ABHI,
                           'the leave')
    same(seen.statuses, {333})
    await faked.is_reflected(link, ABHI, room, 'alone', 'a2', [ABHI])


@story(servers=DIRECT, limit=300)
async def ghost_of_a_lost_server(w):
    """Its whole server is gone: every session of the account goes with it."""
    faked = Faked(w)
    link = await faked.start()
    room = await w.new_room()
    await faked.join(link, ABHI, room, 1)
    laptop = bare(ANNY) + '/laptop'
    for person in (ANNY, laptop):
        await faked.join(link, person, room, 2)
    link.write("<message type='error' from='%s' to='%s'><error type='cancel'>"
               "<item-not-found xmlns='%s'/></error></message>"
               % (bare(ANNY), room.jid, ns.STANZAS))
    await faked.is_reflected(link, ABHI, room, 'both', 'b1',
                             [ABHI, ANNY, laptop])
    link.write("<message type='error' from='%s' to='%s'><error type='cancel'>"
               "<remote-server-not-found xmlns='%s'/></error></message>"
               % (bare(ANNY), room.jid, ns.STANZAS))
    await link.take(lambda s: leaves(room.at(2))(s) and s.to == ABHI,
                    'the leave')
    await faked.is_reflected(link, ABHI, room, 'none', 'b2', [ABHI])
    assert not any(s.id == 'b2' and s.to != ABHI for s in link.inbox.stanzas)
