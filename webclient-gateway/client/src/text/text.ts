/* text.ts - chooses a catalogue, and fills names into its sentences. */
import { de } from './de';
import { en, type Catalogue, type Key } from './en';

export type { Key } from './en';
export type Values = Record<string, string | number>;

const catalogues: Record<string, Catalogue> = { en, de };

export function chooseLanguage(wanted: readonly string[]): string {
    for (const tag of wanted) {
        const language = tag.toLowerCase().split('-')[0] ?? '';
        if (language in catalogues) return language;
    }
    return 'en';
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
