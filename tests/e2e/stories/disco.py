"""What is told to whoever asks: the same to everybody, at all times."""

from harness import ns
from harness.check import holds, same
from harness.stanza import canonical
from harness.story import story

COMMON = {
    ns.DISCO_INFO, ns.DISCO_ITEMS, ns.MUC, ns.MUC + '#stable_id',
    ns.MUC + '#self-ping-optimization', 'muc_membersonly',
    'muc_passwordprotected', 'muc_hidden', 'muc_unmoderated',
    'muc_persistent', ns.COMMANDS, ns.SID, ns.OCCUPANT, ns.MAM,
    ns.MAM + '#extended', ns.RETRACT, ns.PING, ns.ROOM}


def info(answer):
    return canonical(answer.child(ns.DISCO_INFO, 'query'))


def forms_of(answer):
    """Every form: FORM_TYPE -> {var: (type, values)}; no var twice."""
    found = {}
    for form in answer.xml.iter('{%s}x' % ns.XDATA):
        same(form.get('type'), 'result')
        fields = {}
        for field in form.findall('{%s}field' % ns.XDATA):
            assert field.get('var') not in fields, 'twice: %s' % answer
            fields[field.get('var')] = (field.get('type'), [
                v.text for v in field.findall('{%s}value' % ns.XDATA)])
        kind, (name,) = fields.pop('FORM_TYPE')
        same(kind, 'hidden')
        found[name] = fields
    return found


async def the_same_answer(room, people):
    answers = {info(await person.disco(room.jid)) for person in people}
    same(len(answers), 1, 'not one answer: %s' % answers)
    return answers.pop()


@story()
async def disco_is_the_same_for_all(w):
    """Member, stranger, before, inside, after, restarted: one answer."""
    abhi = await w.person('abhi')
    anny, mal = await w.login('anny'), await w.login('mal')
    rooms = {kind: await w.new_room(protection=kind)
             for kind in ('server', 'omemo', 'link')}
    before = {kind: await the_same_answer(room, (abhi, anny, mal))
              for kind, room in rooms.items()}
    for kind in ('server', 'omemo'):
        room = rooms[kind]
        await abhi.join(room.jid, 'a', room.code(1))
        same(await the_same_answer(room, (abhi, anny, mal)), before[kind])
        await anny.join(room.jid, 'b', room.code(2))
        await abhi.say(room.jid, 'words', "<encrypted xmlns='%s'/>" % ns.OMEMO)
        same(await the_same_answer(room, (abhi, anny, mal)), before[kind])
        anny.leave(room.jid)
        await anny.take(lambda s: s.type == 'unavailable', 'the own leave')
        same(await the_same_answer(room, (abhi, anny, mal)), before[kind])
    await w.component.terminate()
    await w.start()
    await w.linked(abhi)
    for kind, room in rooms.items():
        same(await the_same_answer(room, (abhi, mal)), before[kind], kind)
        for secret in (room.name(1), room.name(2), room.code(1),
                       room.code(2), abhi.bare, anny.bare):
            assert secret not in before[kind], 'told: %s' % secret


@story()
async def disco_of_a_room_to_the_letter(w):
    """Features and forms of each protection, with nothing beside them."""
    abhi = await w.person('abhi')
    for kind, anonymity in (('server', 'muc_semianonymous'),
                            ('omemo', 'muc_nonanonymous'),
                            ('link', 'muc_semianonymous')):
        room = await w.new_room(protection=kind, idle='1h')
        answer = await abhi.disco(room.jid)
        got = [f.get('var') for f in
               answer.xml.iter('{%s}feature' % ns.DISCO_INFO)]
        same(len(set(got)), len(got), 'a feature twice')
        same(set(got), COMMON | {anonymity}, kind)
        identities = [dict(i.attrib) for i in
                      answer.xml.iter('{%s}identity' % ns.DISCO_INFO)]
        same(identities, [{'category': 'conference', 'type': 'text',
                           'name': 'Private chat'}])
        forms = forms_of(answer)
        same(set(forms), {ns.MUC_ROOMINFO, ns.ROOM})
        about = forms[ns.MUC_ROOMINFO]
        assert about.pop('muc#roominfo_description')[1][0], str(answer)
        no = ('boolean', ['0'])
        same(about, {
            'muc#roomconfig_roomname': ('text-single', ['Private chat']),
            'muc#roomconfig_changesubject': no,
            'muc#roominfo_changesubject': no,
            'muc#roomconfig_allowinvites': no,
            'muc#roomconfig_allowpm': ('text-single', ['none'])})
        same(forms[ns.ROOM], {'protection': ('text-single', [kind]),
                              'idle-seconds': ('text-single', ['3600'])})


