/* cuts.mjs - lines that break and servers that restart in mid-chat, between a
 * browser and a native app. Both write on meanwhile; afterwards both, and the
 * archive, have the same. */
import assert from 'node:assert/strict';
import { agree } from '../agree.mjs';
import { connected, reads, shows, until, write } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { pair } from './native.mjs';

const BACK_MS = 120_000;
const ofAnny = (anny) => [[anny, 'Anny', 'Abhi']];

/* Both say something, and wait until the other has it. */
async function exchange(abhi, anny, said, words) {
    said.Abhi.push(`${words}, says Abhi`);
    await abhi.say({ body: `${words}, says Abhi` });
    await shows(anny, `${words}, says Abhi`, BACK_MS);
    said.Anny.push(`${words}, says Anny`);
    await write(anny, `${words}, says Anny`);
    await abhi.shows({ body: `${words}, says Anny` });
}

/* Writes without waiting for anything. */
async function writeOn(anny, said, ...all) {
    for (const words of all) {
        said.Anny.push(words);
        await write(anny, words);
    }
}

async function sayOn(abhi, said, ...all) {
    for (const body of all) {
        said.Abhi.push(body);
        await abhi.say({ body });
    }
}

/* Everything she wrote has come back. */
const allStored = (anny) => until(anny, () => document.querySelectorAll('.tick.queued').length === 0, null, BACK_MS);

/* A story that begins and ends as all of these do. */
function cut(tell) {
    return {
        native: true,
        async tell(world) {
            const { room, abhi, anny } = await pair(world);
            const said = { Abhi: [], Anny: [] };
            await exchange(abhi, anny, said, 'before');
            await tell({ world, room, abhi, anny, said });
            await connected(anny, BACK_MS);
            await exchange(abhi, anny, said, 'after');
            await agree({ pages: ofAnny(anny), apps: [abhi], said });
        },
    };
}

export const stories = {
    'the network is cut, and both write on': cut(async ({ world, abhi, anny, said }) => {
        anny.cable.cut();
        const began = Date.now();
        await reads(anny, 'Reconnecting');
        await writeOn(anny, said, 'into the dark', 'and further', 'and further still');
        await reads(anny, '3 messages waiting');
        await sayOn(abhi, said, 'are you there?', 'hello?');
        await pause(world.cut - (Date.now() - began));
        await anny.cable.mend();
        await shows(anny, 'hello?', BACK_MS);
        await abhi.shows({ body: 'and further still' });
    }),

    'a cut stream is resumed: what was lost on the way goes again': cut(async ({ abhi, anny, said }) => {
        for (const way of ['up', 'down']) {
            await allStored(anny);
            const before = anny.cable.resumed;
            anny.cable.hold(way);
            await writeOn(anny, said, `lost on the way ${way}`);
            await sayOn(abhi, said, `spoken while ${way} was held`);
            await pause(500);
            anny.cable.cut();
            await reads(anny, 'Reconnecting');
            await writeOn(anny, said, `into the dark after ${way}`);
            await sayOn(abhi, said, `spoken after ${way} was cut`);
            await anny.cable.mend();
            await shows(anny, `spoken after ${way} was cut`, BACK_MS);
            await abhi.shows({ body: `into the dark after ${way}` });
            assert.equal(anny.cable.resumed, before + 1, 'not resumed');
        }
    }),

    'a line that only stalls': cut(async ({ world, abhi, anny, said }) => {
        anny.cable.hold('up', 'down');
        await writeOn(anny, said, 'is it me?', 'or is it slow?');
        await sayOn(abhi, said, 'I am here', 'and wait');
        await pause(world.cut / 2);
        anny.cable.release();
        await shows(anny, 'and wait', BACK_MS);
    }),

    'the gateway restarts': cut(async ({ world, abhi, anny, said }) => {
        const { stack } = world;
        for (const how of ['SIGTERM', 'SIGKILL']) {
            await allStored(anny); /* the next waits for the one before */
            anny.cable.hold('down'); /* stored, and the receipt is lost */
            await writeOn(anny, said, `just before ${how}`);
            await abhi.shows({ body: `just before ${how}` });
            await stack.end(stack.gateway, how);
            anny.cable.release();
            await reads(anny, 'Reconnecting');
            await writeOn(anny, said, `during ${how}`);
            await sayOn(abhi, said, `on without you, ${how}`);
            await stack.startGateway();
            await shows(anny, `on without you, ${how}`, BACK_MS);
            await abhi.shows({ body: `during ${how}` });
        }
    }),

    'the component is killed': cut(async ({ world, abhi, anny, said }) => {
        const { stack } = world;
        for (const round of [1, 2]) {
            await writeOn(anny, said, `just before ${round}`);
            await stack.end(stack.component, 'SIGKILL');
            await writeOn(anny, said, `meanwhile ${round}`);
            const native = sayOn(abhi, said, `app, meanwhile ${round}`);
            await pause(1000);
            await stack.startComponent();
            await native;
            await pause(500);
            await shows(anny, `app, meanwhile ${round}`, BACK_MS);
            await abhi.shows({ body: `meanwhile ${round}` });
        }
        /* What was stored and not yet said when it died, an app has from the
         * archive at its next entry; a browser enters at once. */
        world.note(`${await abhi.catch_up()} of the app's messages came from the archive`);
    }),

    'the XMPP server restarts': cut(async ({ world, room, abhi, anny, said }) => {
        await abhi.transcript();
        await world.native.do('server_down');
        await writeOn(anny, said, 'your server is away', 'are you?');
        await allStored(anny);
        await pause(1000);
        await world.native.do('server_up');
        await abhi.login();
        await abhi.linked({ domain: world.stack.domain });
        assert.equal((await abhi.join({ room: room.room })).nick, 'Abhi');
        await abhi.shows({ body: 'are you?' });
    }),

    'the app drops without a word': cut(async ({ room, abhi, anny, said }) => {
        await abhi.vanish();
        await writeOn(anny, said, 'still there?');
        await abhi.login();
        await abhi.join({ room: room.room });
        await abhi.shows({ body: 'still there?' });
    }),
};
