/* line.mjs - cuts and restarts between two browsers; and how soon and how
 * much a page loads. */
import assert from 'node:assert/strict';
import { agree } from '../agree.mjs';
import { connected, inside, reads, shows, ticked, visit, write } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { both, couple } from './basics.mjs';

const FIRST_LOAD_MAX = 60 * 1024;
const FORM_MS = 2_000; /* wished, on a machine that does nothing else */

const storiesFor = (kind, words) => {
    return {
        async [`${kind}: a gateway that is away loses nothing and doubles nothing`](world) {
            const { abhi, anny } = await couple(world, ...words);
            await write(abhi, 'one');
            await shows(anny, 'one');
            const outage = world.stack.outage(4000);
            await reads(abhi, 'Reconnecting');
            await write(abhi, 'two, written in the dark');
            await reads(abhi, '1 message waiting');
            await outage;
            await shows(anny, 'two, written in the dark', 120_000);
            await write(anny, 'three');
            await agree({ pages: both(abhi, anny), said: { Abhi: ['one', 'two, written in the dark'], Anny: ['three'] } });
        },

        async [`${kind}: what waits survives a reload`](world) {
            const { abhi, anny } = await couple(world, ...words);
            abhi.cable.cut();
            await reads(abhi, 'Reconnecting');
            for (const words of ['patience', 'is', 'a virtue']) await write(abhi, words);
            await reads(abhi, '3 messages waiting');
            await abhi.cable.mend();
            await abhi.reload();
            await inside(abhi);
            await ticked(abhi, 'a virtue', 'stored', 'delivered', 'read');
            await agree({ pages: both(abhi, anny), said: { Abhi: ['patience', 'is', 'a virtue'] } });
        },

        async [`${kind}: the component restarts in mid-chat`](world) {
            const { abhi, anny } = await couple(world, ...words);
            await write(abhi, 'before');
            await shows(anny, 'before');
            const restart = world.stack.restartComponent('SIGTERM', 1000);
            await write(abhi, 'meanwhile');
            await restart;
            await shows(anny, 'meanwhile', 120_000);
            await connected(anny, 120_000);
            await write(anny, 'after');
            await agree({ pages: both(abhi, anny), said: { Abhi: ['before', 'meanwhile'], Anny: ['after'] } });
        },
    };
};

export const stories = {
    ...storiesFor('server', []),
    ...storiesFor('link', ['--protection', 'link']),

    'the first load is small, and the form is there soon': {
        only: 'chrome', /* which tells the bytes on the wire */
        async tell(world) {
            const room = world.stack.make('Abhi', 'Anny');
            const page = await world.person();
            const client = await page.createCDPSession();
            let bytes = 0;
            await client.send('Network.enable');
            client.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength));
            await client.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 200_000, uploadThroughput: 200_000 });
            const began = Date.now();
            const going = visit(page, room.seats[1].link);
            await page.waitForSelector('#code');
            const form = Date.now() - began;
            await going;
            await reads(page, 'Hello Anny.');
            const known = Date.now() - began;
            await pause(1000);
            world.note(`1.6 Mbit/s, 300 ms, cold: form after ${form} ms (wished ${FORM_MS}), greeted after ${known} ms; first load ${bytes} B`);
            assert.ok(bytes > 10_000 && bytes <= FIRST_LOAD_MAX, `${bytes} B`);
        },
    },
};