@story()
async def disco_of_names_and_nodes(w):
    """The own name to a member; commands with their identities; no others."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    for person, name in ((abhi, 'Abhi'), (anny, 'Anny'), (mal, None)):
        answer = await person.disco(room.jid, 'x-roomuser-item')
        query = answer.child(ns.DISCO_INFO, 'query')
        same(query.get('node'), 'x-roomuser-item')
        same([dict(i.attrib) for i in query],
             [] if name is None else [{'category': 'conference',
                                       'type': 'text', 'name': name}])
    for to, nodes in ((w.domain, ('create-chat',)),
                      (room.jid, ('keep-chat', 'end-chat'))):
        answer = await abhi.disco(to, ns.COMMANDS)
        identity = answer.find(ns.DISCO_INFO, 'identity')
        same((identity.get('category'), identity.get('type')),
             ('automation', 'command-list'))
        listed = await abhi.get(to, "<query xmlns='%s' node='%s'/>" % (
            ns.DISCO_ITEMS, ns.COMMANDS))
        same({i.get('node'): (i.get('jid'), set(i.attrib)) for i in
              listed.child(ns.DISCO_ITEMS, 'query')},
             {node: (to, {'jid', 'node', 'name'}) for node in nodes})
        for node in nodes:
            answer = await abhi.disco(to, node)
            identity = answer.find(ns.DISCO_INFO, 'identity')
            same((identity.get('category'), identity.get('type')),
                 ('automation', 'command-node'))
            assert identity.get('name'), str(answer)
            got = {f.get('var') for f in
                   answer.xml.iter('{%s}feature' % ns.DISCO_INFO)}
            same(got, {ns.COMMANDS, ns.XDATA})
    missing = ('cancel', 'item-not-found')
    for person, to, node in ((mal, room.jid, 'end-chat'),
                             (abhi, w.domain, 'end-chat'),
                             (abhi, room.jid, 'create-chat'),
                             (abhi, w.domain, 'stats'),
                             (abhi, w.domain, 'list-chats'),
                             (abhi, room.jid, 'x-roomuser-item2')):
        same(await person.refused(
            'get', to, "<query xmlns='%s' node='%s'/>"
            % (ns.DISCO_INFO, node)), missing, node)
    for to in (room.jid, w.domain):
        same(await abhi.refused('get', to, "<query xmlns='%s' node='x'/>"
                                % ns.DISCO_ITEMS), missing)
        empty = await abhi.get(to, "<query xmlns='%s'/>" % ns.DISCO_ITEMS)
        same(len(empty.child(ns.DISCO_ITEMS, 'query')), 0)


@story()
async def disco_of_an_occupant(w):
    """From inside and outside; in capitals; where nobody lives."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    asked = "<query xmlns='%s'/>" % ns.DISCO_INFO
    same(await mal.refused('get', room.at(1), asked),
         ('modify', 'bad-request'))
    same(await abhi.refused('get', room.at(2), asked),
         ('cancel', 'service-unavailable'))
    same(await abhi.refused('get', w.domain + '/somebody', asked),
         ('cancel', 'service-unavailable'))
    shouted = '%s@%s' % (room.local.upper(), w.domain)
    number = 'up1'
    abhi.raw("<iq type='get' to='%s' id='%s'>%s</iq>" % (shouted, number,
                                                         asked))
    answer = await abhi.take(lambda s: s.id == number, 'the answer')
    same(answer.type, 'result')
    holds((room.jid, shouted), answer.frm)
    same(info(answer), info(await abhi.disco(room.jid)))
    # A set is no get, and what nobody knows is not "not implemented".
    for payload in (asked, "<ping xmlns='%s'/>" % ns.PING,
                    "<moderate xmlns='urn:xmpp:message-moderate:1' id='x'/>",
                    "<request xmlns='urn:xmpp:muc-token-invite:0'/>",
                    "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>"):
        for to in (room.jid, w.domain):
            same(await abhi.refused('set', to, payload),
                 ('cancel', 'service-unavailable'), payload)
