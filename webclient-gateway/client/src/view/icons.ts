/* icons.ts - a dozen drawings in one stroke width, each with words beside it
 * or in its button's name. */
const SVG = 'http://www.w3.org/2000/svg';

const paths = {
    shield: 'M12 3l7 3v5c0 4.6-2.9 8.2-7 10-4.1-1.8-7-5.4-7-10V6z',
    menu: 'M5 12h.01M12 12h.01M19 12h.01',
    send: 'M4 12h15M13 6l6 6-6 6',
    copy: 'M9 9h10v11H9zM5 15V4h10',
    done: 'M5 12.5l4.5 4.5L19 7.5',
    share: 'M12 15V4M8 7.5L12 4l4 3.5M5 12v8h14v-8',
    qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2M20 14v6h-6',
    close: 'M6 6l12 12M18 6L6 18',
    down: 'M12 5v14M6 13l6 6 6-6',
    clock: 'M12 8v4.5l3 1.5M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z',
    failed: 'M12 7.5v5.5M12 16.5v.01M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z',
    one: 'M6 12.5l4 4L18.5 8',
    two: 'M2.5 12.5l4 4L15 8M11.5 15.5l1 1L21 8',
    leave: 'M10 4H5v16h5M15 8l4 4-4 4M19 12H9',
    reply: 'M9 6l-5 5 5 5M4 11h9a7 7 0 0 1 7 7v1',
    edit: 'M4 20l1-4L16 5l3 3L8 19zM13.5 7.5l3 3',
    bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
    plus: 'M12 5v14M5 12h14',
    up: 'M12 19V5M6 11l6-6 6 6',
    search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L20 20',
    bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4',
    outside: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
} as const;

export type Icon = keyof typeof paths;

export function icon(name: Icon): SVGSVGElement {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', `icon icon-${name}`);
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('focusable', 'false');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', paths[name]);
    svg.append(path);
    return svg;
}

/* Black squares on white; `cells` is a square of rows. */
export function squares(cells: boolean[][], name: string): SVGSVGElement {
    const svg = document.createElementNS(SVG, 'svg');
    const quiet = 4;
    const size = cells.length + 2 * quiet;
    svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
    svg.setAttribute('class', 'qr');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', name);
    svg.setAttribute('shape-rendering', 'crispEdges');
    let d = '';
    cells.forEach((row, y) =>
        row.forEach((dark, x) => {
            if (dark) d += `M${x + quiet} ${y + quiet}h1v1h-1z`;
        }),
    );
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
    return svg;
}
