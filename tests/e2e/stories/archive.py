"""The archive to the letter: times, forms, limits, and what is kept."""

import re
from datetime import datetime, timedelta, timezone

from harness import ns
from harness.check import same
from harness.speaker import field, query_xml
from harness.story import story

STAMP = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z')
MARKERS = 'urn:xmpp:chat-markers:0'
RECEIPTS = 'urn:xmpp:receipts'


def moment(stamp):
    return datetime.strptime(stamp, '%Y-%m-%dT%H:%M:%S.%fZ').replace(
        tzinfo=timezone.utc)


def spellings(at):
    """One moment as different clients write it."""
    east = at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    west = at.astimezone(timezone(timedelta(hours=-8)))
    millis = '%03d' % (at.microsecond // 1000)
    return (at.strftime('%Y-%m-%dT%H:%M:%S.') + millis + 'Z',
            at.strftime('%Y-%m-%dT%H:%M:%S.%f') + '+00:00',
            east.strftime('%Y-%m-%dT%H:%M:%S.%f') + '+05:30',
            west.strftime('%Y-%m-%dT%H:%M:%S.') + millis + '000000-08:00')


def ids_of(results):
    return [r.id for r in results]


@story()
async def archive_times(w):
    """One moment in any spelling cuts the archive at the same message."""
    room, abhi, anny = await w.couple()
    said = []
    for n in range(4):
        said.append(await abhi.say(room.jid, 'line %d' % n))
        # Nobody's clock is needed to tell messages apart: a question each.
        await abhi.disco(room.jid)
    everything, _ = await anny.archive(room.jid)
    ids = [s.stanza_id for s in said]
    same(ids_of(everything), ids)
    for result in everything:
        assert STAMP.fullmatch(result.stamp), result.stamp
    at = [moment(r.stamp) for r in everything]
    same(at, sorted(at))
    milli = timedelta(milliseconds=1)
    for n in range(4):
        from_here = [i for i, t in zip(ids, at) if t >= at[n]]
        up_to_here = [i for i, t in zip(ids, at) if t <= at[n]]
        for start in spellings(at[n]):
            results, fin = await anny.archive(room.jid, field('start', start))
            same((ids_of(results), fin.count), (from_here, len(from_here)),
                 start)
        for end in spellings(at[n]):
            results, fin = await anny.archive(room.jid, field('end', end))
            same((ids_of(results), fin.count), (up_to_here, len(up_to_here)),
                 end)
        for start in spellings(at[n] + milli)[:2]:
            results, _ = await anny.archive(room.jid, field('start', start))
            same(ids_of(results),
                 [i for i, t in zip(ids, at) if t >= at[n] + milli], start)
    facts = await anny.get(room.jid, "<metadata xmlns='%s'/>" % ns.MAM)
    for name, which in (('start', 0), ('end', 3)):
        end = facts.find(ns.MAM, name)
        same((end.get('id'), end.get('timestamp')),
             (ids[which], everything[which].stamp))
    # The room's replay cuts at the same places, `since` included.
    for since in spellings(at[2]):
        joined = await anny.join(room.jid, 'b', None,
                                 "<history since='%s'/>" % since)
        same([s.stanza_id for s in joined.history],
             [i for i, t in zip(ids, at) if t >= at[2]], since)
    joined = await anny.join(room.jid, 'b', None, "<history since='%s' "
                             "maxstanzas='1'/>" % spellings(at[1])[0])
    same([s.stanza_id for s in joined.history], ids[3:])


@story()
async def archive_forms(w):
    """Field order and types are free; a form of something else is refused."""
    room, abhi, anny = await w.couple()
    first = await abhi.say(room.jid, 'by Abhi')
    second = await anny.say(room.jid, 'by Anny')

    def form(*fields):
        return "<query xmlns='%s'><x xmlns='%s' type='submit'>%s</x></query>" % (
            ns.MAM, ns.XDATA, ''.join(fields))

    mark = anny.mark()
    answer = await anny.set(room.jid, form(
        "<field var='with' type='text-single'><value>%s</value></field>"
        % room.at(1), field('FORM_TYPE', ns.MAM)))
    got = [s for s in anny.since(mark)
           if s.find(ns.MAM, 'result') is not None]
    # Without a queryid there is none in the results, and fin comes last.
    same([(s.find(ns.MAM, 'result').get('id'),
           s.find(ns.MAM, 'result').get('queryid')) for s in got],
         [(first.stanza_id, None)])
    order = anny.since(mark)
    assert order.index(answer) > order.index(got[-1]), 'fin came too early'
    for value, wanted in ((room.jid, [first, second]), (room.at(2), [second]),
                          (room.jid + '/Nobody', []), (anny.bare, []),
                          (room.jid.upper(), [first, second])):
        results, fin = await anny.archive(room.jid, field('with', value))
        same((ids_of(results), fin.count),
             ([s.stanza_id for s in wanted], len(wanted)), value)
    bad = ('modify', 'bad-request')
    for odd in (form(field('with', room.at(1))),
                form(field('FORM_TYPE', 'urn:xmpp:mam:1')),
                form(field('FORM_TYPE', ns.MAM), field('with', '@')),
                form(field('FORM_TYPE', ns.MAM), field('start', '')),
                form(field('FORM_TYPE', ns.MAM), field('end', '2026-13-01'
                                                      'T00:00:00Z')),
                form(field('FORM_TYPE', ns.MAM), field('colour', 'red'))):
        same(await anny.refused('set', room.jid, odd), bad, odd)
    described = await anny.get(room.jid, "<query xmlns='%s'/>" % ns.MAM)
    kinds = {f.get('var'): f.get('type') for f in
             described.xml.iter('{%s}field' % ns.XDATA)}
    same(kinds, {'FORM_TYPE': 'hidden', 'with': 'jid-single',
                 'start': 'text-single', 'end': 'text-single',
                 'before-id': 'text-single', 'after-id': 'text-single',
                 'ids': 'list-multi'})
    assert described.find('http://jabber.org/protocol/xdata-validate',
                          'open') is not None
    # "Not in the archive" is one error, however it is asked for.
    for query in (query_xml('q', field('before-id', 'no-such')),
                  query_xml('q', field('ids', '')),
                  query_xml('q', field('after-id', first.id))):
        same(await anny.refused('set', room.jid, query),
             ('cancel', 'item-not-found'), query)


@story()
async def archive_pages_are_capped(w):
    """Fifty without a wish, never more than 250; replay has a hundred."""
    room, abhi, anny = await w.couple(limits_messages_per_second='0',
                                      limits_message_burst='0')
    for n in range(259):
        abhi.send(room.jid, 'n%d' % n)
    last = await abhi.say(room.jid, 'n259')
    for rsm, first, size, complete in (
            ('', 0, 50, False), ('<before/>', 210, 50, False),
            ('<max>1000</max>', 0, 250, False),
            ('<max>1000</max><before/>', 10, 250, False),
            ('<max>250</max><index>10</index>', 10, 250, True)):
        results, fin = await anny.archive(room.jid, rsm=rsm)
        same([r.body for r in results],
             ['n%d' % n for n in range(first, first + size)], rsm)
        same((fin.count, fin.complete), (260, complete), rsm)
        same((fin.first, fin.last), (results[0].id, results[-1].id))
    joined = await anny.join(room.jid, 'b')
    same([s.body for s in joined.history],
         ['n%d' % n for n in range(160, 260)])
    same(joined.history[-1].stanza_id, last.stanza_id)


@story()
async def archive_keeps_what_it_should(w):
    """Hints, states, receipts, marks, encryption: each live, few for later."""
    room, abhi, anny = await w.couple()
    first = await abhi.say(room.jid, 'to speak of')
    sid = first.stanza_id
    hint = "<%%s xmlns='%s'/>" % ns.HINTS
    cases = (  # payload, in the archive, in the replay
        ("<body>quiet</body>" + hint % 'no-store', 0, 0),
        ("<body>quiet</body>" + hint % 'no-permanent-store', 0, 0),
        ("<body>no copy</body>" + hint % 'no-copy', 1, 1),
        ("<composing xmlns='%s'/>" % ns.CHATSTATES, 0, 0),
        ("<received xmlns='%s' id='%s'/>" % (RECEIPTS, first.id), 0, 0),
        ("<body>asks</body><request xmlns='%s'/>" % RECEIPTS, 1, 1),
        ("<displayed xmlns='%s' id='%s'/>" % (MARKERS, sid), 1, 0),
        ("<displayed xmlns='%s' id='%s'/>" % (MARKERS, sid)
         + hint % 'store', 1, 0),
        ("<received xmlns='%s' id='%s'/>" % (MARKERS, sid), 0, 0),
        ("<thing xmlns='urn:example:thing'/>", 0, 0),
        ("<thing xmlns='urn:example:thing'/>" + hint % 'store', 1, 1),
        ("<encryption xmlns='%s' namespace='urn:example:crypt'/>" % ns.EME,
         1, 1),
        ("<encrypted xmlns='%s'/>" % ns.OMEMO, 1, 1),
        ("<encrypted xmlns='urn:xmpp:omemo:2'/>", 1, 1),
        ("<reactions xmlns='%s' id='%s'><reaction>🕯</reaction></reactions>"
         % (ns.REACTIONS, sid), 1, 1),
        ("<apply-to xmlns='urn:xmpp:fasten:0' id='%s'/>" % sid, 1, 1),
        ("<body>https://example.org/a</body><x xmlns='jabber:x:oob'><url>"
         "https://example.org/a</url></x>", 1, 1))
    archived, replayed = [first.id], [first.id]
    for n, (payload, is_archived, is_replayed) in enumerate(cases):
        number = 'k%d' % n
        abhi.raw("<message type='groupchat' to='%s' id='%s'>%s</message>"
                 % (room.jid, number, payload))
        heard = await anny.heard(room.jid, number)
        same((heard.type, heard.frm), ('groupchat', room.at(1)), payload)
        assert heard.occupant_id == first.occupant_id, str(heard)
        # An id of the archive stands on what is in it, and nowhere else.
        same(heard.stanza_id is not None, bool(is_archived), payload)
        archived += [number] * is_archived
        replayed += [number] * is_replayed
    results, fin = await anny.archive(room.jid)
    same([r.message.id for r in results], archived)
    same(fin.count, len(archived))
    joined = await anny.join(room.jid, 'b')
    same([s.id for s in joined.history], replayed)
    # "He has left this window" says nothing in a room and is not passed on.
    abhi.raw("<message type='groupchat' to='%s' id='go'><gone xmlns='%s'/>"
             "</message>" % (room.jid, ns.CHATSTATES))
    answer = await abhi.heard(room.jid, 'go')
    assert answer.find(ns.CHATSTATES, 'gone') is None, str(answer)
    await anny.none(lambda s: s.find(ns.CHATSTATES, 'gone') is not None,
                    'a leave that is none', 0.5)


@story()
async def archive_of_an_ended_room(w):
    """Whoever was in it: nothing is left to be read, and it is said so."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'for the fire')
    await w.component.ctl('end', room.jid)
    mal = await w.login('mal')
    for person in (abhi, mal):
        for kind, payload in (('set', "<query xmlns='%s'/>" % ns.MAM),
                              ('get', "<query xmlns='%s'/>" % ns.MAM),
                              ('get', "<metadata xmlns='%s'/>" % ns.MAM)):
            same(await person.refused(kind, room.jid, payload),
                 ('cancel', 'gone'), payload)


@story()
async def archive_while_they_talk(w):
    """Pages taken while new words come: nothing twice, nothing left out."""
    room, abhi, anny = await w.couple(limits_messages_per_second='0',
                                      limits_message_burst='0')
    for n in range(40):
        await abhi.say(room.jid, 'old %d' % n)
    got, after = [], ''
    while True:
        abhi.send(room.jid, 'new')
        results, fin = await anny.archive(
            room.jid, rsm='<max>7</max>' + after)
        got += results
        if fin.complete:
            break
        assert len(got) < 100, 'the archive never ends'
        after = '<after>%s</after>' % fin.last
    same([r.body for r in got[:40]], ['old %d' % n for n in range(40)])
    same(len(set(ids_of(got))), len(got))
    stamps = [r.stamp for r in got]
    same(stamps, sorted(stamps))
