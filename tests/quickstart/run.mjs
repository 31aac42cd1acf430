/* run.mjs - what comes of ./quickstart: a browser on one link, Profanity or
 * another browser on the other, and nothing left afterwards. See `run`. */
import assert from 'node:assert/strict';
import { bodies, enter, launch, person, press, reads, until, write } from '../browser/browsers.mjs';
import { freePort, Stack } from '../browser/stack.mjs';
import { Gajim } from './gajim.mjs';
import { Profanity } from './profanity.mjs';
import { Quickstart, ROOT } from './quickstart.mjs';

const shows = (page, words) =>
    until(page, (w) => [...document.querySelectorAll('.message .body')].some((b) => b.innerText === w), words);

async function talk(abhi, anny) {
    await write(abhi, 'Hello Anny');
    await shows(anny, 'Hello Anny');
    await write(anny, 'hej 🕯 <b>Abhi</b> & all');
    await shows(abhi, 'hej 🕯 <b>Abhi</b> & all');
    assert.deepEqual(await bodies(abhi), await bodies(anny));
}

async function endsWhole(quickstart, signal) {
    assert.equal(await quickstart.signal(signal), 0);
    assert.deepEqual(await quickstart.left(), []);
    assert.equal(quickstart.hasFolder, false);
}

/* The open chat of a plain page on an address that is not this machine's own:
 * what no browser trusts. */
class PlainStack extends Stack {
    async start() {
        this.port = await freePort();
        this.url = `http://${process.env.LAN_ADDRESS}:${this.port}`;
        this.settings = { 'gateway.listen': this.url.slice('http://'.length) };
        this.configure();
        await this.startComponent();
        await this.startGateway();
        return this;
    }
}

