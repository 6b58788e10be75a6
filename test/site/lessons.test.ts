// What holds of every course as a page, before anything runs: at both widths, light and dark, with and without WebGPU and JavaScript. Its exercises are tried in
// both languages, without the page.
import { readFileSync } from 'node:fs';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import type { BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exercisesOf } from '../../demos/build/reading';
import { openRunner } from '../../scripts/checks/notebook/runner.mjs';
import { DESK, expectAccessible, PHONE } from '../e2e/accessible';
import { courseFolder, courseNames } from './course';
import { type BuiltSite, openBuiltSite, ready, write } from './support';

const courses = courseNames.map((name) => {
  const path = `${courseFolder}${name}.md`;
  return { name, path, notebook: fromMarkdown(readFileSync(path, 'utf8')) };
});
const withExercises = courses.flatMap(({ name, path, notebook }) =>
  exercisesOf(notebook).length === 0
    ? []
    : (['typescript', 'python'] as const)
        .filter((language) => notebook.cells.some((cell) => cell.kind === 'code' && cell.language === language))
        .map((language) => ({ name, path, language })),
);

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

/** Pictures without a text, and code and texts that reach out of their place and cannot be moved. */
const problems = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const untold = [...document.querySelectorAll('main img, main svg.figure')]
      .filter((picture) => !(picture.getAttribute('alt') ?? picture.getAttribute('aria-label'))?.trim())
      .map((picture) => `without a text: ${picture.outerHTML.slice(0, 120)}`);
    const isCut = (element: Element): boolean => {
      if (element.scrollWidth <= element.clientWidth + 1) return false;
      for (let at: Element | null = element; at && at.tagName !== 'MAIN'; at = at.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return false;
      }
      return true;
    };
    const cut = [...document.querySelectorAll('main :is(pre, .code, table, p, h1, h2, h3, .verdict)')]
      .filter((element) => element.checkVisibility() && isCut(element))
      .map((element) => `cut: ${element.textContent?.slice(0, 80)}`);
    const width = document.documentElement.scrollWidth;
    return [...untold, ...cut, ...(width > innerWidth ? [`the page is ${width} pixels wide`] : [])];
  });

const ways: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ['a desk, light', { viewport: DESK, colorScheme: 'light' }],
  ['a phone, dark', { viewport: PHONE, colorScheme: 'dark' }],
  ['a phone, light, without JavaScript', { viewport: PHONE, colorScheme: 'light', javaScriptEnabled: false }],
];

describe.each(courses)('$name', ({ name, notebook }) => {
  test.each(ways)('is read on %s', async (way, options) => {
    const { page, problems: heard } = await site.open(`notebook/${name}/`, options);
    if (options.javaScriptEnabled !== false) await ready(page);
    expect(await problems(page)).toEqual([]);
    expect(await page.locator('h1').innerText()).toBe(notebook.front.title);
    for (const words of [notebook.front.question, ...notebook.front.able]) {
      if (words !== '') expect(await page.locator('.opening').innerText()).toContain(words.replace(/[`*$]/g, ''));
    }
    if (notebook.front.picture !== '') expect(await page.locator('.opening .figure').isVisible()).toBe(true);
    const questions = page.locator('.lesson-predict');
    const answers = options.javaScriptEnabled === false ? 'details' : 'input[type="radio"]';
    for (const question of await questions.all()) {
      expect(await question.locator(answers).count(), await question.innerText()).toBeGreaterThan(1);
      expect(await question.locator('.lesson-right').count()).toBe(options.javaScriptEnabled === false ? 1 : 0);
    }
    // It looks at both widths.
    if (options.viewport === DESK) await expectAccessible(page, `${name} on ${way}`);
    expect(heard).toEqual([]);
    await page.context().close();
  });

  test('is read without WebGPU', async () => {
    const { page } = await site.open('offline/');
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
    await page.goto(new URL(`notebook/${name}/`, site.host.url).href);
    await page.locator('.notice').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });
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
  const check = async (): Promise<string> => {
    await stub.getByRole('button', { name: /^Check/ }).click();
    await stub.locator('.verdict[data-right]').waitFor({ timeout: 120_000 });
    return stub.locator('.verdict').innerText();
  };
  expect(await check()).toMatch(/^Not yet: ./);
  await write(page, 1 + code.findIndex(({ exercise }) => exercise?.name === first.name), solution);
  expect(await check()).toBe('Right.');
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

test.each(withExercises)(
  'exercises of $name in $language fail as they stand, and pass with their solutions',
  async ({ path, language }) => {
    const runner = await openRunner();
    const said: string[] = [];
    try {
      const chosen = { path, python: language === 'python', exercises: true };
      const failed = await runner.run(chosen, (text) => said.push(text));
      expect(failed, said.join('\n')).toBe(0);
    } finally {
      await runner.close();
    }
  },
);
