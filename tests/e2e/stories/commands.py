"""Ad-hoc commands (XEP-0050) in every way an app may drive them."""

from harness import adhoc, ns
from harness.check import holds, same
from harness.component import Room
from harness.stanza import bare
from harness.story import story

NAMES = {'your-name': 'Abhi', 'peer-name': 'Anny'}
UNFINISHED_MAX = 8  # forms one account may have open


def room_of(w, values, protection='server'):
    room = Room.of_form(values, protection)
    w.keep_secret(room)
    return room


def special(answer):
    """The condition of XEP-0050 beside the general one."""
    return [e.tag.rpartition('}')[2] for e in answer.error_element
            if e.tag.startswith('{%s}' % ns.COMMANDS)]


async def refused(person, to, xml, wanted, condition):
    answer = await person.iq('set', to, xml)
    same((answer.type, answer.error, special(answer)),
         ('error', wanted, condition), xml)


def invites_of(person):
    return [s for s in person.inbox.stanzas if s.name == 'message'
            and s.user is not None
            and s.user.find('{%s}invite' % ns.MUC_USER) is not None]


@story()
async def command_actions(w):
    """Every action that submits, the way back, cancelling, and nonsense."""
    abhi = await w.person('abhi', limits_creates_per_hour='0')
    for first in ('execute', None):
        for last in ('complete', 'next', 'execute', None):
            command = adhoc.Command(await abhi.set(
                w.domain, adhoc.command_xml('create-chat', first)))
            same((command.status, command.form_type), ('executing', 'form'))
            holds(command.actions, command.execute)
            done = await adhoc.submit(abhi, w.domain, command, NAMES, last)
            same((done.status, done.session), ('completed', command.session))
            same([kind for kind, _ in done.notes], ['info'])
            room_of(w, done.values)
    command = await adhoc.execute(abhi, w.domain, 'create-chat')
    back = await adhoc.submit(abhi, w.domain, command, NAMES, 'prev')
    same((back.status, back.form_type, back.session),
         ('executing', 'form', command.session))
    done = await adhoc.submit(abhi, w.domain, back, NAMES)
    same(done.status, 'completed')
    room_of(w, done.values)
    # All in one step, as a script does.
    done = adhoc.Command(await abhi.set(w.domain, adhoc.command_xml(
        'create-chat', 'execute', None, NAMES)))
    same((done.status, done.form_type), ('completed', 'result'))
    room_of(w, done.values)
    command = await adhoc.execute(abhi, w.domain, 'create-chat')
    over = adhoc.Command(await abhi.set(
        w.domain, "<command xmlns='%s' node='create-chat' sessionid='%s'><x "
        "xmlns='%s' type='cancel'/></command>" % (
            ns.COMMANDS, command.session, ns.XDATA)))
    same(over.status, 'canceled')
    bad = ('modify', 'bad-request')
    await refused(abhi, w.domain, adhoc.command_xml(
        'create-chat', 'complete', command.session, NAMES), bad,
        ['bad-sessionid'])
    await refused(abhi, w.domain, adhoc.command_xml('create-chat', 'dance'),
                  bad, ['malformed-action'])


