"""`link` chats, written from docs/link-encryption.md alone.

Nothing here is shared with the web client: where the two differ, one of them
or the document is wrong.
"""

import base64
import re
import struct
import xml.etree.ElementTree as ET

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LINK = 'urn:duologue:link:0'
SCE = 'urn:xmpp:sce:1'
SID = 'urn:xmpp:sid:0'
RETRACT = 'urn:xmpp:message-retract:1'
CLIENT = 'jabber:client'
KNOWN = {'body': '{%s}body' % CLIENT,
         'file': '{jabber:x:oob}x',
         'replace': '{urn:xmpp:message-correct:0}replace',
         'reactions': '{urn:xmpp:reactions:0}reactions',
         'reply': '{urn:xmpp:reply:0}reply',
         'fallback': '{urn:xmpp:fallback:0}fallback'}
PLAIN_MAX = 43008


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    """The bytes, or None for any but the one right spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if b64(data) == text else None


def key_text(key):
    return base64.urlsafe_b64encode(key).decode().rstrip('=')


def key_of(text):
    """K of a link's KEY, or None."""
    if not re.fullmatch('[A-Za-z0-9_-]{22}', text):
        return None
    key = base64.urlsafe_b64decode(text + '==')
    return key if key_text(key) == text else None


def _hkdf(key, salt, info):
    return HKDF(SHA256(), 32, salt or None, info).derive(key)


def sending_key(key, room, seat, salt):
    return _hkdf(key, salt, b'duologue link key 1' + room.encode()
                 + bytes([seat]))


def key_name(key, room):
    return _hkdf(key, b'', b'duologue link id 1' + room.encode())[:4].hex()


def compare(key, room):
    out = _hkdf(key, b'', b'duologue link compare 1' + room.encode())
    return ['%05d' % (n % 100000) for n in struct.unpack('>4I', out[:16])]


def nonce(n):
    return bytes(8) + struct.pack('>I', n)


def additional(room, seat, ident):
    def counted(text):
        data = text.encode()
        return struct.pack('>H', len(data)) + data
    return (b'duologue link message 1' + bytes([seat]) + counted(room)
            + counted(ident))


