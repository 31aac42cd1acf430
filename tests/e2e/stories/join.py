"""Getting in: codes, names, the order of what comes, and errors."""

from harness import ns
from harness.check import holds, same
from harness.join_shape import (WRONG, attempts, must_be_join_error,
                                refused_join)
from harness.stanza import attr, bare
from harness.story import story


@story()
async def join_with_wrong_codes(w):
    """No, empty, wrong and foreign codes all ask for the password again."""
    abhi = await w.person('abhi')
    room, other = await w.new_room(), await w.new_room()
    left = []
    for code in (None, '', WRONG, other.code(1)):
        stanza, number = await refused_join(abhi, room.jid, 'x', code)
        must_be_join_error(stanza, number, room.jid + '/x',
                           ('auth', 'not-authorized'), '401')
        left.append(attempts(stanza)[0])
    assert left[2] > left[3], 'attempts left do not fall: %r' % left
    same(left[0], left[1], 'to send no code is no attempt')
    joined = await abhi.join(room.jid, 'x', room.code(1))
    same(joined.me.frm, room.at(1))


@story()
async def join_takes_any_spelling_of_the_code(w):
    """Case, blanks and dashes of any kind, O and I, L do not matter."""
    room = None
    abhi = await w.person('abhi')
    for _ in range(40):  # a code with a digit that letters stand for
        room = await w.new_room()
        if set('01') & set(room.code(1)):
            break
    plain = room.code(1).replace('-', '')
    odd = plain.lower().replace('0', 'o').replace('1', 'l')
    spelling = ' %s %s-%s' % (odd[:3], odd[3:7], odd[7:])
    joined = await abhi.join(room.jid, 'x', spelling)
    same(joined.me.frm, room.at(1))
    # As it is copied from a page, with a blank, a dash and a line end of it.
    anny = await w.login('anny')
    copied = '\u00a0%s\n' % room.code(2).replace('-', '\u2011')
    joined = await anny.join(room.jid, 'x', copied)
    same(joined.me.frm, room.at(2))


@story()
async def join_rewrites_the_nick(w):
    """The code picks the seat, the seat has the name, 210 tells of it."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    room = await w.new_room()
    joined = await abhi.join(room.jid, 'Anny', room.code(1))
    same(joined.me.frm, room.at(1))
    same(joined.me.statuses, {110, 210})
    joined = await anny.join(room.jid, 'Anny', room.code(2))
    same(joined.me.frm, room.at(2))
    same(joined.me.statuses, {110})


@story()
async def join_comes_in_order(w):
    """The other, myself, history, subject; nothing between."""
    room, abhi, anny = await w.couple()
    for n in range(3):
        await abhi.say(room.jid, 'line %d' % n)
    anny.leave(room.jid)
    await anny.take(lambda s: s.type == 'unavailable', 'the own leave')
    joined = await anny.join(room.jid, 'b', None)
    kinds = []
    for stanza in joined.stanzas:
        if stanza.name == 'presence':
            kinds.append('me' if 110 in stanza.statuses else 'other')
        elif stanza.subject is not None:
            kinds.append('subject')
        else:
            kinds.append(stanza.body)
    same(kinds, ['other', 'me', 'line 0', 'line 1', 'line 2', 'subject'])
    me, other = joined.me, joined.others[0]
    same((me.frm, me.to), (room.at(2), anny.jid))
    same((me.item.get('affiliation'), me.item.get('role')),
         ('owner', 'participant'))
    same((other.item.get('affiliation'), other.item.get('role')),
         ('owner', 'participant'))
    same(other.frm, room.at(1))
    assert other.item.get('jid') is None, 'the other JID is told: %s' % other
    assert me.item.get('jid') in (None, anny.jid), str(me)
    assert 100 not in me.statuses and 201 not in me.statuses, str(me)
    assert me.occupant_id and other.occupant_id
    assert me.occupant_id != other.occupant_id
    subject = joined.stanzas[-1]
    same((subject.type, subject.frm), ('groupchat', room.jid))
    assert subject.body is None


@story()
async def join_echoes_its_id(w):
    """Self-presence carries the id of the join; the other sees one entry."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    room = await w.new_room()
    await abhi.join(room.jid, 'a', room.code(1))
    mark = anny.mark()
    number = anny.send_join(room.jid, 'b', room.code(2))
    joined = await anny.joined(room.jid, number, mark)
    same(joined.me.id, number)
    seen = await abhi.take(lambda s: s.name == 'presence'
                           and s.frm == room.at(2), 'the entry')
    assert 110 not in seen.statuses and seen.item.get('jid') is None, str(seen)
    await abhi.none(lambda s: s.name == 'presence' and s.frm == room.at(2),
                    'a second entry', 0.7)


