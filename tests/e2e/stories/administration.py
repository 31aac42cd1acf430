"""Sections 8 to 10 of XEP-0045 and what lies beside: all fixed, all answered."""

from harness import adhoc, ns
from harness.check import holds, same
from harness.stanza import bare
from harness.story import story

ADMIN = "<query xmlns='%s'>%%s</query>" % ns.MUC_ADMIN
OWNER = "<query xmlns='%s'>%%s</query>" % ns.MUC_OWNER
FORM = ("<x xmlns='%s' type='submit'><field var='FORM_TYPE'><value>http://"
        "jabber.org/protocol/muc#roomconfig</value></field><field var='%%s'>"
        "<value>%%s</value></field></x>" % ns.XDATA)


@story()
async def admin_changes_nothing(w):
    """No item, whatever it says, moves anybody; each has its own refusal."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    cases = (
        ("<item nick='Abhi' role='none'/>", ('cancel', 'not-allowed')),
        ("<item nick='Anny' role='moderator'/>", ('cancel', 'not-allowed')),
        ("<item jid='%s' affiliation='member'/>" % mal.bare,
         ('cancel', 'not-allowed')),
        ("<item nick='Anny' role='none' affiliation='none'/>",
         ('modify', 'bad-request')),
        ("<item jid='%s' affiliation='none'/>" % anny.jid,
         ('modify', 'jid-malformed')),
        ('', ('modify', 'bad-request')))
    for item, error in cases:
        same(await abhi.refused('set', room.jid, ADMIN % item), error, item)
        same(await mal.refused('set', room.jid, ADMIN % item),
             ('auth', 'forbidden'), item)
    for which in ("affiliation='owner'", "affiliation='admin'",
                  "affiliation='member'", "role='moderator'",
                  "role='participant'"):
        same(await abhi.refused('get', room.jid, ADMIN % (
            '<item %s/>' % which)), ('auth', 'forbidden'), which)
    banned = await abhi.get(room.jid, ADMIN % "<item affiliation='outcast'/>")
    same(len(banned.xml[0]), 0)
    said = await anny.say(room.jid, 'unmoved')
    await abhi.heard(room.jid, said.id)


@story()
async def admin_configures_nothing(w):
    """A form may be cancelled; submitting one, or asking for it, may not be."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    same(await abhi.refused('get', room.jid, OWNER % ''),
         ('auth', 'forbidden'))
    await abhi.set(room.jid, OWNER % ("<x xmlns='%s' type='cancel'/>"
                                      % ns.XDATA))
    for var, value in (('muc#roomconfig_roomsecret', 'mine'),
                       ('muc#roomconfig_membersonly', '0'),
                       ('muc#roomconfig_whois', 'anyone')):
        same(await abhi.refused('set', room.jid, OWNER % (FORM % (var, value))),
             ('modify', 'not-acceptable'), var)
    same(await abhi.refused('set', room.jid, OWNER % ''),
         ('modify', 'bad-request'))
    for payload in (FORM % ('muc#roomconfig_roomname', 'x'), '<destroy/>'):
        same(await mal.refused('set', room.jid, OWNER % payload),
             ('auth', 'forbidden'))
    for kind in ('get', 'set'):
        same(await mal.refused(
            kind, room.jid, "<query xmlns='jabber:iq:register'/>"),
            ('cancel', 'not-allowed'))
    await anny.say(room.jid, 'as before')


@story()
async def admin_destroy_from_outside(w):
    """An owner who has left may end the chat; the venue he names is ignored."""
    room, abhi, anny = await w.couple()
    abhi.leave(room.jid, 'Abhi')
    await abhi.take(lambda s: s.type == 'unavailable', 'the own leave')
    await abhi.set(room.jid, OWNER % (
        "<destroy jid='trap@example.org'><reason>bye</reason><password>x"
        "</password></destroy>"), 60.0)
    gone = await anny.take(lambda s: s.name == 'presence' and s.destroyed,
                           'the destroy')
    assert 'trap' not in str(gone), str(gone)
    holds(gone.statuses, 110)
    same(gone.frm, room.at(2))
    same(await abhi.refused('get', room.jid, "<query xmlns='%s'/>"
                            % ns.DISCO_INFO), ('cancel', 'gone'))


