/* seal.ts - one message sealed, one message opened. */
import { fromBase64, join, toBase64, utf8, type Bytes } from './bytes';
import { random } from './random';
import type { ChatKey } from './schedule';

const LABEL = 'duologue link message 1';
export const SALT_BYTES = 16;
export const NUMBER_MAX = 0xffff_ffff;

/* As it stands in <encrypted/>. */
export interface Sealed {
    salt: string; /* of the page load that wrote it */
    number: number; /* of the message in that page load, from 0 */
    key: string; /* the name of the key it was sealed with */
    data: string;
}

function counted(text: string): Bytes {
    const bytes = utf8(text);
    const length = new Uint8Array(2);
    new DataView(length.buffer).setUint16(0, bytes.length);
    return join(length, bytes);
}

function how(room: string, seat: number, id: string, number: number): AesGcmParams {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(8, number);
    const additionalData = join(
        utf8(LABEL),
        Uint8Array.of(seat),
        counted(room),
        counted(id),
    );
    return { name: 'AES-GCM', iv, additionalData };
}

/* `number` must never have been used with this key. */
export async function encrypt(
    key: CryptoKey,
    room: string,
    seat: number,
    id: string,
    number: number,
    text: string,
): Promise<string> {
    const data = await crypto.subtle.encrypt(
        how(room, seat, id, number),
        key,
        utf8(text),
    );
    return toBase64(new Uint8Array(data));
}

/* Seals what one seat says in one page load. No number is used twice with a
 * salt: it is taken before anything is waited for. */
export class Sealer {
    private salt: Bytes | null = null;
    private key: Promise<CryptoKey> | null = null;
    private number = 0;

    constructor(
        private readonly chat: ChatKey,
        private readonly seat: number,
        private readonly draw: (bytes: number) => Bytes = random,
    ) {}

    /* What was sealed last will not be stored: what comes next begins anew,
     * so that nobody misses a number. */
    begin(): void {
        this.salt = null;
    }

    async seal(id: string, text: string): Promise<Sealed> {
        if (this.salt === null || this.key === null || this.number > NUMBER_MAX) {
            this.salt = this.draw(SALT_BYTES);
            this.key = this.chat.sending(this.salt, this.seat);
            this.number = 0;
        }
        const { salt, key } = this;
        const number = this.number++;
        const { room, name } = this.chat;
        const data = await encrypt(await key, room, this.seat, id, number, text);
        return { salt: toBase64(salt), number, key: name, data };
    }
}

export class Opener {
    private readonly keys = new Map<string, Promise<CryptoKey>>();

    constructor(private readonly chat: ChatKey) {}

    /* The text, or null: not sealed so by this seat under this id. */
    async open(seat: number, id: string, sealed: Sealed): Promise<string | null> {
        const data = fromBase64(sealed.data);
        const key = this.keyOf(seat, sealed.salt);
        if (data === null || key === null) return null;
        try {
            const plain = await crypto.subtle.decrypt(
                how(this.chat.room, seat, id, sealed.number),
                await key,
                data,
            );
            return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
                plain,
            );
        } catch {
            return null;
        }
    }

    private keyOf(seat: number, salt: string): Promise<CryptoKey> | null {
        const name = `${seat} ${salt}`;
        const known = this.keys.get(name);
        if (known !== undefined) return known;
        const bytes = fromBase64(salt);
        if (bytes?.length !== SALT_BYTES) return null;
        const key = this.chat.sending(bytes, seat);
        this.keys.set(name, key);
        return key;
    }
}
