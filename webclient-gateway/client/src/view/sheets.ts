/* sheets.ts - what opens over the chat and is loaded only then: the menu of a
 * message, search, the copy, notifications. */
import { byArchiveId } from '../room/amend';
import type { Chat, Message } from '../room/state';
import type { Say } from '../text/text';
import { clock, dayName } from './days';
import { later } from './later';
import { ask, button } from './parts';
import type { TellingDo } from './telling';

export interface SheetsDo {
    react: (key: string, signs: string[]) => void;
    retract: (key: string) => void;
    hide: (key: string) => void;
    further: () => Promise<boolean>;
    telling: TellingDo;
    stays: boolean; /* on this device */
    voice: (words: string) => void;
}

export interface SheetsTo {
    answer: (message: Message) => void;
    correct: (message: Message) => void;
    reveal: (archiveId: string) => boolean;
}

const AHEAD_MS = 3_000;

const loadMenu = (): Promise<typeof import('./menu')> =>
    later('menu', () => import('./menu'));
const loadSearch = (): Promise<typeof import('./search')> =>
    later('search', () => import('./search'));
const loadSaving = (): Promise<typeof import('./saving')> =>
    later('saving', () => import('./saving'));

export class Sheets {
    constructor(
        private readonly say: Say,
        private readonly language: string,
        private readonly chat: () => Chat,
        private readonly act: SheetsDo,
        private readonly to: SheetsTo,
    ) {
        /* Fetched while nothing else happens: so that they open at once, and
         * also when the line is down by then. */
        window.setTimeout(() => {
            for (const load of [loadMenu, loadSearch, loadSaving])
                void load().catch(() => undefined);
        }, AHEAD_MS);
    }

    private open<T>(part: Promise<T>, run: (part: T) => void): void {
        part.then(run, () => {
            const dialog = ask({
                title: this.say('later.title'),
                text: this.say('later.hint'),
                actions: [
                    button(this.say('chat.end.no'), 'primary', () => dialog.close()),
                ],
            });
        });
    }

    message(key: string, at: HTMLElement): void {
        const { act, to } = this;
        /* The row stays when what is in it is drawn anew. */
        const row = at.closest<HTMLElement>('.message') ?? at;
        this.open(loadMenu(), ({ messageMenu }) => {
            const message = this.chat().messages.find((m) => m.key === key);
            if (message === undefined || !row.isConnected) return;
            const { reply } = message;
            const { peer, protection } = this.chat();
            const around = { row, peer, hasApps: protection !== 'link', isKept: act.stays };
            messageMenu(message, around, {
                reply: () => to.answer(message),
                edit: () => to.correct(message),
                react: (signs) => act.react(key, signs),
                retract: () => act.retract(key),
                hide: () => act.hide(key),
                show: reply === null ? null : () => void this.jump(reply.id),
                voice: act.voice,
            });
        });
    }

    /* As far back as it takes. */
    async jump(archiveId: string): Promise<void> {
        if (byArchiveId(this.chat(), archiveId)?.gone) return;
        while (!this.to.reveal(archiveId) && this.chat().hasOlder)
            if (!(await this.act.further())) return;
    }

    search(): void {
        this.open(loadSearch(), ({ searchSheet }) =>
            searchSheet(this.say, {
                chat: this.chat,
                further: this.act.further,
                jump: (archiveId) => void this.jump(archiveId),
                day: (at) => dayName(at, Date.now(), this.language),
                clock: (at) => clock(at, this.language),
            }),
        );
    }

    save(): void {
        this.open(loadSaving(), ({ savingSheet }) =>
            savingSheet(this.say, this.language, {
                chat: this.chat,
                further: this.act.further,
            }),
        );
    }

    tell(): void {
        this.open(later('telling', () => import('./telling')), ({ tellingSheet }) =>
            tellingSheet(this.chat().peer, this.act.telling),
        );
    }
}
