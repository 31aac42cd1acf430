/* stand_in.mjs - just enough of a gateway for the tests of the page: the
 * built client over HTTP, RFC 7395 with SASL ANONYMOUS, and the component's
 * own socket behind it. No limits, no XEP-0198: the real one has those. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' };

/* Cuts a stream of XML into its top-level elements. */
class Cutter {
    constructor(onElement) {
        this.text = '';
        this.depth = 0;
        this.start = 0;
        this.at = 0;
        this.onElement = onElement;
    }

    push(bytes) {
        this.text += bytes;
        for (;;) {
            const open = this.text.indexOf('<', this.at);
            const close = open < 0 ? -1 : this.text.indexOf('>', open);
            if (close < 0) return;
            this.take(this.text.slice(open, close + 1), open, close + 1);
        }
    }

    take(tag, open, end) {
        this.at = end;
        if (tag.startsWith('<?')) return;
        if (tag.startsWith('<stream:stream')) {
            this.onElement(tag);
            return;
        }
        if (this.depth === 0) this.start = open;
        if (tag.startsWith('</')) this.depth--;
        else if (!tag.endsWith('/>')) this.depth++;
        if (this.depth > 0) return;
        const element = this.text.slice(this.start, end);
        this.text = this.text.slice(end);
        this.at = 0;
        this.onElement(element);
    }
}

function attribute(tag, name) {
    const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`).exec(tag.slice(0, tag.indexOf('>') + 1));
    return found?.[1] ?? found?.[2] ?? '';
}

/* Sets attributes on the first tag. */
function stamped(element, set) {
    const end = element.indexOf('>');
    let tag = element.slice(0, end);
    const tail = tag.endsWith('/') ? '/' : '';
    if (tail) tag = tag.slice(0, -1);
    for (const [name, value] of Object.entries(set))
        tag = `${tag.replace(new RegExp(`\\s${name}=("[^"]*"|'[^']*')`), '')} ${name}='${value}'`;
    return tag + tail + element.slice(end);
}

export class StandIn {
    constructor({ domain, socket, dist, port }) {
        Object.assign(this, { domain, socket, dist, port });
        this.guests = new Map();
        this.isDark = false; /* refuses and cuts every line */
    }

    async start() {
        await this.link();
        this.http = createServer((request, response) => this.serve(request, response));
        this.ws = new WebSocketServer({ noServer: true, handleProtocols: () => 'xmpp' });
        this.http.on('upgrade', (request, socket, head) => {
            if (this.isDark) return socket.destroy();
            this.ws.handleUpgrade(request, socket, head, (guest) => this.onGuest(guest));
        });
        await new Promise((done) => this.http.listen(this.port, '127.0.0.1', done));
    }

    stop() {
        this.dark(true);
        this.component.destroy();
        this.http.close();
    }

    dark(is) {
        this.isDark = is;
        if (is) for (const guest of this.ws.clients) guest.terminate();
    }

    link() {
        return new Promise((done, fail) => {
            const component = connect(this.socket);
            const cutter = new Cutter((element) => {
                if (element.startsWith('<stream:stream'))
                    component.write(`<handshake>${createHash('sha1').update(attribute(element, 'id')).digest('hex')}</handshake>`);
                else if (element.startsWith('<handshake')) done();
                else this.deliver(element);
            });
            component.setEncoding('utf8');
            component.on('data', (bytes) => cutter.push(bytes));
            component.on('error', fail);
            component.write(`<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='guests.${this.domain}'>`);
            this.component = component;
        });
    }

    deliver(element) {
        this.guests.get(attribute(element, 'to'))?.send(stamped(element, { xmlns: 'jabber:client' }));
    }

    serve(request, response) {
        const path = new URL(request.url, 'http://x').pathname.slice(1) || 'index.html';
        const headers = {
            'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://${request.headers.host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
            'Referrer-Policy': 'no-referrer',
            'Content-Type': TYPES[path.split('.').pop()] ?? 'application/octet-stream',
        };
        const file = join(this.dist, path);
        if (path === 'config.json') {
            response.writeHead(200, headers);
            response.end(JSON.stringify({ domain: this.domain, xmpp: false }));
        } else if (path.includes('..') || !existsSync(`${file}.gz`)) {
            response.writeHead(404, headers);
            response.end();
        } else {
            response.writeHead(200, { ...headers, 'Content-Encoding': 'gzip' });
            response.end(readFileSync(`${file}.gz`));
        }
    }

    onGuest(guest) {
        let jid = '';
        let isKnown = false;
        guest.on('message', (data) => {
            const frame = String(data);
            if (frame.startsWith('<open')) {
                guest.send(`<open xmlns='${FRAMING}' from='guests.${this.domain}' id='${randomBytes(8).toString('hex')}' version='1.0' xml:lang='en'/>`);
                guest.send(`<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${isKnown
                    ? "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
                    : "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism></mechanisms>"}</stream:features>`);
            } else if (frame.startsWith('<auth')) {
                isKnown = true;
                guest.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
            } else if (frame.startsWith('<close')) {
                guest.send(`<close xmlns="${FRAMING}" />`);
                guest.close(1000);
            } else if (frame.includes('urn:ietf:params:xml:ns:xmpp-bind')) {
                jid = `${randomBytes(16).toString('hex')}@guests.${this.domain}/tab`;
                this.guests.set(jid, guest);
                guest.send(`<iq xmlns='jabber:client' type='result' id='${attribute(frame, 'id')}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`);
            } else this.forward(guest, jid, frame);
        });
        guest.on('close', () => {
            if (!this.guests.delete(jid)) return;
            this.component.write(`<presence from='${jid}' to='${this.domain}' type='unavailable'/>`);
        });
    }

    forward(guest, jid, frame) {
        const to = attribute(frame, 'to');
        const host = to.split('/')[0].split('@').pop();
        if (host === this.domain)
            this.component.write(stamped(frame, { from: jid, xmlns: 'jabber:component:accept' }));
        else if (frame.startsWith('<iq'))
            guest.send(`<iq xmlns='jabber:client' type='result' from='${to}' id='${attribute(frame, 'id')}'/>`);
    }
}
