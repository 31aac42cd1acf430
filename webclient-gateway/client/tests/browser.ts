/* browser.ts - what a browser has and older Nodes have not. */
import { webcrypto } from 'node:crypto';
import { DOMParser as Parser } from '@xmldom/xmldom';

const there = globalThis as Record<string, unknown>;
there['crypto'] ??= webcrypto;
there['DOMParser'] ??= class {
    parseFromString(text: string, kind: string): unknown {
        const silent = { onError: (level: string, words: string) => {
            if (level !== 'warning') throw new Error(words);
        } };
        return new Parser(silent as never).parseFromString(text, kind);
    }
};
