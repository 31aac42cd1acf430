/* more.ts - the words of what is loaded when it is asked for. */
import { fill, type Values } from './text';

const en = {
    'menu.title': 'Message',
    'menu.reply': 'Reply',
    'menu.copy': 'Copy text',
    'menu.copied': 'Copied.',
    'menu.edit': 'Edit',
    'menu.delete': 'Delete…',
    'menu.show': 'Show what it answers',
    'menu.close': 'Close',
    'menu.signs': 'React',
    'menu.sign': 'React with {sign}',
    'menu.sign.off': 'Take back {sign}',
    'menu.sign.more': 'Another emoji',
    'delete.title': 'Delete this message?',
    'delete.both': 'Delete for both',
    'delete.both.hint': 'It is erased on the server and taken out of both windows.',
    'delete.both.app': 'An XMPP app may keep what it has shown.',
    'delete.me': 'Delete for me',
    'delete.me.hint': 'Only on this device. {peer} still sees it.',
    'delete.me.tab': 'Only here, until you close this tab. {peer} still sees it.',
    'delete.back': 'Go back',
    'emoji.title': 'Choose an emoji',
    'emoji.list': 'Emoji',
    'emoji.any': 'Or type any emoji',
    'emoji.any.hint': 'Your keyboard’s own emoji list works here too.',
    'emoji.wrong': 'One emoji, please.',
    'emoji.go': 'React',
    'search.title': 'Search this chat',
    'search.words': 'Words',
    'search.hint': 'The server does not search: your browser does.',
    'search.none': 'Nothing found.',
    'search.one': '1 message found.',
    'search.many': '{count} messages found.',
    'search.first': 'The newest {count} are shown.',
    'search.going': 'Looking through older messages: {count} so far, back to {date}.',
    'search.whole': 'All {count} messages of the chat were looked through.',
    'search.whole.one': 'The one message of the chat was looked through.',
    'search.loaded': '{count} messages were looked through, back to {date}.',
    'search.older': 'Search older messages',
    'search.stop': 'Stop',
    'search.failed': 'Older messages could not be fetched.',
    'search.close': 'Close',
    'save.title': 'Save my copy',
    'save.lead':
        'The file is made in this browser and stays on this device. It is not deleted with the chat.',
    'save.kind': 'As',
    'save.text': 'Text',
    'save.text.hint': 'for reading anywhere',
    'save.html': 'Web page',
    'save.html.hint': 'looks like the chat',
    'save.json': 'Data',
    'save.json.hint': 'JSON, for programs',
    'save.go': 'Save',
    'save.back': 'Go back',
    'save.going': 'Fetching older messages: {count} so far…',
    'save.done': 'Saved: {count} messages.',
    'save.done.one': 'Saved: 1 message.',
    'save.part':
        'Only {count} messages could be fetched. Save them, or try again later.',
    'save.part.go': 'Save these',
    'copy.title': 'Chat between {me} and {peer}',
    'copy.made': 'Saved on {date}',
    'copy.edited': 'edited',
    'copy.answers': 'answers {name}: {words}',
    'copy.signs': '{name}: {signs}',
    'tell.title': 'Notifications',
    'tell.lead':
        'While you look elsewhere, this browser can tell you that {peer} wrote. The page has to stay open.',
    'tell.on': 'Notify me',
    'tell.off': 'Stop notifying',
    'tell.is': 'Notifications are on for this chat.',
    'tell.words': 'Show who wrote, and what',
    'tell.words.hint': 'Others near your screen can then read it.',
    'tell.denied':
        'This browser does not allow it. You can change that in the settings of this page.',
    'tell.cannot': 'This browser cannot show notifications for this page.',
    'tell.close': 'Close',
    'guard.link.more':
        'Each message is encrypted in your browser with a key that is only in the two links. The server keeps what it cannot read, and erases it when the chat ends.',
    'guard.server.more':
        'Between your browser and the server nobody can listen. The server itself can read the messages while the chat exists. When the chat ends they are erased there.',
    'guard.omemo.more':
        'The apps of both of you encrypt each message. It opens in such apps only.',
    'guard.compare': 'Compare on the phone',
    'guard.compare.hint':
        'Read these numbers to each other. If both of you see the same, you both hold the right link.',
    'guard.limits': 'What cannot be promised',
    'guard.limit.page':
        'Whoever serves this page could serve another one that gives the key away.',
    'guard.limit.link':
        'The link is the key: whoever has seen one can read the chat if they also get at what the server keeps. The code only stops them from entering.',
    'guard.limit.forward':
        'One key opens the whole chat, on any device. So a link that becomes known opens earlier messages too, until the chat ends.',
    'guard.limit.signs':
        'The server still sees your names, who writes when and roughly how much, and could make up “read” or “typing”.',
    'guard.limit.history':
        'Your browser may have noted the link in its history before this page could remove the key.',
    'told.title': 'Duologue',
    'told.body': 'New message',
} as const;

