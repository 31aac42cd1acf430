/* deeds.ts - what I do to messages that are there: correct, react, take back,
 * hide. The other tabs of this browser hide along. */
import { NOTHING } from '../room/payload';
import type { Message } from '../room/state';
import { keepMore } from './keep';
import type { Outbox } from './outbox';
import type { Seated } from './seated';
import { channelOf } from './tabs';

const CHANNEL = 'duologue-hidden';

interface Hiding {
    seat: string;
    archiveIds: string[];
}

export class Deeds {
    private readonly channel = channelOf(CHANNEL);

    constructor(
        private readonly at: Seated,
        private readonly outbox: Outbox,
    ) {
        if (this.channel === null) return;
        this.channel.onmessage = ({ data }: MessageEvent<Hiding>) => {
            if (data.seat === at.seat.seat) this.hideAll(data.archiveIds);
        };
    }

    stop(): void {
        this.channel?.close();
    }

    edit(key: string, body: string): void {
        const target = this.find(key);
        if (target === undefined || !target.mine || target.body === body) return;
        const { id, archiveId, reply } = target;
        this.outbox.act('edit', archiveId, { ...NOTHING, body, reply, replaces: id });
    }

    /* All my signs on it; none take back the ones before. */
    react(key: string, signs: string[]): void {
        const to = this.find(key)?.archiveId;
        if (to === undefined) return;
        this.outbox.act('react', to, { ...NOTHING, reacts: { to, with: signs } });
    }

    retract(key: string): void {
        const target = this.find(key);
        if (target?.mine) this.outbox.act('retract', target.archiveId, NOTHING);
    }

    hide(key: string): void {
        const target = this.find(key);
        if (target === undefined) return;
        const archiveIds = [target.archiveId];
        const call: Hiding = { seat: this.at.seat.seat, archiveIds };
        this.channel?.postMessage(call);
        this.hideAll(archiveIds);
    }

    private hideAll(archiveIds: string[]): void {
        if (this.at.isOver) return;
        this.at.apply({ type: 'hide', archiveIds });
        keepMore(this.at.seat, 'hidden', this.at.chat.hidden);
    }

    /* Only what the archive has can be meant. */
    private find(key: string): Message | undefined {
        return this.at.chat.messages.find((m) => m.key === key && m.archiveId !== '');
    }
}
