/* code.ts - codes as people type them. */
export const CODE_CHARS = 10;

/* Any case; spaces and dashes of all kinds do not count; O is 0, I and L
 * are 1. Pasted invisible marks go too, and what leads to the code: "Code: ". */
export function plainCode(typed: string): string {
    return typed
        .normalize('NFKC')
        .toUpperCase()
        .replace(/^.*:|[\s\p{Pd}\u2212._\p{Cf}]/gsu, '')
        .replace(/O/g, '0')
        .replace(/[IL]/g, '1');
}

/* 7K3M9-QXP2D */
export function groupCode(code: string): string {
    const plain = plainCode(code);
    return plain.length === CODE_CHARS
        ? `${plain.slice(0, 5)}-${plain.slice(5)}`
        : code;
}

/* True for what could be a code; the server alone knows whether it is. */
export function isCode(typed: string): boolean {
    return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(plainCode(typed));
}

/* Read letter by letter: "7 K 3 M 9, Q X P 2 D". */
export function spellCode(code: string): string {
    return groupCode(code).split('-').map((part) => part.split('').join(' ')).join(', ');
}
