/* reports.ts - tells the other what came and what was read: seldom, and only
 * about the newest. */
const READ_MS = 1_000;
const RECEIVED_MS = 300;

export interface ReportsDo {
    received: (messageId: string) => void;
    /* The newest message that somebody has seen, or null. */
    seen: () => string | null;
    read: (archiveId: string) => boolean;
}

export class Reports {
    private readTimer = 0;
    private receivedTimer = 0;
    private lastRead = '';

    constructor(private readonly act: ReportsDo) {}

    came(messageId: string): void {
        window.clearTimeout(this.receivedTimer);
        this.receivedTimer = window.setTimeout(
            () => this.act.received(messageId),
            RECEIVED_MS,
        );
    }

    /* At most once a second, and only while somebody looks. */
    looked(): void {
        if (this.readTimer !== 0) return;
        this.readTimer = window.setTimeout(() => {
            this.readTimer = 0;
            const newest = this.act.seen();
            if (newest === null || newest === this.lastRead) return;
            if (this.act.read(newest)) this.lastRead = newest;
        }, READ_MS);
    }

    /* Another device of mine, or I before a reload, said so already. */
    known(archiveId: string): void {
        this.lastRead = archiveId;
    }

    stop(): void {
        window.clearTimeout(this.readTimer);
        window.clearTimeout(this.receivedTimer);
    }
}
