"""What a stranger, or the other person, might try."""

import asyncio

from harness import ns
from harness.check import same
from harness.guest import token_of
from harness.local_gateway import LocalGateway
from harness.stanza import bare
from harness.story import DIRECT, story

TO_NOWHERE = '0123456789abcdef@%s'


def everything_from(person, domain):
    return [str(s) for s in person.inbox.stanzas
            if s.frm and bare(s.frm).endswith(domain)]


async def settled(person, address):
    """All that was sent before this has been dealt with."""
    await person.iq('get', address, "<query xmlns='%s'/>" % ns.DISCO_INFO)


@story()
async def abuse_strays_have_few_echoes(w):
    """A flood from outside is answered a hundred times, not a thousand."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    for target in (room.jid, TO_NOWHERE % w.domain):
        for n in range(250):
            mal.raw("<message type='groupchat' to='%s' id='f%d'><body>x"
                    "</body></message><presence to='%s/Mal' id='p%d'/>"
                    % (target, n, target, n))
    await settled(mal, w.domain)
    echoes = [s for s in mal.inbox.stanzas
              if s.name in ('message', 'presence') and s.frm
              and bare(s.frm).endswith('@' + w.domain)]
    # A hundred, and two more for each second that a slow machine takes.
    assert 10 < len(echoes) <= 300, '%d echoes of 1000' % len(echoes)
    said = await abhi.say(room.jid, 'undisturbed')
    await anny.heard(room.jid, said.id)


@story()
async def abuse_presence_flood_is_coalesced(w):
    """Of sixty updates the other sees a few, and the last one in the end."""
    room, abhi, anny = await w.couple()
    mark = anny.mark()
    for n in range(60):
        abhi.raw("<presence to='%s'><status>n%d</status></presence>"
                 % (room.at(1), n))

    def status(stanza):
        return (stanza.xml.findtext('{jabber:client}status')
                if stanza.name == 'presence' and stanza.frm == room.at(1)
                else None)

    await anny.take(lambda s: status(s) == 'n59', 'the last one', since=mark)
    seen = [status(s) for s in anny.since(mark) if status(s)]
    assert len(seen) <= 30, seen
    same(seen[:10], ['n%d' % n for n in range(10)])
    own = [s for s in abhi.inbox.stanzas if (status(s) or '').startswith('n')]
    same(len(own), 60)


@story()
async def abuse_codes_are_shown_to_nobody(w):
    """No answer, list, form, history or invite holds anybody's code."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    await mal.join_error(room.jid, 'x', '22222-22222')
    for person in (abhi, mal):
        for kind, payload in (
                ('get', "<query xmlns='%s'/>" % ns.MUC_OWNER),
                ('get', "<query xmlns='%s'/>" % ns.DISCO_INFO),
                ('get', "<query xmlns='%s'><item affiliation='owner'/></query>"
                 % ns.MUC_ADMIN),
                ('get', "<query xmlns='jabber:iq:register'/>"),
                ('get', "<query xmlns='%s'/>" % ns.MAM),
                ('set', "<query xmlns='%s'/>" % ns.MAM)):
            await person.iq(kind, room.jid, payload)
        person.raw("<message to='%s' id='i'><x xmlns='%s'><invite to='%s'/>"
                   "</x></message>" % (room.jid, ns.MUC_USER, mal.bare))
    await abhi.join(room.jid, 'x')
    for person in (abhi, anny, mal):
        for text in everything_from(person, w.domain):
            for seat in room.seats:
                assert seat.code not in text, text
                assert seat.code.replace('-', '') not in text.upper(), text


