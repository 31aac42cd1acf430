"""One seat, several devices and accounts; what of them the others see."""

from harness import ns
from harness.check import same
from harness.stanza import bare
from harness.story import story


def of_room(room, *kinds):
    return lambda s: bare(s.frm) == room.jid and s.name in kinds


@story()
async def seat_of_two_accounts(w):
    """Two accounts with one code are one person: name, id, words, marks."""
    room, abhi, anny = await w.couple()
    work = await w.login('mal', 'work')
    mark = anny.mark()
    joined = await work.join(room.jid, 'a', room.code(1))
    same(joined.me.frm, room.at(1))
    first = await abhi.say(room.jid, 'from home', "<origin-id xmlns='%s' "
                           "id='h1'/>" % ns.SID, 'h1')
    second = await work.say(room.jid, 'from work')
    same(first.occupant_id, second.occupant_id)
    same(joined.me.occupant_id, first.occupant_id)
    # What one device said the other corrects, and takes back.
    edit = await work.say(room.jid, 'from home!', "<replace xmlns='%s' "
                          "id='h1'/>" % ns.CORRECT)
    same((await anny.heard(room.jid, edit.id)).frm, room.at(1))
    work.raw("<message type='groupchat' to='%s' id='t1'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, first.stanza_id))
    same((await anny.heard(room.jid, 't1')).type, 'groupchat')
    results, _ = await anny.archive(room.jid)
    same([r.body for r in results], ['from work', None])
    # A resend from the other device is the same resend.
    again = await work.say(room.jid, 'twice', "<origin-id xmlns='%s' "
                           "id='o1'/>" % ns.SID, 'o1')
    resent = await abhi.say(room.jid, 'twice', "<origin-id xmlns='%s' "
                            "id='o1'/>" % ns.SID, 'o1')
    same(resent.stanza_id, again.stanza_id)
    same([s for s in anny.since(mark) if of_room(room, 'presence')(s)], [],
         'the second account is seen')
    for stanza in filter(lambda s: bare(s.frm) == room.jid,
                         anny.inbox.stanzas):
        for account in (abhi.bare, work.bare):
            assert account not in str(stanza), str(stanza)


@story()
async def seat_of_the_other_code(w):
    """Who is bound stays in its own seat, whatever code it shows."""
    room, abhi, anny = await w.couple()
    for person, seat in ((abhi, 1), (anny, 2)):
        joined = await person.join(room.jid, 'x', room.code(3 - seat))
        same(joined.me.frm, room.at(seat))
        laptop = await w.login(person.name, 'laptop')
        joined = await laptop.join(room.jid, 'x', room.code(3 - seat))
        same(joined.me.frm, room.at(seat))


@story()
async def seat_left_by_any_address(w):
    """A leave counts for the session, whatever it is addressed to."""
    room, abhi, anny = await w.couple()
    for to in (room.jid, room.jid + '/Emperor', room.at(1), room.at(2)):
        anny.raw("<presence type='unavailable' to='%s'/>" % to)
        mine = await anny.take(
            lambda s: s.type == 'unavailable' and s.frm == room.at(2),
            'the own leave by ' + to)
        same(mine.statuses, {110})
        seen = await abhi.take(
            lambda s: s.type == 'unavailable' and s.frm == room.at(2),
            'the leave by ' + to)
        same((seen.statuses, seen.item.get('role'), seen.item.get('jid')),
             (set(), 'none', None))
        await anny.join(room.jid, 'b')


@story()
async def seat_entered_twice_at_once(w):
    """Joins in one breath are done one after the other, each in full."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    mark = abhi.mark()
    abhi.raw(''.join(
        "<presence to='%s/%s' id='j%d'><x xmlns='%s'><password>%s</password>"
        "</x></presence>" % (room.jid, nick, n, ns.MUC, code)
        for n, (nick, code) in enumerate((
            ('x', 'ZZZZZ-ZZZZZ'), ('y', room.code(1)), ('z', '')))))
    await abhi.take(lambda s: s.id == 'j2', 'the last answer', since=mark)
    await abhi.disco(room.jid)
    got = [s for s in abhi.since(mark) if bare(s.frm) == room.jid
           and (s.name == 'presence' or s.subject is not None)]
    same([(s.name, s.type, s.id if s.name == 'presence' else None)
          for s in got],
         [('presence', 'error', 'j0'), ('presence', '', 'j1'),
          ('message', 'groupchat', None), ('presence', '', 'j2'),
          ('message', 'groupchat', None)])
    same(got[0].error, ('auth', 'not-authorized'))
    same([(s.frm, s.statuses) for s in (got[1], got[3])],
         [(room.at(1), {110, 210})] * 2)


@story()
async def seat_shows_its_best_device(w):
    """The other sees one presence: of the device that is there the most."""
    room, abhi, anny = await w.couple()
    laptop = await w.login('anny', 'laptop')
    await laptop.join(room.jid, 'x')

    def show(stanza):
        return stanza.xml.findtext('{jabber:client}show')

    mark = abhi.mark()
    away = "<presence to='%s'><show>away</show></presence>" % room.at(2)
    anny.raw(away)
    said = await anny.say(room.jid, 'one of my devices sleeps')
    await abhi.heard(room.jid, said.id)
    assert not any(map(show, abhi.since(mark))), 'the laptop is there'
    laptop.raw(away)
    await abhi.take(lambda s: s.frm == room.at(2) and show(s) == 'away',
                    'away', since=mark)
    anny.raw("<presence to='%s'/>" % room.at(2))
    await abhi.take(lambda s: s.frm == room.at(2) and s.name == 'presence'
                    and show(s) is None, 'back', since=mark)
    for stanza in abhi.since(mark):
        if of_room(room, 'presence')(stanza):
            same(len(stanza.user.findall('{%s}item' % ns.MUC_USER)), 1)
            assert stanza.item.get('role') == 'participant', str(stanza)


@story()
async def seat_private_words(w):
    """To the other, oneself, nobody; inside, outside: no private message."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    marks = abhi.mark(), anny.mark()
    inside = ('auth', 'forbidden')
    for to, error in ((room.at(2), inside), (room.at(1), inside),
                      (room.jid + '/Nobody', ('cancel', 'item-not-found'))):
        for kind in ('chat', 'normal', 'headline'):
            for payload in ('<body>psst</body>',
                            "<encrypted xmlns='%s'/>" % ns.OMEMO):
                number = 'p%d' % abhi.mark()
                abhi.raw("<message type='%s' to='%s' id='%s'>%s</message>"
                         % (kind, to, number, payload))
                answer = await abhi.take(lambda s, n=number: s.id == n,
                                         'a refusal')
                same((answer.frm, answer.error), (to, error), payload)
                assert answer.error_text or error != inside, str(answer)
        mal.raw("<message type='chat' to='%s' id='%s'><body>psst</body>"
                "</message>" % (to, to))
        answer = await mal.take(lambda s, n=to: s.id == n, 'a refusal')
        same(answer.error, ('cancel', 'not-acceptable'))
    anny.leave(room.jid, 'Anny')
    await abhi.take(lambda s: s.type == 'unavailable', 'the leave')
    abhi.raw("<message type='chat' to='%s' id='off'><body>psst</body>"
             "</message>" % room.at(2))
    same((await abhi.take(lambda s: s.id == 'off', 'a refusal')).error, inside)
    # Marks that went astray bother nobody, and nobody is told of them.
    seen = abhi.mark()
    for payload in ("<composing xmlns='%s'/>" % ns.CHATSTATES,
                    "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>",
                    "<received xmlns='urn:xmpp:receipts' id='1'/>"):
        for to in (room.jid, room.at(2)):
            abhi.raw("<message type='chat' to='%s'>%s</message>"
                     % (to, payload))
    await abhi.disco(room.jid)
    same([str(s) for s in abhi.since(seen) if s.name == 'message'], [])
    for person, mark in zip((abhi, anny), marks):
        for stanza in person.since(mark):
            assert stanza.type == 'error' or 'psst' not in str(stanza)


@story()
async def seat_subject_is_fixed(w):
    """Empty at every join; no subject of anybody's gets in, alone or not."""
    room, abhi, anny = await w.couple()
    for payload in ('<subject>mine</subject>', '<subject/>',
                    "<subject>mine</subject><store xmlns='%s'/>" % ns.HINTS,
                    "<subject xml:lang='de'>mein</subject>"):
        number = 's%d' % abhi.mark()
        abhi.raw("<message type='groupchat' to='%s' id='%s'>%s</message>"
                 % (room.jid, number, payload))
        same((await abhi.heard(room.jid, number)).error, ('auth', 'forbidden'),
             payload)
    abhi.raw("<message type='groupchat' to='%s' id='th'><subject>mine"
             "</subject><thread>t</thread><body>words</body></message>"
             % room.jid)
    heard = await anny.heard(room.jid, 'th')
    same((heard.body, heard.subject), ('words', None))
    joined = await anny.join(room.jid, 'b')
    subject = joined.stanzas[-1]
    same((subject.frm, subject.subject, subject.body, subject.delay,
          subject.stanza_id), (room.jid, '', None, None, None))
    results, _ = await anny.archive(room.jid)
    assert all(r.message.subject is None for r in results)
