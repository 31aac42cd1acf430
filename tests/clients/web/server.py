"""Servers that serve a page, and WebSockets beside it (RFC 7395)."""

import os

from harness.process import free_port
from harness.servers import HOST, Ejabberd, Prosody

HERE = os.path.dirname(os.path.abspath(__file__))

GLOBAL = '''\
http_ports = {{ {port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{ }}
consider_websocket_secure = true
http_files_dir = "{root}"
'''

HEAD = 'VirtualHost "localhost"\n'
OF_HOST = '''\
    modules_enabled = { "websocket", "http_files" }
'''

CONVERSE = '''\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Converse</title>
<link rel="stylesheet" href="dist/converse.min.css">
<script type="module" src="dist/converse.min.js"></script>
<body class="converse-fullscreen">
<script type="module" src="page.js"></script>
</body>
</html>
'''

PAGE = '''\
converse.initialize({{
    view_mode: 'fullscreen',
    websocket_url: 'ws://{host}:{port}/xmpp-websocket',
    discover_connection_methods: false,
    assets_path: '/files/dist/',
    authentication: 'login',
    i18n: 'en',
    play_sounds: false,
    allow_registration: false,
    clear_cache_on_logout: false,
}});
'''


API = "      /api: mod_http_api\n"
HANDLERS = '''\
      /xmpp-websocket: ejabberd_http_ws
      /files: mod_http_fileserver
'''
FILES = '''\
  mod_http_fileserver:
    docroot: "{root}"
'''


class Page:
    """Converse as it comes from npm, at /files/index.html."""

    def __init__(self, folder, slots):
        super().__init__(folder, slots)
        self.http_port = free_port()
        self.root = os.path.join(folder, 'www')

    @property
    def page(self):
        return 'http://%s:%d/files/index.html' % (HOST, self.http_port)

    def write_page(self):
        os.makedirs(self.root, exist_ok=True)
        dist = os.path.join(self.root, 'dist')
        if not os.path.islink(dist):
            os.symlink(os.path.join(HERE, 'node_modules/converse.js/dist'),
                       dist)
        self.write('www/index.html', CONVERSE)
        self.write('www/page.js', PAGE.format(host=HOST, port=self.http_port))


class WebProsody(Page, Prosody):
    def head(self):
        self.write_page()
        extra = GLOBAL.format(port=self.http_port, root=self.root)
        return super().head().replace(HEAD, extra + HEAD + OF_HOST)


class WebEjabberd(Page, Ejabberd):
    def config(self):
        self.write_page()
        return super().config().replace(API, API + HANDLERS) + FILES.format(
            root=self.root)


WEB_SERVERS = {'prosody': WebProsody, 'ejabberd': WebEjabberd}