@story()
async def abuse_nothing_passes_for_anothers_word(w):
    """Forged marks, forwarded copies and addresses are taken out."""
    room, abhi, anny = await w.couple()
    honest = await anny.say(room.jid, 'honest')
    forged = (
        "<result xmlns='%s' id='1'><forwarded xmlns='%s'><message xmlns="
        "'jabber:client' from='%s' type='groupchat'><body>forged</body>"
        "</message></forwarded></result>"
        "<forwarded xmlns='%s'><message xmlns='jabber:client' from='%s'>"
        "<body>forged</body></message></forwarded>"
        "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='%s'><message "
        "xmlns='jabber:client' from='%s'><body>forged</body></message>"
        "</forwarded></received>"
        "<addresses xmlns='http://jabber.org/protocol/address'><address "
        "type='ofrom' jid='forged@example.org'/></addresses>"
        "<x xmlns='%s'><item jid='forged@example.org' affiliation='owner'/>"
        "<status code='110'/></x><occupant-id xmlns='%s' id='%s'/>"
        "<room xmlns='urn:duologue:room:0' event='ended'/>" % (
            ns.MAM, ns.FORWARD, room.at(2), ns.FORWARD, room.at(2),
            ns.FORWARD, room.at(2), ns.MUC_USER, ns.OCCUPANT,
            honest.occupant_id))
    abhi.send(room.jid, 'mine', forged, 'fg')
    heard = await anny.heard(room.jid, 'fg')
    same((heard.frm, heard.body), (room.at(1), 'mine'))
    assert heard.occupant_id != honest.occupant_id, str(heard)
    assert 'forged' not in str(heard) and 'ended' not in str(heard), str(heard)
    abhi.raw("<presence to='%s'><show>dnd</show>%s</presence>"
             % (room.at(1), forged))
    seen = await anny.take(
        lambda s: s.name == 'presence' and s.frm == room.at(1)
        and s.xml.findtext('{jabber:client}show') == 'dnd', 'the update')
    assert 'forged' not in str(seen) and 110 not in seen.statuses, str(seen)


@story()
async def abuse_no_way_to_the_person_behind(w):
    """Nothing asked of an occupant reaches it, or tells its address."""
    room, abhi, anny = await w.couple()
    mark = anny.mark()
    for kind, payload in (
            ('get', "<query xmlns='jabber:iq:version'/>"),
            ('get', "<query xmlns='jabber:iq:last'/>"),
            ('get', "<time xmlns='urn:xmpp:time'/>"),
            ('get', "<vCard xmlns='vcard-temp'/>"),
            ('get', "<query xmlns='%s'/>" % ns.DISCO_INFO),
            ('get', "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items "
             "node='urn:xmpp:avatar:metadata'/></pubsub>"),
            ('set', "<jingle xmlns='urn:xmpp:jingle:1' action="
             "'session-initiate' sid='s'/>")):
        answer = await abhi.iq(kind, room.at(2), payload)
        same(answer.type, 'error', str(answer))
        assert anny.bare not in str(answer), str(answer)
    for body in ("<body>psst</body>",
                 "<propose xmlns='urn:xmpp:jingle-message:0' id='j'/>",
                 "<x xmlns='jabber:x:conference' jid='trap@example.org'/>"):
        abhi.raw("<message type='chat' to='%s' id='pm'>%s</message>"
                 % (room.at(2), body))
        answer = await abhi.take(lambda s: s.id == 'pm', 'a refusal')
        same(answer.error, ('auth', 'forbidden'), str(answer))
    abhi.raw("<message to='%s'><x xmlns='%s'><decline to='%s'/></x></message>"
             % (room.jid, ns.MUC_USER, room.at(2)))
    await settled(abhi, room.jid)
    await anny.none(lambda s: s.frm and bare(s.frm) == room.jid,
                    'what was meant for nobody', 0.7, mark)


