"""Gajim's library and Gajim's way of joining."""

import os

from harness import ns
from harness.check import holds, same
from harness.component import Room
from harness.gajim import Gajim
from harness.story import story


async def gajim(w, person):
    session = Gajim(w.server, w.slot, person,
                    os.path.join(w.folder, 'nbxmpp-%s.log' % person))
    w.things.append(session)
    await session.start()
    return session


@story()
async def gajim_chat(w):
    """Form, invite, wrong code, join, archive, lists, talk and the end."""
    anny = await w.person('anny')
    abhi = await gajim(w, 'abhi')
    abhi.do('create', service=w.domain, values={
        'your-name': 'Abhi', 'peer-name': 'Anny', 'idle': '1h',
        'protection': 'server'})
    made = await abhi.expect('created', status='completed')
    room = Room.of_form(made['values'])
    w.keep_secret(room)
    await anny.join(room.jid, 'b', room.code(2))
    early = await anny.say(room.jid, 'first words')

    abhi.do('join', room=room.jid, nick='abhi', password='WRONG-WRONG')
    seen = await abhi.expect('disco')
    same((seen['muc'], seen['mam'], seen['members_only'],
          seen['non_anonymous'], seen['password']),
         (True, True, True, False, True))
    await abhi.expect('presence-error', type='auth',
                      condition='not-authorized')
    abhi.do('join', room=room.jid, nick='abhi', password=room.code(1))
    await abhi.expect('presence', frm=room.at(2), mine=False)
    me = await abhi.expect('presence', frm=room.at(1), mine=True)
    same((me['affiliation'], me['role']), ('owner', 'participant'))
    assert me['occupant_id'], me
    await abhi.expect('subject', room=room.jid)
    old = await abhi.expect('archived', body='first words')
    same((old['id'], old['nick']), (early.stanza_id, 'Anny'))
    same(old['occupant_id'], early.occupant_id)
    end = await abhi.expect('archive-end')
    holds(end.get('result', end), 'complete=True')

    said = await anny.say(room.jid, 'hej 🕯')
    heard = await abhi.expect('message', body='hej 🕯')
    same((heard['frm'], heard['stanza_ids']), (room.at(2), [said.stanza_id]))
    abhi.do('say', room=room.jid, body='hello Anny')
    await anny.take(lambda s: s.body == 'hello Anny', 'the message')
    await abhi.expect('message', frm=room.at(1), body='hello Anny')

    abhi.do('destroy', room=room.jid)
    await abhi.expect('room-destroyed', frm=room.at(1))
    await abhi.expect('destroyed')
    await anny.take(lambda s: s.name == 'presence' and s.destroyed, 'the end')
    abhi.do('join', room=room.jid, nick='abhi', password=room.code(1))
    gone = await abhi.expect('join-failed', room=room.jid)
    holds(gone['error'], 'gone')


@story()
async def gajim_is_invited_by_message(w):
    """`new` typed in a chat window is answered with an invite and a code."""
    abhi = await gajim(w, 'abhi')
    await w.person('mal')
    abhi.do('write', to=w.domain, body='new Abhi Anny')
    invite = await abhi.expect('invite')
    room = invite['room']
    w.told.update((room.partition('@')[0], invite['password']))
    abhi.do('join', room=room, nick='abhi', password=invite['password'])
    await abhi.expect('presence', frm=room + '/Abhi', mine=True)
    await abhi.expect('archive-end')


async def beside(w, **options):
    """A room with Anny in it, and Abhi's nbxmpp: (room, abhi, anny)."""
    anny = await w.person('anny')
    abhi = await gajim(w, 'abhi')
    room = await w.new_room(**options)
    await anny.join(room.jid, 'b', room.code(2))
    return room, abhi, anny


async def entered(abhi, room):
    """nbxmpp's own presence, and the end of what it asks at a join."""
    abhi.do('join', room=room.jid, nick='abhi', password=room.code(1))
    me = await abhi.expect('presence', frm=room.at(1), mine=True)
    await abhi.expect('archive-end')
    return me


