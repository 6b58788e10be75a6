// What holds of every course as a page, before anything runs: at both widths, light and dark, with and without WebGPU and JavaScript, with the outputs that were
// recorded.
import { readFileSync } from 'node:fs';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOf, recordingIn } from '../../scripts/recordings.mjs';
import type { Look } from '../e2e/accessible';
import type { WatchedPage } from '../e2e/support';
import { partOf } from '../support/sample';
import { checkExercise, courseFolder, courseNames } from './course';
import { wrongIn } from './looks';
import { type BuiltSite, cell, openBuiltSite, output, ready, run, write } from './support';

const courses = courseNames.map((name) => ({
  name,
  notebook: fromMarkdown(readFileSync(`${courseFolder}${name}.md`, 'utf8')),
}));
let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

/** How a course is opened, and how axe-core looks at it then; the last one where it has a second language. */
const ways = {
  'with WebGPU': ['1280, dark', '390, light'],
  'without WebGPU': ['390, dark'],
  'without JavaScript': [],
  'in Python': ['1280, light'],
} as const satisfies Record<string, readonly Look[]>;
type Way = keyof typeof ways;
const WAYS = Object.keys(ways) as Way[];

async function opened(name: string, way: Way): Promise<WatchedPage> {
  const path = `notebook/${name}/`;
  if (way === 'without JavaScript') return site.open(path, { javaScriptEnabled: false });
  const watched = await site.open('offline/');
  if (way === 'without WebGPU') {
    await watched.page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  }
  await watched.page.goto(new URL(way === 'in Python' ? `${path}?language=python` : path, site.host.url).href);
  await (way === 'without WebGPU' ? watched.page.locator('.notice').waitFor() : ready(watched.page));
  return watched;
}

/** Each course in each way in which it is read. */
const readings = courses.flatMap(({ name, notebook: { front } }) =>
  WAYS.filter((way) => way !== 'in Python' || front.languages.length > 1).map((way) => ({ name, way, front })),
);

test.each(partOf(readings, 3))('$name is read $way', async ({ name, way, front }) => {
  const isRecorded = recordingIn(folderOf(name, 'typescript')) !== null;
  const { page, problems } = await opened(name, way);
  const hasScripts = way !== 'without JavaScript';
  expect(await wrongIn(page, ways[way])).toEqual([]);
  expect(await page.locator('h1').innerText()).toBe(front.title);
  for (const words of [front.question, ...front.able]) {
    if (words !== '') expect(await page.locator('.opening').innerText()).toContain(words.replace(/[`*$]/g, ''));
  }
  if (front.picture !== '') expect(await page.locator('.opening .figure').isVisible()).toBe(true);
  for (const question of await page.locator('.lesson-predict').all()) {
    const answers = question.locator(hasScripts ? 'input[type="radio"]' : 'details');
    expect(await answers.count(), await question.innerText()).toBeGreaterThan(1);
    expect(await question.locator('.lesson-right').count()).toBe(hasScripts ? 0 : 1);
  }
  if (isRecorded) {
    const outputs = page.locator('.code-cell:not([hidden]) > .outputs[data-recorded="page"]');
    expect(await outputs.count()).toBeGreaterThan(3);
  }
  if (!hasScripts) {
    const pictures = await page
      .locator('main img')
      .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).src));
    for (const address of new Set(pictures)) expect((await page.request.get(address)).status(), address).toBe(200);
  }
  expect(problems).toEqual([]);
  await page.context().close();
});

test('the first cell that has run has no recorded output any more', async () => {
  const { page } = await site.open('notebook/s0-convolution/');
  await ready(page);
  await run(page, 1);
  expect(await cell(page, 1).getAttribute('data-state')).toBe('done');
  expect(await output(page, 1).and(page.locator('[data-recorded]')).count()).toBe(0);
  await page.context().close();
});

test('an exercise is checked in words, and what was typed and solved is there at the next visit', async () => {
  const { name, notebook } = courses.find((course) => course.notebook.front.step === 1)!;
  const code = notebook.cells
    .filter((cell) => cell.kind === 'code')
    .filter(({ language }) => language === 'typescript');
  const first = code.find(({ exercise }) => exercise?.part === 'stub')!.exercise!;
  const solution = code.find(({ exercise }) => exercise?.name === first.name && exercise.part === 'solution')!.text;
  const { page, problems: heard } = await site.open(`notebook/${name}/`);
  await ready(page);
  const stub = page.locator(`[data-exercise="${first.name}"][data-part="stub"]`);
  expect(await checkExercise(page, first.name)).toMatch(/^Not yet: ./);
  await write(page, 1 + code.findIndex(({ exercise }) => exercise?.name === first.name), solution);
  expect(await checkExercise(page, first.name)).toBe('Right.');
  await page.reload();
  await ready(page);
  expect(await stub.locator('.solved').isVisible()).toBe(true);
  expect((await stub.locator('.code').textContent())?.trim()).toBe(solution.trim());
  expect(await page.locator('#banners').innerText(), 'the course itself is as it was').toBe('');
  await page.goto(new URL('courses/', site.host.url).href);
  await page.getByText(/^1 of \d+ exercises solved$/).waitFor();
  expect(heard).toEqual([]);
  await page.context().close();
});
