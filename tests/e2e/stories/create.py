"""Making a chat: by ad-hoc command, by a message, by duologuectl."""

import json
import re

from harness import adhoc, ns
from harness.check import holds, same
from harness.component import CODE, ROOM_LOCAL, Room
from harness.stanza import bare
from harness.story import DIRECT, story

LINK = re.compile(r'https://chat\.example\.org/#([0-9a-hjkmnp-tv-zA-Z]{16})\b')
NAMES = {'your-name': 'Abhi', 'peer-name': 'Anny', 'idle': '1h',
         'protection': 'server'}


def room_from_form(w, values):
    """The made room as the command's result tells it."""
    room = Room.of_form(values)
    w.keep_secret(room)
    return room


def is_invite(room=None):
    def match(stanza):
        return (stanza.name == 'message' and stanza.user is not None
                and stanza.user.find('{%s}invite' % ns.MUC_USER) is not None
                and (room is None or bare(stanza.frm) == room))
    return match


def invite_password(stanza):
    return stanza.user.findtext('{%s}password' % ns.MUC_USER)


async def both_enter(w, abhi, room):
    """Both codes open the room, each its own seat."""
    anny = await w.login('anny')
    first = await abhi.join(room.jid, 'x', room.code(1))
    second = await anny.join(room.jid, 'y', room.code(2))
    same((first.me.frm, second.me.frm), (room.at(1), room.at(2)))


@story()
async def create_by_command(w):
    """`create-chat` is listed, asks with a form, and answers with a room."""
    abhi = await w.person('abhi')
    listed = await abhi.get(w.domain, "<query xmlns='%s' node='%s'/>" % (
        ns.DISCO_ITEMS, ns.COMMANDS))
    nodes = [dict(item.attrib) for item in listed.xml[0]]
    assert any(n['node'] == 'create-chat' and n['jid'] == w.domain
               for n in nodes), nodes
    assert all(set(n) <= {'jid', 'node', 'name'} for n in nodes), nodes
    command = await adhoc.execute(abhi, w.domain, 'create-chat')
    same(command.status, 'executing')
    same(command.form_type, 'form')
    holds(command.actions, command.execute)
    for var in ('your-name', 'peer-name', 'invite-jid', 'idle', 'protection'):
        holds(command.fields, var)
        assert command.fields[var].get('label'), 'no label at ' + var
    same(sorted(command.options('idle')), ['15m', '1h', '24h', '7d'])
    holds(command.options('protection'), 'server')
    assert 'link' not in command.options('protection'), 'link to a native'
    done = await adhoc.submit(abhi, w.domain, command, NAMES)
    same((done.status, done.form_type), ('completed', 'result'))
    same(done.session, command.session)
    values = done.values
    assert ROOM_LOCAL.match(values['room'].partition('@')[0]), values['room']
    same(values['room'].partition('@')[2], w.domain)
    same((values['seat1-name'], values['seat2-name']), ('Abhi', 'Anny'))
    for n in ('seat1', 'seat2'):
        assert CODE.fullmatch(values[n + '-code']), values[n + '-code']
        assert LINK.fullmatch(values[n + '-link']), values[n + '-link']
        assert values[n + '-xmpp'].startswith('xmpp:' + values['room'])
    assert values['seat1-code'] != values['seat2-code']
    assert values['seat1-link'] != values['seat2-link']
    await both_enter(w, abhi, room_from_form(w, values))


