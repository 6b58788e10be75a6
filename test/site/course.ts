// Drives a course's page: runs its cells, reads the figures that they show, and does its exercises.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { type CodeCell, inLanguage, type Language } from 'lamplight-notebook/file/notebook';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import type { ExpectedCell } from './courses/expected';
import type { PythonCourse } from './courses/python';
import { wrongIn } from './looks';
import { write } from './support';

/** Where the courses lie, with a slash at the end. */
export const courseFolder = fileURLToPath(new URL('../../demos/notebook/courses/', import.meta.url));
export const courseNames = readdirSync(courseFolder)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.replace(/\.md$/, ''));

/** Cells that have not come to a good end, with what they show. */
const unfinished = (page: Page): Promise<string[]> =>
  page
    .locator('.code-cell:not([data-state="done"], [data-exercise])')
    .evaluateAll((cells) =>
      cells
        .filter((cell) => (cell as HTMLElement).dataset.only !== 'full')
        .map(
          (cell) =>
            `${cell.ariaLabel}: ${(cell as HTMLElement).dataset.state}\n${cell.querySelector('.outputs')?.textContent}`,
        ),
    );

/** Runs all cells of a course's page; the minutes that they took. Behind twice as many as it may take, it gives up. */
export async function runAll(page: Page, minutes: number): Promise<number> {
  const began = performance.now();
  await page.getByRole('button', { name: 'Run all' }).click();
  const isOver = () => {
    const cells = [...document.querySelectorAll<HTMLElement>('.code-cell:not([data-only="full"], [data-exercise])')];
    const isFailed = cells.some(({ dataset }) => dataset.state === 'failed' || dataset.state === 'stopped');
    return isFailed || cells.every(({ dataset }) => dataset.state === 'done');
  };
  await page.waitForFunction(isOver, undefined, { timeout: 2 * minutes * 60_000, polling: 500 });
  expect(await unfinished(page)).toEqual([]);
  return (performance.now() - began) / 60_000;
}

/** Holds a cell's output against what is expected of it. */
export async function expectCell(page: Page, expected: ExpectedCell): Promise<void> {
  const cells = page.locator('.code-cell').filter({ hasText: expected.cell });
  expect(await cells.count(), `cells with “${expected.cell}”`).toBe(1);
  const outputs = cells.locator('.outputs');
  const text = ((await outputs.innerText()) ?? '').replace(/\s+/g, ' ');
  for (const part of expected.shows ?? []) {
    if (typeof part === 'string') expect(text, expected.cell).toContain(part.replace(/\s+/g, ' '));
    else expect(text, expected.cell).toMatch(part);
  }
  for (const { row, column = 'here', value, within = 0 } of expected.numbers ?? []) {
    const shown = Number.parseFloat((await fieldOf(outputs, row, column)).replace(/[,\u202f]/g, ''));
    expect(Math.abs(shown - value), `${row}: ${shown} beside ${value}`).toBeLessThanOrEqual(within);
  }
  if (expected.pictures) expect(await outputs.locator('img').count()).toBeGreaterThanOrEqual(expected.pictures);
  if (expected.plots) expect(await outputs.locator('.plot canvas').count()).toBeGreaterThanOrEqual(expected.plots);
}

/** The text of a table's field, by the first word of its row and the head of its column. */
const fieldOf = (outputs: Locator, row: string, column: string): Promise<string> =>
  outputs.evaluate(
    (root, [wantedRow, wantedColumn]) => {
      for (const table of root.querySelectorAll('table')) {
        const at = [...table.querySelectorAll('thead th')].findIndex(({ textContent }) => textContent === wantedColumn);
        const line = [...table.querySelectorAll('tbody tr')].find(
          (each) => each.children[0]?.textContent === wantedRow,
        );
        const field = at < 0 ? undefined : line?.children[at]?.textContent;
        if (field) return field;
      }
      throw new Error(`no table has a row “${wantedRow}” with a column “${wantedColumn}”`);
    },
    [row, column] as const,
  );