const stories = {
    async 'a browser and Profanity, as printed'(world) {
        const quickstart = await world.quickstart();
        const anny = await world.person();
        await enter(anny, quickstart.seats[1]);
        const abhi = await world.profanity();
        const [connect] = quickstart.all('Profanity');
        abhi.type(connect);
        await abhi.see('Enter password');
        abhi.type(quickstart.password('abhi'));
        await abhi.see('logged in successfully');
        abhi.type(`/join ${quickstart.all('/join')[0]}`);
        await abhi.see('You have joined the room as Abhi');
        await until(anny, () => document.querySelector('.state').innerText === 'online');
        abhi.type('Hello from a terminal');
        await shows(anny, 'Hello from a terminal');
        await write(anny, 'hej 🕯 from a <b>browser</b> & all');
        await abhi.see('hej 🕯 from a <b>browser</b> & all');
        abhi.type('!end');
        await abhi.see('once more');
        abhi.type('!end');
        await reads(anny, 'Abhi ended it.');
        await abhi.see('Room destroyed');
        await endsWhole(quickstart, 'SIGINT');
    },

    async 'two browsers with no XMPP server'(world) {
        const quickstart = await world.quickstart('--no-server');
        assert.ok(!/xmpp:|Profanity|@localhost /.test(quickstart.said));
        assert.match(quickstart.seats[0].link, /#[0-9a-z]{16}\.[\w-]{22}$/);
        const [abhi, anny] = [await world.person(), await world.person()];
        await enter(abhi, quickstart.seats[0]);
        await enter(anny, quickstart.seats[1]);
        await talk(abhi, anny);
        await press(anny, 'End chat');
        await press(anny, 'End and delete');
        await reads(abhi, 'Anny ended it.');
        await endsWhole(quickstart, 'SIGTERM');
    },

    async 'on the local network by HTTPS, found by itself'(world) {
        const quickstart = await world.quickstart('--lan', '--no-server');
        const [{ link }] = quickstart.seats;
        assert.equal(new URL(link).origin, `https://${process.env.LAN_ADDRESS}:8443`);
        const stranger = await world.person();
        await assert.rejects(stranger.goto(link), /ERR_CERT/);
        stranger.faults.length = 0;
        const browser = await world.launch({ acceptInsecureCerts: true });
        const [abhi, anny] = [await world.person(browser), await world.person(browser)];
        await enter(abhi, quickstart.seats[0]);
        await enter(anny, quickstart.seats[1]);
        assert.equal(await abhi.evaluate(() => window.isSecureContext), true);
        await talk(abhi, anny);
        await endsWhole(quickstart, 'SIGHUP');
    },

    async 'a page without encryption says what is missing, and chats'(world) {
        const stack = await new PlainStack(`${ROOT}/build/quickstart`).start();
        world.closes(() => stack.stop());
        const room = stack.make('Abhi', 'Anny');
        const [abhi, anny] = [await world.person(), await world.person()];
        await abhi.goto(stack.url);
        assert.equal(await abhi.evaluate(() => window.isSecureContext), false);
        await reads(abhi, 'This page was opened without encryption.');
        await anny.goto(room.seats[1].link);
        await reads(anny, 'This page was opened without encryption.');
        await enter(abhi, room.seats[0]);
        await enter(anny, room.seats[1]);
        await talk(abhi, anny);
        const sealed = stack.make('Abhi', 'Anny', '--protection', 'link');
        const third = await world.person();
        await third.goto(sealed.seats[0].link);
        await reads(third, 'This chat cannot be opened without https.');
        /* The browser's own word about that address, not the page's. */
        for (const page of world.pages) page.faults = page.faults.filter((text) => !text.startsWith('The Cross-Origin-Opener-Policy header has been ignored'));
    },

    async 'killed, it takes all with it, and the next one cleans up'(world) {
        const killed = await world.quickstart();
        assert.equal(killed.below.length, 3);
        assert.equal(await killed.signal('SIGKILL'), 'SIGKILL');
        assert.deepEqual(await killed.left(), []);
        assert.equal(killed.hasFolder, true);
        const next = await world.quickstart('--no-server', '--port', '8123');
        assert.equal(killed.hasFolder, false);
        assert.equal(new URL(next.seats[0].link).port, '8123');
        const other = new Quickstart('--no-server', '--port', '8123');
        assert.equal(await other.ended, 1);
        assert.match(other.said, /port 8123 of 127\.0\.0\.1 is in use/);
        await endsWhole(next, 'SIGINT');
    },
};

/* Needs Gajim and a screen: told only where both were asked for. */
const onScreens = {
    async 'a browser and Gajim'(world) {
        const quickstart = await world.quickstart();
        const anny = await world.person();
        await enter(anny, quickstart.seats[1]);
        const abhi = await world.gajim(quickstart);
        const [room, , code] = quickstart.all('/join')[0].split(' ');
        await abhi.tell(`join ${room} ${code}`);
        await until(anny, () => document.querySelector('.state').innerText === 'online', null, 90_000);
        await abhi.tell('say Hello from Gajim');
        await shows(anny, 'Hello from Gajim');
        await write(anny, 'and from a browser 🕯');
        await abhi.tell('see and from a browser 🕯');
        await world.pictures(anny, abhi);
        await press(anny, 'End chat');
        await press(anny, 'End and delete');
        await reads(anny, 'You ended it.');
        await abhi.tell('see Anny ended this chat');
        await endsWhole(quickstart, 'SIGINT');
    },
};

class World {
    constructor() {
        this.ends = [];
        this.pages = [];
    }

    closes(how) {
        this.ends.unshift(how);
    }

    async quickstart(...options) {
        const quickstart = new Quickstart(...options);
        this.closes(() => quickstart.child.exitCode === null && quickstart.child.signalCode === null && quickstart.signal('SIGTERM'));
        return quickstart.ready();
    }

    async launch(more = {}) {
        const browser = await launch('chrome', more);
        this.closes(() => browser.close());
        return browser;
    }

    async person(browser = null) {
        this.browser ??= await this.launch();
        const page = await person(browser ?? this.browser);
        this.pages.push(page);
        return page;
    }

    async profanity() {
        const profanity = new Profanity();
        this.closes(() => profanity.stop());
        return profanity.start();
    }

    async gajim(quickstart) {
        const gajim = new Gajim();
        this.closes(() => gajim.stop());
        return gajim.start('abhi@localhost', quickstart.password('abhi'), quickstart.clientPort);
    }

    /* For people to look at, where a folder is named. */
    async pictures(browser, gajim) {
        const folder = process.env.PICTURES;
        if (!folder) return;
        await browser.screenshot({ path: `${folder}/browser-with-gajim.png` });
        await gajim.tell(`shot ${folder}/gajim-with-browser.png`);
    }

    async close() {
        for (const end of this.ends) await end();
    }
}

let passed = 0;
let failed = 0;
const told = process.env.GAJIM === '1' ? onScreens : stories;
for (const [name, story] of Object.entries(told)) {
    if (!name.includes(process.env.STORY ?? '')) continue;
    const began = Date.now();
    const world = new World();
    try {
        await story(world);
        for (const page of world.pages) assert.deepEqual(page.faults, []);
        passed++;
        console.log(`ok    quickstart: ${name}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
        failed++;
        console.log(`FAIL  quickstart: ${name}\n${error.stack}`);
    }
    await world.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
