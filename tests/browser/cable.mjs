/* cable.mjs - one person's way to the server, which can be cut: a real TCP
 * relay in front of the gateway. */
import { connect, createServer } from 'node:net';

export class Cable {
    constructor(port, target) {
        this.port = port;
        this.target = target;
        this.url = `http://127.0.0.1:${port}`;
        this.lines = new Set();
        this.held = { up: false, down: false };
        this.resumed = 0; /* streams taken up again, XEP-0198 */
        this.lens = null; /* makes what looks at each new line, and may change what comes */
    }

    start() {
        this.server = createServer({ noDelay: true }, (browser) => this.join(browser));
        return new Promise((done, fail) => {
            this.server.once('error', fail);
            this.server.listen(this.port, '127.0.0.1', () => done(this));
        });
    }

    join(browser) {
        const gateway = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
        const line = { browser, gateway, tail: '', see: this.lens?.() };
        this.lines.add(line);
        const end = () => {
            this.lines.delete(line);
            browser.destroy();
            gateway.destroy();
        };
        for (const socket of [browser, gateway]) {
            socket.on('error', end);
            socket.on('close', end);
        }
        browser.on('data', (data) => {
            line.see?.up(data);
            this.pass(browser, gateway, data, 'up');
        });
        gateway.on('data', (data) => {
            this.listen(line, data);
            this.pass(gateway, browser, line.see?.down(data) ?? data, 'down');
        });
    }

    /* What is held was sent, and has not arrived: a cut loses it. */
    pass(from, to, data, way) {
        if (this.held[way]) (to.late ??= []).push(data);
        else if (!to.write(data)) {
            from.pause();
            to.once('drain', () => from.resume());
        }
    }

    listen(line, data) {
        const text = line.tail + data.toString('latin1');
        this.resumed += text.split('<resumed ').length - 1;
        line.tail = text.slice(-8);
    }

    /* Nothing gets through in `ways` any more, and nobody notices yet. */
    hold(...ways) {
        for (const way of ways) this.held[way] = true;
    }

    /* What was held arrives, late. */
    release() {
        this.held = { up: false, down: false };
        for (const { browser, gateway } of this.lines)
            for (const socket of [browser, gateway])
                for (const data of (socket.late ?? []).splice(0)) socket.write(data);
    }

    /* Every line breaks, and no new one can be made. */
    cut() {
        this.held = { up: false, down: false };
        this.server.close();
        for (const { browser, gateway } of this.lines) {
            browser.resetAndDestroy();
            gateway.resetAndDestroy();
        }
    }

    mend() {
        return this.start();
    }

    stop() {
        this.cut();
    }
}
