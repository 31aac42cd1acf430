"""What one says and the other hears."""

import asyncio
import signal

from harness import ns
from harness.check import holds, same
from harness.story import story


def receipt_shape(stanza, room, seat):
    """A reflection: from the seat, with one id of ours of each kind."""
    same((stanza.type, stanza.frm), ('groupchat', room.at(seat)))
    assert stanza.stanza_id and stanza.occupant_id, str(stanza)
    assert stanza.user is None, 'muc#user in a live message: %s' % stanza


@story()
async def message_both_ways(w):
    """The same id, stanza-id and occupant-id reach both, in one order."""
    room, abhi, anny = await w.couple()
    for person, other, seat in ((abhi, anny, 1), (anny, abhi, 2)):
        for body in ('hello', 'ünï 🕯️ ‏שלום', '<b>&amp;</b>', 'x' * 12000):
            mine = await person.say(room.jid, body)
            theirs = await other.heard(room.jid, mine.id)
            same(theirs.body, body)
            receipt_shape(mine, room, seat)
            receipt_shape(theirs, room, seat)
            same(theirs.stanza_id, mine.stanza_id)
            same(theirs.occupant_id, mine.occupant_id)
    ids = [s.stanza_id for s in abhi.inbox.stanzas if s.stanza_id]
    same(len(ids), len(set(ids)), 'an archive id twice')
    same(ids, [s.stanza_id for s in anny.inbox.stanzas if s.stanza_id])


@story()
async def message_keeps_its_children(w):
    """Language, thread, origin-id and unknown payloads arrive untouched."""
    room, abhi, anny = await w.couple()
    payload = ("<thread>t-1</thread>"
               "<origin-id xmlns='%s' id='o-77'/>"
               "<reply xmlns='urn:xmpp:reply:0' to='%s' id='x'/>"
               "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
               "<body start='0' end='4'/></fallback>"
               "<thing xmlns='urn:example:thing'><deep a='1'>é</deep></thing>"
               % (ns.SID, room.at(2)))
    abhi.raw("<message type='groupchat' to='%s' id='k1' xml:lang='de'>"
             "<body>hallo</body><body xml:lang='en'>hello</body>%s</message>"
             % (room.jid, payload))
    for person in (abhi, anny):
        heard = await person.heard(room.jid, 'k1')
        lang = '{http://www.w3.org/XML/1998/namespace}lang'
        same(heard.xml.get(lang), 'de')
        bodies = heard.xml.findall('{jabber:client}body')
        same([(b.text, b.get(lang)) for b in bodies],
             [('hallo', None), ('hello', 'en')])
        same(heard.origin_id, 'o-77')
        same(heard.xml.findtext('{jabber:client}thread'), 't-1')
        thing = heard.child('urn:example:thing', 'thing')
        same((thing[0].get('a'), thing[0].text), ('1', 'é'))
        assert heard.child('urn:xmpp:reply:0', 'reply') is not None


@story()
async def message_spoofs_are_stripped(w):
    """Elements only a room may write are taken out and written by it once."""
    room, abhi, anny = await w.couple()
    honest = await abhi.say(room.jid, 'honest')
    fake = ("<occupant-id xmlns='%s' id='B'/><occupant-id xmlns='%s' id='C'/>"
            "<stanza-id xmlns='%s' by='%s' id='9'/>"
            "<stanza-id xmlns='%s' by='%s' id='8'/>"
            "<delay xmlns='%s' from='%s' stamp='2001-01-01T00:00:00Z'/>"
            "<x xmlns='%s'><status code='110'/></x>" % (
                ns.OCCUPANT, ns.OCCUPANT, ns.SID, room.jid, ns.SID,
                room.jid.upper(), ns.DELAY, room.jid, ns.MUC_USER))
    await abhi.say(room.jid, 'spoof', fake, 'sp1')
    heard = await anny.heard(room.jid, 'sp1')
    receipt_shape(heard, room, 1)
    same(heard.occupant_id, honest.occupant_id)
    assert heard.stanza_id not in ('8', '9'), str(heard)
    assert heard.delay is None, str(heard)
    results, _ = await anny.archive(room.jid)
    stored = results[-1].message
    same(stored.occupant_id, honest.occupant_id)
    assert stored.delay is None and stored.user is None, str(stored)


