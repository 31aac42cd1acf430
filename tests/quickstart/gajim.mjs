/* gajim.mjs - Gajim on a screen of its own, by way of gajim.py. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export class Gajim {
    async start(jid, password, port) {
        this.folder = mkdtempSync(join(tmpdir(), 'duologue-gajim-'));
        chmodSync(this.folder, 0o711); /* as root it runs as nobody */
        this.child = spawn('setpriv', ['--pdeathsig', 'TERM', '/usr/bin/python3', join(here, 'gajim.py'), this.folder, jid, port], { stdio: ['pipe', 'pipe', 'pipe'] });
        this.said = '';
        this.child.stderr.on('data', (data) => (this.said += data));
        this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
        return this.tell(password);
    }

    async tell(line) {
        this.child.stdin.write(`${line}\n`);
        const { value } = await this.answers.next();
        if (value !== 'ok') throw new Error(`Gajim: ${line.split(' ')[0]}: ${this.said}`);
        return this;
    }

    async stop() {
        const ended = new Promise((done) => this.child.once('exit', done));
        this.child.stdin.end();
        await ended;
        rmSync(this.folder, { recursive: true, force: true });
    }
}
