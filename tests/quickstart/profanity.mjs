/* profanity.mjs - Profanity in a tmux and a home of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '../browser/stack.mjs';

const PREFERENCES = '[ui]\nsplash=false\noccupants=false\nroster=false\ntips=false\n[notifications]\nmessage=off\nroom=off\n';

/* As words compare where lines wrap. */
const squeezed = (words) => words.replaceAll('│', ' ').replaceAll(/\s+/g, '');

export class Profanity {
    async start() {
        this.folder = mkdtempSync(join(tmpdir(), 'duologue-term-'));
        mkdirSync(join(this.folder, '.config/profanity'), { recursive: true });
        writeFileSync(join(this.folder, '.config/profanity/profrc'), PREFERENCES);
        this.env = { HOME: this.folder, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', PATH: '/usr/bin:/bin' };
        this.socket = join(this.folder, 't');
        /* In the foreground it is our child, and ends with us. */
        this.child = spawn('setpriv', ['--pdeathsig', 'KILL', 'tmux', '-D', '-u', '-S', this.socket, '-f', '/dev/null'], { env: this.env, stdio: 'ignore' });
        for (let i = 0; i < 200 && !existsSync(this.socket); i++) await pause(25);
        this.tmux('set-option', '-g', 'remain-on-exit', 'on');
        this.tmux('new-session', '-d', '-s', 'client', '-x', '110', '-y', '40', 'exec profanity');
        await this.see('Profanity');
        return this;
    }

    tmux(...words) {
        return execFileSync('tmux', ['-u', '-S', this.socket, ...words], { env: this.env, encoding: 'utf8' });
    }

    type(words) {
        this.tmux('send-keys', '-t', 'client', '-l', words);
        this.tmux('send-keys', '-t', 'client', 'Enter');
    }

    get screen() {
        return this.tmux('capture-pane', '-p', '-t', 'client');
    }

    async see(words, ms = 90_000) {
        const end = Date.now() + ms;
        while (!squeezed(this.screen).includes(squeezed(words))) {
            if (Date.now() > end) throw new Error(`Profanity does not show "${words}":\n${this.screen}`);
            await pause(100);
        }
    }

    stop() {
        this.child.kill('SIGKILL');
        rmSync(this.folder, { recursive: true, force: true });
    }
}
