"""Servers as clients expect them that insist on TLS and on port 5222."""

import os
import subprocess

from harness.servers import HOST, Ejabberd, Prosody

BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
HEAD = 'VirtualHost "localhost"\n'
OF_HOST = '    modules_enabled = { "tls" }\n'
TLS = '''\
ssl = {{ key = "{folder}/key.pem"; certificate = "{folder}/cert.pem" }}
'''
CERTFILES = '''\
certfiles: ["{folder}/key.pem", "{folder}/cert.pem"]
'''


class Certified:
    """Has a certificate that every client started by us believes.

    The system's bundle is covered by one with our certificate alone, in the
    mounts of this run and nowhere else.
    """

    def __init__(self, folder, slots):
        super().__init__(folder, slots)
        self.client_port = 5222

    def start(self):
        cert = os.path.join(self.folder, 'cert.pem')
        subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
             'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
             '-subj', '/CN=' + HOST, '-addext', 'subjectAltName=DNS:' + HOST,
             '-keyout', os.path.join(self.folder, 'key.pem'), '-out', cert],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.chmod(cert, 0o644)
        subprocess.run(['mount', '--bind', cert, BUNDLE], check=True)
        super().start()


class TlsProsody(Certified, Prosody):
    def head(self):
        extra = TLS.format(folder=self.folder)
        return super().head().replace(HEAD, extra + HEAD + OF_HOST)


class TlsEjabberd(Certified, Ejabberd):
    def head(self):
        return CERTFILES.format(folder=self.folder) + super().head().replace(
            'starttls: false', 'starttls: true')


TLS_SERVERS = {'prosody': TlsProsody, 'ejabberd': TlsEjabberd}
