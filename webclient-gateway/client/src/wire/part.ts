/* part.ts - elements as plain values: put into a stanza, or written as text
 * where they go into an envelope. */
import type { Builder } from 'strophe.js';

export interface Part {
    name: string;
    ns: string;
    attrs?: Record<string, string>;
    inside?: string | Part[];
}

/* Adds the parts to the element that `into` stands at. */
export function put(into: Builder, parts: Part[]): Builder {
    for (const { name, ns, attrs, inside } of parts) {
        into.c(name, ns === '' ? { ...attrs } : { xmlns: ns, ...attrs });
        if (typeof inside === 'string') into.t(inside);
        else if (inside !== undefined) put(into, inside);
        into.up();
    }
    return into;
}

const ESCAPES: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    "'": '&apos;',
    '"': '&quot;',
    '\r': '&#xD;',
    '\n': '&#xA;',
    '\t': '&#x9;',
};

/* What XML cannot hold at all: a lone half of a pair is one of them. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/gu;

function clean(text: string): string {
    return text.replace(FORBIDDEN, '\ufffd');
}

function attribute(value: string): string {
    return clean(value).replace(/[&<>'"\r\n\t]/g, (c) => ESCAPES[c] ?? c);
}

function words(text: string): string {
    return clean(text).replace(/[&<>\r]/g, (c) => ESCAPES[c] ?? c);
}

/* The same parts always give the same text. `outer` is the namespace that is
 * in force around. */
export function write(parts: Part[], outer = ''): string {
    let out = '';
    for (const { name, ns, attrs, inside } of parts) {
        const here = ns === '' ? outer : ns;
        out += `<${name}`;
        if (here !== outer) out += ` xmlns='${attribute(here)}'`;
        for (const [key, value] of Object.entries(attrs ?? {}))
            out += ` ${key}='${attribute(value)}'`;
        const content =
            typeof inside === 'string' ? words(inside) : write(inside ?? [], here);
        out += content === '' ? '/>' : `>${content}</${name}>`;
    }
    return out;
}
