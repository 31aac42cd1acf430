/* making.ts - the start page, and the two cards of a chat just made. */
import type { Card } from '../view/cards';
import { startScreen, type Wish } from '../view/start';
import { Refused } from '../wire/wire';
import { allKept, forget } from './keep';
import type { Stage } from './stage';

export interface Made {
    mine: Card;
    theirs: Card;
}

export class Making {
    made: Made | null = null; /* by this page, until another is made */

    constructor(private readonly stage: Stage) {}

    show(): void {
        const { shell, say, line } = this.stage;
        shell.show(
            startScreen(say, allKept(), {
                create: (wish) => this.create(wish),
                forget,
            }),
        );
        /* Opened ahead, so that the chat is there when the form is filled. */
        line.connect().catch(() => undefined);
        document.addEventListener(
            'input',
            () => void import('../view/cards').catch(() => undefined),
            { once: true },
        );
    }

    private async create(wish: Wish): Promise<string | null> {
        try {
            const wire = await this.stage.line.connect();
            /* First what shows the codes: they are told only once. */
            const { cardsScreen } = await import('../view/cards');
            const { note, fields } = await wire.create(wish);
            if (fields === null) return note;
            this.showCards(fields, cardsScreen);
            return null;
        } catch (error) {
            const refusal = error instanceof Refused ? error.refusal : null;
            return refusal?.words || this.stage.say('join.away');
        }
    }

    private showCards(
        fields: Map<string, string>,
        cardsScreen: typeof import('../view/cards').cardsScreen,
    ): void {
        const card = (seat: number): Card => ({
            name: fields.get(`seat${seat}-name`) ?? '',
            code: fields.get(`seat${seat}-code`) ?? '',
            link: fields.get(`seat${seat}-link`) ?? '',
        });
        const made = { mine: card(1), theirs: card(2) };
        this.made = made;
        const { shell, say } = this.stage;
        shell.show(
            cardsScreen(say, made.mine, made.theirs, () => {
                location.hash = made.mine.link.split('#')[1] ?? '';
            }),
        );
    }
}