@story()
async def join_by_history_attributes(w):
    """maxstanzas, maxchars, seconds, since and nonsense are all understood."""
    room, abhi, anny = await w.couple()
    said = [await abhi.say(room.jid, 'line %d' % n) for n in range(4)]
    wanted = (("maxstanzas='2'", ['line 2', 'line 3']),
              ("maxchars='0'", []), ("maxstanzas='0'", []),
              ("seconds='0'", []), ("seconds='3600'", None),
              ("since='2001-01-01T00:00:00Z'", None),
              ("since='2101-01-01T00:00:00Z'", []),
              ("maxstanzas='many'", None), ("maxstanzas='-1'", None))
    for attributes, bodies in wanted:
        joined = await anny.join(room.jid, 'b', None,
                                 '<history %s/>' % attributes)
        if bodies is None:
            bodies = ['line %d' % n for n in range(4)]
        same([s.body for s in joined.history], bodies, attributes)
    joined = await anny.join(room.jid, 'b')
    same([(s.id, s.stanza_id) for s in joined.history],
         [(s.id, s.stanza_id) for s in said])
    for stanza in joined.history:
        delay = stanza.child(ns.DELAY, 'delay')
        same(delay.get('from'), room.jid)
        assert delay.get('stamp').endswith('Z'), str(stanza)
        same(stanza.occupant_id, said[0].occupant_id)


@story()
async def join_to_nowhere(w):
    """Unknown rooms, empty and odd nicks have their own errors."""
    abhi = await w.person('abhi')
    nowhere = '0123456789abcdef@%s' % w.domain
    stanza, number = await refused_join(abhi, nowhere, 'x', WRONG)
    must_be_join_error(stanza, number, nowhere + '/x',
                       ('cancel', 'item-not-found'), '404')
    room = await w.new_room()
    mark = abhi.mark()
    abhi.raw("<presence to='%s' id='nn'><x xmlns='%s'/></presence>" % (
        room.jid, ns.MUC))
    stanza = await abhi.take(lambda s: s.id == 'nn', 'a refusal', since=mark)
    same((stanza.type, stanza.error), ('error', ('modify', 'jid-malformed')))
    same(stanza.frm, room.jid)
    same(await abhi.refused('get', nowhere, "<query xmlns='%s'/>"
                            % ns.DISCO_INFO), ('cancel', 'item-not-found'))
    abhi.raw("<message type='groupchat' to='%s' id='g'><body>x</body>"
             "</message>" % nowhere)
    answer = await abhi.take(lambda s: s.id == 'g', 'a refusal')
    same(answer.error, ('cancel', 'item-not-found'))


