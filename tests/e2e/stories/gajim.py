"""Gajim's library and Gajim's way of joining."""

import os

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
    values = made['values']
    room = Room({'room': values['room'], 'protection': 'server', 'seats': [
        {key: values['seat%d-%s' % (n, key)]
         for key in ('name', 'code', 'link', 'xmpp')} for n in (1, 2)]})
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
