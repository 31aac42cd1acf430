/* save.ts - "save my copy": plain text, made in the browser. */
import type { Chat } from '../room/state';

export function copyOf(chat: Chat, language: string, you: string): string {
    return chat.messages
        .filter((m) => !m.gone)
        .map((m) => {
            const time = new Date(m.at).toLocaleString(language);
            return `[${time}] ${m.mine ? you : chat.peer}: ${m.body}`;
        })
        .join('\n');
}

export function saveCopy(chat: Chat, language: string, you: string): void {
    const blob = new Blob([`${copyOf(chat, language, you)}\n`], {
        type: 'text/plain;charset=utf-8',
    });
    const url = URL.createObjectURL(blob);
    const link = document.createElement('a');
    link.href = url;
    link.download = `${chat.peer.replace(/[^\p{L}\p{N}]+/gu, '-')}.txt`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