@story()
async def join_without_muc_element_is_a_kick(w):
    """Presence without the element never enters; it is told 110 and 333."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    mal.raw("<presence to='%s/Abhi' id='gc1'/>" % room.jid)
    stanza = await mal.take(
        lambda s: s.name == 'presence' and bare(s.frm) == room.jid,
        'the kick')
    same(stanza.type, 'unavailable', str(stanza))
    assert {110, 333} <= stanza.statuses, str(stanza)
    mal.raw("<message type='groupchat' to='%s' id='z'><body>in?</body>"
            "</message>" % room.jid)
    answer = await mal.take(lambda s: s.id == 'z', 'a refusal')
    same(answer.error, ('cancel', 'not-acceptable'))
    await abhi.none(lambda s: s.body == 'in?', 'the stranger', 0.5)


@story()
async def join_of_strangers_tells_nothing(w):
    """A stranger gets no names, no lists, no archive, and no message in."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    info = await mal.disco(room.jid)
    for seat in room.seats:
        assert seat.name not in str(info), str(info)
    items = await mal.get(room.jid, "<query xmlns='%s'/>" % ns.DISCO_ITEMS)
    same(len(items.xml[0]), 0, str(items))
    nick = await mal.disco(room.jid, 'x-roomuser-item')
    same(len(nick.xml[0]), 0, str(nick))
    mine = await abhi.disco(room.jid, 'x-roomuser-item')
    same(mine.xml[0][0].get('name'), 'Abhi')
    same(await mal.refused('set', room.jid, "<query xmlns='%s'/>" % ns.MAM),
         ('auth', 'forbidden'))
    for affiliation in ('owner', 'admin', 'member', 'outcast'):
        same(await mal.refused(
            'get', room.jid, "<query xmlns='%s'><item affiliation='%s'/>"
            "</query>" % (ns.MUC_ADMIN, affiliation)), ('auth', 'forbidden'))
    mal.raw("<message type='groupchat' to='%s' id='g1'><body>me too</body>"
            "</message>" % room.jid)
    answer = await mal.take(lambda s: s.id == 'g1', 'a refusal')
    same((answer.type, answer.error), ('error', ('cancel', 'not-acceptable')))
    await abhi.none(lambda s: s.body == 'me too', 'the stranger', 0.5)


@story()
async def join_again_without_code(w):
    """A bare JID once admitted comes back with no code, or with any."""
    room, abhi, anny = await w.couple()
    for code in (None, '', WRONG, room.code(1)):
        anny.leave(room.jid)
        await anny.take(lambda s: s.type == 'unavailable', 'the own leave')
        joined = await anny.join(room.jid, 'whatever', code)
        same(joined.me.frm, room.at(2), 'with code %r' % code)


@story()
async def join_again_while_inside(w):
    """A second join of the same session is a full resync."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'one')
    mark = abhi.mark()
    joined = await anny.join(room.jid, 'b')
    same([s.frm for s in joined.others], [room.at(1)])
    same([s.body for s in joined.history], ['one'])
    await abhi.none(lambda s: s.name == 'presence' and s.frm == room.at(2),
                    'an entry that is none', 0.7, mark)


@story()
async def join_attempts_run_out(w):
    """Five failures exhaust a source; the others are not locked out."""
    abhi = await w.person('abhi')
    mal, anny = await w.login('mal'), await w.login('anny')
    room = await w.new_room()
    await abhi.join(room.jid, 'a', room.code(1))
    seen = []
    for _ in range(5):
        stanza, number = await refused_join(mal, room.jid, 'm', WRONG)
        must_be_join_error(stanza, number, room.jid + '/m',
                           ('auth', 'not-authorized'), '401')
        seen.append(attempts(stanza))
    same([left for left, _ in seen], [4, 3, 2, 1, 0])
    assert seen[-1][1] > 0, 'no wait told: %r' % seen
    stanza, number = await refused_join(mal, room.jid, 'm', room.code(2))
    must_be_join_error(stanza, number, room.jid + '/m',
                       ('auth', 'not-authorized'), '401')
    left, wait = attempts(stanza)
    same(left, 0)
    assert 0 < wait <= 3600, wait
    abhi.leave(room.jid)
    joined = await abhi.join(room.jid, 'a', WRONG)
    same(joined.me.frm, room.at(1), 'a bound person is never locked out')
    joined = await anny.join(room.jid, 'b', room.code(2))
    same(joined.me.frm, room.at(2), 'another source is not locked out')


@story()
async def join_attempts_outlive_a_restart(w):
    """A restart does not refill the room's attempts."""
    mal = await w.person('mal')
    anny = await w.login('anny')
    room = await w.new_room()
    for person in (mal, anny):
        for _ in range(5):
            await refused_join(person, room.jid, 'm', WRONG)
    await w.component.terminate()
    await w.start()
    abhi = await w.login('abhi')
    await w.linked(abhi)
    stanza, _ = await refused_join(abhi, room.jid, 'a', room.code(1))
    same(stanza.error, ('auth', 'not-authorized'),
         'ten failures close an unused room for a while')
    assert attempts(stanza)[1] > 0 or stanza.error_text, (
        'the delay is not told: %s' % stanza)