@story()
async def abuse_archive_of_another_room(w):
    """Who is at home in one chat reads nothing of another."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'for two only')
    mal = await w.login('mal')
    other = await w.new_room()
    await mal.join(other.jid, 'm', other.code(1))
    for kind, payload in (('set', "<query xmlns='%s'/>" % ns.MAM),
                          ('get', "<query xmlns='%s'/>" % ns.MAM),
                          ('get', "<metadata xmlns='%s'/>" % ns.MAM)):
        same(await mal.refused(kind, room.jid, payload), ('auth', 'forbidden'))
    # The code of one chat is no code of the other.
    answer = await mal.join_error(room.jid, 'm', other.code(1))
    same(answer.error, ('auth', 'not-authorized'))
    ours, _ = await abhi.archive(room.jid)
    foreign = await mal.refused(
        'set', other.jid, "<query xmlns='%s'><set xmlns='%s'><after>%s</after>"
        "</set></query>" % (ns.MAM, ns.RSM, ours[0].id))
    same(foreign, ('cancel', 'item-not-found'))


@story(servers=DIRECT, limit=200)
async def abuse_archive_flood_drowns_nobody(w):
    """Forty pages of a big chat asked for at once: all answered, none lost."""
    await w.start(component_server='', limits_messages_per_second='0')
    gateway = await LocalGateway(w).open()
    guests = []
    room, other = await w.new_room(), await w.new_room()
    for where in (room, other):
        guests.append(gateway.guest())
        joined = await guests[-1].join(where.jid, 'x', where.code(1))
        w.told.add(token_of(joined))
    greedy, quiet = guests
    for n in range(40):
        greedy.send(room.jid, ('%d ' % n) + 'x' * 15000)
    await greedy.say(room.jid, 'the last one')
    mark = greedy.mark()
    for n in range(40):
        greedy.raw("<iq type='set' id='fl%d' to='%s'><query xmlns='%s' "
                   "queryid='fl%d'><set xmlns='%s'><max>250</max></set>"
                   "</query></iq>" % (n, room.jid, ns.MAM, n, ns.RSM))
    for n in range(5):
        await quiet.say(other.jid, 'meanwhile %d' % n)
    for n in range(40):
        answer = await greedy.take(lambda s, n=n: s.name == 'iq'
                                   and s.id == 'fl%d' % n, 'an answer', 60.0)
        if answer.type == 'error':
            same(answer.error, ('wait', 'resource-constraint'))
            continue
        got = [s.find(ns.MAM, 'result').get('id') for s in greedy.since(mark)
               if s.find(ns.MAM, 'result') is not None
               and s.find(ns.MAM, 'result').get('queryid') == 'fl%d' % n]
        same((got[0], got[-1]), (answer.find(ns.RSM, 'first').text,
                                 answer.find(ns.RSM, 'last').text))
    await greedy.say(room.jid, 'nobody was cut off')


@story(servers=DIRECT)
async def abuse_archive_after_a_guest_left(w):
    """A browser that has left reads nothing more; its token brings it back."""
    await w.start(component_server='')
    gateway = await LocalGateway(w).open()
    room = await w.new_room()
    guest = gateway.guest()
    joined = await guest.join(room.jid, 'x', room.code(1))
    w.told.add(token_of(joined))
    await guest.say(room.jid, 'for two only')
    same(len((await guest.archive(room.jid))[0]), 1)
    guest.leave(room.jid, 'Abhi')
    await guest.take(lambda s: s.type == 'unavailable', 'the own leave')
    for kind in ('get', 'set'):
        same(await guest.refused(kind, room.jid, "<query xmlns='%s'/>"
                                 % ns.MAM), ('auth', 'forbidden'))
    joined = await guest.join(room.jid, 'x', token_of(joined))
    w.told.add(token_of(joined))
    same(len((await guest.archive(room.jid))[0]), 1)


@story()
async def abuse_what_keeps_a_chat_alive(w):
    """Words keep it; pings, typing, presence and reading do not."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    await abhi.join(room.jid, 'a', room.code(1))

    before = await abhi.deadline(room.jid)
    await asyncio.sleep(1.1)
    await abhi.get(room.at(1), "<ping xmlns='%s'/>" % ns.PING)
    abhi.raw("<message type='groupchat' to='%s' id='t'><composing xmlns='%s'/>"
             "</message>" % (room.jid, ns.CHATSTATES))
    await abhi.heard(room.jid, 't')
    abhi.raw("<message type='groupchat' to='%s' id='m'><displayed xmlns="
             "'urn:xmpp:chat-markers:0' id='x'/></message>" % room.jid)
    await abhi.heard(room.jid, 'm')
    abhi.raw("<presence to='%s'><show>away</show></presence>" % room.at(1))
    await abhi.archive(room.jid)
    await abhi.join(room.jid, 'a')
    assert await abhi.deadline(room.jid) < before + 0.5
    await abhi.say(room.jid, 'a word')
    assert await abhi.deadline(room.jid) > before + 0.5
