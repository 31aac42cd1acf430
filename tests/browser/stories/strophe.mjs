/* strophe.mjs - a web client that is not ours: strophe.js as npm has it, on a
 * page of another origin, and nothing beside it. It knows RFC 7395, SASL
 * ANONYMOUS, XEP-0045, XEP-0198 and the address. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { bodies, enter, shows, state, until, visit, write } from '../browsers.mjs';
import { pause } from '../stack.mjs';

const LIBRARY = readFileSync(fileURLToPath(new URL('../node_modules/strophe.js/dist/strophe.umd.min.js', import.meta.url)));
const PAGE = '<!doctype html><meta charset="utf-8"><title>Another client</title><link rel="icon" href="data:,"><script src="strophe.js"></script>';

/* Somebody else's web server. */
export async function elsewhere() {
    const server = createServer((request, answer) => {
        const isPage = request.url === '/';
        answer.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
        answer.end(isPage ? PAGE : LIBRARY);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

/* In the page: finds the way in (XEP-0156), makes one connection, and keeps
 * all that it was told. */
export async function connect([host, domain]) {
    window.heard = [];
    window.line = '';
    const { links } = await (await fetch(`${host}/.well-known/host-meta.json`)).json();
    const url = links.find(({ rel }) => rel === 'urn:xmpp:alt-connections:websocket').href;
    Strophe.setLogLevel(Strophe.LogLevel.FATAL);
    const line = new Strophe.Connection(url, { enableStreamManagement: true });
    window.connection = line;
    window.go = () => line.connect(`guests.${domain}`, '', (status) => {
        window.line = Object.keys(Strophe.Status).find((name) => Strophe.Status[name] === status);
        if (status !== Strophe.Status.CONNECTED) return;
        line.addHandler((stanza) => {
            window.heard.push(stanza);
            return true;
        }, null, null, null);
    });
    window.go();
}

export const joins = ([room, code]) => {
    window.connection.send($pres({ to: `${room}/me`, id: 'join' }).c('x', { xmlns: Strophe.NS.MUC }).c('password').t(code));
};

const says = ([room, id, words]) => {
    window.connection.send($msg({ to: room, type: 'groupchat', id }).c('body').t(words));
};

/* The bodies of what came, once each. */
export const hears = () =>
    window.heard.filter((s) => s.tagName === 'message' && Strophe.getResourceFromJid(s.getAttribute('from')) && s.querySelector('body'))
        .map((s) => s.querySelector('body').textContent);

export const stories = {
    async 'strophe.js logs in, joins, chats and resumes'(world) {
        const { stack } = world;
        const { server, url } = await elsewhere();
        try {
            await stack.end(stack.gateway);
            stack.allow(url.replace(/\/$/, ''));
            await stack.startGateway();
            const room = stack.make('Abhi', 'Anny');
            const abhi = await world.person();
            const { cable } = abhi;
            const anny = await world.person();
            await enter(anny, room.seats[1]);
            abhi.cable = null;
            await visit(abhi, url);
            await abhi.evaluate(connect, [cable.url, stack.domain]);
            await until(abhi, () => window.line === 'CONNECTED');

            await abhi.evaluate(joins, [room.room, 'ZZZZZ-ZZZZZ']);
            await until(abhi, () => window.heard.some((s) => s.getAttribute('type') === 'error' && s.querySelector('not-authorized')));
            await abhi.evaluate(joins, [room.room, room.seats[0].code]);
            await until(abhi, () => window.heard.some((s) => s.querySelector('status[code="110"]') && Strophe.getResourceFromJid(s.getAttribute('from')) === 'Abhi'));
            await state(anny, 'online');

            await abhi.evaluate(says, [room.room, 'm1', 'hej 🕯 & <b>Anny</b>']);
            await shows(anny, 'hej 🕯 & <b>Anny</b>');
            await write(anny, 'from our own page');
            await until(abhi, () => window.heard.some((s) => s.querySelector('body')?.textContent === 'from our own page'));

            cable.cut();
            await until(abhi, () => window.line === 'DISCONNECTED');
            await write(anny, 'said while you were away');
            await shows(anny, 'said while you were away');
            await cable.mend();
            /* The library ends an old line by a timer, which is late in a page
             * that nobody looks at, and would end the new one. */
            await pause(1500);
            await abhi.evaluate(() => window.go());
            await until(abhi, () => window.heard.some((s) => s.querySelector('body')?.textContent === 'said while you were away'));
            assert.equal(cable.resumed, 1);
            await abhi.evaluate(says, [room.room, 'm2', 'and on it goes']);
            await shows(anny, 'and on it goes');
            const all = ['hej 🕯 & <b>Anny</b>', 'from our own page', 'said while you were away', 'and on it goes'];
            assert.deepEqual(await bodies(anny), all);
            assert.deepEqual(await abhi.evaluate(hears), all);
            abhi.faults = []; /* what the library says of a cut is its own */
        } finally {
            server.close();
        }
    },
};
