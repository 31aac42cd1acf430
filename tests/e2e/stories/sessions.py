"""Devices, presence, self-ping, and sessions that are not there any more."""

import asyncio

from harness import ns
from harness.check import holds, same
from harness.stanza import bare
from harness.story import story

PING = "<ping xmlns='%s'/>" % ns.PING


def gone(address):
    def match(stanza):
        return (stanza.name == 'presence' and stanza.frm == address
                and stanza.type == 'unavailable')
    return match


def came(address):
    def match(stanza):
        return (stanza.name == 'presence' and stanza.frm == address
                and stanza.type == '')
    return match


@story()
async def session_second_device(w):
    """A second device needs no code, gets everything, and is one person."""
    room, abhi, anny = await w.couple()
    before = await abhi.say(room.jid, 'before the laptop')
    mark = abhi.mark()
    laptop = await w.login('anny', 'laptop')
    joined = await laptop.join(room.jid, 'anny')
    same(joined.me.frm, room.at(2))
    same([s.stanza_id for s in joined.history], [before.stanza_id])
    same([s.frm for s in joined.others], [room.at(1)])
    await abhi.none(came(room.at(2)), 'a second entry', 0.7, mark)
    said = await laptop.say(room.jid, 'from the laptop')
    for person in (anny, abhi):
        heard = await person.heard(room.jid, said.id)
        same((heard.frm, heard.stanza_id), (room.at(2), said.stanza_id))
    said = await anny.say(room.jid, 'from the phone')
    heard = await laptop.heard(room.jid, said.id)
    same(heard.occupant_id, said.occupant_id)
    # One device leaves: nobody is told.  The other leaves: the seat is away.
    anny.leave(room.jid, 'Anny')
    own = await anny.take(gone(room.at(2)), 'the own leave')
    holds(own.statuses, 110)
    await abhi.none(gone(room.at(2)), 'a leave', 0.7, mark)
    laptop.leave(room.jid, 'x')
    await laptop.take(gone(room.at(2)), 'the own leave')
    seen = await abhi.take(gone(room.at(2)), 'the leave')
    assert 110 not in seen.statuses, str(seen)
    same(seen.item.get('role'), 'none')


@story()
async def session_limit_evicts_the_silent(w):
    """Past `sessions_per_seat` the longest silent session goes, told why."""
    room, abhi, anny = await w.couple(limits_sessions_per_seat='2')
    second = await w.login('anny', 'laptop')
    await second.join(room.jid, 'x')
    await anny.say(room.jid, 'the phone is alive')
    third = await w.login('anny', 'tablet')
    joined = await third.join(room.jid, 'x')
    same(joined.me.frm, room.at(2))
    kick = await second.take(gone(room.at(2)), 'the eviction')
    assert {110, 333} <= kick.statuses and 307 not in kick.statuses, str(kick)
    await anny.say(room.jid, 'still here')
    await third.take(lambda s: s.body == 'still here', 'the message')
    second.send(room.jid, 'and me?', '', 'out')
    same((await second.heard(room.jid, 'out')).error,
         ('cancel', 'not-acceptable'))


@story()
async def session_leave_and_presence(w):
    """Away is shown, 110 marks the own presence, leaving is told once."""
    room, abhi, anny = await w.couple()
    mark = anny.mark()
    abhi.raw("<presence to='%s'><show>away</show><status>tea</status>"
             "</presence>" % room.at(1))
    seen = await anny.take(came(room.at(1)), 'away', since=mark)
    same(seen.xml.findtext('{jabber:client}show'), 'away')
    same(seen.xml.findtext('{jabber:client}status'), 'tea')
    mine = await abhi.take(
        lambda s: came(room.at(1))(s)
        and s.xml.findtext('{jabber:client}show') == 'away', 'the own away')
    holds(mine.statuses, 110)
    abhi.leave(room.jid, 'Abhi')
    mine = await abhi.take(gone(room.at(1)), 'the own leave')
    same(mine.statuses, {110})
    same(mine.item.get('role'), 'none')
    seen = await anny.take(gone(room.at(1)), 'the leave')
    same(seen.statuses, set())
    mark = abhi.mark()
    abhi.leave(room.jid, 'Abhi')
    await abhi.none(lambda s: bare(s.frm) == room.jid, 'an answer to nothing',
                    0.7, mark)