type Key = keyof typeof en;

const de: Record<Key, string> = {
    'menu.title': 'Nachricht',
    'menu.reply': 'Antworten',
    'menu.copy': 'Text kopieren',
    'menu.copied': 'Kopiert.',
    'menu.edit': 'Bearbeiten',
    'menu.delete': 'Löschen…',
    'menu.show': 'Zeigen, worauf es antwortet',
    'menu.close': 'Schließen',
    'menu.signs': 'Reagieren',
    'menu.sign': 'Mit {sign} reagieren',
    'menu.sign.off': '{sign} zurücknehmen',
    'menu.sign.more': 'Anderes Emoji',
    'delete.title': 'Diese Nachricht löschen?',
    'delete.both': 'Für beide löschen',
    'delete.both.hint':
        'Sie wird auf dem Server gelöscht und aus beiden Fenstern genommen.',
    'delete.both.app': 'Eine XMPP-App behält vielleicht, was sie schon gezeigt hat.',
    'delete.me': 'Für mich löschen',
    'delete.me.hint': 'Nur auf diesem Gerät. {peer} sieht sie weiterhin.',
    'delete.me.tab': 'Nur hier, bis du diesen Tab schließt. {peer} sieht sie weiterhin.',
    'delete.back': 'Zurück',
    'emoji.title': 'Ein Emoji wählen',
    'emoji.list': 'Emoji',
    'emoji.any': 'Oder ein beliebiges Emoji eingeben',
    'emoji.any.hint': 'Auch die Emoji-Liste deiner Tastatur geht hier.',
    'emoji.wrong': 'Bitte genau ein Emoji.',
    'emoji.go': 'Reagieren',
    'search.title': 'In diesem Gespräch suchen',
    'search.words': 'Wörter',
    'search.hint': 'Nicht der Server sucht, sondern dein Browser.',
    'search.none': 'Nichts gefunden.',
    'search.one': '1 Nachricht gefunden.',
    'search.many': '{count} Nachrichten gefunden.',
    'search.first': 'Gezeigt werden die neuesten {count}.',
    'search.going': 'Ältere Nachrichten werden durchsucht: bisher {count}, zurück bis {date}.',
    'search.whole': 'Alle {count} Nachrichten des Gesprächs wurden durchsucht.',
    'search.whole.one': 'Die eine Nachricht des Gesprächs wurde durchsucht.',
    'search.loaded': '{count} Nachrichten wurden durchsucht, zurück bis {date}.',
    'search.older': 'Ältere Nachrichten durchsuchen',
    'search.stop': 'Anhalten',
    'search.failed': 'Ältere Nachrichten konnten nicht geholt werden.',
    'search.close': 'Schließen',
    'save.title': 'Meine Kopie sichern',
    'save.lead':
        'Die Datei entsteht in diesem Browser und bleibt auf diesem Gerät. Sie wird nicht mit dem Gespräch gelöscht.',
    'save.kind': 'Als',
    'save.text': 'Text',
    'save.text.hint': 'überall lesbar',
    'save.html': 'Webseite',
    'save.html.hint': 'sieht aus wie das Gespräch',
    'save.json': 'Daten',
    'save.json.hint': 'JSON, für Programme',
    'save.go': 'Sichern',
    'save.back': 'Zurück',
    'save.going': 'Ältere Nachrichten werden geholt: bisher {count}…',
    'save.done': 'Gesichert: {count} Nachrichten.',
    'save.done.one': 'Gesichert: 1 Nachricht.',
    'save.part':
        'Nur {count} Nachrichten konnten geholt werden. Sichere diese, oder versuche es später noch einmal.',
    'save.part.go': 'Diese sichern',
    'copy.title': 'Gespräch zwischen {me} und {peer}',
    'copy.made': 'Gesichert am {date}',
    'copy.edited': 'bearbeitet',
    'copy.answers': 'antwortet {name}: {words}',
    'copy.signs': '{name}: {signs}',
    'tell.title': 'Benachrichtigungen',
    'tell.lead':
        'Während du woanders bist, kann dieser Browser dir sagen, dass {peer} geschrieben hat. Die Seite muss offen bleiben.',
    'tell.on': 'Benachrichtige mich',
    'tell.off': 'Nicht mehr benachrichtigen',
    'tell.is': 'Benachrichtigungen sind für dieses Gespräch an.',
    'tell.words': 'Zeigen, wer geschrieben hat und was',
    'tell.words.hint': 'Wer deinen Bildschirm sieht, kann es dann lesen.',
    'tell.denied':
        'Dieser Browser erlaubt es nicht. Das lässt sich in den Einstellungen dieser Seite ändern.',
    'tell.cannot': 'Dieser Browser kann für diese Seite keine Benachrichtigungen zeigen.',
    'tell.close': 'Schließen',
    'guard.link.more':
        'Jede Nachricht wird in deinem Browser verschlüsselt, mit einem Schlüssel, der nur in den beiden Links steht. Der Server bewahrt auf, was er nicht lesen kann, und löscht es, wenn das Gespräch endet.',
    'guard.server.more':
        'Zwischen deinem Browser und dem Server kann niemand mithören. Der Server selbst kann die Nachrichten lesen, solange das Gespräch besteht. Endet es, werden sie dort gelöscht.',
    'guard.omemo.more':
        'Die Apps von euch beiden verschlüsseln jede Nachricht. Es öffnet sich nur in solchen Apps.',
    'guard.compare': 'Am Telefon vergleichen',
    'guard.compare.hint':
        'Lest euch diese Zahlen vor. Seht ihr beide dieselben, habt ihr beide den richtigen Link.',
    'guard.limits': 'Was nicht versprochen werden kann',
    'guard.limit.page':
        'Wer diese Seite ausliefert, könnte eine andere ausliefern, die den Schlüssel verrät.',
    'guard.limit.link':
        'Der Link ist der Schlüssel: Wer einen gesehen hat, kann das Gespräch lesen, wenn er auch an das kommt, was der Server aufbewahrt. Der Code hindert ihn nur am Eintreten.',
    'guard.limit.forward':
        'Ein Schlüssel öffnet das ganze Gespräch, auf jedem Gerät. Wird ein Link bekannt, öffnet er also auch frühere Nachrichten, bis das Gespräch endet.',
    'guard.limit.signs':
        'Der Server sieht weiterhin eure Namen, wer wann schreibt und ungefähr wie viel, und könnte „gelesen“ oder „schreibt“ erfinden.',
    'guard.limit.history':
        'Dein Browser hat den Link vielleicht in seinem Verlauf notiert, bevor diese Seite den Schlüssel entfernen konnte.',
    'told.title': 'Duologue',
    'told.body': 'Neue Nachricht',
};

