/* schedule.ts - what is derived from the key of a link. The format is that of
 * docs/link-encryption.md; where they differ, the document is right. */
import { hex, join, keyBytes, utf8, type Bytes } from './bytes';

const SENDING = 'duologue link key 1';
const NAME = 'duologue link id 1';
const COMPARE = 'duologue link compare 1';
const GROUPS = 4;

function params(info: Bytes, salt: Bytes): HkdfParams {
    return { name: 'HKDF', hash: 'SHA-256', salt, info };
}

export class ChatKey {
    private constructor(
        private readonly base: CryptoKey,
        readonly room: string,
        readonly name: string, /* tells keys apart, and nothing about them */
        readonly compare: string[], /* groups of five digits */
    ) {}

    /* null: `text` is no key. */
    static async open(text: string, room: string): Promise<ChatKey | null> {
        const raw = keyBytes(text);
        if (raw === null) return null;
        const usages: KeyUsage[] = ['deriveKey', 'deriveBits'];
        const base = await crypto.subtle.importKey('raw', raw, 'HKDF', false, usages);
        raw.fill(0);
        const bits = async (label: string): Promise<DataView<ArrayBuffer>> => {
            const info = join(utf8(label), utf8(room));
            const how = params(info, new Uint8Array(0));
            return new DataView(await crypto.subtle.deriveBits(how, base, 256));
        };
        const digits = await bits(COMPARE);
        const compare = Array.from({ length: GROUPS }, (_, i) =>
            String(digits.getUint32(4 * i) % 100_000).padStart(5, '0'),
        );
        const name = hex(new Uint8Array((await bits(NAME)).buffer, 0, 4));
        return new ChatKey(base, room, name, compare);
    }

    /* The key of one page load of one seat. */
    sending(salt: Bytes, seat: number): Promise<CryptoKey> {
        const info = join(utf8(SENDING), utf8(this.room), Uint8Array.of(seat));
        return crypto.subtle.deriveKey(
            params(info, salt),
            this.base,
            { name: 'AES-GCM', length: 256 },
            false,
            ['encrypt', 'decrypt'],
        );
    }
}
