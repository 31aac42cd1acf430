/* text.ts - chooses a catalogue, and fills names into its sentences. */
import { de } from './de';
import { en, type Catalogue, type Key } from './en';

export type { Key } from './en';
export type Values = Record<string, string | number>;

const catalogues: Record<string, Catalogue> = { en, de };

const languageOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

export function chooseLanguage(wanted: readonly string[]): string {
    for (const tag of wanted) {
        const language = languageOf(tag);
        if (language in catalogues) return language;
    }
    return 'en';
}

/* How times and days are written: as the page speaks, and as people do where
 * the browser is at home. */
export function localeOf(wanted: readonly string[], language: string): string {
    return wanted.find((tag) => languageOf(tag) === language) ?? language;
}

/* Puts values where the sentence has {names}. */
export function fill(sentence: string, values: Values): string {
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        if (value === undefined) return whole;
        return typeof value === 'number' ? String(value) : value;
    });
}

export type Say = (key: Key, values?: Values) => string;

export function speak(language: string): Say {
    const catalogue = catalogues[language] ?? en;
    return (key, values = {}) => fill(catalogue[key], values);
}