@story()
async def session_nick_is_locked(w):
    """A wish for another nick is answered by the own presence, 110 and 210."""
    room, abhi, anny = await w.couple()
    mark = abhi.mark()
    seen = anny.mark()
    abhi.raw("<presence to='%s/Emperor' id='nick1'/>" % room.jid)
    answer = await abhi.take(
        lambda s: s.name == 'presence' and bare(s.frm) == room.jid,
        'the answer', since=mark)
    same((answer.type, answer.frm), ('', room.at(1)), str(answer))
    assert {110, 210} <= answer.statuses, str(answer)
    await anny.none(lambda s: 'Emperor' in str(s), 'the nick', 0.5, seen)
    await abhi.say(room.jid, 'still me')


@story()
async def session_self_ping(w):
    """Inside: result.  Outside: not-acceptable.  Never forwarded."""
    room, abhi, anny = await w.couple()
    same((await abhi.iq('get', room.at(1), PING)).type, 'result')
    same((await abhi.iq('get', room.jid + '/oldnick', PING)).type, 'result')
    same((await abhi.iq('get', room.at(2), PING)).type, 'result')
    same((await abhi.iq('get', room.jid, PING)).type, 'result')
    same((await abhi.iq('get', w.domain, PING)).type, 'result')
    mal = await w.login('mal')
    not_inside = ('cancel', 'not-acceptable')
    same(await mal.refused('get', room.at(1), PING), not_inside)
    mark = anny.mark()
    abhi.leave(room.jid, 'Abhi')
    await abhi.take(gone(room.at(1)), 'the own leave')
    same(await abhi.refused('get', room.at(1), PING), not_inside)
    same(await anny.refused('get', room.at(1), PING),
         ('cancel', 'item-not-found'))
    same(await abhi.refused('get', '0123456789abcdef@%s/Abhi' % w.domain,
                            PING), not_inside)
    await anny.none(lambda s: s.name == 'iq' and s.type == 'get'
                    and 'oldnick' in s.to, 'a forwarded ping', 0.2, mark)


@story()
async def session_error_evicts(w):
    """A bounced message evicts that session alone; harmless errors do not."""
    room, abhi, anny = await w.couple()
    for condition in ('not-acceptable', 'policy-violation'):
        anny.raw("<message type='error' to='%s' id='e1'><error type='cancel'>"
                 "<%s xmlns='%s'/></error></message>" % (
                     room.jid, condition, ns.STANZAS))
    await abhi.none(gone(room.at(2)), 'an eviction', 0.7)
    await anny.say(room.jid, 'not gone')
    anny.raw("<message type='error' to='%s' id='e2'><error type='cancel'>"
             "<recipient-unavailable xmlns='%s'/></error></message>" % (
                 room.jid, ns.STANZAS))
    await abhi.take(gone(room.at(2)), 'the eviction')
    mine = await anny.take(gone(room.at(2)), 'the own eviction')
    assert {110, 333} <= mine.statuses, str(mine)
    joined = await anny.join(room.jid, 'b')
    same([s.body for s in joined.history], ['not gone'])


@story()
async def session_lost_connection(w):
    """A connection that breaks is a leave, without a word of the client."""
    room, abhi, anny = await w.couple()
    anny.vanish()
    await abhi.take(gone(room.at(2)), 'the leave', 60.0)
    await abhi.say(room.jid, 'while you were out')
    phone = await w.login('anny', 'again')
    joined = await phone.join(room.jid, 'b')
    same([s.body for s in joined.history], ['while you were out'])


@story()
async def session_ghost_after_restart(w):
    """Who vanished while we were down is found out at the first message."""
    room, abhi, anny = await w.couple()
    await w.component.terminate()
    anny.vanish()
    await asyncio.sleep(1.0)
    await w.start()
    await w.linked(abhi)
    mark = abhi.mark()
    await abhi.say(room.jid, 'anybody?')
    await abhi.take(gone(room.at(2)), 'the eviction of the ghost', 60.0, mark)
