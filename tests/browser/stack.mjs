/* stack.mjs - a component of our own, and a gateway before it: the real one
 * where the build has it, else the stand-in. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StandIn } from './stand_in.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const DIST = resolve(process.env.DUOLOGUE_DIST ?? join(here, '../../webclient-gateway/client/dist'));
const DOMAIN = 'chat.localhost';
const PATIENCE_MS = 20_000;

export function freePort() {
    return new Promise((done) => {
        const server = createServer();
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Stack {
    constructor(build, settings = {}) {
        this.build = resolve(build);
        this.settings = settings;
        this.folder = mkdtempSync(join(tmpdir(), 'duologue-browser-'));
        this.config = join(this.folder, 'duologue.conf');
    }

    async start() {
        this.port = await freePort();
        this.url = `http://127.0.0.1:${this.port}`;
        this.configure();
        await this.startComponent();
        await this.startGateway();
        return this;
    }

    configure() {
        mkdirSync(join(this.folder, 'data'), { mode: 0o700, recursive: true });
        const sections = {
            component: { domain: DOMAIN, server: '', secret: 'not-used-here', data_dir: join(this.folder, 'data'), socket: join(this.folder, 's') },
            rooms: { idle_max: '7d' },
            limits: { creates_per_hour: '0' },
            gateway: { listen: `127.0.0.1:${this.port}`, public_url: this.url, metrics: '' },
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

    program(name) {
        return join(this.build, 'bin', name);
    }

    run(name, ...words) {
        const child = spawn(this.program(name), ['-c', this.config, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
        child.log = '';
        child.stderr.on('data', (data) => (child.log += data));
        return child;
    }

    async startComponent() {
        this.component = this.run('duologue');
        const end = Date.now() + PATIENCE_MS;
        while (Date.now() < end) {
            if (this.component.exitCode !== null) throw new Error(this.component.log);
            try {
                this.ctl('stats');
                return;
            } catch {
                await pause(50);
            }
        }
        throw new Error('the component never answered');
    }

    async startGateway() {
        if (process.env.DUOLOGUE_STAND_IN !== '1' && existsSync(this.program('duologue-gateway'))) {
            this.kind = 'gateway';
            this.gateway = this.run('duologue-gateway', '--static', DIST);
            await this.untilServed();
            return;
        }
        this.kind = 'stand-in';
        this.gateway = new StandIn({ domain: DOMAIN, socket: join(this.folder, 's'), dist: DIST, port: this.port });
        await this.gateway.start();
    }

    async untilServed() {
        const end = Date.now() + PATIENCE_MS;
        while (Date.now() < end) {
            try {
                if ((await fetch(this.url)).ok) return;
            } catch {
                /* not yet */
            }
            if (this.gateway.exitCode !== null) throw new Error(this.gateway.log);
            await pause(50);
        }
        throw new Error('the gateway never answered');
    }

    /* The server falls silent for `ms`, every line cut. */
    async outage(ms) {
        if (this.kind === 'stand-in') {
            this.gateway.dark(true);
            await pause(ms);
            this.gateway.dark(false);
            return;
        }
        await this.end(this.gateway);
        await pause(ms);
        await this.startGateway();
    }

    async restartComponent() {
        await this.end(this.component);
        await this.startComponent();
    }

    ctl(...words) {
        return execFileSync(this.program('duologuectl'), ['-c', this.config, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    }

    make(...names) {
        return JSON.parse(this.ctl('new', ...names, '--json'));
    }

    end(child) {
        if (child.exitCode !== null) return Promise.resolve();
        return new Promise((done) => {
            child.once('exit', done);
            child.kill('SIGTERM');
        });
    }

    async stop() {
        if (this.kind === 'stand-in') this.gateway.stop();
        else await this.end(this.gateway);
        await this.end(this.component);
        rmSync(this.folder, { recursive: true, force: true });
    }
}
