"""Private XMPP servers on loopback: Prosody and ejabberd.

Every story owns a slot of a shared server: a component domain and accounts
that no other story touches.
"""

import json
import os
import urllib.request

from .process import Process, free_port, wait_for_port

HOST = 'localhost'
PASSWORD = 'candle-light'
SECRET = 'table-for-two'
PERSONS = ('abhi', 'anny', 'mal')


class Slot:
    """One story's share of a server."""

    def __init__(self, number):
        self.number = number
        self.domain = 'duologue%s.localhost' % (number or '')

    def user(self, person):
        return '%s%s' % (person, self.number or '')

    def jid(self, person):
        return '%s@%s' % (self.user(person), HOST)


class Server:
    """What both servers have in common; `start` and `stop` are blocking."""

    kind = ''

    def __init__(self, folder, slots):
        self.folder = folder
        self.slots = [Slot(number) for number in range(slots)]
        self.client_port = free_port()
        self.component_port = free_port()
        self.process = None
        os.makedirs(folder, exist_ok=True)

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(content)
        return path

    @property
    def log(self):
        return os.path.join(self.folder, 'server.log')

    def stop(self):
        if self.process is not None:
            self.process.terminate(20.0)
            self.process = None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process = None


PROSODY_HEAD = '''\
run_as_root = true
daemonize = false
pidfile = "{folder}/pid"
data_path = "{folder}/data"
log = {{ info = "{folder}/server.log" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {client} }}
component_ports = {{ {component} }}
component_interfaces = {{ "127.0.0.1" }}
c2s_require_encryption = false
s2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "private", "adhoc",
    "bookmarks", "pep", "vcard", "carbons", "mam", "smacks", "blocklist" }}
modules_disabled = {{ "s2s" }}
VirtualHost "localhost"
'''

PROSODY_COMPONENT = '''\
Component "{domain}"
    component_secret = "{secret}"
'''

PROSODY_MUC = '''\
Component "rooms.localhost" "muc"
    modules_enabled = { "muc_mam" }
    muc_log_by_default = true
'''


class Prosody(Server):
    kind = 'prosody'

    def head(self):
        return PROSODY_HEAD.format(folder=self.folder, client=self.client_port,
                                   component=self.component_port)

    def config(self):
        return self.head() + ''.join(
            PROSODY_COMPONENT.format(domain=slot.domain, secret=SECRET)
            for slot in self.slots) + PROSODY_MUC

    def start(self):
        path = self.write('prosody.cfg.lua', self.config())
        accounts = os.path.join(self.folder, 'data', HOST, 'accounts')
        os.makedirs(accounts, exist_ok=True)
        for slot in self.slots:
            for person in PERSONS:
                account = os.path.join(accounts, slot.user(person) + '.dat')
                with open(account, 'w', encoding='ascii') as file:
                    file.write('return { password = "%s" }\n' % PASSWORD)
        self.process = Process('prosody', ['prosody', '--config', path, '-F'],
                               os.path.join(self.folder, 'output.log'))
        wait_for_port(self.client_port, self.process)
        wait_for_port(self.component_port, self.process)


EJABBERD_HEAD = '''\
hosts: [localhost]
loglevel: warning
auth_method: internal
auth_password_format: plain
s2s_access: none
disable_sasl_mechanisms: [digest-md5]
listen:
  -
    port: {client}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    shaper: none
    access: all
    starttls: false
  -
    port: {http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /api: mod_http_api
'''

EJABBERD_COMPONENTS = '''\
  -
    port: {component}
    ip: "127.0.0.1"
    module: ejabberd_service
    global_routes: false
    access: all
    shaper: none
    hosts:
'''

EJABBERD_COMPONENT = '''\
      {domain}:
        password: "{secret}"
'''

EJABBERD_TAIL = '''\
api_permissions:
  "accounts of the tests":
    who: all
    what: [register, status]
access_rules: {}
modules:
  mod_adhoc: {}
  mod_caps: {}
  mod_disco: {}
  mod_roster: {}
  mod_ping: {}
  mod_private: {}
  mod_pubsub: {plugins: [flat, pep]}
  mod_carboncopy: {}
  mod_mam: {default: always}
  mod_stream_mgmt: {}
  mod_offline: {}
  mod_blocking: {}
  mod_privacy: {}
  mod_vcard: {}
  mod_muc: {host: rooms.localhost}
'''


class Ejabberd(Server):
    kind = 'ejabberd'

    def __init__(self, folder, slots):
        super().__init__(folder, slots)
        self.http_port = free_port()

    def head(self):
        return EJABBERD_HEAD.format(client=self.client_port,
                                    http=self.http_port)

    def config(self):
        return self.head() + EJABBERD_COMPONENTS.format(
            component=self.component_port) + ''.join(
                EJABBERD_COMPONENT.format(domain=slot.domain, secret=SECRET)
                for slot in self.slots) + EJABBERD_TAIL

    def start(self):
        path = self.write('ejabberd.yml', self.config())
        fresh = not os.path.exists(os.path.join(self.folder, 'spool'))
        # A node without a name needs no epmd and meets no other node.
        env = dict(os.environ, HOME=self.folder,
                   EJABBERD_CONFIG_PATH=path,
                   EJABBERD_LOG_PATH=os.path.join(self.folder, 'server.log'),
                   ERL_CRASH_DUMP=os.path.join(self.folder, 'crash.dump'),
                   ERL_LIBS=erlang_libraries())
        self.process = Process(
            'ejabberd',
            ['erl', '-noinput', '+sbwt', 'none', '+sbwtdcpu', 'none',
             '+sbwtdio', 'none', '-start_epmd', 'false', '-mnesia', 'dir',
             '"%s/spool"' % self.folder, '-s', 'ejabberd'],
            os.path.join(self.folder, 'output.log'), env=env, cwd=self.folder)
        for port in (self.client_port, self.component_port, self.http_port):
            wait_for_port(port, self.process, 60.0)
        if fresh:
            for slot in self.slots:
                for person in PERSONS:
                    self.register(slot.user(person))

    def register(self, user):
        body = {'user': user, 'host': HOST, 'password': PASSWORD}
        request = urllib.request.Request(
            'http://127.0.0.1:%d/api/register' % self.http_port,
            json.dumps(body).encode(), {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200, answer.status


def erlang_libraries():
    """The folder that holds Debian's ejabberd and its libraries."""
    base = '/usr/lib'
    for name in sorted(os.listdir(base)):
        folder = os.path.join(base, name)
        if name.endswith('-linux-gnu') and any(
                entry.startswith('ejabberd-') for entry in os.listdir(folder)):
            return folder
    raise AssertionError('ejabberd is not installed')


KINDS = {'prosody': Prosody, 'ejabberd': Ejabberd}
