"""Conversations, which cannot run here: its stanzas, in its order.

It has no screen for commands, so a chat is made by a message; it joins by the
mediated invite at once, asks the archive in the same write, pings itself, and
shows "destroy" to owners.
"""

from harness import ns
from harness.check import holds, same
from harness.component import CODE, Room
from harness.stanza import bare
from harness.story import story

MARKERS = 'urn:xmpp:chat-markers:0'


def join_and_ask(room, nick, code, last):
    """What it writes in one go when it enters a private group."""
    return (
        "<presence to='%s/%s' id='cj'><x xmlns='%s'><password>%s</password>"
        "<history maxstanzas='0'/></x></presence>"
        "<iq type='set' to='%s' id='cm'><query xmlns='%s' queryid='cq'>"
        "<x xmlns='%s' type='submit'><field var='FORM_TYPE'><value>%s</value>"
        "</field><field var='start'><value>%s</value></field></x>"
        "<set xmlns='%s'><max>50</max></set></query></iq>" % (
            room, nick, ns.MUC, code, room, ns.MAM, ns.XDATA, ns.MAM, last,
            ns.RSM)
        + ''.join("<iq type='get' to='%s' id='ca-%s'><query xmlns='%s'><item "
                  "affiliation='%s'/></query></iq>" % (room, a, ns.MUC_ADMIN, a)
                  for a in ('owner', 'admin', 'member')))


async def invited(w, person, body):
    """Makes a chat by message; returns it as the own invite tells it."""
    person.raw("<message type='chat' to='%s' id='cn'><body>%s</body>"
               "<request xmlns='urn:xmpp:receipts'/><markable xmlns='%s'/>"
               "</message>" % (w.domain, body, MARKERS))
    answer = await person.take(lambda s: s.frm == w.domain and s.body,
                               'the answer')
    invite = await person.take(
        lambda s: s.user is not None
        and s.user.find('{%s}invite' % ns.MUC_USER) is not None, 'the invite')
    codes = CODE.findall(answer.body)
    room = Room({'room': bare(invite.frm), 'protection': 'server', 'seats': [
        {'name': name, 'code': code, 'link': '#x', 'xmpp': None}
        for name, code in zip(('Abhi', 'Anny'), codes)]})
    w.told.add(room.local)
    w.told.update(codes)
    return room, invite.user.findtext('{%s}password' % ns.MUC_USER)


@story()
async def conversations_life(w):
    """Made, entered, written in, renamed, left alone, entered again, ended."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    room, code = await invited(w, abhi, 'new Abhi Anny')
    await anny.join(room.jid, 'b', room.code(2))
    said = await anny.say(room.jid, 'you there?')
    await abhi.disco(w.domain)
    await abhi.disco(room.jid)
    mark = abhi.mark()
    abhi.raw(join_and_ask(room.jid, 'abhi.phone', code,
                          '2026-01-01T00:00:00.000Z'))
    await abhi.take(lambda s: s.id == 'ca-member', 'the last answer',
                    since=mark)
    got = [s for s in abhi.since(mark) if bare(s.frm) == room.jid]
    me = next(s for s in got if s.name == 'presence' and 110 in s.statuses)
    same((me.frm, me.item.get('affiliation')), (room.at(1), 'owner'))
    assert {110, 210} <= me.statuses and 201 not in me.statuses, str(me)
    results = [s.find(ns.MAM, 'result') for s in got
               if s.find(ns.MAM, 'result') is not None]
    same([r.get('id') for r in results], [said.stanza_id])
    fin = next(s for s in got if s.id == 'cm')
    same(fin.find(ns.RSM, 'count').text, '1')

    # Its own words come back by occupant-id and id, with a marker after.
    abhi.raw("<message type='groupchat' to='%s' id='c1'><body>yes</body>"
             "<markable xmlns='%s'/><origin-id xmlns='%s' id='c1'/></message>"
             % (room.jid, MARKERS, ns.SID))
    mine = await abhi.heard(room.jid, 'c1')
    same(mine.occupant_id, me.occupant_id)
    heard = await anny.heard(room.jid, 'c1')
    same(heard.stanza_id, mine.stanza_id)
    abhi.raw("<message type='groupchat' to='%s' id='c2'><displayed xmlns='%s' "
             "id='%s'/><store xmlns='%s'/></message>"
             % (room.jid, MARKERS, said.stanza_id, ns.HINTS))
    assert (await anny.heard(room.jid, 'c2')).stanza_id
    abhi.raw("<message type='groupchat' to='%s' id='c3'><body>yes!</body>"
             "<replace xmlns='%s' id='c1'/><origin-id xmlns='%s' id='c3'/>"
             "</message>" % (room.jid, ns.CORRECT, ns.SID))
    same((await anny.heard(room.jid, 'c3')).occupant_id, me.occupant_id)

    # It pings itself; its user changes the name of the profile.
    ping = "<ping xmlns='%s'/>" % ns.PING
    same((await abhi.iq('get', room.at(1), ping)).type, 'result')
    mark = abhi.mark()
    abhi.raw("<presence to='%s/Emperor' id='cr'/>" % room.jid)
    still = await abhi.take(lambda s: s.name == 'presence'
                            and bare(s.frm) == room.jid, 'an answer',
                            since=mark)
    same((still.type, still.frm), ('', room.at(1)))
    assert {110, 210} <= still.statuses, str(still)

    # Cut off and back: no code, only what came since, nothing twice.
    abhi.vanish()
    await anny.take(lambda s: s.frm == room.at(1) and s.type == 'unavailable',
                    'that he is gone', 20.0)
    await anny.say(room.jid, 'gone?')
    phone = await w.login('abhi', 'phone2')
    same((await phone.iq('get', room.at(1), ping)).error,
         ('cancel', 'not-acceptable'))
    joined = await phone.join(room.jid, 'Abhi',
                              history="<history maxstanzas='0'/>")
    same((joined.me.frm, joined.history), (room.at(1), []))
    results, _ = await phone.archive(
        room.jid, rsm='<after>%s</after><max>50</max>' % mine.stanza_id)
    same([r.message.id for r in results][:2], ['c2', 'c3'])
    same(results[-1].body, 'gone?')

    # "Destroy" on either side.
    answer = await phone.set(room.jid, "<query xmlns='%s'><destroy/></query>"
                             % ns.MUC_OWNER, 20.0)
    same(answer.frm, room.jid)
    for person, seat in ((phone, 1), (anny, 2)):
        gone = await person.take(lambda s: s.name == 'presence'
                                 and s.destroyed, 'the destroy')
        same(gone.frm, room.at(seat))
        holds(gone.statuses, 110)
    same((await phone.join_error(room.jid, 'Abhi')).error, ('cancel', 'gone'))
    same((await phone.iq('get', room.at(1), ping)).error,
         ('cancel', 'not-acceptable'))