@story()
async def gajim_reads_everything(w):
    """Edits, reactions, marks: live and page by page, as nbxmpp has them."""
    room, abhi, anny = await beside(w)
    first = await anny.say(room.jid, 'tpyo', "<origin-id xmlns='%s' id='t1'/>"
                           % ns.SID, 't1')
    await entered(abhi, room)
    edit = await anny.say(room.jid, 'typo', "<replace xmlns='%s' id='t1'/>"
                          % ns.CORRECT)
    live = await abhi.expect('message', body='typo')
    same(live['corrects'], 't1')
    anny.raw("<message type='groupchat' to='%s' id='re'><reactions xmlns='%s' "
             "id='%s'><reaction>🕯</reaction></reactions><store xmlns='%s'/>"
             "</message>" % (room.jid, ns.REACTIONS, first.stanza_id,
                             ns.HINTS))
    reaction = await anny.heard(room.jid, 're')
    live = await abhi.expect('message', reacts_to=first.stanza_id)
    same(live['emojis'], ['🕯'])
    anny.raw("<message type='groupchat' to='%s' id='ma'><displayed xmlns='urn:"
             "xmpp:chat-markers:0' id='%s'/></message>"
             % (room.jid, first.stanza_id))
    mark = await anny.heard(room.jid, 'ma')
    live = await abhi.expect('message', marks=first.stanza_id)
    same(live['frm'], room.at(2))
    last = await anny.say(room.jid, 'the last one')
    abhi.do('page', room=room.jid, size=2)
    wanted = [(first, {'body': 'tpyo'}), (edit, {'corrects': 't1'}),
              (reaction, {'reacts_to': first.stanza_id, 'emojis': ['🕯']}),
              (mark, {'marks': first.stanza_id}),
              (last, {'body': 'the last one'})]
    for number, (stanza, facts) in enumerate(wanted):
        got = await abhi.expect('archived', query='p%d' % (number // 2))
        same((got['id'], got['nick'], got['occupant_id'], got['jid']),
             (stanza.stanza_id, 'Anny', first.occupant_id, None))
        for name, value in facts.items():
            same(got[name], value, name)
    same((await abhi.expect('paged'))['counts'], [5, 5, 5])


@story()
async def gajim_in_an_omemo_room(w):
    """nbxmpp takes it for a private room and finds whom to encrypt for."""
    room, abhi, anny = await beside(w, protection='omemo')
    await anny.say(room.jid, 'fallback', "<encrypted xmlns='%s'/>" % ns.OMEMO)
    abhi.do('join', room=room.jid, nick='abhi', password=room.code(1))
    seen = await abhi.expect('disco')
    same((seen['members_only'], seen['non_anonymous']), (True, True))
    me = await abhi.expect('presence', frm=room.at(1), mine=True)
    same((me['affiliation'], me['role']), ('owner', 'moderator'))
    old = await abhi.expect('archived', body='fallback')
    same((old['nick'], old['jid']), ('Anny', anny.bare))
    await abhi.expect('archive-end')
    abhi.do('lists', room=room.jid)
    for which, users in (('owner', {abhi.jid: 'Abhi', anny.bare: 'Anny'}),
                         ('admin', {}), ('member', {})):
        same((await abhi.expect('list', which=which))['users'], users)
    abhi.do('say', room=room.jid, body='in the clear')
    refusal = await abhi.expect('message-error')
    same(refusal['condition'], 'policy-violation')


@story()
async def gajim_meddles(w):
    """What its menus offer an owner is refused, each in its own way."""
    room, abhi, anny = await beside(w)
    await entered(abhi, room)
    abhi.do('lists', room=room.jid)
    for which in ('owner', 'admin', 'member'):
        holds((await abhi.expect('list', which=which))['error'], 'forbidden')
    abhi.do('meddle', room=room.jid, nick='Anny')
    for event, condition in (('role', 'not-allowed'),
                             ('affiliation', 'not-allowed'),
                             ('config', 'forbidden'),
                             ('unregister', 'not-allowed')):
        holds((await abhi.expect(event)).get('error', ''), condition)
    assert 'error' not in await abhi.expect('ping')
    for _ in range(3):
        same((await abhi.expect('message-error'))['condition'], 'forbidden')
    said = await anny.say(room.jid, 'unmoved')
    await abhi.expect('message', body='unmoved', stanza_ids=[said.stanza_id])


@story()
async def gajim_commands_of_a_room(w):
    """Keep and end, from the menu of the room."""
    room, abhi, anny = await beside(w)
    await entered(abhi, room)
    abhi.do('command', room=room.jid, node='keep-chat')
    kept = await abhi.expect('command')
    same((kept['status'], kept['node'], kept['notes']),
         ('completed', 'keep-chat', ['info']))
    abhi.do('command', room=room.jid, node='end-chat')
    await abhi.expect('room-destroyed', frm=room.at(1))
    over = await abhi.expect('command')
    same((over['status'], over['node']), ('completed', 'end-chat'))
    await anny.take(lambda s: s.name == 'presence' and s.destroyed, 'the end')
