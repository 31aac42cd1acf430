/* telling.ts - notifications: asked for by a button, without the words unless
 * somebody wants them there. */
import { speakMore } from '../text/more';
import { h, setText } from './dom';
import { ask, button } from './parts';

export interface Telling {
    words: boolean; /* with what was said, and by whom */
}

export interface TellingDo {
    get: () => Telling | null; /* null: off */
    set: (telling: Telling | null) => void;
}

export function canTell(): boolean {
    return 'Notification' in window && window.isSecureContext;
}

export function tellingSheet(peer: string, act: TellingDo): void {
    const say = speakMore();
    const status = h('p', { role: 'status' });
    const box = h('input', {
        type: 'checkbox',
        checked: act.get()?.words === true,
        onchange: () => act.get() !== null && act.set({ words: box.checked }),
    });
    const words = h(
        'label',
        { class: 'check' },
        box,
        h('span', {}, say('tell.words'), h('small', { class: 'hint' }, say('tell.words.hint'))),
    );
    const toggle = button('', 'primary', () => void change());
    const dialog = ask({
        title: say('tell.title'),
        text: say('tell.lead', { peer }),
        inside: [words, status],
        actions: [button(say('tell.close'), 'quiet', () => dialog.close()), toggle],
    });
    draw();

    async function change(): Promise<void> {
        if (act.get() !== null) act.set(null);
        else if ((await Notification.requestPermission()) === 'granted')
            act.set({ words: box.checked });
        draw();
    }

    function draw(): void {
        const isOn = act.get() !== null;
        const isDenied = canTell() && Notification.permission === 'denied';
        toggle.disabled = !canTell() || isDenied;
        setText(toggle.querySelector('span') as HTMLElement, say(isOn ? 'tell.off' : 'tell.on'));
        if (!canTell()) setText(status, say('tell.cannot'));
        else if (isDenied) setText(status, say('tell.denied'));
        else setText(status, isOn ? say('tell.is') : '');
    }
}

const SHOWN_CHARS = 200;

const nothing = (): void => undefined;

/* One at a time for each chat: the next one takes the place of the last. Gives
 * back what takes it away again. */
export function tell(
    telling: Telling,
    what: { seat: string; peer: string; body: string },
    focus: () => void,
): () => void {
    if (!canTell() || Notification.permission !== 'granted') return nothing;
    const say = speakMore();
    const title = telling.words ? what.peer : say('told.title');
    const body = telling.words
        ? [...what.body].slice(0, SHOWN_CHARS).join('')
        : say('told.body');
    try {
        const note = new Notification(title, { body, tag: `duologue:${what.seat}` });
        note.onclick = () => {
            window.focus();
            note.close();
            focus();
        };
        return () => note.close();
    } catch {
        return nothing; /* some phones allow it to pages that are installed only */
    }
}