@story()
async def admin_nodes_and_small_questions(w):
    """Traffic, commands, version, time, vCard: by member and by stranger."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    for person in (abhi, mal):
        for node, error in ((ns.MUC + '#traffic',
                             ('cancel', 'service-unavailable')),
                            ('nowhere', ('cancel', 'item-not-found'))):
            same(await person.refused(
                'get', room.jid, "<query xmlns='%s' node='%s'/>"
                % (ns.DISCO_INFO, node)), error, node)
        for to in (room.jid, w.domain):
            version = await person.get(to, "<query xmlns='jabber:iq:version'/>")
            same(version.xml[0][0].text, 'Duologue')
            await person.get(to, "<time xmlns='urn:xmpp:time'/>")
            await person.get(to, "<ping xmlns='%s'/>" % ns.PING)
            same(await person.refused('get', to, "<vCard xmlns='vcard-temp'/>"),
                 ('cancel', 'item-not-found'))
            same(await person.refused('set', to, "<vCard xmlns='vcard-temp'/>"),
                 ('auth', 'forbidden'))
            same(await person.refused('get', to, "<query xmlns='jabber:iq:"
                                      "last'/>"),
                 ('cancel', 'service-unavailable'))
    listed = "<query xmlns='%s' node='%s'/>" % (ns.DISCO_ITEMS, ns.COMMANDS)
    own = await abhi.get(room.jid, listed)
    same({i.get('node') for i in own.xml[0]}, {'keep-chat', 'end-chat'})
    assert all(set(i.attrib) == {'jid', 'node', 'name'} for i in own.xml[0])
    same(len((await mal.get(room.jid, listed)).xml[0]), 0)
    for node in ('keep-chat', 'end-chat'):
        same(await mal.refused('set', room.jid,
                               adhoc.command_xml(node, 'execute')),
             ('auth', 'forbidden'))
    for to in (room.at(1), room.at(2)):
        same(await mal.refused('get', to, "<query xmlns='%s'/>"
                               % ns.DISCO_INFO), ('modify', 'bad-request'))
        same(await mal.refused('get', to, "<query xmlns='jabber:iq:version'/>"),
             ('cancel', 'not-acceptable'))


@story()
async def admin_commands_of_a_room(w):
    """`keep-chat` and `end-chat` as an app drives them, each in one step."""
    room, abhi, anny = await w.couple()
    kept = await adhoc.run(abhi, room.jid, 'keep-chat', None)
    same(kept.status, 'completed')
    assert kept.notes, 'no note'
    await anny.take(lambda s: s.frm == room.jid and s.type == 'groupchat'
                    and 'event="kept"' in str(s).replace("'", '"'),
                    'the notice')
    over = await adhoc.run(anny, room.jid, 'end-chat', None)
    same(over.status, 'completed')
    for person in (abhi, anny):
        gone = await person.take(lambda s: s.name == 'presence'
                                 and bare(s.frm) == room.jid and s.destroyed,
                                 'the destroy')
        assert {110, 321} <= gone.statuses, str(gone)


@story()
async def admin_presence_of_other_kinds(w):
    """Subscriptions come to nothing; a probe tells only those inside."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    mark = mal.mark()
    for to in (room.jid, room.at(1), w.domain):
        for kind in ('subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'):
            mal.raw("<presence type='%s' to='%s'/>" % (kind, to))
    mal.raw("<presence to='%s'/><presence type='unavailable' to='%s'/>"
            % (w.domain, w.domain))
    await mal.get(w.domain, "<ping xmlns='%s'/>" % ns.PING)
    await mal.none(lambda s: s.name == 'presence' and s.frm
                   and bare(s.frm).endswith(w.domain), 'an answer', 0.7, mark)
    await abhi.none(lambda s: s.name == 'presence' and mal.bare in str(s),
                    'the stranger', 0.2)