@story()
async def create_and_invite_by_command(w):
    """The JID in `invite-jid` gets an invite whose password is its code."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    done = await adhoc.run(abhi, w.domain, 'create-chat',
                           dict(NAMES, **{'invite-jid': anny.bare}))
    room = room_from_form(w, done.values)
    invite = await anny.take(is_invite(room.jid), 'the invite')
    assert invite.type in ('', 'normal'), invite.type
    code = invite_password(invite)
    joined = await anny.join(room.jid, 'phone', code)
    same(joined.me.frm, room.at(2))


@story()
async def create_with_bad_names(w):
    """A form nobody can take comes back with an error note, and no room."""
    abhi = await w.person('abhi')
    for names in (('Abhi', 'abhi'), ('', 'Anny'), ('A' * 33, 'Anny'),
                  ('Abhi', '\u202eynnA')):
        command = await adhoc.execute(abhi, w.domain, 'create-chat')
        again = await adhoc.submit(
            abhi, w.domain, command,
            dict(NAMES, **{'your-name': names[0], 'peer-name': names[1]}))
        same(again.status, 'executing', repr(names))
        same(again.form_type, 'form')
        assert any(kind == 'error' for kind, _ in again.notes), again.notes
        fixed = await adhoc.submit(abhi, w.domain, again, NAMES)
        same(fixed.status, 'completed', 'a corrected form')
        room_from_form(w, fixed.values)


FAR = ('Anny \U0001f642', '\u0d05\u0d28\u0d3f\u0d7d')


@story()
async def create_names_that_apps_can_see(w):
    """No emoji where apps may enter: many drop what comes from such a name."""
    abhi = await w.person('abhi', limits_creates_per_hour='0')
    anny = await w.login('anny')
    for far in FAR:
        for protection in ('server', 'omemo'):
            command = await adhoc.execute(abhi, w.domain, 'create-chat')
            again = await adhoc.submit(
                abhi, w.domain, command,
                dict(NAMES, **{'peer-name': far, 'protection': protection}))
            same((again.status, again.values['peer-name']),
                 ('executing', far))
            holds(again.notes[0][1], 'emoji')
    mark = abhi.mark()
    abhi.raw("<message type='chat' to='%s'><body>new Abhi %s</body></message>"
             % (w.domain, FAR[1]))
    answer = await abhi.take(lambda s: s.frm == w.domain and s.body,
                             'a refusal', since=mark)
    holds(answer.body, 'emoji')
    status, _, err = await w.component.run_ctl('new', 'Abhi', FAR[0])
    same(status, 1)
    holds(err, 'emoji')
    await w.new_room('Abhi', FAR[0], protection='link')
    # What is left goes through every server.
    for name in ('\u00c4nny', '\u674e\u96f7', '\u05d3\u05d5\u05d3',
                 '\u092a\u094d\u0930\u093f\u092f\u093e', 'a&b<c>"\'/@'):
        room = await w.new_room('Abhi', name)
        await abhi.join(room.jid, 'x', room.code(1))
        await anny.join(room.jid, 'x', room.code(2))
        said = await anny.say(room.jid, 'as %s' % name)
        same((await abhi.heard(room.jid, said.id)).frm, room.at(2))


@story()
async def create_command_can_be_cancelled(w):
    """Cancel ends the session; an unknown session is refused."""
    abhi = await w.person('abhi')
    command = await adhoc.execute(abhi, w.domain, 'create-chat')
    over = await adhoc.submit(abhi, w.domain, command, None, 'cancel')
    same(over.status, 'canceled')
    for session in (command.session, 'never-heard-of'):
        answer = await abhi.iq('set', w.domain, adhoc.command_xml(
            'create-chat', 'complete', session, NAMES))
        same((answer.type, answer.error), ('error', ('modify', 'bad-request')))
        special = [e.tag for e in answer.error_element.iter()
                   if e.tag.startswith('{%s}' % ns.COMMANDS)]
        assert special and special[0].endswith(
            ('}bad-sessionid', '}session-expired')), str(answer)
    same(await abhi.refused('set', w.domain, adhoc.command_xml(
        'no-such-command', 'execute')), ('cancel', 'item-not-found'))


@story()
async def create_command_belongs_to_its_asker(w):
    """Another session cannot finish the form somebody began."""
    abhi = await w.person('abhi')
    mal = await w.login('mal')
    command = await adhoc.execute(abhi, w.domain, 'create-chat')
    answer = await mal.iq('set', w.domain, adhoc.command_xml(
        'create-chat', 'complete', command.session, NAMES))
    same((answer.type, answer.error), ('error', ('modify', 'bad-request')))
    done = await adhoc.submit(abhi, w.domain, command, NAMES)
    same(done.status, 'completed')
    room_from_form(w, done.values)


@story()
async def create_by_message(w):
    """`new Abhi Anny` is answered by links, codes and an own invite."""
    abhi = await w.person('abhi')
    abhi.raw("<message type='chat' to='%s' id='n1'><body>new Abhi Anny"
             "</body></message>" % w.domain)
    answer = await abhi.take(lambda s: s.name == 'message' and s.body
                             and s.frm == w.domain, 'the answer')
    invite = await abhi.take(is_invite(), 'the invite to the own seat')
    codes, links = CODE.findall(answer.body), LINK.findall(answer.body)
    same((len(set(codes)), len(set(links))), (2, 2), answer.body)
    room = Room({'room': bare(invite.frm), 'protection': 'server', 'seats': [
        {'name': name, 'code': code, 'link': '#' + link, 'xmpp': None}
        for name, code, link in zip(('Abhi', 'Anny'), codes, links)]})
    w.keep_secret(room)
    assert ROOM_LOCAL.match(room.local), room.jid
    same(re.sub('[^0-9A-Z]', '', invite_password(invite).upper()),
         room.code(1).replace('-', ''))
    joined = await abhi.join(room.jid, 'abhi', invite_password(invite))
    same(joined.me.frm, room.at(1))
    anny = await w.login('anny')
    joined = await anny.join(room.jid, 'anny', room.code(2))
    same(joined.me.frm, room.at(2))


@story()
async def create_by_message_says_how(w):
    """Words that make no chat are answered with help, not with silence."""
    abhi = await w.person('abhi')
    for words in ('new Abhi', 'new Abhi abhi', 'hello?'):
        mark = abhi.mark()
        abhi.raw("<message type='chat' to='%s'><body>%s</body></message>"
                 % (w.domain, words))
        answer = await abhi.take(lambda s: s.name == 'message'
                                 and s.frm == w.domain, 'an answer', 8, mark)
        if answer.type != 'error':
            holds(answer.body.lower(), 'new')
        await abhi.none(is_invite(), 'an invite', 0.3, mark)


@story(servers=DIRECT)
async def create_by_ctl(w):
    """`duologuectl new --json` prints the documented object."""
    await w.start(component_server='')
    facts = json.loads(await w.component.ctl(
        'new', 'Abhi', 'Anny', '--idle', '1h', '--json'))
    same(set(facts), {'room', 'protection', 'idle_seconds', 'seats'})
    same((facts['protection'], facts['idle_seconds']), ('server', 3600))
    for seat, name in zip(facts['seats'], ('Abhi', 'Anny')):
        same(set(seat), {'name', 'code', 'link', 'xmpp'})
        same(seat['name'], name)
        assert CODE.fullmatch(seat['code']), seat['code']
        assert LINK.fullmatch(seat['link']), seat['link']
        same(seat['xmpp'], 'xmpp:%s?join' % facts['room'])
    w.keep_secret(Room(facts))
    secret = json.loads(await w.component.ctl(
        'new', 'Abhi', 'Anny', '--protection', 'link', '--json'))
    w.keep_secret(Room(secret))
    same(secret['protection'], 'link')
    keys = []
    for seat in secret['seats']:
        same(seat['xmpp'], None)
        number, _, key = seat['link'].partition('#')[2].partition('.')
        assert re.fullmatch(r'[0-9A-Za-z]{16}', number), seat['link']
        assert re.fullmatch(r'[0-9A-Za-z_-]{22}', key), seat['link']
        keys.append(key)
    same(keys[0], keys[1], 'one key in both links')
    plain = await w.component.ctl('new', 'Abhi', 'Anny')
    same(len(CODE.findall(plain)), 2, plain)
    w.told.update(CODE.findall(plain))
    picture = await w.component.ctl('new', 'Abhi', 'Anny', '--qr')
    assert picture.count('\n') > 30, picture
    w.told.update(CODE.findall(picture))


@story(servers=DIRECT)
async def create_by_ctl_refusals(w):
    """Bad usage is status 2, a refusal is 1, and both say why."""
    await w.start(component_server='', rooms_idle_max='2h')
    for words, wanted in (
            (('new', 'Abhi'), 2), (('nonsense',), 2),
            (('new', 'Abhi', 'Anny', '--idle', '90'), 2),
            (('new', 'Abhi', 'Anny', '--protection', 'magic'), 2),
            (('end', 'nosuchroomnosuch'), 1)):
        status, out, err = await w.component.run_ctl(*words)
        same(status, wanted, '%s: %s%s' % (' '.join(words), out, err))
        assert err.strip(), 'no word about ' + ' '.join(words)
    for words in (('new', 'Abhi', 'ABHI'), ('new', 'Abhi', 'Anny', '--idle',
                                            '3h')):
        status, out, err = await w.component.run_ctl(*words)
        assert status in (1, 2), (words, status, out, err)
        assert err.strip(), 'no word about ' + ' '.join(words)
    await w.component.terminate()
    status, out, err = await w.component.run_ctl('list')
    same(status, 1, 'no daemon: ' + out + err)


@story()
async def create_only_by_those_allowed(w):
    """`create` keeps strangers out of the command and of `new A B`."""
    mal = await w.person('mal', rooms_create=w.slot.jid('abhi'))
    same(await mal.refused('set', w.domain, adhoc.command_xml(
        'create-chat', 'execute')), ('auth', 'forbidden'))
    mal.raw("<message type='chat' to='%s'><body>new A B</body></message>"
            % w.domain)
    await mal.take(lambda s: s.name == 'message' and s.frm == w.domain
                   and not CODE.search(s.body or ''), 'a refusal')
    await mal.none(is_invite(), 'an invite', 0.5)
    abhi = await w.login('abhi')
    done = await adhoc.run(abhi, w.domain, 'create-chat', NAMES)
    room_from_form(w, done.values)


async def must_wait(w, person):
    """Asks for a chat and is told to wait."""
    answer = await person.iq('set', w.domain, adhoc.command_xml(
        'create-chat', 'execute'))
    if answer.type == 'result':
        command = adhoc.Command(answer)
        answer = await person.iq('set', w.domain, adhoc.command_xml(
            'create-chat', 'complete', command.session, NAMES))
    assert answer.type == 'error' and answer.error[0] == 'wait', str(answer)


@story()
async def create_is_limited_per_source(w):
    """Past `creates_per_hour` one source gets no more rooms, also when the
    component was restarted meanwhile."""
    abhi = await w.person('abhi', limits_creates_per_hour='2')
    for _ in range(2):
        done = await adhoc.run(abhi, w.domain, 'create-chat', NAMES)
        room_from_form(w, done.values)
    await must_wait(w, abhi)
    await w.component.terminate()
    await w.start()
    await w.linked(abhi)
    await must_wait(w, abhi)
    mal = await w.login('mal')
    done = await adhoc.run(mal, w.domain, 'create-chat', NAMES)
    room_from_form(w, done.values)
    room = await w.new_room()  # the operator is not limited
    assert ROOM_LOCAL.match(room.local)


@story()
async def create_through_slixmpp(w):
    """slixmpp's own command and room plugins make and enter a chat."""
    abhi = await w.person('abhi')
    commands = abhi.client['xep_0050']
    items = await commands.get_commands(w.domain)
    holds([item[1] for item in items['disco_items']['items']], 'create-chat')
    first = await commands.send_command(w.domain, 'create-chat')
    form = abhi.client['xep_0004'].make_form('submit')
    for var, value in NAMES.items():
        form.add_field(var=var, value=value)
    done = await commands.send_command(
        w.domain, 'create-chat', action='complete', payload=form,
        sessionid=first['command']['sessionid'])
    same(done['command']['status'], 'completed')
    values = done['command']['form'].get_values()
    room = room_from_form(w, values)
    abhi.client.register_plugin('xep_0045')
    muc = abhi.client['xep_0045']
    presence, _, _, _ = await muc.join_muc_wait(
        room.jid, 'whoever', password=room.code(1), timeout=10)
    holds(presence['muc']['status_codes'], 110)
    holds(muc.rooms[room.jid], 'Abhi')

