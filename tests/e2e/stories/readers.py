"""Two readers of one stream must agree where a stanza ends and whether it is one,
or somebody slips one past the first for the second: Prosody's and ours."""

import random
import subprocess

from harness.check import figure, same
from harness.story import DIRECT, story
from stories.local_socket import HEADER, Peer, is_well

MUTATED = 400

# Prosody's own reader on a stream of XEP-0114: a line of hex, a verdict.  What
# comes behind a stanza is read only where the stanza ends in its place.
READER = r"""
package.path = '/usr/lib/prosody/?.lua;' .. package.path
package.cpath = '/usr/lib/prosody/?.so;' .. package.cpath
local new = require 'util.xmppstream'.new
for line in io.lines() do
    local is_taken = false
    local stream = new({ notopen = true }, {
        default_ns = 'jabber:component:accept',
        streamopened = function (session)
            session.notopen = nil
            return true
        end,
        handlestanza = function (_, stanza)
            is_taken = is_taken or stanza.attr.id == 'after'
        end,
        streamclosed = function () end,
        error = function () end,
    })
    stream:feed((line:gsub('..', function (h)
        return string.char(tonumber(h, 16))
    end)))
    print(is_taken and 'taken' or 'refused')
end
"""
WHOLE = (
    "<a xmlns:p='urn:p' p:b='c'/>", "<p:a xmlns:p='urn:p'/>", '<p:a/>',
    "<a p:b='c'/>", "<a xmlns:p=''/>", "<a xmlns=''/>", "<a xmlns:xml='urn:x'/>",
    "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns:xmlns='urn:x'/>", "<xmlns:a/>", "<a xmlns:p='http://www.w3.org/"
    "2000/xmlns/'/>", "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
    "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='1' q:b='2'/>",
    "<a xmlns:p='urn:p' b='1' p:b='2'/>", "<a b='1' b='2'/>", '<:a/>', '<a:/>',
    '<a:b:c/>', "<a :b='1'/>", "<a b:='1'/>", "<a xmlns:='urn:x'/>",
    "<p:a xmlns:p='urn:p'></p:a>", "<p:a xmlns:p='u' xmlns:q='u'></q:a>",
    "<a xml:lang='de'/>", "<a xml:b='c'/>", "<xml:a/>", "<a xmlns:p='\x01'/>",
    "<a xmlns:p='a b'/>", "<a xmlns:p='a\x0ab'/>", "<a xmlns:p='a\x0cb'/>",
    '&lt;', '&#65;', '&#x41;', '&#0;', '&#1;', '&#x110000;', '&#xD800;',
    '&#xFFFE;', '&a;', '&', '&;', '&#;', '&#65', 'a]]>b', '<![CDATA[a]]>',
    '<![CDATA[<b>]]>', '<![CDATA[]]]]>', '<![CDATA[', '<!-- a -->', '<?a?>',
    '<?xml version="1.0"?>', '<!DOCTYPE a>', '<!a>', '<', '< a/>', '<a / >',
    "<a b=c/>", '<a b/>', "<a b='<'/>", "<a b='>'/>", "<a b='&quot;'/>",
    "<a b='c'd='e'/>", "<a  b = 'c' />", '<a\x0a/>', '</a>', '<a></a >',
    '<a></ a>', '<a></b>', '<A></a>', '<\u00e9/>', '<\u4e2d\u6587/>',
    '<\u0300/>', '<a\u0300/>', '<-a/>', '<1/>', '<a.b-c_d/>', '<\U00010000/>',
    "<a \u00e9='1'/>", '\u2028\u0085', '\ufffd', '\uffff', '\ufffe', '\x7f',
    '\x80', '\t\n\r', '\x0b', '\0', '\ufeff', '<a>' * 40 + '</a>' * 40,
    '<a/>' * 600, '<a %s/>' % ' '.join("b%d='1'" % n for n in range(80)),
    'x' * 70000, "<a b='%s'/>" % ('x' * 70000),
)
BYTES = (b'\xc0\xaf', b'\xe0\x80\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80',
         b'\xff', b'\xc3', b'\xc3(', b'\xf0\x9f\x92\xa9', b'\xf8\x88\x80\x80\x80',
         b'\xef\xbf\xbf', b'\xef\xbf\xbe', b'\xc2\x80', b'\xe2\x80\xa8')
PIECES = (b'<', b'>', b'/', b"'", b'"', b'&', b';', b' ', b'=', b':', b'a',
          b'xmlns', b'xml', b']]>', b'<![CDATA[', b'-->', b'<!', b'<?', b'?>',
          b'&#', b'\xc3', b'\xa9', b'\xed', b'\0', b'\x01', b'\n', b'\r', b'\xff')


def mutated(dice, count):
    """Good stanzas with a few bytes that are others, more or fewer."""
    seeds = [good for good in WHOLE if len(good) < 100]
    for _ in range(count):
        data = bytearray(dice.choice(seeds).encode('utf-8', 'surrogatepass'))
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(data) + 1)
            data[at:at + dice.randint(0, 2)] = dice.choice(PIECES)
        yield bytes(data)


def theirs(all_of):
    """What Prosody's reader says of each stream."""
    done = subprocess.run(
        ['lua5.4', '-e', READER], capture_output=True, text=True, check=True,
        input=''.join(data.hex() + '\n' for data in all_of))
    return done.stdout.split()


async def ours(w, data):
    """The same, of a local peer."""
    peer = await Peer(w).join('ctl.' + w.domain)
    peer.send(data + b'\0')  # an error, unless the stream is over by then
    said = await peer.rest()
    await peer.close()
    w.component.process.must_live()
    return 'refused' if '<stream:error' in said else 'taken'


@story(servers=DIRECT)
async def readers_agree(w):
    """What one takes for a stanza the other does, and what it refuses."""
    await w.start()
    inner = [part.encode('utf-8', 'surrogatepass') for part in WHOLE]
    inner += list(BYTES) + list(mutated(random.Random(5), MUTATED))
    around = ("<message from='ctl.%s/1' to='%s' id='d'>", '</message>'
              "<iq from='ctl.%s/1' to='%s' type='get' id='after'>"
              "<ping xmlns='urn:xmpp:ping'/></iq></stream:stream>")
    before, after = ((part % (w.domain, w.domain)).encode() for part in around)
    inputs = [before + part + after for part in inner]
    header = (HEADER % ('ctl.' + w.domain)).encode()
    taken = 0
    for part, data, verdict in zip(
            inner, inputs, theirs([header + data for data in inputs])):
        same((part, await ours(w, data)), (part, verdict))
        taken += verdict == 'taken'
    assert 50 < taken < len(inputs) - 50, taken
    figure('of %d stanzas both take %d' % (len(inputs), taken))
    await is_well(w)
