/* making.ts - the start page, and the two cards of a chat just made. */
import { KEY_BYTES, keyText } from '../crypto/bytes';
import { random } from '../crypto/random';
import { parseFragment, seatOfLink } from '../room/link';
import type { Card } from '../view/cards';
import { later } from '../view/later';
import { startScreen, type StartScreen, type Wish } from '../view/start';
import { Refused } from '../wire/wire';
import { inOurs } from './server';
import { canSeal } from './guard';
import { allKept, forget, keepKey, keepMade, kept, madeHere } from './keep';
import type { Stage, Still } from './stage';

const loadCards = (): Promise<typeof import('../view/cards')> =>
    later('cards', () => import('../view/cards'));

export interface Made {
    mine: Card;
    theirs: Card;
    kind: string; /* of protection */
}

const seatOf = ({ mine }: Made): string => seatOfLink(mine.link) ?? '';

export class Making {
    made: Made | null = madeHere(); /* by this tab, until another is made */
    private isOpened = false; /* my side of it */
    private screen: StartScreen | null = null;

    constructor(private readonly stage: Stage) {}

    /* Cards that nobody has opened yet come back with the page. */
    show(still: Still): void {
        const { made } = this;
        if (made === null || this.isOpened || kept(seatOf(made)) !== null) {
            this.ask(still);
            return;
        }
        const fresh = (): void => {
            this.drop();
            this.ask(still);
        };
        loadCards().then(
            ({ cardsScreen }) => still() && this.showCards(made, cardsScreen, fresh),
            () => still() && this.ask(still),
        );
    }

    drop(): void {
        this.made = null;
        keepMade(null);
    }

    private ask(still: Still): void {
        const { shell, say, line } = this.stage;
        this.screen = startScreen(say, allKept(), {
            create: (wish) => this.create(still, wish),
            forget,
            canSeal: canSeal(),
        });
        shell.show(this.screen);
        /* Opened ahead, so that the chat is there when the form is filled. */
        line.connect().catch(() => undefined);
        document.addEventListener(
            'input',
            () => void loadCards().catch(() => undefined),
            { once: true },
        );
    }

    /* Who waits for a chat hears what it waits for. */
    onLine(isDown: boolean): void {
        this.screen?.away(isDown);
    }

    private async create(still: Still, wish: Wish): Promise<string | null> {
        try {
            const isLink = wish.protection === 'link';
            if (isLink && !canSeal()) return this.stage.say('join.insecure.hint');
            const wire = await this.stage.line.connect();
            wire.wake();
            /* First what shows the codes: they are told only once. */
            const { cardsScreen } = await loadCards();
            const { note, fields } = await wire.create(wish);
            if (fields === null) return inOurs(note);
            /* Who went elsewhere meanwhile stays there. */
            if (!still()) return null;
            const key = isLink ? keyText(random(KEY_BYTES)) : null;
            const made = madeOf(fields, wish.protection, key);
            this.made = made;
            this.isOpened = false;
            keepMade(made);
            this.showCards(made, cardsScreen, null);
            return null;
        } catch (error) {
            const refusal = error instanceof Refused ? error.refusal : null;
            return refusal?.words ? inOurs(refusal.words) : this.stage.say('join.away');
        }
    }

    private showCards(
        made: Made,
        cardsScreen: typeof import('../view/cards').cardsScreen,
        fresh: (() => void) | null,
    ): void {
        const { shell, say } = this.stage;
        const seat = seatOf(made);
        const open = (): void => {
            const key = parseFragment(new URL(made.mine.link).hash)?.key ?? null;
            if (key !== null) keepKey(seat, key);
            this.isOpened = true;
            location.hash = seat;
        };
        shell.show(cardsScreen(say, made, open, fresh));
    }
}

function madeOf(
    fields: Map<string, string>,
    kind: string,
    key: string | null, /* made here: the server never sees it */
): Made {
    const tail = key === null ? '' : `.${key}`;
    const card = (seat: number): Card => ({
        name: fields.get(`seat${seat}-name`) ?? '',
        code: fields.get(`seat${seat}-code`) ?? '',
        link: `${fields.get(`seat${seat}-link`) ?? ''}${tail}`,
    });
    return { mine: card(1), theirs: card(2), kind };
}
