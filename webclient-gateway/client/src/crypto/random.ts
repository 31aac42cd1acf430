/* random.ts - the only place that draws chance. */
import { hex, type Bytes } from './bytes';

export function random(bytes: number): Bytes {
    return crypto.getRandomValues(new Uint8Array(bytes));
}

/* 128 random bits in hex. */
export function newId(): string {
    return hex(random(16));
}
