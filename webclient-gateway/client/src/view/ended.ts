/* ended.ts - the wick is gone. */
import type { End } from '../room/state';
import type { Say } from '../text/text';
import { h } from './dom';
import { button, protection } from './parts';
import type { Screen } from './shell';

export interface EndedDo {
    fresh: () => void;
    save: (() => void) | null;
}

/* `peer` is null for who opens the link later: no person is named then. */
export function endedScreen(
    say: Say,
    by: End,
    peer: string | null,
    kind: string | null, /* of protection, where it is known */
    act: EndedDo,
): Screen {
    function who(): string | null {
        if (by === 'me' && peer !== null) return say('ended.me');
        if (by === 'peer' && peer !== null) return say('ended.peer', { peer });
        if (by === 'silence') return say('ended.silence');
        if (by === 'admin') return say('ended.admin');
        return null;
    }
    const words = who();
    const root = h(
        'main',
        { class: 'page ended' },
        h('h1', {}, say('ended.title')),
        words === null ? null : h('p', { class: 'lead' }, words),
        h('p', {}, say('ended.gone')),
        h('p', { class: 'hint' }, say('ended.left')),
        kind === null ? null : protection(say, kind),
        h(
            'div',
            { class: 'row' },
            button(say('ended.new'), 'primary', act.fresh),
            act.save === null
                ? null
                : button(say('ended.save'), 'plain', act.save),
        ),
        act.save === null
            ? null
            : h('p', { class: 'hint' }, say('ended.save.hint')),
    );
    return { root, title: say('app.name') };
}
