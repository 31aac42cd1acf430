"""The archive (XEP-0313) and what a late comer is shown."""

import re

from slixmpp import JID

from harness import ns
from harness.check import same
from harness.speaker import field, query_xml
from harness.stanza import canonical
from harness.story import story


async def chat_of(w, count):
    """A room in which `count` messages were said: (room, abhi, anny, said)."""
    room, abhi, anny = await w.couple(limits_messages_per_second='0')
    said = []
    for n in range(count):
        who = (abhi, anny)[n % 2]
        said.append(await who.say(room.jid, 'line %d' % n))
    return room, abhi, anny, said


def bodies(results):
    return [r.body for r in results]


@story()
async def history_pages(w):
    """Forwards, backwards, last page, count only: all by one order."""
    room, abhi, anny, said = await chat_of(w, 10)
    lines = ['line %d' % n for n in range(10)]
    ids = [s.stanza_id for s in said]
    results, fin = await anny.archive(room.jid)
    same(bodies(results), lines)
    same([r.id for r in results], ids)
    same((fin.complete, fin.first, fin.last, fin.count),
         (True, ids[0], ids[-1], 10))
    results, fin = await anny.archive(room.jid, rsm='<max>4</max>')
    same((bodies(results), fin.complete, fin.last, fin.count),
         (lines[:4], False, ids[3], 10))
    results, fin = await anny.archive(
        room.jid, rsm='<max>4</max><after>%s</after>' % ids[3])
    same((bodies(results), fin.complete), (lines[4:8], False))
    results, fin = await anny.archive(
        room.jid, rsm='<max>4</max><after>%s</after>' % ids[7])
    same((bodies(results), fin.complete), (lines[8:], True))
    results, fin = await anny.archive(room.jid, rsm='<max>3</max><before/>')
    same((bodies(results), fin.complete), (lines[7:], False))
    same((fin.first, fin.last), (ids[7], ids[9]))
    results, fin = await anny.archive(
        room.jid, rsm='<max>3</max><before>%s</before>' % ids[2])
    same((bodies(results), fin.complete), (lines[:2], True))
    results, fin = await anny.archive(room.jid, rsm='<max>0</max>')
    same((bodies(results), fin.count, fin.first), ([], 10, None))
    results, fin = await anny.archive(
        room.jid, rsm='<after>%s</after>' % ids[9])
    same((bodies(results), fin.complete, fin.first), ([], True, None))


@story()
async def history_shape(w):
    """A result is a jabber:client groupchat message with all its ids."""
    room, abhi, anny, said = await chat_of(w, 2)
    results, _ = await anny.archive(room.jid)
    for got, live in zip(results, said):
        same((got.outer.frm, got.outer.to), (room.jid, anny.jid))
        same(got.message.type, 'groupchat')
        same((got.message.frm, got.message.id), (live.frm, live.id))
        assert got.message.xml.get('to') is None, str(got.outer)
        same(got.message.occupant_id, live.occupant_id)
        assert got.message.user is None, 'a JID in the archive: %s' % got.outer
        assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z',
                            got.stamp), got.stamp
    assert results[0].stamp <= results[1].stamp
    joined = await anny.join(room.jid, 'b')
    same([s.delay for s in joined.history], [r.stamp for r in results])


@story()
async def history_filters(w):
    """start, end, with, before-id, after-id, ids and their combination."""
    room, abhi, anny, said = await chat_of(w, 4)
    lines = ['line %d' % n for n in range(4)]
    ids = [s.stanza_id for s in said]
    everything, _ = await anny.archive(room.jid)
    stamps = [r.stamp for r in everything]
    for form, wanted in (
            (field('start', stamps[0]), lines),
            (field('end', stamps[3]), lines),
            (field('start', '2101-01-01T00:00:00Z'), []),
            (field('end', '1970-01-01T00:00:00Z'), []),
            (field('start', '2001-01-01T01:00:00.123456+01:00'), lines),
            (field('after-id', ids[1]), lines[2:]),
            (field('before-id', ids[1]), lines[:1]),
            (field('after-id', ids[0]) + field('before-id', ids[3]),
             lines[1:3]),
            (field('ids', ids[2], ids[0]), [lines[0], lines[2]])):
        results, fin = await anny.archive(room.jid, form)
        same(bodies(results), wanted, form)
        assert fin.complete, form
    described = await anny.get(room.jid, "<query xmlns='%s'/>" % ns.MAM)
    named = {f.get('var') for f in described.xml.iter('{%s}field' % ns.XDATA)}
    assert {'FORM_TYPE', 'start', 'end', 'before-id', 'after-id',
            'ids'} <= named, named
    facts = await anny.get(room.jid, "<metadata xmlns='%s'/>" % ns.MAM)
    same(facts.find(ns.MAM, 'start').get('id'), ids[0])
    same(facts.find(ns.MAM, 'end').get('id'), ids[3])


