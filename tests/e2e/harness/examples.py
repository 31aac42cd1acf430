"""The examples of config/, used as they are written.

Only what belongs to one machine is replaced, each thing as often as it is
there now: an example that changes its shape fails loudly.
"""

import os
import re
import ssl

from .gateway import Tab
from .process import Process, free_port, wait_for_port
from .servers import (EJABBERD_TAIL, HOST, PROSODY_MUC, SECRET, Ejabberd,
                      Prosody)

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..',
                      '..', 'config')
DOMAIN = 'duologue.example.org'
SITE = 'chat.example.org'
PLACEHOLDER = 'the same secret as in duologue.conf'

NGINX = '''\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/duologue.conf;
}}
'''


def example(name, *changes):
    """The file; each change is (what stands there, how often, what instead).
    """
    with open(os.path.join(CONFIG, name), encoding='utf-8') as file:
        text = file.read()
    for old, times, new in changes:
        assert text.count(old) == times, '%s: %d times %r' % (
            name, text.count(old), old)
        text = text.replace(old, new)
    return text


class ExampleSlot:
    """The domain of the examples, and people of the server's own host."""

    number = 0
    domain = DOMAIN

    def user(self, person):
        return person

    def jid(self, person):
        return '%s@%s' % (person, HOST)


class ExampleProsody(Prosody):
    def __init__(self, folder):
        super().__init__(folder, 0)
        self.slots = [ExampleSlot()]

    def config(self):
        ours = example('prosody.cfg.lua', (PLACEHOLDER, 1, SECRET))
        # What it advises in a comment is tried as well.
        advice = re.search(r'^--   VirtualHost(?:.*\n--)+.*\n', ours, re.M)
        assert advice, 'no VirtualHost in the advice'
        host = re.sub('^--', '', advice.group(), flags=re.M)
        return self.head() + host + PROSODY_MUC + ours


class ExampleEjabberd(Ejabberd):
    def __init__(self, folder):
        super().__init__(folder, 0)
        self.slots = [ExampleSlot()]

    def config(self):
        ours = example('ejabberd.yml', (PLACEHOLDER, 1, SECRET),
                       ('port: 5347', 1, 'port: %d' % self.component_port))
        before, listen, entry = ours.partition('\nlisten:\n')
        assert listen and all(line.startswith('#') or not line
                              for line in before.splitlines()), before
        return self.head() + entry + EJABBERD_TAIL


class Nginx:
    """nginx before a gateway, with a certificate of its own."""

    def __init__(self, gateway, certificate):
        self.folder = os.path.join(gateway.component.folder, 'nginx')
        os.makedirs(self.folder)
        self.port = free_port()
        self.plain_port = free_port()
        self._write('nginx.conf', NGINX.format(folder=self.folder))
        self._write('duologue.conf', example(
            'nginx.conf',
            ('    listen [::]:80;\n', 1, ''),
            ('    listen [::]:443 ssl http2;\n', 1, ''),
            ('listen 80;', 1, 'listen 127.0.0.1:%d;' % self.plain_port),
            ('listen 443 ', 1, 'listen 127.0.0.1:%d ' % self.port),
            ('proxy_pass http://127.0.0.1:8080;', 2,
             'proxy_pass http://127.0.0.1:%d;' % gateway.port),
            ('/etc/letsencrypt/live/%s/fullchain.pem' % SITE, 1,
             os.path.join(certificate, 'cert.pem')),
            ('/etc/letsencrypt/live/%s/privkey.pem' % SITE, 1,
             os.path.join(certificate, 'key.pem'))))
        self.process = Process(
            'nginx', ['nginx', '-p', self.folder, '-c',
                      os.path.join(self.folder, 'nginx.conf'), '-e',
                      os.path.join(self.folder, 'nginx.log')],
            os.path.join(self.folder, 'output.log'))
        gateway.world.things.append(self)
        wait_for_port(self.port, self.process)

    def _write(self, name, content):
        with open(os.path.join(self.folder, name), 'w',
                  encoding='utf-8') as file:
            file.write(content)

    def log(self, name):
        with open(os.path.join(self.folder, name), encoding='utf-8') as file:
            return file.read()

    async def close(self):
        self.process.kill()


def trusting(certificate):
    """What a browser trusts that knows this one certificate."""
    return ssl.create_default_context(
        cafile=os.path.join(certificate, 'cert.pem'))


class ProxiedTab(Tab):
    """A tab that comes through nginx, from an address of its own."""

    def __init__(self, gateway, nginx, context, address):
        super().__init__(gateway)
        gateway.world.things.append(self)
        self.line = {'port': nginx.port, 'ssl': context,
                     'server_hostname': SITE, 'host': '127.0.0.1',
                     'local_addr': (address, 0)}
        self.origin = 'https://' + SITE
        self.host = SITE
