/* lens.mjs - looks at everything that passes on a cable, and can change what
 * the server says: what a server that lies would do. */

const HEAD_END = Buffer.from('\r\n\r\n');

/* The whole text messages in a stream of RFC 6455 frames; the rest waits. */
class Frames {
    rest = Buffer.alloc(0);
    parts = [];

    /* Calls `onText` for text and `onOther` with the bytes of other frames. */
    take(data, onText, onOther) {
        this.rest = Buffer.concat([this.rest, data]);
        for (;;) {
            const frame = this.next();
            if (frame === null) return;
            if (frame.kind > 2) onOther(frame.bytes);
            else {
                this.parts.push(frame.payload);
                if (!frame.isLast) continue;
                onText(Buffer.concat(this.parts.splice(0)).toString());
            }
        }
    }

    next() {
        const { rest } = this;
        if (rest.length < 2) return null;
        const isMasked = (rest[1] & 0x80) !== 0;
        let length = rest[1] & 0x7f;
        let at = 2;
        if (length === 126) {
            if (rest.length < 4) return null;
            length = rest.readUInt16BE(2);
            at = 4;
        } else if (length === 127) {
            if (rest.length < 10) return null;
            length = Number(rest.readBigUInt64BE(2));
            at = 10;
        }
        const mask = isMasked ? rest.subarray(at, at + 4) : null;
        if (isMasked) at += 4;
        if (rest.length < at + length) return null;
        const payload = Buffer.from(rest.subarray(at, at + length));
        if (mask !== null) for (let i = 0; i < length; i++) payload[i] ^= mask[i % 4];
        const bytes = rest.subarray(0, at + length);
        this.rest = rest.subarray(at + length);
        return { kind: rest[0] & 15, isLast: (rest[0] & 0x80) !== 0, payload, bytes };
    }
}

function frame(text) {
    const payload = Buffer.from(text);
    const head = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.alloc(4);
    if (payload.length >= 126) {
        head[0] = 0x81;
        head[1] = 126;
        head.writeUInt16BE(payload.length, 2);
    }
    return Buffer.concat([head, payload]);
}

export class Lens {
    bytes = []; /* all that passed, both ways, as it was on the line */
    sent = []; /* stanzas of the browser */
    heard = []; /* stanzas of the server, as it sent them */
    lines = 0; /* streams that were opened */
    lie = (stanza) => [stanza]; /* what the browser is told instead */

    constructor(cable) {
        cable.lens = () => this.line();
    }

    line() {
        const [up, down] = [new Frames(), new Frames()];
        let isSocket = null;
        let hasHead = false;
        let head = Buffer.alloc(0);
        return {
            up: (data) => {
                this.bytes.push(Buffer.from(data));
                const first = isSocket === null;
                isSocket ??= data.toString('latin1').startsWith('GET /xmpp-websocket');
                if (isSocket && first) this.lines++;
                if (isSocket && !first) up.take(data, (text) => this.sent.push(text), () => undefined);
            },
            down: (data) => {
                this.bytes.push(Buffer.from(data));
                if (isSocket !== true) return data;
                if (hasHead) return this.told(down, data);
                head = Buffer.concat([head, data]);
                const end = head.indexOf(HEAD_END);
                if (end < 0) return Buffer.alloc(0);
                hasHead = true;
                const [before, after] = [head.subarray(0, end + 4), head.subarray(end + 4)];
                return Buffer.concat([before, this.told(down, after)]);
            },
        };
    }

    told(frames, data) {
        const out = [];
        const lies = (text) => {
            this.heard.push(text);
            for (const one of this.lie(text)) out.push(frame(one));
        };
        frames.take(data, lies, (bytes) => out.push(Buffer.from(bytes)));
        return Buffer.concat(out);
    }

    /* Every byte, and what the browser's masks hid. */
    everything() {
        return Buffer.concat([...this.bytes, Buffer.from(this.sent.join('\n'))]);
    }
}