@story()
async def history_flipped(w):
    """flip-page sends the same page the other way round."""
    room, abhi, anny, said = await chat_of(w, 4)
    mark = anny.mark()
    await anny.set(room.jid, "<query xmlns='%s' queryid='f'><set xmlns='%s'>"
                   "<max>3</max></set><flip-page/></query>" % (ns.MAM, ns.RSM))
    got = [s.find(ns.MAM, 'result').get('id') for s in anny.since(mark)
           if s.find(ns.MAM, 'result') is not None]
    same(got, [s.stanza_id for s in said[:3]][::-1])


@story()
async def history_refusals(w):
    """Unknown ids, fields and times are errors, not empty pages."""
    room, abhi, anny, said = await chat_of(w, 1)

    async def refusal(form='', rsm=''):
        return await anny.refused('set', room.jid, query_xml('q', form, rsm))

    not_found = ('cancel', 'item-not-found')
    bad = ('modify', 'bad-request')
    same(await refusal(rsm='<after>no-such</after>'), not_found)
    same(await refusal(rsm='<before>no-such</before>'), not_found)
    same(await refusal(field('ids', said[0].stanza_id, 'no')), not_found)
    same(await refusal(field('after-id', 'no-such')), not_found)
    same(await refusal(field('include-groupchat', 'true')), bad)
    same(await refusal(field('start', 'yesterday')), bad)
    same(await anny.refused('get', room.jid, "<prefs xmlns='%s'/>" % ns.MAM),
         ('cancel', 'service-unavailable'))


@story()
async def history_is_for_members_even_outside(w):
    """A person who left still reads; a stranger and an outsider do not."""
    room, abhi, anny, said = await chat_of(w, 2)
    anny.leave(room.jid)
    await anny.take(lambda s: s.type == 'unavailable', 'the own leave')
    results, _ = await anny.archive(room.jid)
    same(len(results), 2)
    other = await w.new_room()
    same(await anny.refused('set', other.jid, "<query xmlns='%s'/>" % ns.MAM),
         ('auth', 'forbidden'))


@story()
async def history_through_slixmpp(w):
    """slixmpp's own archive plugin pages through the room."""
    room, abhi, anny, said = await chat_of(w, 7)
    got = []
    async for message in anny.client['xep_0313'].iterate(
            JID(room.jid), rsm={'max': 3}):
        got.append(message['mam_result']['id'])
    same(got, [s.stanza_id for s in said])


@story()
async def history_same_after_restarts(w):
    """SIGTERM and kill -9 change no id, time or order of the history."""
    room, abhi, anny, said = await chat_of(w, 6)
    before, _ = await anny.archive(room.jid)
    for violent in (False, True):
        await w.restart(anny, violent)
        after, _ = await anny.archive(room.jid)
        same([(r.id, r.stamp, r.message.id, r.body, r.message.occupant_id)
              for r in after],
             [(r.id, r.stamp, r.message.id, r.body, r.message.occupant_id)
              for r in before])
        joined = await anny.join(room.jid, 'b')
        same([s.stanza_id for s in joined.history], [r.id for r in before])


@story()
async def history_marks_and_hints(w):
    """no-store keeps a body out; a read marker is in the archive only."""
    room, abhi, anny = await w.couple()
    quiet = await abhi.say(room.jid, 'off the record',
                           "<no-store xmlns='%s'/>" % ns.HINTS)
    same(quiet.stanza_id, None)
    kept = await abhi.say(room.jid, 'kept')
    anny.raw("<message type='groupchat' to='%s' id='mk'><displayed "
             "xmlns='urn:xmpp:chat-markers:0' id='%s'/><store xmlns='%s'/>"
             "</message>" % (room.jid, kept.stanza_id, ns.HINTS))
    await abhi.heard(room.jid, 'mk')
    results, _ = await anny.archive(room.jid)
    same([r.message.id for r in results], [kept.id, 'mk'])
    joined = await anny.join(room.jid, 'b')
    same([s.id for s in joined.history], [kept.id])



