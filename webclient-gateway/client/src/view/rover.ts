/* rover.ts - one stop of the Tab key for all messages: inside, the arrows
 * lead from one message's button to the next. */

export class Rover {
    private current: HTMLElement | null = null; /* a row of the list */

    constructor(private readonly list: HTMLElement) {
        list.addEventListener('keydown', (event) => this.onKey(event));
        list.addEventListener('focusin', (event) => {
            const row = this.rowOf(event.target);
            if (row !== null) this.stopAt(row);
        });
    }

    /* The list has changed: who nobody chose, is the newest. */
    settle(): void {
        const isThere = this.current?.isConnected && this.current.contains(document.activeElement);
        if (isThere) return;
        const rows = this.list.querySelectorAll<HTMLElement>('.message:last-child');
        const last = rows[rows.length - 1];
        if (last !== undefined) this.stopAt(last);
    }

    /* Draws a row anew and leaves the focus where it was. */
    keep(row: HTMLElement, draw: () => void): void {
        const hadFocus = row.contains(document.activeElement);
        draw();
        if (row === this.current) this.stopAt(row);
        if (hadFocus) buttonOf(row)?.focus({ preventScroll: true });
    }

    to(row: HTMLElement): void {
        this.stopAt(row);
        buttonOf(row)?.focus({ preventScroll: true });
    }

    private stopAt(row: HTMLElement): void {
        if (this.current !== null) buttonOf(this.current)?.setAttribute('tabindex', '-1');
        this.current = row;
        buttonOf(row)?.setAttribute('tabindex', '0');
    }

    private rowOf(target: EventTarget | null): HTMLElement | null {
        return target instanceof Element ? target.closest<HTMLElement>('.message') : null;
    }

    private onKey(event: KeyboardEvent): void {
        const row = this.rowOf(event.target);
        if (row === null || !(event.target as Element).matches('.more')) return;
        const rows = [...this.list.querySelectorAll<HTMLElement>('.message')].filter(
            (r) => buttonOf(r) !== null,
        );
        const at = rows.indexOf(row);
        const to: Record<string, number> = {
            ArrowUp: at - 1,
            ArrowDown: at + 1,
            Home: 0,
            End: rows.length - 1,
        };
        const next = rows[to[event.key] ?? -1];
        if (next === undefined) return;
        event.preventDefault();
        this.to(next);
        next.scrollIntoView({ block: 'nearest' });
    }
}

function buttonOf(row: HTMLElement): HTMLElement | null {
    return row.querySelector('.more');
}
