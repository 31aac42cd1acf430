/* later.ts - parts of the page that are fetched when they are needed.
 *
 * Firefox does not ask again for a part that it once could not fetch, until
 * the page is loaded anew: so we ask under another name. */
const found = new Map<string, Promise<unknown>>();

function nameOf(stem: string): string | undefined {
    const names = document.documentElement.dataset['parts']?.split(' ');
    return names?.find((name) => name.startsWith(`${stem}-`));
}

async function again<T>(stem: string, load: () => Promise<T>): Promise<T> {
    try {
        return await load();
    } catch (error) {
        const name = nameOf(stem);
        if (name === undefined) throw error;
        const url = new URL(`${name}?${Date.now()}`, document.baseURI);
        return (await import(url.href)) as T;
    }
}

/* `stem` is what the file is called before its hash. */
export function later<T>(stem: string, load: () => Promise<T>): Promise<T> {
    const known = found.get(stem) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const part = again(stem, load);
    found.set(stem, part);
    part.catch(() => found.delete(stem));
    return part;
}
