/* keyhunt.mjs - where a secret could have got to: what passes between gateway
 * and component, and what lies on disk. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/* A relay on the socket between the two programs. */
export class Relay {
    bytes = [];

    static async before(stack) {
        const relay = new Relay();
        relay.stack = stack;
        const [real, own] = [join(stack.folder, 's'), join(stack.folder, 'relay')];
        relay.server = createServer((gateway) => relay.join(gateway, real));
        await new Promise((done) => relay.server.listen(own, done));
        await stack.end(stack.gateway);
        const config = stack.config;
        stack.config = join(stack.folder, 'gateway.conf');
        writeFileSync(stack.config, readFileSync(config, 'utf8').replace(/^socket = .*$/m, `socket = ${own}`), { mode: 0o600 });
        await stack.startGateway();
        stack.config = config;
        return relay;
    }

    join(gateway, real) {
        const component = connect(real);
        for (const [from, to] of [[gateway, component], [component, gateway]]) {
            from.on('data', (data) => {
                this.bytes.push(data);
                to.write(data);
            });
            from.on('error', () => undefined);
            from.on('close', () => to.destroy());
        }
    }

    everything() {
        return Buffer.concat(this.bytes);
    }

    /* Database, key file, whatever else the component keeps. */
    disk(folder = join(this.stack.folder, 'data')) {
        const parts = readdirSync(folder).map((name) => {
            const path = join(folder, name);
            return statSync(path).isDirectory() ? this.disk(path) : readFileSync(path);
        });
        return Buffer.concat(parts);
    }

    stop() {
        this.server.close();
    }
}

/* A text as it might stand somewhere. */
export function spellings(text) {
    const raw = Buffer.from(text, 'base64url');
    const isKey = raw.length === 16 && raw.toString('base64url') === text;
    const bytes = isKey ? [raw, raw.toString('hex'), raw.toString('hex').toUpperCase(), raw.toString('base64')] : [];
    return [text, Buffer.from(text, 'utf16le'), Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64').replace(/=+$/, ''), encodeURIComponent(text), ...bytes];
}

export function find(bytes, what) {
    let count = 0;
    for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + 1)) count++;
    return count;
}
