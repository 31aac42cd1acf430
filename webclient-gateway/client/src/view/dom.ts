/* dom.ts - making elements. Words enter as text nodes only. */
export type Child = Node | string | null;

type Props = Record<string, string | boolean | ((event: never) => void)>;

/* `on…` keys are listeners, true and false set and leave out attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    props: Props = {},
    ...inside: Child[]
): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (typeof value === 'function')
            element.addEventListener(
                name.slice(2),
                value as unknown as EventListener,
            );
        else if (value !== false)
            element.setAttribute(name, value === true ? '' : value);
    }
    for (const node of inside) if (node !== null) element.append(node);
    return element;
}

export function put(into: Element, ...inside: Child[]): void {
    into.replaceChildren(...inside.filter((c): c is Node | string => c !== null));
}

/* Writes only what changed: a screen reader hears no repetition. */
export function setText(of: Element, words: string): void {
    if (of.textContent !== words) of.textContent = words;
}

export function show(element: HTMLElement, is: boolean): void {
    if (element.hidden === is) element.hidden = !is;
}

/* A person's name, whose direction is its own. */
export function nameOf(name: string): HTMLElement {
    return h('bdi', {}, name);
}
