"""One page in Chromium, driven through `driver.mjs`."""

import asyncio
import json
import os
import time

from harness.process import die_with_parent
from harness.terminal import squeezed

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = (1000, 700)


class Page:
    def __init__(self, name, folder, size=SIZE):
        self.name = name
        self.folder = folder
        self.size = size
        self._process = None
        self._turn = asyncio.Lock()

    async def start(self):
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, 'page.log'), 'ab') as log:
            self._process = await asyncio.create_subprocess_exec(
                'node', os.path.join(HERE, 'driver.mjs'),
                os.path.join(self.folder, 'profile'),
                *(str(length) for length in self.size),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=log, preexec_fn=die_with_parent, limit=1 << 24)
        return self

    async def close(self):
        if self._process is None or self._process.returncode is not None:
            return
        await self.do('shot', path=os.path.join(self.folder, 'last.png'))
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 15.0)
        except asyncio.TimeoutError:
            self._process.kill()

    async def do(self, what, **given):
        async with self._turn:
            line = json.dumps(dict(given, what=what)) + '\n'
            self._process.stdin.write(line.encode())
            answer = await asyncio.wait_for(self._process.stdout.readline(),
                                            60.0)
        assert answer, '%s: the browser ended' % self.name
        answer = json.loads(answer)
        assert 'error' not in answer, '%s: %s: %s\nit shows:\n%s' % (
            self.name, what, answer['error'], await self._shown())
        return answer['value']

    async def _shown(self):
        return await self.do('text')

    async def see(self, *wanted, patience=25.0):
        """Waits until all the words are shown at once."""
        deadline = time.monotonic() + patience
        while True:
            shown = await self._shown()
            there = squeezed(shown)
            absent = [w for w in wanted if squeezed(w) not in there]
            if not absent:
                return
            assert time.monotonic() < deadline, (
                '%s does not show %r; it shows:\n%s' % (
                    self.name, absent[0], shown))
            await asyncio.sleep(0.2)

    async def open(self, url):
        await self.do('open', url=url)

    async def click(self, selector):
        await self.do('click', selector=selector)

    async def fill(self, selector, words):
        await self.do('fill', selector=selector, words=words)

    async def press(self, *keys):
        for key in keys:
            await self.do('press', key=key)

    async def run(self, code):
        """Evaluates in the page."""
        return await self.do('run', code=code)

    async def shot(self, path):
        """The page as a PNG of few colours."""
        raw = os.path.join(self.folder, 'screen.png')
        await self.do('shot', path=raw)
        child = await asyncio.create_subprocess_exec(
            'pngquant', '--force', '--strip', '--speed', '1', '--output',
            path, '64', raw)
        assert await child.wait() == 0, 'pngquant'
