/* bytes.ts - bytes to text and back. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const KEY_BYTES = 16;

export function utf8(text: string): Bytes {
    return new TextEncoder().encode(text);
}

export function join(...parts: Uint8Array[]): Bytes {
    const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

export function hex(bytes: Uint8Array): string {
    return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/* RFC 4648 4, with its padding. */
export function toBase64(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
}

/* null for anything but the one right spelling. */
export function fromBase64(text: string): Bytes | null {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return toBase64(bytes) === text ? bytes : null;
}

/* A key as it stands in a link: RFC 4648 5, without padding. */
export function keyText(key: Uint8Array): string {
    return toBase64(key).replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_');
}

export function keyBytes(text: string): Bytes | null {
    if (!/^[A-Za-z0-9_-]{22}$/.test(text)) return null;
    return fromBase64(`${text.replace(/-/g, '+').replace(/_/g, '/')}==`);
}