@story()
async def join_by_conversations(w):
    """Disco, join, archive and three lists in one write, good and bad."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    room = await w.new_room()
    await abhi.join(room.jid, 'a', room.code(1))
    said = await abhi.say(room.jid, 'before')
    lists = ''.join(
        "<iq type='get' to='%s' id='l-%s'><query xmlns='%s'>"
        "<item affiliation='%s'/></query></iq>" % (
            room.jid, which, ns.MUC_ADMIN, which)
        for which in ('owner', 'admin', 'member'))
    for code in (WRONG, room.code(2)):
        mark = anny.mark()
        anny.raw(
            "<iq type='get' to='%s' id='d1'><query xmlns='%s'/></iq>"
            "<presence to='%s/anny l' id='j1'><x xmlns='%s'>"
            "<password>%s</password><history maxstanzas='0'/></x>"
            "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' "
            "node='https://conversations.im' ver='abc'/></presence>"
            "<iq type='set' to='%s' id='m1'><query xmlns='%s' queryid='q1'>"
            "<x xmlns='%s' type='submit'><field var='FORM_TYPE'><value>%s"
            "</value></field></x><set xmlns='%s'><max>50</max><before/></set>"
            "</query></iq>%s" % (
                room.jid, ns.DISCO_INFO, room.jid, ns.MUC, code, room.jid,
                ns.MAM, ns.XDATA, ns.MAM, ns.RSM, lists))
        await anny.take(lambda s: s.id == 'l-member', 'the last answer',
                        since=mark)
        got = [s for s in anny.since(mark) if bare(s.frm) == room.jid]
        order = [s.id for s in got if s.id in (
            'd1', 'j1', 'm1', 'l-owner', 'l-admin', 'l-member')]
        same(order, ['d1', 'j1', 'm1', 'l-owner', 'l-admin', 'l-member'])
        by_id = {s.id: s for s in got if s.id}
        same(by_id['d1'].type, 'result')
        if code == WRONG:
            same(by_id['j1'].error, ('auth', 'not-authorized'))
            for number in ('m1', 'l-owner', 'l-admin', 'l-member'):
                same(by_id[number].error, ('auth', 'forbidden'), number)
            continue
        assert 110 in by_id['j1'].statuses, str(by_id['j1'])
        same(by_id['m1'].type, 'result')
        found = [s.find(ns.MAM, 'result').get('id') for s in got
                 if s.find(ns.MAM, 'result') is not None]
        same(found, [said.stanza_id])
        subject = [i for i, s in enumerate(got) if s.subject is not None]
        assert subject and subject[0] < got.index(by_id['m1']), (
            'the archive answered before the join was over')
        for which in ('owner', 'admin', 'member'):  # semi-anonymous
            same(by_id['l-' + which].error, ('auth', 'forbidden'))


@story()
async def join_with_foreign_password_namespace(w):
    """poezio's password element is found whatever its namespace."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    mark = abhi.mark()
    abhi.raw("<presence to=%s id='p1'><x xmlns='%s'><password xmlns='jabber:"
             "client'>%s</password><mav xmlns='urn:xmpp:muc:affiliations:1'/>"
             "</x></presence>" % (attr(room.jid + '/n'), ns.MUC,
                                  room.code(1)))
    joined = await abhi.joined(room.jid, 'p1', mark)
    same(joined.me.frm, room.at(1))


@story()
async def join_uppercase_address(w):
    """The room's address is folded as every server folds it."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    mark = abhi.mark()
    number = abhi.send_join('%s@%s' % (room.local.upper(), w.domain), 'n',
                            room.code(1))
    joined = await abhi.joined(room.jid, number, mark)
    same(joined.me.frm, room.at(1))
    holds({s.frm for s in joined.stanzas}, room.jid)
