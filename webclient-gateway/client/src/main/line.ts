/* line.ts - the one stream of this page, found and opened when it is needed. */
import { newId } from '../crypto/random';
import { Wire, type WireEvent } from '../wire/wire';
import { findServer } from './server';

const AGAIN_MS = 4_000;

export const pause = (): Promise<void> =>
    new Promise((done) => window.setTimeout(done, AGAIN_MS));

export class Line {
    wire: Wire | null = null;
    hasApps = false; /* native apps can come too */
    private opening: Promise<Wire> | null = null;

    constructor(private readonly tell: (event: WireEvent) => void) {}

    /* Rejects when the server cannot even be found. */
    connect(): Promise<Wire> {
        this.opening ??= findServer().then(
            ({ url, domain, xmpp, ahead }) => {
                this.hasApps = xmpp;
                this.wire = new Wire(url, domain, this.tell, newId, ahead);
                this.wire.want();
                return this.wire;
            },
            (error: unknown) => {
                this.opening = null;
                throw error;
            },
        );
        return this.opening;
    }

    wake(): void {
        this.wire?.wake();
    }

    close(): void {
        this.wire?.close();
        this.wire = null;
        this.opening = null;
    }
}