export type SayMore = (key: Key, values?: Values) => string;

/* In the language that the page chose: the root element tells it. */
export function speakMore(language = document.documentElement.lang): SayMore {
    const catalogue = language === 'de' ? de : en;
    return (key, values = {}) => fill(catalogue[key], values);
}

/* What the server says to people in the one language it knows, and what a page
 * may have to pass on. */
const said: Record<string, string> = {
    'A name has 1 to 32 characters, without control characters.':
        'Ein Name hat 1 bis 32 Zeichen, ohne Steuerzeichen.',
    'XMPP addresses take no emoji and no rare letters: write the names without them.':
        'XMPP-Adressen kennen keine Emoji und keine seltenen Zeichen: Schreibe die Namen ohne sie.',
    'The two names must differ, not only by upper and lower case.':
        'Die beiden Namen müssen sich unterscheiden, nicht nur in Groß- und Kleinschreibung.',
    'Choose one of the offered times of silence.':
        'Wähle unter „Auch gelöscht, wenn niemand schreibt“ eine kürzere Zeit: So lange bleibt hier kein Gespräch.',
    'You have made many chats lately. Try again in an hour.':
        'Du hast in letzter Zeit viele Gespräche begonnen. Versuche es in einer Stunde wieder.',
    'You may not make chats on this server.':
        'Auf diesem Server darfst du keine Gespräche beginnen.',
    'This cannot be done now. Try again in a moment.':
        'Das geht gerade nicht. Versuche es gleich noch einmal.',
    'Too many requests at once. Wait a moment.':
        'Zu viele Anfragen auf einmal. Warte einen Augenblick.',
    'This chat can only be opened in an XMPP app with OMEMO, for example Conversations, Gajim or Dino.':
        'Dieses Gespräch lässt sich nur in einer XMPP-App mit OMEMO öffnen, zum Beispiel Conversations, Gajim oder Dino.',
};

export function translate(words: string, language = document.documentElement.lang): string {
    return language === 'de' ? (said[words] ?? words) : words;
}

export const moreCatalogues = { en, de, said };
