/* xml.ts - looking into elements. Uses nothing but the plainest DOM, so that
 * any XML parser's tree will do. */

export function children(of: Element): Element[] {
    const found: Element[] = [];
    for (let i = 0; i < of.childNodes.length; i++) {
        const node = of.childNodes[i];
        if (node !== undefined && node.nodeType === 1)
            found.push(node as Element);
    }
    return found;
}

export function child(
    of: Element | null,
    name: string,
    ns?: string,
): Element | null {
    if (of === null) return null;
    for (const node of children(of))
        if (
            (node.localName ?? node.nodeName) === name &&
            (ns === undefined || node.namespaceURI === ns)
        )
            return node;
    return null;
}

export function text(of: Element | null): string {
    return of?.textContent ?? '';
}

export function attr(of: Element | null, name: string): string {
    return of?.getAttribute(name) ?? '';
}

/* A whole number from `text`, or `fallback`. */
export function number(text: string, fallback: number): number {
    return /^\d{1,9}$/.test(text) ? Number(text) : fallback;
}

export function bare(jid: string): string {
    const slash = jid.indexOf('/');
    return slash < 0 ? jid : jid.slice(0, slash);
}

export function resource(jid: string): string {
    const slash = jid.indexOf('/');
    return slash < 0 ? '' : jid.slice(slash + 1);
}

/* XML 1.0 has no place for these: one of them would end the stream. */
const UNFIT = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function fit(text: string): string {
    return text.replace(UNFIT, '\ufffd');
}
