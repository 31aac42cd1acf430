#!/usr/bin/python3
"""The test vectors, read by the decoder that was written from the document."""

import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import link_format as lf  # noqa: E402

with open(os.path.join(HERE, '../../schema/link-vectors/vectors.json')) as f:
    V = json.load(f)
KEY = lf.key_of(V['key'])


class Vectors(unittest.TestCase):
    def test_the_key_and_what_is_derived(self):
        self.assertEqual(KEY.hex(), V['key_bytes'])
        self.assertEqual(lf.key_name(KEY, V['room']), V['name'])
        self.assertEqual(lf.compare(KEY, V['room']), V['compare'])

    def test_every_message(self):
        for m in V['messages']:
            with self.subTest(m['what']):
                salt = bytes.fromhex(m['salt'])
                self.assertEqual(
                    lf.seal(KEY, V['room'], m['seat'], m['id'], salt, m['n'],
                            m['plain']), m['encrypted'])
                self.assertEqual(
                    lf.unseal(KEY, V['room'], m['seat'], m['id'],
                              m['encrypted']), m['plain'])
                self.assertEqual(len(m['plain'].encode()) % 256, 0)

    def test_what_is_inside(self):
        inside = {m['what']: lf.read_envelope(m['plain'])
                  for m in V['messages']}
        self.assertEqual(inside['words'], {'seen': '', 'body': 'Hello Anny'})
        self.assertEqual(inside['a reaction']['reacts'],
                         {'to': 'a-1', 'with': ['👍', '❤️']})
        self.assertEqual(inside['an edit']['replaces'], 'm-1')
        self.assertEqual(inside['a reply']['body'], 'yes')
        self.assertEqual(inside['a reply']['reply']['quote'], '> 👍 really?\n')
        self.assertIsNone(inside['no words at all'])
        self.assertIsNone(inside['something unknown'])

    def test_nothing_else_opens(self):
        for m in V['messages']:
            room, good = V['room'], m['encrypted']
            spoilt = lf.b64(bytes([lf.unb64(good['data'])[0] ^ 1])
                            + lf.unb64(good['data'])[1:])
            for what in ((KEY, room, 3 - m['seat'], m['id'], good),
                         (KEY, room, m['seat'], m['id'] + 'x', good),
                         (KEY, 'x' + room, m['seat'], m['id'], good),
                         (bytes(16), room, m['seat'], m['id'], good),
                         (KEY, room, m['seat'], m['id'],
                          {**good, 'n': str((m['n'] + 1) % 2 ** 32)}),
                         (KEY, room, m['seat'], m['id'],
                          {**good, 'data': spoilt})):
                self.assertIsNone(lf.unseal(*what))

    def test_other_spellings_are_none(self):
        self.assertIsNone(lf.key_of(V['key'][:-1]))
        self.assertIsNone(lf.key_of(V['key'][:-1] + 'x'))
        self.assertIsNone(lf.read_envelope(
            "<!DOCTYPE a [<!ENTITY b 'c'>]>" + V['messages'][0]['plain']))


if __name__ == '__main__':
    unittest.main()
