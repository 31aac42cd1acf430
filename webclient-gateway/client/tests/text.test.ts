import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { de } from '../src/text/de';
import { en } from '../src/text/en';
import { moreCatalogues, translate } from '../src/text/more';
import { chooseLanguage, fill, localeOf, speak } from '../src/text/text';
import { aheadOf } from '../src/wire/clock';
import { dayName, dayOf, seenAt } from '../src/view/days';
import { countdown, span } from '../src/view/time';

declare const TEXTS: string; /* the server's */
const say = speak('en');
const pairs: Record<string, string>[][] = [[de, en], [moreCatalogues.de, moreCatalogues.en]];
const gaps = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test('both catalogues say the same things with the same gaps', () => {
    for (const [de = {}, en = {}] of pairs) {
        assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
        for (const [key, words] of Object.entries(en)) {
            assert.notEqual(de[key], '', key);
            assert.deepEqual(gaps(de[key] ?? ''), gaps(words), key);
        }
    }
});

test('no sentence shouts or speaks protocol', () => {
    for (const text of pairs.flat().flatMap((catalogue) => Object.values(catalogue)))
        assert.doesNotMatch(text, /!|\bJID\b|\bMUC\b|\broom\b|stanza/i);
});

test('the first known language wins', () => {
    assert.equal(chooseLanguage(['fr-FR', 'de-AT', 'en']), 'de');
    assert.equal(chooseLanguage(['fr']), 'en');
    assert.equal(chooseLanguage([]), 'en');
});

test('times are written as the page speaks', () => {
    assert.equal(localeOf(['fr-FR', 'de-CH', 'de'], 'de'), 'de-CH');
    assert.equal(localeOf(['en-GB', 'de'], 'en'), 'en-GB');
    assert.equal(localeOf(['fr-FR'], 'en'), 'en');
    assert.equal(localeOf(['deu'], 'de'), 'de');
});

test('what the server says is known by the words that it says', () => {
    const words = readFileSync(TEXTS, 'utf8').replace(/"\s*\\\n\s*"/g, '');
    for (const [english, german] of Object.entries(moreCatalogues.said)) {
        assert.ok(words.includes(`"${english}"`), english);
        assert.equal(translate(english, 'de'), german);
        assert.equal(translate(english, 'en'), english);
    }
    assert.equal(translate('something new', 'de'), 'something new');
});

test('a value is put in once, and not read again', () => {
    assert.equal(fill('{a} and {b}', { a: '{b}', b: 2 }), '{b} and 2');
    assert.equal(fill('{x}', {}), '{x}');
    assert.equal(fill('{a}', { a: '$&' }), '$&');
});

test('a countdown ends at zero, and not before', () => {
    assert.equal(countdown(240_000, say), '4:00');
    assert.equal(countdown(59_001, say), '1:00');
    assert.equal(countdown(1, say), '0:01');
    assert.equal(countdown(-5, say), '0:00');
    assert.equal(countdown(3 * 3_600_000, say), '3 h');
});

test('nobody who comes back in time comes too late', () => {
    for (const said of [countdown, span]) {
        assert.equal(said(2.05 * 3_600_000, say), '2 h 3 min');
        assert.equal(said(2 * 3_600_000 + 1, say), '2 h 1 min');
        assert.equal(said(86_400_000 - 1, say), '24 h');
        assert.equal(said(2.1 * 86_400_000, say), '2 days 3 h');
    }
    assert.equal(countdown(3_600_001, say), '1 h 1 min');
});

test('a whole span is said in one unit', () => {
    assert.equal(span(30_000, say), '30 s');
    assert.equal(span(240_000, say), '4 min');
    assert.equal(span(86_400_000, say), '24 h');
    assert.equal(span(7 * 86_400_000, say), '7 days');
});

test('days are local days', () => {
    const late = new Date(2026, 10, 20, 23, 59).getTime();
    const early = new Date(2026, 10, 21, 0, 1).getTime();
    assert.equal(dayOf(early) - dayOf(late), 1);
    assert.equal(dayName(late, early, 'en'), 'yesterday');
    assert.equal(dayName(early, early, 'de-AT'), 'heute');
    assert.match(seenAt(late, early, 'en'), /^yesterday, /);
});

test('a clock that is hours off is known by the date of an answer', () => {
    const now = Date.UTC(2026, 10, 21, 12);
    assert.equal(aheadOf('Sat, 21 Nov 2026 15:00:00 GMT', now), 3 * 3_600_000);
    assert.equal(aheadOf('Sat, 21 Nov 2026 09:00:00 GMT', now), -3 * 3_600_000);
    assert.equal(aheadOf('Sat, 21 Nov 2026 12:00:20 GMT', now), 0);
    assert.equal(aheadOf(null, now), 0);
    assert.equal(aheadOf('soon', now), 0);
});