@story()
async def message_resent_is_stored_once(w):
    """Same origin-id: the resender alone gets the first stanza-id again."""
    room, abhi, anny = await w.couple()
    origin = "<origin-id xmlns='%s' id='once-1'/>" % ns.SID
    first = await abhi.say(room.jid, 'once', origin, 'r1')
    await anny.heard(room.jid, 'r1')
    again = await abhi.say(room.jid, 'once', origin, 'r1')
    same((again.stanza_id, again.body), (first.stanza_id, 'once'))
    await anny.none(lambda s: s.body == 'once', 'a doubled message', 0.7)
    # The other seat may use the same origin-id for something else.
    other = await anny.say(room.jid, 'mine', origin, 'r2')
    assert other.stanza_id != first.stanza_id
    # Without origin-id nothing is taken for a resend.
    one = await abhi.say(room.jid, 'twice', '', 'r3')
    two = await abhi.say(room.jid, 'twice', '', 'r3')
    assert one.stanza_id != two.stanza_id
    results, _ = await abhi.archive(room.jid)
    same([r.body for r in results], ['once', 'mine', 'twice', 'twice'])


@story()
async def message_without_id_gets_one(w):
    """A message with no id is reflected with an id of the room's making."""
    room, abhi, anny = await w.couple()
    abhi.raw("<message type='groupchat' to='%s'><body>anonymous</body>"
             "</message>" % room.jid)
    heard = await anny.take(lambda s: s.body == 'anonymous', 'the message')
    assert heard.id, str(heard)
    mine = await abhi.take(lambda s: s.body == 'anonymous', 'the reflection')
    same(mine.id, heard.id)


@story()
async def message_states_pass_and_stay_nowhere(w):
    """Typing is reflected live, has no stanza-id, and is not in the archive."""
    room, abhi, anny = await w.couple()
    abhi.raw("<message type='groupchat' to='%s' id='cs1'><composing "
             "xmlns='%s'/><no-store xmlns='%s'/></message>" % (
                 room.jid, ns.CHATSTATES, ns.HINTS))
    heard = await anny.heard(room.jid, 'cs1')
    same(heard.stanza_id, None)
    await abhi.say(room.jid, 'typed')
    results, fin = await anny.archive(room.jid)
    same([r.body for r in results], ['typed'])


