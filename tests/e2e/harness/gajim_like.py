#!/usr/bin/python3
"""A session on nbxmpp, the library inside Gajim, that joins as Gajim does.

Reads one JSON command a line on standard input and writes one JSON event a
line on standard output.  Disco before the join, no history in the join, the
archive and the affiliation lists once the subject has come.
"""

import json
import logging
import sys
from datetime import datetime, timedelta, timezone

import gi

gi.require_version('Soup', '3.0')

from gi.repository import GLib  # noqa: E402
from nbxmpp.client import Client  # noqa: E402
from nbxmpp.const import (AdHocAction, ConnectionProtocol,  # noqa: E402
                          ConnectionType, StatusCode)
from nbxmpp.modules.dataforms import extend_form  # noqa: E402
from nbxmpp.protocol import JID, Message, Presence  # noqa: E402
from nbxmpp.structs import AdHocCommand, StanzaHandler  # noqa: E402

MUC = 'http://jabber.org/protocol/muc'


def tell(event, **facts):
    print(json.dumps(dict(facts, event=event)), flush=True)


class Session:
    def __init__(self, user, password, port):
        self.client = client = Client(log_context='e2e')
        client.set_domain('localhost')
        client.set_username(user)
        client.set_password(password)
        client.set_resource('gajim')
        client.set_custom_host('127.0.0.1:%d' % port, ConnectionProtocol.TCP,
                               ConnectionType.PLAIN)
        client.set_connection_types([ConnectionType.PLAIN])
        client.subscribe('connected', self.on_login)
        client.subscribe('connection-failed', self.on_failure)
        client.subscribe('disconnected', self.on_failure)
        client.register_handler(StanzaHandler(
            name='presence', callback=self.on_presence, priority=60))
        client.register_handler(StanzaHandler(
            name='message', callback=self.on_message, priority=60))
        self.joining = None
        self.kept = []

    def keep(self, callback):
        """nbxmpp holds callbacks weakly; somebody must hold them."""
        self.kept.append(callback)
        return callback

    def module(self, name):
        return self.client.get_module(name)

    def on_login(self, *_):
        self.client.send_stanza(Presence())
        tell('login', jid=str(self.client.get_bound_jid()))

    def on_failure(self, *_):
        tell('failure', error=str(self.client.get_error()))

    # Commands.

    def do_join(self, room, nick, password=None):
        def informed(task):
            try:
                info = task.finish()
            except Exception as error:  # as Gajim: no disco, no join
                tell('join-failed', room=room, error=str(error))
                return
            tell('disco', room=room, muc=info.info.is_muc,
                 mam=info.info.has_mam_2,
                 members_only=info.info.muc_is_members_only,
                 non_anonymous=info.info.muc_is_nonanonymous,
                 password=info.info.supports('muc_passwordprotected'),
                 name=info.info.muc_name)
            self.send_join(room, nick, password)

        self.module('MUC').request_info(
            JID.from_string(room), request_vcard=False,
            callback=self.keep(informed))

    def send_join(self, room, nick, password):
        self.joining = room
        presence = Presence(to='%s/%s' % (room, nick))
        element = presence.setTag('x', namespace=MUC)
        element.setTag('history', {'maxchars': '0'})
        if password is not None:
            element.setTagData('password', password)
        self.client.send_stanza(presence)

    def do_say(self, room, body):
        message = Message(to=room, typ='groupchat', body=body)
        message.setOriginID('n-' + body)
        self.client.send_stanza(message)

    def do_write(self, to, body):
        self.client.send_stanza(Message(to=to, typ='chat', body=body))

    def do_leave(self, room, nick):
        self.client.send_stanza(Presence(to='%s/%s' % (room, nick),
                                         typ='unavailable'))

    def do_destroy(self, room):
        self.module('MUC').destroy(JID.from_string(room), 'enough',
                                   callback=self.report('destroyed'))

    def do_create(self, service, values):
        """Finds, executes and submits create-chat."""
        adhoc = self.module('AdHoc')

        def listed(task):
            commands = {c.node: c for c in task.finish()}
            adhoc.execute_command(commands['create-chat'],
                                  callback=self.keep(asked))

        def asked(task):
            command = task.finish()
            form = extend_form(node=command.data)
            for var, value in values.items():
                form[var].value = value
            form.type_ = 'submit'
            adhoc.execute_command(
                AdHocCommand(command.jid, command.node, None,
                             command.sessionid), AdHocAction.COMPLETE,
                form, callback=self.keep(made))

        def made(task):
            command = task.finish()
            form = extend_form(node=command.data)
            tell('created', status=command.status.value, values={
                field.var: field.value for field in form.iter_fields()
                if field.var})

        adhoc.request_command_list(JID.from_string(service),
                                   callback=self.keep(listed))

    def do_command(self, room, node):
        """A command without a form, as it is offered."""
        adhoc = self.module('AdHoc')

        def listed(task):
            commands = {c.node: c for c in task.finish()}
            adhoc.execute_command(commands[node], callback=self.keep(done))

        def done(task):
            command = task.finish()
            tell('command', status=command.status.value, node=command.node,
                 notes=[n.type.value for n in command.notes])

        adhoc.request_command_list(JID.from_string(room),
                                   callback=self.keep(listed))

    def do_page(self, room, size):
        """The whole archive, page by page."""
        counts = []

        def page(after):
            self.module('MAM').make_query(
                JID.from_string(room), queryid='p%d' % len(counts), max_=size,
                after=after, callback=self.keep(turned))

        def turned(task):
            end = task.finish()
            counts.append(end.rsm.count)
            if end.complete:
                tell('paged', counts=counts)
            else:
                page(end.rsm.last)

        page(None)

    def do_lists(self, room):
        def answered(which):
            def finished(task):
                try:
                    users = task.finish().users
                    tell('list', which=which, users={
                        str(jid): facts.get('nick')
                        for jid, facts in users.items()})
                except Exception as error:
                    tell('list', which=which, error=str(error))
            return self.keep(finished)

        for which in ('owner', 'admin', 'member'):
            self.module('MUC').get_affiliation(JID.from_string(room), which,
                                               callback=answered(which))

    def do_meddle(self, room, nick):
        """What an owner's menus offer, one after the other."""
        muc, jid = self.module('MUC'), JID.from_string(room)
        muc.set_role(jid, nick, 'none', callback=self.report('role'))
        muc.set_affiliation(jid, {'x@localhost': {'affiliation': 'outcast'}},
                            callback=self.report('affiliation'))
        muc.request_config(jid, callback=self.report('config'))
        self.module('Register').unregister(
            jid, callback=self.report('unregister'))
        self.module('Ping').ping(JID.from_string('%s/%s' % (room, nick)),
                                 callback=self.report('ping'))
        muc.set_subject(jid, 'a subject')
        muc.invite(jid, 'x@localhost', None)
        self.client.send_stanza(Message(to='%s/%s' % (room, nick), typ='chat',
                                        body='psst'))

    def report(self, event):
        def finished(task):
            try:
                tell(event, result=str(task.finish()))
            except Exception as error:
                tell(event, error=str(error))
        return self.keep(finished)

    # Stanzas, as nbxmpp understood them.

    def on_presence(self, _client, stanza, properties):
        if properties.type.is_error:
            tell('presence-error', frm=str(properties.jid),
                 type=properties.error.type,
                 condition=properties.error.condition,
                 text=properties.error.get_text())
        elif properties.muc_destroyed is not None:
            tell('room-destroyed', frm=str(properties.jid))
        elif properties.from_muc:
            codes = properties.muc_status_codes or set()
            tell('presence', frm=str(properties.jid),
                 type=properties.type.value, mine=StatusCode.SELF in codes,
                 role=properties.muc_user.role.value,
                 affiliation=properties.muc_user.affiliation.value,
                 occupant_id=properties.occupant_id)

    def on_message(self, _client, stanza, properties):
        if properties.muc_subject is not None:
            tell('subject', room=str(properties.jid))
            if self.joining == str(properties.jid):
                self.joining = None
                self.on_joined(properties.jid)
        elif properties.muc_invite is not None:
            tell('invite', room=str(properties.muc_invite.muc),
                 password=properties.muc_invite.password)
        elif properties.type.is_error:
            tell('message-error', condition=properties.error.condition)
        elif properties.is_mam_message:
            user = properties.muc_user
            tell('archived', id=properties.mam.id, body=properties.body,
                 nick=properties.muc_nickname, query=properties.mam.query_id,
                 occupant_id=properties.occupant_id,
                 jid=str(user.jid) if user and user.jid else None,
                 **self.details(properties))
        elif properties.body is not None or any(
                self.details(properties).values()):
            ids = [s.id for s in properties.stanza_ids]
            tell('message', frm=str(properties.jid), body=properties.body,
                 stanza_ids=ids, **self.details(properties))

    @staticmethod
    def details(properties):
        correction, marker = properties.correction, properties.marker
        reactions = properties.reactions
        return {'corrects': correction and correction.id,
                'marks': marker and marker.is_displayed and marker.id,
                'reacts_to': reactions and reactions.id,
                'emojis': reactions and sorted(reactions.emojis)}

    def on_joined(self, room):
        for which in ('owner', 'admin', 'member'):
            self.module('MUC').get_affiliation(
                room, which, callback=self.report('list-' + which))
        self.module('MAM').make_query(
            room, queryid='g1', max_=70,
            start=datetime.now(timezone.utc) - timedelta(days=1),
            callback=self.report('archive-end'))


def on_command(source, _condition, session):
    line = source.readline()
    if not line:
        sys.exit(0)
    command = json.loads(line)
    getattr(session, 'do_' + command.pop('do'))(**command)
    return True


def main():
    logging.getLogger('nbxmpp').setLevel(logging.WARNING)
    user, password, port = sys.argv[1:]
    session = Session(user, password, int(port))
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_command,
                      session)
    session.client.connect()
    GLib.MainLoop().run()


if __name__ == '__main__':
    main()
