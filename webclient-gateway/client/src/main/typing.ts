/* typing.ts - says "is typing" once, and takes it back by itself. */
const AGAIN_MS = 8_000;
const STOP_MS = 5_000;

export class Typing {
    private since = 0;
    private timer = 0;

    constructor(private readonly tell: (is: boolean) => void) {}

    keyed(is: boolean, now: number): void {
        window.clearTimeout(this.timer);
        if (!is) {
            this.stop();
            return;
        }
        this.timer = window.setTimeout(() => this.stop(), STOP_MS);
        if (this.since !== 0 && now - this.since < AGAIN_MS) return;
        this.since = now;
        this.tell(true);
    }

    /* The message itself says that typing is over. */
    sent(): void {
        window.clearTimeout(this.timer);
        this.since = 0;
    }

    private stop(): void {
        if (this.since === 0) return;
        this.since = 0;
        this.tell(false);
    }
}