@story()
async def message_edit_retract_react(w):
    """Edits, reactions and retractions pass; a retracted body is gone."""
    room, abhi, anny = await w.couple()
    kept = await abhi.say(room.jid, 'tpyo')
    edit = await abhi.say(room.jid, 'typo', "<replace xmlns='%s' id='%s'/>"
                          % (ns.CORRECT, kept.id))
    same((await anny.heard(room.jid, edit.id)).child(
        ns.CORRECT, 'replace').get('id'), kept.id)
    mine = await abhi.say(room.jid, 'mine', "<origin-id xmlns='%s' id='m1'/>"
                          % ns.SID, 'm1')
    number = anny.send(room.jid, 'forged', "<replace xmlns='%s' id='%s'/>"
                       % (ns.CORRECT, mine.id))
    refusal = await anny.heard(room.jid, number)
    same((refusal.type, refusal.error), ('error', ('auth', 'forbidden')))
    await abhi.none(lambda s: s.body == 'forged', 'the forgery', 0.5)
    anny.raw("<message type='groupchat' to='%s' id='re1'><reactions "
             "xmlns='%s' id='%s'><reaction>👍</reaction></reactions>"
             "<store xmlns='%s'/></message>" % (
                 room.jid, ns.REACTIONS, kept.stanza_id, ns.HINTS))
    reaction = await abhi.heard(room.jid, 're1')
    same(reaction.child(ns.REACTIONS, 'reactions')[0].text, '👍')
    secret = await abhi.say(room.jid, 'burn-after-reading')
    anny.raw("<message type='groupchat' to='%s' id='rt0'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, secret.stanza_id))
    refusal = await anny.heard(room.jid, 'rt0')
    same((refusal.type, refusal.error), ('error', ('auth', 'forbidden')))
    abhi.raw("<message type='groupchat' to='%s' id='rt1'><retract xmlns='%s' "
             "id='%s'/><store xmlns='%s'/></message>" % (
                 room.jid, ns.RETRACT, secret.stanza_id, ns.HINTS))
    heard = await anny.heard(room.jid, 'rt1')
    same((heard.type, heard.child(ns.RETRACT, 'retract').get('id')),
         ('groupchat', secret.stanza_id))
    results, _ = await anny.archive(room.jid)
    assert not any('burn-after' in str(r.outer) for r in results)
    holds([r.message.id for r in results], 're1')
    holds([r.message.id for r in results], 'rt1')
    joined = await anny.join(room.jid, 'b')
    assert not any('burn-after' in str(s) for s in joined.stanzas)


@story()
async def message_retracted_with_its_edits(w):
    """Every correction of a retracted message goes with it, also after a
    restart, and no later one brings words back."""
    room, abhi, anny = await w.couple()

    async def say(body, number, replaces=None):
        extra = "<origin-id xmlns='%s' id='%s'/>" % (ns.SID, number)
        if replaces:
            extra += "<replace xmlns='%s' id='%s'/>" % (ns.CORRECT, replaces)
        return await abhi.say(room.jid, body, extra, number)

    first = await say('cinders one', 'c1')
    await say('stays', 'c2')
    await say('cinders two', 'c3', 'c1')
    await w.component.terminate()
    await w.start()
    await w.linked(abhi)
    await say('cinders three', 'c4', 'c3')
    abhi.raw("<message type='groupchat' to='%s' id='c5'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, first.stanza_id))
    await anny.heard(room.jid, 'c5')
    for replaces in ('c1', 'c3'):
        number = abhi.send(room.jid, 'cinders four', "<replace xmlns='%s' "
                           "id='%s'/>" % (ns.CORRECT, replaces))
        refusal = await abhi.heard(room.jid, number)
        same(refusal.error, ('cancel', 'item-not-found'))
    results, _ = await anny.archive(room.jid)
    assert not any('cinders' in str(r.outer) for r in results)
    holds([r.body for r in results], 'stays')


@story()
async def message_retracted_as_apps_do(w):
    """Converse names its own id, Conversations the newest words; both with
    words for old apps beside it, which no encryption holds."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    for protection in ('server', 'omemo'):
        room = await w.new_room(protection=protection)
        await abhi.join(room.jid, 'a', room.code(1))
        await anny.join(room.jid, 'b', room.code(2))
        secret = "<encrypted xmlns='%s'/>" % ns.OMEMO

        async def say(body, number, extra=''):
            return await abhi.say(
                room.jid, body, "<origin-id xmlns='%s' id='%s'/>%s%s" % (
                    ns.SID, number, secret, extra), number)

        def retraction(number, target):
            return ("<message type='groupchat' to='%s' id='%s'><retract "
                    "xmlns='%s' id='%s'/><body>/me retracted a message</body>"
                    "<store xmlns='%s'/><fallback xmlns='urn:xmpp:fallback:0' "
                    "for='%s'/></message>" % (room.jid, number, ns.RETRACT,
                                              target, ns.HINTS, ns.RETRACT))

        await say('embers one', 'e1')
        await say('embers two', 'e2')
        fixed = await say('embers 2', 'e3',
                          "<replace xmlns='%s' id='e2'/>" % ns.CORRECT)
        anny.raw(retraction('x1', 'e1'))
        refusal = await anny.heard(room.jid, 'x1')
        same((refusal.type, refusal.error), ('error', ('auth', 'forbidden')))
        for number, target in (('t1', 'e1'), ('t2', fixed.stanza_id)):
            abhi.raw(retraction(number, target))
            heard = await anny.heard(room.jid, number)
            same((heard.type, heard.child(ns.RETRACT, 'retract').get('id')),
                 ('groupchat', target))
        results, _ = await anny.archive(room.jid)
        same([r.message.id for r in results], ['t1', 't2'])
        abhi.leave(room.jid)
        anny.leave(room.jid)


@story()
async def message_retracted_stays_away(w):
    """The resend of a retracted message stores and shows nothing again."""
    room, abhi, anny = await w.couple()
    origin = "<origin-id xmlns='%s' id='gone-1'/>" % ns.SID
    first = await abhi.say(room.jid, 'ash', origin, 'a1')
    abhi.raw("<message type='groupchat' to='%s' id='a2'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, first.stanza_id))
    await anny.heard(room.jid, 'a2')
    mark = anny.mark()
    abhi.send(room.jid, 'ash', origin, 'a1')
    await anny.none(lambda s: 'ash' in (s.body or ''), 'the retracted', 0.8,
                    mark)
    results, _ = await anny.archive(room.jid)
    assert not any(r.body == 'ash' for r in results)


@story()
async def message_of_wrong_kinds(w):
    """Private, subject, mistyped and misaddressed messages are refused."""
    room, abhi, anny = await w.couple()
    cases = (
        ('pm', "<message type='chat' to='%s' id='pm'><body>psst</body>"
         "</message>" % room.at(2), {('auth', 'forbidden')}),
        ('occ', "<message type='groupchat' to='%s' id='occ'><body>psst</body>"
         "</message>" % room.at(2), {('modify', 'bad-request')}),
        ('subj', "<message type='groupchat' to='%s' id='subj'><subject>psst"
         "</subject></message>" % room.jid, {('auth', 'forbidden')}),
        ('norm', "<message to='%s' id='norm'><body>psst</body></message>"
         % room.jid, {('modify', 'bad-request')}))
    for number, xml, wanted in cases:
        abhi.raw(xml)
        answer = await abhi.take(lambda s, n=number: s.id == n, 'a refusal')
        same(answer.type, 'error', str(answer))
        holds(wanted, answer.error)
    await anny.none(lambda s: 'psst' in str(s), 'what was refused', 0.7)
    # A subject beside a body is dropped, the body goes through.
    abhi.raw("<message type='groupchat' to='%s' id='sb'><subject>s</subject>"
             "<body>with subject</body></message>" % room.jid)
    heard = await anny.heard(room.jid, 'sb')
    same((heard.body, heard.subject), ('with subject', None))


@story()
async def message_too_large(w):
    """A body past `body_max` is refused; the next one goes through."""
    room, abhi, anny = await w.couple(limits_body_max='1KiB')
    await abhi.say(room.jid, 'x' * 1024)
    number = abhi.send(room.jid, 'y' * 1025)
    answer = await abhi.heard(room.jid, number)
    same((answer.type, answer.error), ('error', ('modify',
                                                 'policy-violation')))
    number = abhi.send(room.jid, 'z' * 60000)
    answer = await abhi.heard(room.jid, number)
    same((answer.type, answer.error), ('error', ('modify',
                                                 'policy-violation')))
    # Past the stanza limit of 64 KiB the answer is the same.
    number = abhi.send(room.jid, 'w' * 100000)
    answer = await abhi.heard(room.jid, number)
    same((answer.type, answer.error), ('error', ('modify',
                                                 'policy-violation')))
    await abhi.say(room.jid, 'small again')
    await anny.none(lambda s: 'yyyy' in str(s) or 'zzzz' in str(s)
                    or 'wwww' in str(s), 'what was refused', 0.3)
    results, _ = await anny.archive(room.jid)
    same([len(r.body) for r in results], [1024, len('small again')])


@story()
async def message_rate_is_limited(w):
    """A burst passes up to the limit; the rest is told to wait, in order."""
    room, abhi, anny = await w.couple()
    for n in range(200):
        abhi.send(room.jid, 'burst %d' % n, '', 'b%d' % n)
    answers = [await abhi.heard(room.jid, 'b%d' % n) for n in range(200)]
    good = [s for s in answers if s.type == 'groupchat']
    bad = [s for s in answers if s.type == 'error']
    # Twenty at once, and ten for each second that a slow machine takes.
    most = 25 + 10 * (answers[-1].at - answers[0].at)
    assert 15 <= len(good) <= most and bad, '%d passed' % len(good)
    for stanza in bad:
        same(stanza.error[0], 'wait', str(stanza))
    for stanza in good:
        await anny.heard(room.jid, stanza.id)
    heard = [s.id for s in anny.inbox.stanzas if s.stanza_id]
    same(heard, [s.id for s in good])
    results, _ = await anny.archive(room.jid, rsm='<max>250</max>')
    same([r.message.id for r in results], heard)
    await asyncio.sleep(1.5)
    await abhi.say(room.jid, 'calm again')


@story()
async def message_limits_reload(w):
    """SIGHUP takes new limits from the file without losing anybody."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'x' * 2000)
    w.component.configure(limits_body_max='1KiB')
    w.component.process.signal(signal.SIGHUP)
    for _ in range(50):
        number = abhi.send(room.jid, 'y' * 2000)
        answer = await abhi.heard(room.jid, number)
        if answer.type == 'error':
            break
        await asyncio.sleep(0.1)
    same(answer.error, ('modify', 'policy-violation'))
    await abhi.say(room.jid, 'still here')
    await anny.take(lambda s: s.body == 'still here', 'the message')

