/* making.ts - the start page, and the two cards of a chat just made. */
import { KEY_BYTES, keyText } from '../crypto/bytes';
import { random } from '../crypto/random';
import { seatOfLink } from '../room/link';
import type { Card } from '../view/cards';
import { later } from '../view/later';
import { startScreen, type StartScreen, type Wish } from '../view/start';
import { Refused } from '../wire/wire';
import { inOurs } from './server';
import { canSeal } from './guard';
import { allKept, forget, keepKey } from './keep';
import type { Stage, Still } from './stage';

const loadCards = (): Promise<typeof import('../view/cards')> =>
    later('cards', () => import('../view/cards'));

export interface Made {
    mine: Card;
    theirs: Card;
}

export class Making {
    made: Made | null = null; /* by this page, until another is made */
    private screen: StartScreen | null = null;

    constructor(private readonly stage: Stage) {}

    show(still: Still): void {
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
            this.showCards(fields, cardsScreen, wish.protection, key);
            return null;
        } catch (error) {
            const refusal = error instanceof Refused ? error.refusal : null;
            return refusal?.words ? inOurs(refusal.words) : this.stage.say('join.away');
        }
    }

    private showCards(
        fields: Map<string, string>,
        cardsScreen: typeof import('../view/cards').cardsScreen,
        protection: string,
        key: string | null, /* made here: the server never sees it */
    ): void {
        const tail = key === null ? '' : `.${key}`;
        const card = (seat: number): Card => ({
            name: fields.get(`seat${seat}-name`) ?? '',
            code: fields.get(`seat${seat}-code`) ?? '',
            link: `${fields.get(`seat${seat}-link`) ?? ''}${tail}`,
        });
        const made = { mine: card(1), theirs: card(2) };
        this.made = made;
        const { shell, say } = this.stage;
        shell.show(
            cardsScreen(say, made, protection, () => {
                const seat = seatOfLink(made.mine.link) ?? '';
                if (key !== null) keepKey(seat, key);
                location.hash = seat;
            }),
        );
    }
}
