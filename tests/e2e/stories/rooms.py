"""What a room and the service say of themselves, and what they refuse."""

from harness import ns
from harness.check import holds, same
from harness.stanza import bare
from harness.story import story


def features(answer):
    return {f.get('var') for f in
            answer.xml.iter('{%s}feature' % ns.DISCO_INFO)}


def form_of(answer):
    """The roominfo form: field values by name."""
    form = answer.find(ns.XDATA, 'x')
    return {f.get('var'): f.findtext('{%s}value' % ns.XDATA)
            for f in form.findall('{%s}field' % ns.XDATA)}


@story()
async def room_disco(w):
    """A room has the features clients look for, the same for everybody."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    info = await abhi.disco(room.jid)
    got = features(info)
    for feature in (ns.MUC, ns.DISCO_INFO, ns.MAM, ns.SID, ns.OCCUPANT,
                    'muc_membersonly', 'muc_semianonymous', 'muc_hidden',
                    'muc_passwordprotected', 'muc_unmoderated',
                    ns.MUC + '#stable_id', ns.MUC + '#self-ping-optimization'):
        holds(got, feature)
    for feature in ('muc_open', 'muc_public', 'muc_nonanonymous',
                    'muc_moderated', 'muc_unsecured', ns.MUC + '#register'):
        assert feature not in got, feature
    identity = info.find(ns.DISCO_INFO, 'identity')
    same((identity.get('category'), identity.get('type')),
         ('conference', 'text'))
    form = form_of(info)
    same(form['FORM_TYPE'], ns.MUC_ROOMINFO)
    assert form.get('muc#roomconfig_changesubject',
                    form.get('muc#roominfo_changesubject')) == '0', form
    same(form['muc#roomconfig_allowinvites'], '0')
    same(form['muc#roomconfig_allowpm'], 'none')
    stranger = await mal.disco(room.jid)
    same(features(stranger), got)
    same(form_of(stranger), form)
    same((await abhi.iq('get', room.jid, "<query xmlns='%s' node='nope'/>"
                        % ns.DISCO_INFO)).error, ('cancel', 'item-not-found'))


@story()
async def service_disco(w):
    """The service is a conference with commands, and lists no room."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    info = await abhi.disco(w.domain)
    got = features(info)
    for feature in (ns.MUC, ns.DISCO_INFO, ns.DISCO_ITEMS, ns.COMMANDS,
                    ns.PING, ns.MUC + '#stable_id'):
        holds(got, feature)
    identity = info.find(ns.DISCO_INFO, 'identity')
    same((identity.get('category'), identity.get('type')),
         ('conference', 'text'))
    items = await abhi.get(w.domain, "<query xmlns='%s'/>" % ns.DISCO_ITEMS)
    same(len(items.xml[0]), 0, str(items))
    assert room.local not in str(items)
    same(await abhi.refused('get', w.domain, "<query xmlns='%s' node='x'/>"
                            % ns.DISCO_ITEMS), ('cancel', 'item-not-found'))
    same(await abhi.refused('get', w.domain, "<odd xmlns='urn:example:odd'/>"),
         ('cancel', 'service-unavailable'))


@story()
async def room_refuses_administration(w):
    """Kicks, roles, registration, configuration: refused, no code shown."""
    room, abhi, anny = await w.couple()
    admin = "<query xmlns='%s'>%%s</query>" % ns.MUC_ADMIN
    for item in ("<item nick='Anny' role='none'/>",
                 "<item nick='Anny' role='visitor'/>",
                 "<item jid='%s' affiliation='outcast'/>" % anny.bare):
        same(await abhi.refused('set', room.jid, admin % item),
             ('cancel', 'not-allowed'), item)
    config = await abhi.iq('get', room.jid, "<query xmlns='%s'/>"
                           % ns.MUC_OWNER)
    if config.type == 'error':
        same(config.error, ('auth', 'forbidden'))
    for seat in room.seats:
        assert seat.code not in str(config), 'the code is shown'
        assert seat.code.replace('-', '') not in str(config)
    for kind in ('get', 'set'):
        same(await abhi.refused(kind, room.jid, "<query xmlns='jabber:iq:"
                                "register'/>"), ('cancel', 'not-allowed'))
    same(await abhi.refused('set', room.jid, "<vCard xmlns='vcard-temp'/>"),
         ('auth', 'forbidden'))
    answer = await abhi.refused('get', room.jid, "<vCard xmlns='vcard-temp'/>")
    holds({('cancel', 'item-not-found'), ('cancel', 'service-unavailable')},
          answer)
    same(await abhi.refused('get', room.jid, "<odd xmlns='urn:example:odd'/>"),
         ('cancel', 'service-unavailable'))
    said = await anny.say(room.jid, 'still here')
    await abhi.heard(room.jid, said.id)