const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;
const plain = (line: string): string =>
  line
    .replace(/\s+/g, ' ')
    .replace(/([[(]) /g, '$1')
    .trim();

/** Whether a line says what PyTorch's says, with numbers that are so far from its own at most. Errors have words of their own behind their class. */
function agrees(shown: string, printed: string, within: number): boolean {
  const [, error] = /^(\w+Error): /.exec(printed) ?? [];
  if (error) return shown.startsWith(`${error}: `);
  if (shown.replace(NUMBER, '#') !== printed.replace(NUMBER, '#')) return false;
  const [here, there] = [shown, printed].map((line) => (line.match(NUMBER) ?? []).map(Number));
  return here!.every((number, i) => Math.abs(number - there![i]!) <= within + 1e-9);
}

/** Holds what the cells of a course in Python have printed against what PyTorch printed of them. */
export async function expectPrinted(page: Page, { cells, within = {}, pictures }: PythonCourse): Promise<void> {
  const shown = await page.locator('.code-cell:not([data-check], [data-exercise])').evaluateAll((all) =>
    all.map((cell) => ({
      source: cell.querySelector('.code pre')?.textContent ?? '',
      text: [...cell.querySelectorAll('.outputs .out.text')].map(({ textContent }) => textContent).join('\n'),
      pictures: cell.querySelectorAll('.outputs img').length,
    })),
  );
  expect(shown.length, 'cells').toBe(cells.length);
  const missing = cells.flatMap((lines, i) => {
    const { source, text } = shown[i]!;
    const far = Object.entries(within).find(([part]) => source.includes(part))?.[1] ?? 0.002;
    const rest = text.split('\n').map(plain);
    return lines.map(plain).flatMap((line) => {
      const at = rest.findIndex((each) => agrees(each, line, far));
      if (at < 0) return [`cell ${i + 1}: ${line}, but got ${rest.slice(0, 6).join(' | ')}`];
      rest.splice(0, at + 1);
      return [];
    });
  });
  expect(missing).toEqual([]);
  for (const [part, count] of Object.entries(pictures)) {
    const cell = shown.filter(({ source }) => source.includes(part));
    expect(cell.length, `cells with “${part}”`).toBe(1);
    expect(cell[0]!.pictures, `pictures of “${part}”`).toBeGreaterThanOrEqual(count);
  }
}

/** The code cells of a course's page in a language, in their order. */
function codeOf(name: string, language: Language): CodeCell[] {
  const { cells } = inLanguage(fromMarkdown(readFileSync(`${courseFolder}${name}.md`, 'utf8')), language);
  return cells.filter((cell) => cell.kind === 'code');
}

/** Checks what an exercise's cell holds; the verdict in words. */
export async function checkExercise(page: Page, name: string): Promise<string> {
  const stub = page.locator(`[data-exercise="${name}"][data-part="stub"]`);
  await stub.getByRole('button', { name: /^Check/ }).click();
  await stub.locator('.verdict[data-right]').waitFor({ timeout: 300_000 });
  return stub.locator('.verdict').innerText();
}

/** Does the exercises of a course whose cells have run: what each begins with is not right yet, and its solution is. */
async function doExercises(page: Page, course: string, language: Language): Promise<void> {
  const code = codeOf(course, language);
  const wrong: string[] = [];
  for (const [i, { exercise }] of code.entries()) {
    if (exercise?.part !== 'stub') continue;
    const { name } = exercise;
    const solution = code.find((cell) => cell.exercise?.name === name && cell.exercise.part === 'solution')!.text;
    const before = await checkExercise(page, name);
    if (!/^Not yet: ./.test(before)) wrong.push(`${name} as it stands: ${before}`);
    await write(page, i + 1, solution);
    const after = await checkExercise(page, name);
    if (after !== 'Right.') wrong.push(`${name} with its solution: ${after}`);
  }
  expect(wrong).toEqual([]);
}

/**
 * What holds of a course's page once its cells have run: it is read at both widths, by day and by night, its exercises can be done, and nothing is
 * on the console. Closes the page.
 */
export async function leaveWell(page: Page, name: string, language: Language, problems: readonly string[]) {
  expect(await wrongIn(page, ['1280, light', '390, dark']), `${name} in ${language}`).toEqual([]);
  await doExercises(page, name, language);
  expect(problems).toEqual([]);
  await page.context().close();
}
