// Each error that says what to write is provoked, and what it says is done; and the sources say nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { apart } from '../support/remedies/apart';
import { checked } from '../support/remedies/check';
import { rows } from '../support/remedies/index';
import { deviceRows } from '../support/remedies/on-device';
import { statedRemedies, textsOf } from '../support/remedies/texts';

test('each remedy that is code works as it is written, and none is untested', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const texts = statedRemedies();
  const tested = new Set<unknown>();
  const wrong: string[] = [];
  for (const row of rows) {
    const found = await checked(row);
    if (found.wrong) wrong.push(found.wrong);
    else for (const text of textsOf(found.message, texts)) tested.add(text);
  }
  expect(wrong).toEqual([]);
  const pieces = [...deviceRows.map(({ piece }) => piece!), ...apart.flatMap(({ pieces }) => pieces)];
  const untested = texts.filter((text) => !tested.has(text) && !pieces.some((piece) => text.text.includes(piece)));
  // Add a row to test/support/remedies that provokes the error and does what it says.
  expect(untested.map(({ place, text }) => `${place}: ${text}`)).toEqual([]);
  // A piece that no text has any more is of a row that is to go, or of a text that was changed.
  expect(pieces.filter((piece) => !texts.some(({ text }) => text.includes(piece)))).toEqual([]);
});

test('a dtype is named wherever a text says to convert', () => {
  const nameless = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /(?:convert|with)[^\n]*\.to\(\)/.test(readFileSync(`src/${file}`, 'utf8')));
  expect(nameless).toEqual([]);
});
