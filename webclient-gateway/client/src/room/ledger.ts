/* ledger.ts - what came sealed, in the order of the archive: whether a number
 * is missing, comes twice or too late within one page load of its writer, and
 * whether it speaks of what is not here. Pure.
 *
 * The rules are those of docs/link-encryption.md, section 7. */

/* Why there are no words to show. */
export type Trouble =
    | 'changed' /* it does not open */
    | 'seat' /* it was written by the other of the two */
    | 'key' /* it was sealed with another key than ours */
    | 'plain' /* it came without encryption */
    | 'repeated' /* an earlier message once more */
    | 'strange'; /* it opens, and is nothing that this page knows */

/* What an opened message says about its place. */
export interface Proof {
    salt: string;
    number: number;
    seen: string; /* archive id of the other's newest, as its writer had it */
}

export interface Entry {
    key: string; /* archive id */
    seat: number;
    proof: Proof | null; /* null: it was not opened */
    claim: { salt: string; number: number } | null; /* what it says unproven */
    retracts: string | null;
    isRow: boolean; /* it is shown, and not only changes another one */
}

/* What is said at a message about what lies before it. */
export interface Mark {
    missing: number;
    deleted: number;
    isLate: boolean;
    isBlind: boolean; /* its writer had a message of the other that is not here */
    isRepeated: boolean;
}

const CLEAN: Mark = {
    missing: 0,
    deleted: 0,
    isLate: false,
    isBlind: false,
    isRepeated: false,
};

interface Load {
    next: number;
    gaps: Map<number, Entry>; /* number that is missing -> who came instead */
}

type Note = (entry: Entry, what: Partial<Mark>) => void;
type Found = 'new' | 'known' | 'repeated';

const GAP_MAX = 10_000; /* numbers that are missed one by one */

function numberOf(entry: Entry, { salt, number }: { salt: string; number: number }): string {
    return `${entry.seat} ${number} ${salt}`;
}

export class Ledger {
    private entries: Entry[] = [];
    private readonly known = new Map<string, Entry>();
    private readonly first = new Map<string, Entry>(); /* with its number */
    private isWhole = false; /* back to the first message of the chat */

    forget(): void {
        this.entries = [];
        this.known.clear();
        this.first.clear();
        this.isWhole = false;
    }

    whole(): void {
        this.isWhole = true;
    }

    /* Notes what came after all that is here. 'known': it is here already;
     * 'repeated': its number is. */
    add(entry: Entry): Found {
        if (this.known.has(entry.key)) return 'known';
        this.known.set(entry.key, entry);
        this.entries.push(entry);
        return this.isFirst(entry, () => false) ? 'new' : 'repeated';
    }

    /* Notes a page that lies before all that is here. */
    addBefore(page: Entry[]): Found[] {
        const fresh: Entry[] = [];
        const found = page.map((entry): Found => {
            if (this.known.has(entry.key)) return 'known';
            this.known.set(entry.key, entry);
            fresh.push(entry);
            const isLater = (other: Entry): boolean => !fresh.includes(other);
            return this.isFirst(entry, isLater) ? 'new' : 'repeated';
        });
        this.entries.unshift(...fresh);
        return found;
    }

    private isFirst(entry: Entry, isLater: (other: Entry) => boolean): boolean {
        if (entry.proof === null) return true;
        const number = numberOf(entry, entry.proof);
        const other = this.first.get(number);
        if (other !== undefined && !isLater(other)) return false;
        this.first.set(number, entry);
        return true;
    }

    /* For each message that is shown and has something said about its place:
     * its archive id and what. */
    marks(): Map<string, Mark> {
        const marks = new Map<Entry, Mark>();
        const note: Note = (entry, what) => {
            marks.set(entry, { ...(marks.get(entry) ?? CLEAN), ...what });
        };
        this.count(this.follow(note), note);
        this.look(note);
        return this.fold(marks);
    }

