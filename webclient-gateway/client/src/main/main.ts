/* main.ts - begins. */
import { chooseLanguage, localeOf, speak } from '../text/text';
import { Shell } from '../view/shell';
import { deadEnd } from '../view/join';
import { App } from './app';
import { Tabs } from './tabs';

function begin(): void {
    const language = chooseLanguage(navigator.languages);
    const say = speak(language);
    const shell = new Shell(document.body);

    document.documentElement.lang = language;
    if (typeof HTMLDialogElement !== 'function' || !('WebSocket' in window)) {
        shell.show(deadEnd(say, say('old.title'), say('old.hint'), []));
        return;
    }
    new App(shell, say, localeOf(navigator.languages, language), new Tabs()).run();
}

begin();