@story()
async def room_iq_shapes(w):
    """Odd iqs are answered once, and neither errors nor results are."""
    room, abhi, anny = await w.couple()
    for number, payload in (('none', ''), ('two', '<a xmlns="x"/>'
                                           '<b xmlns="x"/>')):
        abhi.raw("<iq type='get' to='%s' id='%s'>%s</iq>" % (
            room.jid, number, payload))
        answer = await abhi.take(lambda s, n=number: s.id == n, 'an answer')
        same(answer.error, ('modify', 'bad-request'), number)
    mark = abhi.mark()
    abhi.raw("<iq type='result' to='%s' id='r0'/>"
             "<iq type='error' to='%s' id='r1'><error type='cancel'>"
             "<bad-request xmlns='%s'/></error></iq>"
             "<presence type='subscribe' to='%s'/>"
             "<presence type='unavailable' to='%s/Emperor'/>" % (
                 room.jid, room.jid, ns.STANZAS, room.jid,
                 '0123456789abcdef@' + w.domain))
    await abhi.none(lambda s: s.type == 'error', 'an answer to an error', 1.0,
                    mark)
    same(await abhi.refused('get', room.at(2), "<odd xmlns='urn:x'/>"),
         ('cancel', 'service-unavailable'))


@story()
async def room_names_no_jid(w):
    """In a `server` room nobody ever reads the other's address."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'hello')
    await anny.archive(room.jid)
    await anny.join(room.jid, 'b')
    abhi.raw("<presence to='%s'><show>away</show></presence>" % room.at(1))
    await anny.take(lambda s: s.name == 'presence'
                    and s.xml.findtext('{jabber:client}show') == 'away',
                    'away')
    abhi.leave(room.jid, 'Abhi')
    await anny.take(lambda s: s.type == 'unavailable', 'the leave')
    for person, other in ((anny, abhi), (abhi, anny)):
        for stanza in person.inbox.stanzas:
            if bare(stanza.frm) == room.jid:
                assert other.bare not in str(stanza), str(stanza)


@story()
async def room_invites_are_refused(w):
    """A member cannot hand out his own code by inviting a third person."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    abhi.raw("<message to='%s' id='inv'><x xmlns='%s'><invite to='%s'/></x>"
             "</message>" % (room.jid, ns.MUC_USER, mal.bare))
    answer = await abhi.take(lambda s: s.id == 'inv', 'a refusal')
    same((answer.type, answer.error), ('error', ('auth', 'forbidden')))
    await mal.none(lambda s: room.local in str(s), 'an invite', 0.7)