    /* Each page load counts from 0 and leaves nothing out: how many numbers
     * are missing before whom. */
    private follow(note: Note): Map<Entry, number> {
        const loads = new Map<string, Load>();
        for (const entry of this.entries) {
            const place = entry.proof ?? entry.claim;
            if (place === null) continue;
            const name = `${entry.seat} ${place.salt}`;
            const load = loads.get(name) ?? this.begin(entry);
            if (load === null) continue;
            loads.set(name, load);
            /* Who claims the very next number fills its place: what is wrong
             * with it is said at the message itself. */
            if (entry.proof !== null) this.step(entry, entry.proof, load, note);
            else if (place.number === load.next) load.next++;
        }
        const missing = new Map<Entry, number>();
        for (const { gaps } of loads.values())
            for (const entry of gaps.values())
                missing.set(entry, (missing.get(entry) ?? 0) + 1);
        return missing;
    }

    private begin({ proof }: Entry): Load | null {
        if (this.isWhole) return { next: 0, gaps: new Map() };
        return proof === null ? null : { next: proof.number, gaps: new Map() };
    }

    private step(entry: Entry, proof: Proof, load: Load, note: Note): void {
        const { number } = proof;
        if (number >= load.next) {
            const from = Math.max(load.next, number - GAP_MAX);
            for (let n = from; n < number; n++) load.gaps.set(n, entry);
            load.next = number + 1;
        } else if (this.first.get(numberOf(entry, proof)) !== entry)
            note(entry, { isRepeated: true });
        else {
            load.gaps.delete(number);
            note(entry, { isLate: true });
        }
    }

    /* A message that its writer took back has left the archive, and the
     * retraction that names it stays: as many as that are accounted for. */
    private count(missing: Map<Entry, number>, note: Note): void {
        const deleted = new Map<number, number>();
        for (const seat of this.takenBack().values())
            deleted.set(seat, (deleted.get(seat) ?? 0) + 1);
        for (const entry of this.entries) {
            const all = missing.get(entry) ?? 0;
            if (all === 0) continue;
            const left = deleted.get(entry.seat) ?? 0;
            const told = Math.min(left, all);
            deleted.set(entry.seat, left - told);
            note(entry, { missing: all - told, deleted: told });
        }
    }

    /* Archive ids that were taken back and are not here -> by whom. */
    private takenBack(): Map<string, number> {
        const found = new Map<string, number>();
        for (const { retracts, seat } of this.entries)
            if (retracts !== null && !this.known.has(retracts)) found.set(retracts, seat);
        return found;
    }

    /* What its writer had seen of the other must be here, and before it. */
    private look(note: Note): void {
        const taken = this.takenBack();
        const before = new Set<string>();
        for (const entry of this.entries) {
            const seen = entry.proof?.seen ?? '';
            const other = this.known.get(seen);
            const isHere = before.has(seen) && other?.seat !== entry.seat;
            const isBeyond = other === undefined && (!this.isWhole || taken.has(seen));
            if (seen !== '' && !isHere && !isBeyond) note(entry, { isBlind: true });
            before.add(entry.key);
        }
    }

    /* What is said at something that is not shown is said at the next message
     * that is, or else at the last one. */
    private fold(marks: Map<Entry, Mark>): Map<string, Mark> {
        const folded = new Map<string, Mark>();
        let waiting: Mark | null = null;
        let last = '';
        const put = (key: string, mark: Mark): void => {
            const old = folded.get(key) ?? CLEAN;
            folded.set(key, add(old, mark));
        };
        for (const entry of this.entries) {
            const mark = marks.get(entry);
            if (mark !== undefined && !entry.isRow)
                waiting = add(waiting ?? CLEAN, { ...mark, isRepeated: false });
            if (!entry.isRow) continue;
            last = entry.key;
            if (mark !== undefined) put(last, mark);
            if (waiting !== null) put(last, waiting);
            waiting = null;
        }
        if (waiting !== null && last !== '') put(last, waiting);
        return folded;
    }
}

function add(a: Mark, b: Mark): Mark {
    return {
        missing: a.missing + b.missing,
        deleted: a.deleted + b.deleted,
        isLate: a.isLate || b.isLate,
        isBlind: a.isBlind || b.isBlind,
        isRepeated: a.isRepeated || b.isRepeated,
    };
}
