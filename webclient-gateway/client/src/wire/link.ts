/* link.ts - the envelope of a `link` chat: seals what goes out, opens what
 * comes, and keeps account of what is missing. docs/link-encryption.md. */
import { Opener, Sealer } from '../crypto/seal';
import { ChatKey } from '../crypto/schedule';
import { Ledger, type Entry, type Mark, type Trouble } from '../room/ledger';
import { NOTHING, type Payload } from '../room/payload';
import { TooLong, type Envelope } from './envelope';
import type { Said } from './events';
import type { Part } from './part';
import { readEnvelope, sealedParts, writeEnvelope } from './sealed';

export interface Seats {
    me: string;
    peer: string;
    number: number; /* mine: 1 or 2 */
}

/* null: `text` is no key. */
export async function openLink(
    text: string,
    room: string,
    seats: Seats,
): Promise<LinkEnvelope | null> {
    const key = await ChatKey.open(text, room);
    return key === null ? null : new LinkEnvelope(key, seats);
}

function saysSomething(payload: Payload): boolean {
    return (Object.keys(NOTHING) as (keyof Payload)[]).some((k) => payload[k] !== null);
}

export class LinkEnvelope implements Envelope {
    private readonly sealer: Sealer;
    private readonly opener: Opener;
    private readonly ledger = new Ledger();
    private seen = ''; /* archive id of the other's newest that opened */
    private hasForeign = false;
    private hasOwn = false;

    constructor(
        private readonly key: ChatKey,
        private readonly seats: Seats,
    ) {
        this.sealer = new Sealer(key, seats.number);
        this.opener = new Opener(key);
    }

    get isForeign(): boolean {
        return this.hasForeign && !this.hasOwn;
    }

    get compare(): string[] {
        return this.key.compare;
    }

    async seal(id: string, payload: Payload): Promise<Part[]> {
        const text = writeEnvelope(payload, this.seen);
        if (text === null) throw new TooLong();
        return sealedParts(await this.sealer.seal(id, text));
    }

    refused(): void {
        this.sealer.begin();
    }

    /* --- what came --- */

    async open(said: Said): Promise<Said> {
        const bare: Said = { ...said, ...NOTHING };
        if (said.retracts !== null || said.retracted) return bare;
        if (!said.sealed)
            return saysSomething(said) ? { ...bare, trouble: 'plain' } : said;
        /* Nothing beside it may take the place of its words. */
        bare.displayed = null;
        bare.received = null;
        const seat = this.seatOf(said.from);
        const isWhole = said.id !== '' && said.originId === said.id && seat !== 0;
        const text = isWhole ? await this.opener.open(seat, said.id, said.sealed) : null;
        if (text === null) return { ...bare, trouble: await this.why(said, seat) };
        this.hasOwn = true;
        const inside = readEnvelope(text);
        const { salt, number } = said.sealed;
        const proof = { salt, number, seen: inside?.seen ?? '' };
        if (inside === null || !saysSomething(inside.payload))
            return { ...bare, proof, trouble: 'strange' };
        return { ...bare, ...inside.payload, proof };
    }

    private async why(said: Said, seat: number): Promise<Trouble> {
        const { id, sealed } = said;
        if (!sealed || seat === 0) return 'changed';
        if ((await this.opener.open(3 - seat, id, sealed)) !== null) return 'seat';
        if (sealed.key === this.key.name) return 'changed';
        this.hasForeign = true;
        return 'key';
    }

    private seatOf(name: string): number {
        const { me, peer, number } = this.seats;
        return name === me ? number : name === peer ? 3 - number : 0;
    }

    admit(said: Said[], where: 'after' | 'before'): Said[] {
        const noted = said.map((one) => this.entryOf(one));
        const entries = noted.filter((entry): entry is Entry => entry !== null);
        const found =
            where === 'before'
                ? this.ledger.addBefore(entries)
                : entries.map((entry) => this.ledger.add(entry));
        return said.map((one, i) => {
            const entry = noted[i] ?? null;
            if (entry === null) return one;
            const how = found[entries.indexOf(entry)];
            if (how === 'repeated') return { ...one, ...NOTHING, trouble: 'repeated' };
            /* A message is put once, but what it changed would change again. */
            if (how === 'known' && !entry.isRow) return { ...one, ...NOTHING };
            if (where === 'after') this.look(one);
            return one;
        });
    }

    private look(said: Said): void {
        if (said.from === this.seats.peer && said.proof !== undefined)
            this.seen = said.archiveId;
    }

    private entryOf(said: Said): Entry | null {
        const { archiveId, trouble, proof, sealed, retracts } = said;
        const isNoted = proof !== undefined || trouble !== undefined || retracts !== null;
        if (archiveId === '' || !isNoted) return null;
        return {
            key: archiveId,
            seat: this.seatOf(said.from),
            proof: proof ?? null,
            claim: sealed && retracts === null ? sealed : null,
            retracts,
            isRow:
                trouble !== undefined || (said.body !== null && said.replaces === null),
        };
    }

    whole(): void {
        this.ledger.whole();
    }

    forget(): void {
        this.ledger.forget();
    }

    marks(): Map<string, Mark> {
        return this.ledger.marks();
    }
}
