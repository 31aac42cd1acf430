/* emoji.ts - a small set to choose from, and what counts as one emoji. */

export const FIRST_EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

const MORE_EMOJI =
    '😀 😄 😅 🤣 🙂 😉 😊 😍 😘 😋 😎 🤔 🤨 😐 🙄 😬 😌 😴 😔 😭 😡 🥳 🤗 🤝 👎 👏 🙌 💪 🤞 👀 💯 🔥 ✨ 🎉 🌹 ☕ 🍀 ☀️ 🌙 ⭐ 💔 ✅ ❌ ❓';

export function allEmoji(): string[] {
    return [...FIRST_EMOJI, ...MORE_EMOJI.split(' ')];
}

const CHARS_MAX = 24; /* the longest families and flags have fewer */
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3/u;

/* Where the browser cannot cut a text into what people call characters, the
 * joints of emoji have to do. */
function graphemes(text: string): string[] {
    const { Segmenter } = Intl as unknown as {
        Segmenter?: new () => { segment: (text: string) => Iterable<{ segment: string }> };
    };
    if (Segmenter !== undefined)
        return [...new Segmenter().segment(text)].map((part) => part.segment);
    const part = /\p{Regional_Indicator}{2}|.[\ufe0f\u20e3\p{Emoji_Modifier}\u{e0020}-\u{e007f}]*(?:\u200d.[\ufe0f\p{Emoji_Modifier}]*)*/gsu;
    return text.match(part) ?? [];
}

/* XEP-0444 wants exactly one; null for anything else. */
export function asEmoji(typed: string): string | null {
    const text = typed.trim();
    const [one, ...rest] = graphemes(text);
    if (one === undefined || rest.length > 0 || one.length > CHARS_MAX) return null;
    return PICTURE.test(one) ? one : null;
}
