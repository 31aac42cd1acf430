"""A small file system of its own, in a file."""

import fcntl
import os
import stat
import subprocess

from .chat import must

LOOP_CTL_GET_FREE = 0x4C82


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, check=False,
                          **options)
    must(done.returncode == 0, ' '.join(words), done.stdout, done.stderr)
    return done.stdout


def make_loop_nodes():
    """What is mounted in a chroot needs nodes that it may not have."""
    control = '/dev/loop-control'
    if not os.path.exists(control):
        os.mknod(control, stat.S_IFCHR | 0o600, os.makedev(10, 237))
    with open(control, 'rb') as file:
        free = fcntl.ioctl(file, LOOP_CTL_GET_FREE)
    # Others may mount at the same time.
    for number in range(free, free + 8):
        path = '/dev/loop%d' % number
        if not os.path.exists(path):
            os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(7, number))


class Image:
    """A file with an ext4 in it, mounted."""

    def __init__(self, folder, mib):
        self.path = os.path.join(folder, 'image')
        self.mount = os.path.join(folder, 'mnt')
        os.makedirs(self.mount, exist_ok=True)
        with open(self.path, 'wb') as file:
            file.truncate(mib << 20)
        make_loop_nodes()
        run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0', self.path)
        run('mount', '-o', 'loop', self.path, self.mount)

    def flush(self):
        run('sync', '-f', self.mount)

    def unmount(self):
        if os.path.ismount(self.mount):
            run('umount', self.mount)