def pad(envelope):
    """`envelope` has an empty <rpad></rpad> at its end."""
    length = len(envelope.encode())
    step = 256 if length <= 4096 else 1024
    whole = -(-length // step) * step
    assert whole <= PLAIN_MAX, 'too long'
    return envelope.replace('<rpad></rpad>',
                            '<rpad>%s</rpad>' % ('0' * (whole - length)))


def seal(key, room, seat, ident, salt, n, plain):
    data = AESGCM(sending_key(key, room, seat, salt)).encrypt(
        nonce(n), plain.encode(), additional(room, seat, ident))
    return {'salt': b64(salt), 'n': str(n), 'key': key_name(key, room),
            'data': b64(data)}


def unseal(key, room, seat, ident, sealed):
    """The text, or None."""
    salt, data = unb64(sealed['salt']), unb64(sealed['data'])
    if salt is None or data is None or len(salt) != 16 or not re.fullmatch(
            r'0|[1-9]\d{0,9}', sealed['n']) or int(sealed['n']) >= 2 ** 32:
        return None
    try:
        return AESGCM(sending_key(key, room, seat, salt)).decrypt(
            nonce(int(sealed['n'])), data,
            additional(room, seat, ident)).decode()
    except (InvalidTag, UnicodeDecodeError):
        return None


def read_envelope(plain):
    """What is in it, or None."""
    if '<!' in plain or '<?' in plain:
        return None
    try:
        root = ET.fromstring(plain)
    except ET.ParseError:
        return None
    content = root.find('{%s}content' % SCE)
    if root.tag != '{%s}envelope' % SCE or content is None:
        return None
    found = {name: content.find(tag) for name, tag in KNOWN.items()}
    seen = root.find('{%s}seen' % LINK)
    out = {'seen': '' if seen is None else seen.get('id', '')}
    if found['body'] is not None:
        out['body'] = found['body'].text or ''
    if found['file'] is not None:
        out['file'] = found['file'].findtext('{jabber:x:oob}url', '')
    if found['replace'] is not None:
        out['replaces'] = found['replace'].get('id', '')
    if found['reactions'] is not None:
        out['reacts'] = {'to': found['reactions'].get('id', ''),
                         'with': [e.text or '' for e in found['reactions']]}
    if found['reply'] is not None:
        out['reply'] = {'to': found['reply'].get('to', ''),
                        'id': found['reply'].get('id', '')}
        _cut_quote(found['fallback'], out)
    return out if len(out) > 1 else None


def _cut_quote(fallback, out):
    if fallback is None or fallback.get('for') != 'urn:xmpp:reply:0':
        return
    part = fallback.find('{urn:xmpp:fallback:0}body')
    if part is not None and part.get('start') == '0' and 'body' in out:
        end = int(part.get('end', '0'))
        out['reply']['quote'] = out['body'][:end]
        out['body'] = out['body'][end:]


class Reader:
    """Section 7 over a whole archive: one verdict for each message.

    `seats` maps names to numbers.  A message is (archive id, element)."""

    def __init__(self, key, room, seats):
        self.key, self.room, self.seats = key, room, seats
        self._entries = []  # archive id, seat, salt, n, retracted id
        self._ids = {}

    def read(self, archive):
        verdicts = [self._one(ident, xml) for ident, xml in archive]
        self._count(verdicts)
        self._look(verdicts)
        return [v for v in verdicts if v is not None]

    def _one(self, archive_id, xml):
        seat = self.seats[xml.get('from').split('/', 1)[1]]
        verdict = {'archive': archive_id, 'seat': seat, 'id': xml.get('id')}
        retract = xml.find('{%s}retract' % RETRACT)
        sealed = xml.find('{%s}encrypted' % LINK)
        if retract is not None:
            return {**verdict, 'retracts': retract.get('id')}
        if sealed is None:
            readable = [t for t in KNOWN.values() if xml.find(t) is not None]
            return {**verdict, 'wrong': 'plain'} if readable else None
        verdict['sealed'] = {'salt': sealed.get('salt', ''),
                             'n': sealed.get('n', ''),
                             'key': sealed.get('key', ''),
                             'data': sealed.text or ''}
        origin = xml.find('{%s}origin-id' % SID)
        ident = xml.get('id')
        if not ident or origin is None or origin.get('id') != ident:
            return {**verdict, 'wrong': 'changed'}
        plain = unseal(self.key, self.room, seat, ident, verdict['sealed'])
        if plain is None:
            return {**verdict, 'wrong': self._why(verdict)}
        place = {'salt': verdict['sealed']['salt'],
                 'n': int(verdict['sealed']['n']), 'size': len(plain.encode())}
        inside = read_envelope(plain)
        if inside is None:
            return {**verdict, **place, 'wrong': 'strange'}
        return {**verdict, **place, **inside}

    def _why(self, verdict):
        if unseal(self.key, self.room, 3 - verdict['seat'], verdict['id'],
                  verdict['sealed']) is not None:
            return 'seat'
        if verdict['sealed']['key'] == key_name(self.key, self.room):
            return 'changed'
        return 'key'

    @staticmethod
    def _count(verdicts):
        following, holes, used = {}, {}, set()
        here = {v['archive'] for v in verdicts if v}
        taken = {v['retracts']: v['seat'] for v in verdicts
                 if v and 'retracts' in v and v['retracts'] not in here}
        for v in verdicts:
            if not v or 'sealed' not in v:
                continue
            load = (v['seat'], v['sealed']['salt'])
            n, nxt = v.get('n'), following.get(load, 0)
            if n is None:
                if v['sealed']['n'] == str(nxt):
                    following[load] = nxt + 1
            elif (load, n) in used:
                v['wrong'] = 'repeated'
                v.pop('body', None)
            elif n >= nxt:
                for missing in range(nxt, n):
                    holes[(load, missing)] = v
                following[load] = n + 1
            else:
                holes.pop((load, n), None)
                v['late'] = True
            used.add((load, n))
        for v in holes.values():
            v['missing'] = v.get('missing', 0) + 1
        for v in verdicts:
            deleted = [i for i, s in taken.items() if v and s == v['seat']]
            while v and v.get('missing') and deleted:
                taken.pop(deleted.pop())
                v['missing'] -= 1
                v['deleted'] = v.get('deleted', 0) + 1

    @staticmethod
    def _look(verdicts):
        before = {}
        taken = {v['retracts'] for v in verdicts if v and 'retracts' in v}
        for v in verdicts:
            if not v:
                continue
            seen = v.get('seen')
            if seen and seen not in taken and before.get(seen) != 3 - v['seat']:
                v['blind'] = True
            before[v['archive']] = v['seat']