@story()
async def command_forms_are_limited(w):
    """One account may leave eight forms open; the oldest gives way."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    laptop = await w.login('abhi', 'laptop')
    other = await adhoc.execute(anny, w.domain, 'create-chat')
    open_forms = []
    for n in range(UNFINISHED_MAX + 1):
        who = (abhi, laptop)[n % 2]
        open_forms.append((who, await adhoc.execute(who, w.domain,
                                                    'create-chat')))
    who, oldest = open_forms[0]
    await refused(who, w.domain, adhoc.command_xml(
        'create-chat', 'complete', oldest.session, NAMES),
        ('modify', 'bad-request'), ['bad-sessionid'])
    # A form belongs to the session that opened it, not to the account.
    who, second = open_forms[1]
    await refused(abhi if who is laptop else laptop, w.domain,
                  adhoc.command_xml('create-chat', 'complete', second.session,
                                    NAMES),
                  ('modify', 'bad-request'), ['bad-sessionid'])
    for who, command in (open_forms[1], open_forms[-1], (anny, other)):
        done = await adhoc.submit(who, w.domain, command, NAMES)
        same(done.status, 'completed')
        room_of(w, done.values)


@story()
async def command_form_comes_back(w):
    """A mistake costs what is wrong, not what was chosen beside it."""
    abhi = await w.person('abhi', limits_creates_per_hour='0',
                          rooms_idle_max='24h')
    good = dict(NAMES, **{'idle': '15m', 'protection': 'omemo'})
    for wrong in ({'your-name': ''}, {'peer-name': 'abhi'},
                  {'peer-name': ' \uff21\uff22hi '}, {'peer-name': 'A\u009b'},
                  {'idle': '7d'}, {'idle': '90'}, {'protection': 'link'},
                  {'protection': 'magic'}, {'invite-jid': '@'},
                  {'invite-jid': w.domain},
                  {'invite-jid': 'someone@' + w.domain}):
        command = await adhoc.execute(abhi, w.domain, 'create-chat')
        again = await adhoc.submit(abhi, w.domain, command,
                                   dict(good, **wrong))
        same((again.status, again.form_type), ('executing', 'form'), wrong)
        same([kind for kind, _ in again.notes], ['error'])
        for var, value in good.items():
            if var not in wrong:
                same(again.values[var], value, '%s after %s' % (var, wrong))
        for var in ('idle', 'protection'):
            holds(again.options(var), again.values[var])
        over = await adhoc.submit(abhi, w.domain, again, None, 'cancel')
        same(over.status, 'canceled')
    done = await adhoc.run(abhi, w.domain, 'create-chat', good)
    room = room_of(w, done.values, 'omemo')
    answer = await abhi.disco(room.jid)
    assert 'muc_nonanonymous' in str(answer), str(answer)
    same(invites_of(abhi)[-1].frm, room.jid)


@story()
async def command_form_and_result_to_the_letter(w):
    """Types every app knows, labels, single fields, no table."""
    abhi = await w.person('abhi')
    command = await adhoc.execute(abhi, w.domain, 'create-chat')
    kinds = {var: field.get('type') for var, field in command.fields.items()}
    same(kinds, {'FORM_TYPE': 'hidden', 'your-name': 'text-single',
                 'peer-name': 'text-single', 'invite-jid': 'jid-single',
                 'idle': 'list-single', 'protection': 'list-single'})
    same(command.values['FORM_TYPE'], ns.ROOM)
    required = {var for var, field in command.fields.items()
                if field.find('{%s}required' % ns.XDATA) is not None}
    same(required, {'your-name', 'peer-name'})
    same((command.values['idle'], command.options('idle')),
         ('24h', ['15m', '1h', '24h', '7d']))
    same((command.values['protection'], command.options('protection')),
         ('server', ['server', 'omemo']))
    assert (command.form.findtext('{%s}title' % ns.XDATA)
            and command.form.findtext('{%s}instructions' % ns.XDATA))
    done = await adhoc.submit(abhi, w.domain, command, NAMES)
    kinds = {var: field.get('type') for var, field in done.fields.items()}
    same(kinds.pop('FORM_TYPE'), 'hidden')
    same(set(kinds), {'room'} | {'seat%d-%s' % (n, part) for n in (1, 2)
                                 for part in ('name', 'code', 'link', 'xmpp')})
    same(set(kinds.values()), {'text-single'})
    for field in done.form.findall('{%s}field' % ns.XDATA):
        if field.get('type') != 'hidden':
            assert field.get('label'), field.get('var')
        same(len(field.findall('{%s}value' % ns.XDATA)), 1)
    same({e.tag for e in done.form}, {'{%s}field' % ns.XDATA})
    room_of(w, done.values)


@story()
async def command_invites_carry_the_code(w):
    """Asker and invited: each gets the own code, mediated, and no other."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    done = await adhoc.run(abhi, w.domain, 'create-chat',
                           dict(NAMES, **{'invite-jid': anny.jid}))
    room = room_of(w, done.values)
    for person, seat in ((abhi, 1), (anny, 2)):
        invite = await person.take(lambda s: s in invites_of(person),
                                   'the invite')
        same((invite.frm, bare(invite.to)), (room.jid, person.bare))
        assert invite.type in ('', 'normal'), str(invite)
        assert invite.id, str(invite)
        same([e.tag.rpartition('}')[2] for e in invite.user],
             ['invite', 'password'], str(invite))
        inside = invite.user[0]
        # Of the other one sees the name, never the account.
        same(inside.get('from'), abhi.bare if seat == 1
             else w.domain + '/Abhi')
        assert inside.findtext('{%s}reason' % ns.MUC_USER), str(invite)
        code = invite.user[1].text
        same(code, room.code(seat))
        assert room.code(3 - seat) not in str(invite), str(invite)
        assert seat == 1 or abhi.bare not in str(invite), str(invite)
        joined = await person.join(room.jid, 'x', code)
        same(joined.me.frm, room.at(seat))
        same(len(invites_of(person)), 1)
    # An invitation that cannot be delivered, or is declined, ends nothing.
    mal = await w.login('mal')
    mal.raw("<message to='%s'><x xmlns='%s'><decline to='%s'><reason>no"
            "</reason></decline></x></message>" % (room.jid, ns.MUC_USER,
                                                   room.jid))
    done = await adhoc.run(mal, w.domain, 'create-chat', dict(
        NAMES, **{'invite-jid': 'nobody-here@localhost'}))
    lonely = room_of(w, done.values)
    await mal.join(lonely.jid, 'x', lonely.code(1))
    await mal.say(lonely.jid, 'hello?')
    said = await abhi.say(room.jid, 'still here')
    await anny.heard(room.jid, said.id)


@story()
async def command_of_the_operator(w):
    """What `duologuectl` may do no account may, nor see it in a list."""
    abhi = await w.person('abhi')
    room = await w.new_room()
    listed = await abhi.get(w.domain, "<query xmlns='%s' node='%s'/>" % (
        ns.DISCO_ITEMS, ns.COMMANDS))
    same([i.get('node') for i in listed.child(ns.DISCO_ITEMS, 'query')],
         ['create-chat'])
    for node in ('list-chats', 'end-chat', 'stats'):
        for values in (None, {'room': room.local}):
            await refused(abhi, w.domain, adhoc.command_xml(
                node, 'execute', None, values), ('auth', 'forbidden'), [])
    for node in ('keep-chat', 'nothing', ''):
        await refused(abhi, w.domain, adhoc.command_xml(node, 'execute'),
                      ('cancel', 'item-not-found'), [])
    await abhi.join(room.jid, 'a', room.code(1))
    await refused(abhi, room.jid, adhoc.command_xml('create-chat', 'execute'),
                  ('cancel', 'item-not-found'), [])
    # From outside as well a member keeps and ends its own chat.
    abhi.leave(room.jid)
    await abhi.take(lambda s: s.type == 'unavailable', 'the own leave')
    same((await adhoc.run(abhi, room.jid, 'keep-chat')).status, 'completed')
    over = await adhoc.run(abhi, room.jid, 'end-chat')
    same(over.status, 'completed')
    await refused(abhi, room.jid, adhoc.command_xml('end-chat', 'execute'),
                  ('cancel', 'gone'), [])
