// As in test/gpu/alias-programs.test.ts, twenty times as many, each without and with a flush behind every line.
import { expect, test } from 'vitest';
import { type AliasingCase, differences } from '../support/aliasing';
import { loadFixture } from '../support/fixtures';
import { partOf } from '../support/sample';

const programs = await Promise.all(
  ['aliasing', 'aliasing_long', 'aliasing_saved'].map((family) => loadFixture<AliasingCase>(family)),
);
const cases = programs.flatMap(({ cases }) => cases);

test.each(partOf(cases, 12))('program $name', async (program) => {
  expect(await differences(program, () => false)).toEqual([]);
  expect(await differences(program, () => true)).toEqual([]);
});