@story()
async def history_is_the_archive(w):
    """Replay and archive: same ids, times, order and content of everything."""
    room, abhi, anny = await w.couple()
    first = await abhi.say(room.jid, 'first', "<origin-id xmlns='%s' id='f1'/>"
                           % ns.SID, 'f1')
    await abhi.say(room.jid, 'First', "<replace xmlns='%s' id='f1'/>"
                   % ns.CORRECT)
    await anny.say(room.jid, '> First\nyes', "<reply xmlns='urn:xmpp:reply:0' "
                   "to='%s' id='%s'/><fallback xmlns='urn:xmpp:fallback:0' "
                   "for='urn:xmpp:reply:0'><body start='0' end='8'/>"
                   "</fallback>" % (room.at(1), first.stanza_id))
    anny.raw("<message type='groupchat' to='%s' id='r1'><reactions xmlns='%s' "
             "id='%s'><reaction>👍</reaction></reactions><store xmlns='%s'/>"
             "</message>" % (room.jid, ns.REACTIONS, first.stanza_id, ns.HINTS))
    await anny.heard(room.jid, 'r1')
    regret = await anny.say(room.jid, 'regretted')
    anny.raw("<message type='groupchat' to='%s' id='r2'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, regret.stanza_id))
    await anny.heard(room.jid, 'r2')
    abhi.raw("<message type='groupchat' to='%s' id='r3'><displayed xmlns="
             "'urn:xmpp:chat-markers:0' id='%s'/></message>"
             % (room.jid, first.stanza_id))
    await anny.heard(room.jid, 'r3')
    archived, fin = await abhi.archive(room.jid)
    same([r.message.id for r in archived][-1], 'r3')
    joined = await abhi.join(room.jid, 'a')
    same(len(joined.history), 5)

    def shape(stanza, number, stamp):
        children = [canonical(child) for child in stanza.xml
                    if child.tag != '{%s}delay' % ns.DELAY]
        return (number, stamp, stanza.id, stanza.frm, sorted(children))

    same([shape(s, s.stanza_id, s.delay) for s in joined.history],
         [shape(r.message, r.id, r.stamp) for r in archived[:-1]])
    same((fin.complete, fin.count), (True, 6))


@story()
async def history_pages_in_odd_ways(w):
    """By index, between two ids, flipped backwards, more than there is."""
    room, abhi, anny, said = await chat_of(w, 8)
    ids = [s.stanza_id for s in said]
    for rsm, wanted in (
            ('<max>3</max><index>4</index>', [4, 5, 6]),
            ('<max>3</max><index>9</index>', []),
            ('<after>%s</after><before>%s</before>' % (ids[1], ids[6]),
             [2, 3, 4, 5]),
            ('<max>2</max><after>%s</after><before>%s</before>'
             % (ids[1], ids[6]), [4, 5]),
            ('<max>100000</max>', list(range(8)))):
        results, fin = await anny.archive(room.jid, rsm=rsm)
        same(bodies(results), ['line %d' % n for n in wanted], rsm)
        same(fin.count, 8)
        same((fin.first, fin.last), (ids[wanted[0]], ids[wanted[-1]])
             if wanted else (None, None))
    mark = anny.mark()
    answer = await anny.set(
        room.jid, "<query xmlns='%s' queryid='z'><set xmlns='%s'><max>3</max>"
        "<before/></set><flip-page/></query>" % (ns.MAM, ns.RSM))
    got = [s.find(ns.MAM, 'result').get('id') for s in anny.since(mark)
           if s.find(ns.MAM, 'result') is not None]
    same(got, ids[:4:-1])
    first = answer.find(ns.RSM, 'first')
    same((first.text, first.get('index')), (ids[5], '5'))
    for rsm in ('<max>x</max>', '<max>-1</max>', '<index>x</index>'):
        same(await anny.refused('set', room.jid, query_xml('q', rsm=rsm)),
             ('modify', 'bad-request'), rsm)
    abhi.raw("<message type='groupchat' to='%s' id='rt'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, ids[2]))
    await abhi.heard(room.jid, 'rt')
    same(await anny.refused('set', room.jid,
                            query_xml('q', field('ids', ids[2]))),
         ('cancel', 'item-not-found'))
    # What was taken back is nowhere, but its place can be begun at.
    for form, rsm, wanted in (
            (field('after-id', ids[2]), '', ids[3:]),
            (field('before-id', ids[2]), '', ids[:2]),
            ('', '<after>%s</after>' % ids[2], ids[3:]),
            ('', '<before>%s</before>' % ids[2], ids[:2])):
        results, _ = await anny.archive(room.jid, form, rsm)
        same([r.id for r in results if r.id in ids], wanted, form + rsm)
    results, fin = await anny.archive(room.jid)
    same([r.id for r in results if r.id in ids], ids[:2] + ids[3:])


@story()
async def history_behind_what_was_retracted(w):
    """Who knows a message that was taken back meanwhile misses nothing."""
    room, abhi, anny = await w.couple()
    known = await abhi.say(room.jid, 'the last that she saw')
    await anny.heard(room.jid, known.id)
    anny.leave(room.jid)
    await anny.take(lambda s: s.type == 'unavailable', 'the leave')
    abhi.raw("<message type='groupchat' to='%s' id='rt'><retract xmlns='%s' "
             "id='%s'/></message>" % (room.jid, ns.RETRACT, known.stanza_id))
    await abhi.heard(room.jid, 'rt')
    said = await abhi.say(room.jid, 'what I meant')
    for _ in range(2):
        # As Conversations comes back: no replay, and what came behind its last.
        await anny.join(room.jid, 'b', history="<history maxstanzas='0'/>")
        results, fin = await anny.archive(
            room.jid, rsm='<max>50</max><after>%s</after>' % known.stanza_id)
        same([r.message.id for r in results], ['rt', said.id])
        same((fin.complete, fin.count), (True, 2))
        await w.restart(abhi)


@story()
async def history_of_an_empty_room(w):
    """Nothing said: an empty set with a count, and empty metadata."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    await abhi.join(room.jid, 'a', room.code(1))
    results, fin = await abhi.archive(room.jid)
    same((results, fin.complete, fin.count, fin.first, fin.last),
         ([], True, 0, None, None))
    facts = await abhi.get(room.jid, "<metadata xmlns='%s'/>" % ns.MAM)
    same(len(facts.xml[0]), 0, str(facts))
