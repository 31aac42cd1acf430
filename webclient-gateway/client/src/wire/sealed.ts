/* sealed.ts - <encrypted/> and the envelope inside (XEP-0420), as
 * docs/link-encryption.md has them. */
import type { Sealed } from '../crypto/seal';
import { NOTHING, type Payload } from '../room/payload';
import { NS } from './ns';
import { write, type Part } from './part';
import { parsePayload, partsOf } from './payload';
import { attr, child, text } from './xml';

const PLAIN_MAX = 42 * 1024;
const FINE_MAX = 4 * 1024;
const FINE = 256;
const COARSE = 1024;
const FALLBACK = 'This message is encrypted.';

export function parseSealed(stanza: Element): Sealed | null {
    const encrypted = child(stanza, 'encrypted', NS.link);
    if (encrypted === null) return null;
    const digits = attr(encrypted, 'n');
    return {
        salt: attr(encrypted, 'salt'),
        number: /^(0|[1-9]\d{0,9})$/.test(digits) ? Number(digits) : -1,
        key: attr(encrypted, 'key'),
        data: text(encrypted),
    };
}

export function sealedParts(sealed: Sealed): Part[] {
    const { salt, number, key, data } = sealed;
    return [
        {
            name: 'encrypted',
            ns: NS.link,
            attrs: { salt, n: String(number), key },
            inside: data,
        },
        {
            name: 'encryption',
            ns: NS.eme,
            attrs: { namespace: NS.link, name: 'Duologue link' },
        },
        { name: 'body', ns: NS.client, inside: FALLBACK },
        { name: 'store', ns: NS.hints },
    ];
}

/* `seen`: the archive id of the newest message of the other that was here;
 * null: too long to be sent. */
export function writeEnvelope(payload: Payload, seen: string): string | null {
    const inside: Part[] = [{ name: 'content', ns: '', inside: partsOf(payload) }];
    if (seen !== '') inside.push({ name: 'seen', ns: NS.link, attrs: { id: seen } });
    const bare = write([{ name: 'envelope', ns: NS.sce, inside }]);
    const [head, tail] = [bare.slice(0, -'</envelope>'.length), '</rpad></envelope>'];
    const length = new TextEncoder().encode(`${head}<rpad>${tail}`).length;
    const step = length <= FINE_MAX ? FINE : COARSE;
    const padded = Math.ceil(length / step) * step;
    if (padded > PLAIN_MAX) return null;
    return `${head}<rpad>${'0'.repeat(padded - length)}${tail}`;
}

/* null: no envelope, or none that this page understands. */
export function readEnvelope(plain: string): { payload: Payload; seen: string } | null {
    /* Neither entities nor anything else that needs a definition. */
    if (/<[!?]/.test(plain)) return null;
    let root: Element | null;
    try {
        root = new DOMParser().parseFromString(plain, 'text/xml').documentElement;
    } catch {
        return null;
    }
    if (root?.localName !== 'envelope' || root.namespaceURI !== NS.sce) return null;
    const content = child(root, 'content', NS.sce);
    if (content === null) return null;
    return {
        payload: { ...NOTHING, ...parsePayload(content) },
        seen: attr(child(root, 'seen', NS.link), 'id'),
    };
}
