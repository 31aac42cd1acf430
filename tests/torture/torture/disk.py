"""A small file system of its own, in a file."""

import os
import subprocess

from .chat import must


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, check=False,
                          **options)
    must(done.returncode == 0, ' '.join(words), done.stdout, done.stderr)
    return done.stdout


class Image:
    """A file with an ext4 in it, mounted."""

    def __init__(self, folder, mib):
        self.path = os.path.join(folder, 'image')
        self.mount = os.path.join(folder, 'mnt')
        os.makedirs(self.mount, exist_ok=True)
        with open(self.path, 'wb') as file:
            file.truncate(mib << 20)
        run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0', self.path)
        run('mount', '-o', 'loop', self.path, self.mount)

    def flush(self):
        run('sync', '-f', self.mount)

    def unmount(self):
        if os.path.ismount(self.mount):
            run('umount', self.mount)
