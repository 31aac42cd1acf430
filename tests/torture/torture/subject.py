"""The component under torture: an unchanged build, with the shim before it."""

import os
import signal
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)),
                                'e2e'))

from harness.process import Process  # noqa: E402

from .page import Page  # noqa: E402
from .server import DOMAIN, Gone, Server  # noqa: E402

CONFIG = '''\
[component]
domain = %(domain)s
server = %(host)s:%(port)d
secret = torture
data_dir = %(data)s
socket = %(folder)s/s
[rooms]
idle_max = 60d
[limits]
messages_per_second = %(rate)d
message_burst = %(rate)d
creates_per_hour = 0
[gateway]
listen = 127.0.0.1:1
metrics =
'''


class Subject:
    """Starts, kills and restarts one component on one folder."""

    def __init__(self, build, folder, data=None, rate=0, wrapper=(),
                 host='127.0.0.1'):
        os.makedirs(folder, exist_ok=True)
        self.build = build
        self.folder = folder
        self.data = data or os.path.join(folder, 'data')
        self.log = os.path.join(folder, 'log')
        self.config = os.path.join(folder, 'duologue.conf')
        self.wrapper = list(wrapper)
        self.page = Page(os.path.join(folder, 'page'))
        self.server = Server(host)
        self.process = self.link = None
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(CONFIG % {'domain': DOMAIN, 'host': host, 'data': self.data,
                                 'port': self.server.port, 'rate': rate,
                                 'folder': folder})

    def program(self, name='duologue'):
        return os.path.join(self.build, 'bin', name)

    def launch(self, shim=True, record=None, log=None, **control):
        """Starts it; `control` goes into the page first."""
        env = dict(os.environ, TORTURE_DATA=self.data)
        if shim:
            env['LD_PRELOAD'] = os.path.join(self.build, 'tests',
                                             'libtorture_shim.so')
            env['TORTURE_PAGE'] = self.page.path
        if record:
            env['TORTURE_RECORD'] = record
        env.update({k: v for k, v in control.items() if k.isupper()})
        self.page.reset()
        for name, value in control.items():
            if not name.isupper():
                setattr(self.page, name, value)
        argv = self.wrapper + [self.program(), '-c', self.config]
        self.process = Process('duologue', argv, log or self.log, env=env)

    def start(self, patience=120.0, **control):
        """Starts it and takes its link."""
        self.launch(**control)
        self.link = self.server.accept(patience, self.process)
        return self.link

    def kill(self):
        self.process.signal(signal.SIGKILL)
        return self.reap()

    def reap(self, patience=120.0):
        """Waits for an end that somebody else has seen to."""
        status = self.process.wait(patience)
        if self.link is not None:
            self.link.close()
        self.process = self.link = None
        return status

    def drain(self, patience=120.0):
        """What it said before it ended."""
        stanzas = []
        try:
            while True:
                stanzas += self.link.pump(patience)
        except Gone:
            return stanzas

    def terminate(self):
        """SIGTERM; it must end well."""
        self.process.signal(signal.SIGTERM)
        # Our end of the stream; it would wait for that.
        self.link.socket.shutdown(socket.SHUT_WR)
        self.drain()
        status = self.reap()
        assert status == 0, 'ended with status %s, see %s' % (status, self.log)

    def ctl(self, *words, patience=120):
        import subprocess
        return subprocess.run(
            [self.program('duologuectl'), '-c', self.config, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=patience, check=False)

    def close(self):
        if self.process is not None:
            self.process.kill()
        if self.link is not None:
            self.link.close()
        self.server.close()
        self.page.close()
