// What a page downloads until a program's first step has run: budgets, and rounds of requests.
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, resolveBrowser } from '../../../scripts/browser.mjs';
import { built, bytesOf, visited } from '../../../scripts/size/measure.mjs';
import { programs } from '../../../scripts/size/programs.mjs';
import { partOf } from '../../support/sample';

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch(launchOptions(await resolveBrowser()));
});
afterAll(() => browser?.close());

test.each(partOf(programs, 3))('$title stays within its budget', async ({ file, budget, data }) => {
  const program = await built(file);
  const { first, later, rounds } = await visited(browser, program, data);
  const once = bytesOf(program, first);
  expect(once / 1000, 'kB at once, by gzip').toBeLessThanOrEqual(budget.first);
  expect((once + bytesOf(program, later)) / 1000, 'kB until the first step has run, by gzip').toBeLessThanOrEqual(
    budget.all,
  );
  expect(rounds - 1, 'requests after the entry that wait for one another').toBeLessThanOrEqual(budget.rounds);
});

test('a file of kernels that cannot be fetched is named', async () => {
  const { file } = programs.find(({ name }) => name === 'b')!;
  const program = await built(file);
  const texts = ([name, { code }]: [string, { code: string | Uint8Array }]) =>
    name.startsWith('assets/matmul-') && String(code).includes('@workgroup_size');
  const without = [...program.scripts].filter((script) => !texts(script));
  expect(without.length).toBe(program.scripts.size - 1);
  const visit = visited(browser, { ...program, scripts: new Map(without) });
  await expect(visit).rejects.toThrow(/^kernels: the file for 'matmul' could not be loaded/);
});