@story()
async def omemo_room(w):
    """An `omemo` room shows JIDs and lists, and refuses plain words."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    room = await w.new_room(protection='omemo')
    got = features(await abhi.disco(room.jid))
    holds(got, 'muc_membersonly')
    holds(got, 'muc_nonanonymous')
    assert 'muc_semianonymous' not in got
    joined = await abhi.join(room.jid, 'a', room.code(1))
    assert {100, 110} <= joined.me.statuses, str(joined.me)
    joined = await anny.join(room.jid, 'b', room.code(2))
    same(joined.others[0].item.get('jid'), abhi.jid)
    same(joined.me.item.get('jid'), anny.jid)
    listed = {}
    for affiliation in ('owner', 'admin', 'member'):
        answer = await abhi.get(
            room.jid, "<query xmlns='%s'><item affiliation='%s'/></query>"
            % (ns.MUC_ADMIN, affiliation))
        for item in answer.xml.iter('{%s}item' % ns.MUC_ADMIN):
            assert item.get('jid') not in listed, 'listed twice'
            same((item.get('affiliation'), item.get('role')),
                 (affiliation, None))
            listed[item.get('jid')] = item.get('nick')
    same(listed, {abhi.bare: 'Abhi', anny.bare: 'Anny'})
    asked = "<query xmlns='%s'><item role='%%s'/></query>" % ns.MUC_ADMIN
    moderators = await abhi.get(room.jid, asked % 'moderator')
    same([dict(i.attrib) for i in moderators.xml.iter(
        '{%s}item' % ns.MUC_ADMIN)],
         [{'affiliation': 'owner', 'role': 'moderator', 'nick': nick,
           'jid': jid} for nick, jid in (('Abhi', abhi.jid),
                                         ('Anny', anny.jid))])
    visitors = await abhi.get(room.jid, asked % 'visitor')
    same(len(visitors.xml[0]), 0)
    number = abhi.send(room.jid, 'in the clear')
    answer = await abhi.heard(room.jid, number)
    same((answer.type, answer.error), ('error', ('modify',
                                                 'policy-violation')))
    holds(answer.error_text.lower(), 'omemo')
    await anny.none(lambda s: s.body == 'in the clear', 'plain words', 0.5)
    said = await abhi.say(
        room.jid, 'I sent you an OMEMO message',
        "<encrypted xmlns='%s'><header sid='1'><key rid='2'>QUJD</key>"
        "<iv>QUJD</iv></header><payload>QUJD</payload></encrypted>"
        "<encryption xmlns='%s' namespace='%s' name='OMEMO'/>"
        "<store xmlns='%s'/>" % (ns.OMEMO, ns.EME, ns.OMEMO, ns.HINTS))
    heard = await anny.heard(room.jid, said.id)
    assert heard.child(ns.OMEMO, 'encrypted') is not None
    results, _ = await anny.archive(room.jid)
    same([r.id for r in results], [said.stanza_id])
    same(results[0].message.item.get('jid'), abhi.bare)
    abhi.send(room.jid, '!status')
    await abhi.take(lambda s: s.frm == room.jid and s.type == 'groupchat'
                    and s.body, 'the status')


@story()
async def omemo_archive_names_the_account(w):
    """Two accounts in one seat: each message names the one that sent it."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    mal = await w.login('mal')
    room = await w.new_room(protection='omemo')
    await abhi.join(room.jid, 'a', room.code(1))
    await mal.join(room.jid, 'a', room.code(1))  # Abhi's other account
    await anny.join(room.jid, 'b', room.code(2))
    secret = "<encrypted xmlns='%s'/>" % ns.OMEMO
    senders = [mal, abhi, anny, mal]
    for who in senders:
        await who.say(room.jid, 'fallback', secret)
    await w.component.terminate()
    await w.start()
    await w.linked(anny)
    results, _ = await anny.archive(room.jid)
    same([r.message.item.get('jid') for r in results],
         [who.bare for who in senders])
    same([r.message.frm for r in results],
         [room.at(1), room.at(1), room.at(2), room.at(1)])
    mine, _ = await anny.archive(
        room.jid, "<field var='with'><value>%s</value></field>" % anny.bare)
    same([r.message.frm for r in mine], [room.at(2)])


@story()
async def link_room_is_for_browsers(w):
    """A native client is told so, before any code is looked at."""
    abhi = await w.person('abhi')
    room = await w.new_room(protection='link')
    for code in (None, 'ZZZZZ-ZZZZZ', room.code(1)):
        mark = abhi.mark()
        number = abhi.send_join(room.jid, 'x', code)
        answer = await abhi.take(lambda s: s.id == number, 'a refusal',
                                 since=mark)
        same((answer.type, answer.error), ('error', ('auth', 'forbidden')))
        assert answer.error_text, 'no word about what to do'
        assert answer.find(ns.SEAT, 'attempts') is None, str(answer)


@story()
async def first_notice_tells_the_rules(w):
    """Who enters is told, live only, how the chat ends and who can read."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    mark = abhi.mark()
    await abhi.join(room.jid, 'a', room.code(1))
    notice = await abhi.take(
        lambda s: s.name == 'message' and s.body and s.frm == room.jid,
        'the first notice', since=mark)
    same((notice.type, notice.stanza_id, notice.occupant_id, notice.user),
         ('groupchat', None, None, None))
    assert notice.id and notice.child(ns.HINTS, 'no-store') is not None
    holds(notice.body, '!end')
    holds(notice.body.lower(), 'notif')
    results, _ = await abhi.archive(room.jid)
    same(results, [])


@story()
async def seat_look_up_by_a_native_client(w):
    """A link looked up tells names, room and state; an unknown one nothing."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    number = room.seats[1].link.partition('#')[2]
    answer = await abhi.get(w.domain, "<seat xmlns='%s' id='%s'/>" % (
        ns.SEAT, number))
    seat = answer.child(ns.SEAT, 'seat')
    same({k: seat.get(k) for k in ('name', 'peer', 'room', 'protection',
                                   'state')},
         {'name': 'Anny', 'peer': 'Abhi', 'room': room.jid,
          'protection': 'server', 'state': 'open'})
    for seat in room.seats:
        assert seat.code not in str(answer)
    same(await abhi.refused('get', w.domain, "<seat xmlns='%s' id='%s'/>" % (
        ns.SEAT, '0' * 16)), ('cancel', 'item-not-found'))
    await w.component.ctl('end', room.local)
    same(await abhi.refused('get', w.domain, "<seat xmlns='%s' id='%s'/>" % (
        ns.SEAT, number)), ('cancel', 'gone'))
