/* invitation.ts - the join screen: looks the link up, asks before this
 * browser becomes the other person, and takes the code. */
import { seatOfLink } from '../room/link';
import { deadEnd, JoinScreen } from '../view/join';
import { button } from '../view/parts';
import type { Refusal, SeatFacts } from '../wire/events';
import { Refused } from '../wire/wire';
import { obstacle, type Obstacle } from './guard';
import { allKept, forget, type Kept } from './keep';
import { pause } from './line';
import type { Made } from './making';
import { inOurs } from './server';
import type { Stage, Still } from './stage';

export interface InvitationDo {
    enter: (still: Still, seat: Kept, code: string) => Promise<void>;
    fresh: () => void;
    again: () => void; /* the same address from the beginning */
    isFinal: (refusal: Refusal | null) => boolean; /* and shown as that */
    obstacle: (why: Obstacle) => void;
}

export class Invitation {
    screen: JoinScreen | null = null; /* while it is the one shown */
    private looked: { seat: string; facts: SeatFacts } | null = null;
    private readonly switched = new Set<string>(); /* seats, knowingly */

    constructor(
        private readonly stage: Stage,
        private readonly act: InvitationDo,
    ) {}

    async show(still: Still, seat: string, made: Made | null): Promise<void> {
        const { shell, say, line } = this.stage;
        const mine = made?.mine;
        const isMade = mine !== undefined && seatOfLink(mine.link) === seat;
        const screen = new JoinScreen(say, {
            enter: (code, stay) => void this.tryCode(still, seat, code, stay),
            retry: () => line.wake(),
            fresh: this.act.fresh,
        });
        this.screen = screen;
        shell.show(screen);
        if (isMade) screen.busy(true);
        const facts = await this.look(still, seat, screen);
        if (facts === null || !still()) return;
        if (await this.askSwitch(still, seat, facts)) return;
        const why = obstacle({ ...facts, seat });
        if (why !== null) {
            this.act.obstacle(why);
            return;
        }
        screen.greet(facts, line.hasApps);
        if (isMade) void this.tryCode(still, seat, mine.code, false);
    }

    /* Until the link is known, or known to be none; null: no longer asked. */
    private async look(
        still: Still,
        seat: string,
        screen: JoinScreen,
    ): Promise<SeatFacts | null> {
        for (;;) {
            try {
                const wire = await this.stage.line.connect();
                const facts = await wire.look(seat);
                this.looked = { seat, facts };
                screen.back();
                return facts;
            } catch (error) {
                if (!still()) return null;
                const refusal = error instanceof Refused ? error.refusal : null;
                if (this.act.isFinal(refusal)) {
                    forget(seat);
                    return null;
                }
                screen.away();
                await pause();
                if (!still()) return null;
            }
        }
    }

    /* In this browser somebody is the other person already. */
    private async askSwitch(
        still: Still,
        seat: string,
        facts: SeatFacts,
    ): Promise<boolean> {
        const { shell, say, tabs } = this.stage;
        const other =
            allKept().find((k) => k.room === facts.room && k.seat !== seat) ??
            (await tabs.rival(facts.room, seat));
        if (other === null || !still() || this.switched.has(seat)) return false;
        const values = { name: other.name, other: facts.name };
        const back = button(say('join.switch.back', values), 'primary', () => {
            location.hash = other.seat;
        });
        const go = button(say('join.switch.do', values), 'plain', () => {
            this.switched.add(seat);
            this.act.again();
        });
        this.screen = null;
        shell.show(
            deadEnd(say, say('join.switch', values), say('join.switch.hint', values), [
                back,
                go,
            ]),
        );
        return true;
    }

    private async tryCode(
        still: Still,
        seat: string,
        code: string,
        stay: boolean,
    ): Promise<void> {
        const screen = this.screen;
        if (screen === null) return;
        const facts =
            this.looked?.seat === seat
                ? this.looked.facts
                : await this.look(still, seat, screen);
        if (facts === null || !still()) return;
        await this.act.enter(still, { seat, token: '', stay, ...facts }, code);
    }

    refused(refusal: Refusal): void {
        const screen = this.screen;
        if (refusal.wait > 0) screen?.wait(refusal.wait);
        else if (refusal.condition === 'not-authorized')
            screen?.wrong(refusal.left);
        else void inOurs(refusal.words).then((words) => screen?.forbidden(words));
    }
}
