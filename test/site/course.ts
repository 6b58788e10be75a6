// Drives a course's page: runs its cells, and reads the figures that they show.
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import type { ExpectedCell } from './courses/expected';

/** Cells that have not come to a good end, with what they show. */
const unfinished = (page: Page): Promise<string[]> =>
  page
    .locator('.code-cell:not([data-state="done"])')
    .evaluateAll((cells) =>
      cells
        .filter((cell) => (cell as HTMLElement).dataset.only !== 'full')
        .map(
          (cell) =>
            `${cell.ariaLabel}: ${(cell as HTMLElement).dataset.state}\n${cell.querySelector('.outputs')?.textContent}`,
        ),
    );

/** Runs all cells of a course's page, in so many minutes at most. */
export async function runAll(page: Page, minutes: number): Promise<void> {
  const began = performance.now();
  await page.getByRole('button', { name: 'Run all' }).click();
  const isOver = () => {
    const cells = [...document.querySelectorAll<HTMLElement>('.code-cell:not([data-only="full"])')];
    const isFailed = cells.some(({ dataset }) => dataset.state === 'failed' || dataset.state === 'stopped');
    return isFailed || cells.every(({ dataset }) => dataset.state === 'done');
  };
  await page.waitForFunction(isOver, undefined, { timeout: 2 * minutes * 60_000, polling: 500 });
  expect(await unfinished(page)).toEqual([]);
  expect((performance.now() - began) / 60_000, 'minutes').toBeLessThan(minutes);
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
