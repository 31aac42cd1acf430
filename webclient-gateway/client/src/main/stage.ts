/* stage.ts - what every part of the page works with. */
import type { Say } from '../text/text';
import type { Shell } from '../view/shell';
import type { Line } from './line';
import type { Tabs } from './tabs';

export interface Stage {
    readonly shell: Shell;
    readonly say: Say;
    readonly language: string;
    readonly tabs: Tabs;
    readonly line: Line;
}

/* Is the address still the one that this was begun for? */
export type Still = () => boolean;
