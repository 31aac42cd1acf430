/* quickstart.mjs - ./quickstart, started and read as a person does. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../browser/stack.mjs';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const READY = 'ready; end it all with Ctrl-C';
const PATIENCE_MS = 150_000;

export class Quickstart {
    constructor(...options) {
        this.said = '';
        this.child = spawn(join(ROOT, 'quickstart'), ['--no-install', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (data) => (this.said += data));
        this.ended = new Promise((done) => this.child.once('exit', (status, signal) => done(signal ?? status)));
    }

    async ready() {
        const end = Date.now() + PATIENCE_MS;
        while (!this.said.includes(READY)) {
            if (this.child.exitCode !== null || Date.now() > end) throw new Error(`not ready:\n${this.said}`);
            await pause(50);
        }
        this.below = children(this.child.pid);
        this.folder = /\/\S+\/duologue-quick\.\w+/.exec(this.below.map(commandLine).join('\n'))?.[0];
        return this;
    }

    /* What stands behind `word` where a line begins with it. */
    all(word) {
        return [...this.said.matchAll(new RegExp(`^ +${word} +(.+)$`, 'gm'))].map((found) => found[1]);
    }

    /* Links and codes, in the order of the two. */
    get seats() {
        const codes = this.all('code');
        return this.all('link').map((link, i) => ({ link, code: codes[i] }));
    }

    password(person) {
        return this.all(`${person}@localhost`)[0];
    }

    get clientPort() {
        return /port (\d+)/.exec(this.all('server')[0])[1];
    }

    signal(name) {
        this.child.kill(name);
        return this.ended;
    }

    /* What it started and left, after a while. */
    async left(ms = 60_000) {
        const end = Date.now() + ms;
        for (;;) {
            const alive = this.below.filter((pid) => commandLine(pid) !== '');
            if (alive.length === 0 || Date.now() > end) return alive.map(commandLine);
            await pause(100);
        }
    }

    get hasFolder() {
        return existsSync(this.folder);
    }
}

/* Empty for those that ended. */
function commandLine(pid) {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
        return '';
    }
}

function parent(pid) {
    try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
    } catch {
        return 0;
    }
}

function children(pid) {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parent(name) === pid).map(Number);
}
