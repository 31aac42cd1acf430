#!/usr/bin/python3
"""families.py FAMILY[,FAMILY ...] PROGRAM [ARGUMENT ...] - runs a program whose
sockets may be of these families only, as RestrictAddressFamilies= has it."""

import ctypes
import ctypes.util
import errno
import os
import socket
import sys

ALLOW = 0x7fff0000
REFUSE = 0x00050000 | errno.EAFNOSUPPORT
SAME = 4  # SCMP_CMP_EQ
LAST = 64  # no family is above


class Comparison(ctypes.Structure):
    _fields_ = [('argument', ctypes.c_uint), ('how', ctypes.c_int),
                ('a', ctypes.c_uint64), ('b', ctypes.c_uint64)]


def restrict(families):
    library = ctypes.CDLL(ctypes.util.find_library('seccomp'), use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    call = library.seccomp_syscall_resolve_name(b'socket')
    for family in set(range(LAST)) - families:
        rule = Comparison(0, SAME, family, 0)
        done = library.seccomp_rule_add_array(
            context, ctypes.c_uint32(REFUSE), call, 1, ctypes.byref(rule))
        assert done == 0, family
    assert library.seccomp_load(context) == 0, 'no filter'


def main():
    restrict({int(getattr(socket, name)) for name in sys.argv[1].split(',')})
    os.execvp(sys.argv[2], sys.argv[2:])


main()
