/* native.mjs - tells native.py what to do, and waits for it. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const PATIENCE_MS = 150_000;

export class Native {
    constructor(folder) {
        this.folder = folder;
        this.asked = new Map();
        this.counter = 0;
        this.log = '';
    }

    /* Resolves with where the XMPP server takes components. */
    async start() {
        this.child = spawn('/usr/bin/python3', [join(here, 'native.py'), this.folder], { stdio: ['pipe', 'pipe', 'pipe'] });
        this.child.stderr.on('data', (data) => (this.log += data));
        this.gone = new Promise((done) => this.child.once('exit', done));
        this.child.stdin.on('error', () => undefined);
        createInterface({ input: this.child.stdout }).on('line', (line) => this.onLine(JSON.parse(line)));
        this.facts = await this.do('start');
        return this.facts;
    }

    onLine({ n, ok, error }) {
        const { done, fail, what } = this.asked.get(n);
        this.asked.delete(n);
        if (error === undefined) done(ok);
        else fail(new Error(`native ${what}: ${error}`));
    }

    do(what, given = {}) {
        const n = ++this.counter;
        return new Promise((done, fail) => {
            const timer = setTimeout(() => fail(new Error(`native ${what}: no answer\n${this.log}`)), PATIENCE_MS);
            const end = (how) => (value) => {
                clearTimeout(timer);
                how(value);
            };
            this.asked.set(n, { done: end(done), fail: end(fail), what });
            this.child.stdin.write(`${JSON.stringify({ n, do: what, ...given })}\n`);
        });
    }

    /* Somebody with a native app, by the name of the account. */
    app(who) {
        const does = (what) => (given) => this.do(what, { who, ...given });
        return Object.fromEntries(
            ['login', 'linked', 'join', 'create', 'command', 'say', 'deed', 'sees', 'typing', 'report', 'shows', 'signs', 'presence', 'occupants', 'notice', 'destroyed', 'catch_up', 'transcript', 'archive', 'vanish'].map((what) => [what, does(what)]),
        );
    }

    async stop() {
        this.child.stdin.end();
        await this.gone;
    }
}
