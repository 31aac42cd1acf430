/* stack.mjs - a component and a gateway of a story's own, with data in a
 * temporary folder; beside a private XMPP server where it is wished. */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cable } from './cable.mjs';
import { Native } from './native.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const DIST = resolve(process.env.DUOLOGUE_DIST ?? join(here, '../../webclient-gateway/client/dist'));
const DOMAIN = 'chat.localhost';
const PATIENCE_MS = 90_000;
const CABLES = 4;

const givenPorts = new Set();

/* Below the range the kernel gives away by itself, and below that of the
 * Python harness; none twice: another story may be about to listen there. */
export async function freePort() {
    for (;;) {
        const port = 15_000 + Math.floor(Math.random() * 8_000);
        if (givenPorts.has(port)) continue;
        givenPorts.add(port);
        const isFree = await new Promise((done) => {
            const server = createServer();
            server.once('error', () => done(false));
            server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
        });
        if (isFree) return port;
    }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Stack {
    constructor(build, settings = {}) {
        this.build = resolve(build);
        this.settings = settings;
        this.folder = mkdtempSync(join(tmpdir(), 'duologue-browser-'));
        this.config = join(this.folder, 'duologue.conf');
        this.cables = [];
        this.origins = [];
        this.secrets = new Set(); /* no log may tell them */
        this.logs = '';
        this.native = null;
        this.domain = DOMAIN;
    }

    /* With an XMPP server where `native`. */
    async start({ native = false } = {}) {
        this.port = await freePort();
        for (let i = 0; i < CABLES; i++)
            this.cables.push(await new Cable(await freePort(), this.port).start());
        this.url = this.cables[0].url;
        if (native) await this.startServer();
        this.configure();
        await this.startComponent();
        await this.startGateway();
        return this;
    }

    async startServer() {
        this.native = new Native(join(this.folder, 'prosody'));
        const { server, domain, secret } = await this.native.start();
        this.domain = domain;
        Object.assign(this.settings, { 'component.server': server, 'component.secret': secret });
    }

    /* One more page that may connect, from the next start of the gateway. */
    allow(origin) {
        this.origins.push(origin);
        this.configure();
    }

    configure() {
        mkdirSync(join(this.folder, 'data'), { mode: 0o700, recursive: true });
        const origins = [...this.cables.slice(1).map((cable) => cable.url), ...this.origins].join(', ');
        const sections = {
            component: { domain: this.domain, server: '', secret: 'not-used-here', data_dir: join(this.folder, 'data'), socket: join(this.folder, 's') },
            rooms: { idle_max: '7d' },
            limits: { creates_per_hour: '0' },
            gateway: { listen: `127.0.0.1:${this.port}`, public_url: this.url, origins, metrics: '' },
        };
        for (const [key, value] of Object.entries(this.settings)) {
            const [section, name] = key.split('.');
            sections[section][name] = value;
        }
        const text = Object.entries(sections)
            .map(([name, keys]) => `[${name}]\n${Object.entries(keys).map(([k, v]) => `${k} = ${v}\n`).join('')}`)
            .join('');
        writeFileSync(this.config, text, { mode: 0o600 });
    }

    /* The gateway itself, with no cable before it. */
    get front() {
        return this.cables.length > 0 ? `http://127.0.0.1:${this.port}/` : this.url;
    }

    program(name) {
        return join(this.build, 'bin', name);
    }

    run(name, ...words) {
        const child = spawn(this.program(name), ['-c', this.config, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
        child.log = '';
        child.stderr.on('data', (data) => {
            child.log += data;
            this.logs += data;
        });
        child.over = new Promise((done) => child.once('close', done));
        return child;
    }

    async startComponent() {
        this.component = this.run('duologue');
        await this.until(this.component, () => this.answers('stats'));
    }

    answers(...words) {
        return new Promise((done) =>
            execFile(this.program('duologuectl'), ['-c', this.config, ...words], (error) => done(error === null)));
    }

    async startGateway() {
        this.gateway = this.run('duologue-gateway', '--static', DIST);
        await this.until(this.gateway, async () => (await fetch(this.front).catch(() => null))?.ok);
    }

    async until(child, holds) {
        const end = Date.now() + PATIENCE_MS;
        while (!(await holds())) {
            if (child.exitCode !== null || Date.now() > end) throw new Error(`it never answered\n${child.log}`);
            await pause(50);
        }
    }

    /* The server falls silent for `ms`, every line cut. */
    async outage(ms) {
        await this.end(this.gateway);
        await pause(ms);
        await this.startGateway();
    }

    async restartComponent(how = 'SIGTERM', ms = 0) {
        await this.end(this.component, how);
        await pause(ms);
        await this.startComponent();
    }

    ctl(...words) {
        return execFileSync(this.program('duologuectl'), ['-c', this.config, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    }

    /* A chat from the control tool; `options` as its command line has them. */
    make(...words) {
        const room = JSON.parse(this.ctl('new', ...words, '--json'));
        this.secrets.add(room.room.split('@')[0]);
        for (const seat of room.seats) {
            this.secrets.add(seat.code).add(seat.code.replace('-', ''));
            this.secrets.add(seat.link.split('#')[1]);
        }
        return room;
    }

    async end(child, how = 'SIGTERM') {
        if (child === undefined) return;
        if (child.exitCode === null && child.signalCode === null) child.kill(how);
        await child.over;
        if (how === 'SIGTERM') assert.equal(child.exitCode, 0, child.log);
    }

    /* `clean`: also looks at how it ended, and at what the logs tell. */
    async stop(clean = true) {
        let fault = null;
        const keep = (error) => (fault ??= error);
        await this.end(this.gateway).catch(keep);
        await this.end(this.component).catch(keep);
        await this.native?.stop().catch(keep);
        this.cables.forEach((cable) => cable.stop());
        rmSync(this.folder, { recursive: true, force: true });
        if (!clean) return;
        if (fault !== null) throw fault;
        assert.ok(!/ERROR: \w+Sanitizer|runtime error:/.test(this.logs), this.logs);
        const low = this.logs.toLowerCase();
        for (const secret of this.secrets) assert.ok(!low.includes(secret.toLowerCase()), `a log tells a secret:\n${this.logs}`);
    }
}
