// Recorded outputs: which cell each belongs to, what the page is made of, and which cells of courses lack one.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { afterAll, expect, test } from 'vitest';
import { cells } from '../../../demos/build/notebooks';
import { keyed, languagesOf, Recorded, unrecorded } from '../../../demos/build/recorded';
import { stillPlot } from '../../../packages/notebook/outputs/still-plot';
import { folderOf, RECORDING } from '../../../scripts/recordings.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'recorded-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const small = (first = 'show(1)') =>
  fromMarkdown(`---
title: Small
languages: typescript, python
---

Text.

\`\`\`ts
${first}
\`\`\`

\`\`\`python
print(1)
\`\`\`

\`\`\`ts
show(2)
\`\`\`

\`\`\`ts
show(2)
\`\`\`

\`\`\`ts full
show(3)
\`\`\`
`);

function record(texts: readonly string[]): void {
  const folder = folderOf('small', 'typescript', scratch);
  mkdirSync(folder, { recursive: true });
  const keys = [...keyed(small(), 'typescript').values()];
  const recording = {
    cells: Object.fromEntries(keys.map((key, i) => [key, texts[i]])),
    styles: { 'look-00000001': '--at: 1', 'look-00000002': '--at: 2' },
  };
  writeFileSync(join(folder, RECORDING), JSON.stringify(recording));
}

test('each cell has its own recording in the page, also cells with the same code', () => {
  record(['one', '', '<img class="look-00000001" src="ab.webp">']);
  const notebook = small();
  const recorded = new Recorded('small', notebook, '../recorded/', scratch);
  const { html } = cells(notebook, undefined, recorded);
  const parts = html.split('<section').slice(1);
  expect(parts.map((part) => /data-recorded[^>]*>(.*)<\/div><\/section>/s.exec(part)?.[1] ?? '')).toEqual([
    '',
    '<p class="recorded-mark">Recorded</p>one',
    '',
    '',
    '<p class="recorded-mark">Recorded</p><img class="look-00000001" src="../recorded/small.typescript/ab.webp">',
    '',
  ]);
  expect(recorded.css).toBe('.look-00000001 { --at: 1 }\n');
});

test('a cell whose code has changed since shows nothing, and is said to lack a recording', () => {
  record(['one', 'two', 'three']);
  const notebook = small('show(10)');
  const { html } = cells(notebook, undefined, new Recorded('small', notebook, '../recorded/', scratch));
  expect(html).not.toContain('one');
  expect(html).toContain('two');
  expect(unrecorded('small', notebook, 'typescript', scratch).map(({ text }) => text)).toEqual(['show(10)']);
  expect(unrecorded('small', notebook, 'python', scratch)).toEqual([]);
});

const courses = fileURLToPath(new URL('../../../demos/notebook/courses', import.meta.url));

test('no cell of a recorded course lacks its recording', () => {
  const missing = readdirSync(courses)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const name = file.replace(/\.md$/, '');
      const notebook = fromMarkdown(readFileSync(join(courses, file), 'utf8'));
      return languagesOf(notebook).flatMap((language) => {
        const lacking = unrecorded(name, notebook, language);
        const first = lacking[0]?.text.split('\n', 1)[0];
        return lacking.length === 0
          ? []
          : [
              `${name} in ${language}: ${lacking.length} cells, the first begins with “${first}”: npm run check -- record ${name} --language ${language}`,
            ];
      });
    });
  expect(missing).toEqual([]);
});

const line = (x: number[], y: number[]) => ({ name: '', x: Float64Array.from(x), y: Float64Array.from(y) });
const plot = {
  kind: 'plot',
  style: 'line',
  title: '',
  x: 'step',
  y: '',
  log: false,
  ticks: null,
  lines: [line([0, 50, 100], [2, 1, 0])],
} as const;

test('a still plot has its numbers at the places of its grid, and its line from edge to edge', () => {
  const html = stillPlot(plot);
  expect([...html.matchAll(/class="middle" x="([^"]*)"[^>]*>([^<]*)/g)].map(([, at, text]) => [at, text])).toEqual([
    ['0%', '0'],
    ['20%', '20'],
    ['40%', '40'],
    ['60%', '60'],
    ['80%', '80'],
    ['100%', '100'],
    ['50%', 'step'],
  ]);
  expect(/ d="M0 [\d.]+L500 [\d.]+L1000 [\d.]+"/.test(html)).toBe(true);
});

test('a still plot leaves out what is no number, and by factors what has no logarithm', () => {
  const html = stillPlot({ ...plot, log: true, lines: [line([0, 1, 2, 3], [0, 10, Number.NaN, 1000])] });
  expect(html.match(/NaN|Infinity/)).toBe(null);
  expect(/ d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+"/.test(html)).toBe(true);
});

test('a still plot of a long training is no longer than the page is wide', () => {
  const steps = Array.from({ length: 100_000 }, (_, i) => i);
  const html = stillPlot({ ...plot, lines: [line(steps, steps.map(Math.sin))] });
  expect(html.length).toBeLessThan(40_000);
});

test('bars of named places stand one above each name', () => {
  const names = ['circle', 'square', 'triangle & cross', 'something long'];
  const html = stillPlot({ ...plot, style: 'bars', ticks: names, lines: [line([0, 1, 2, 3], [1, 2, 3, 4])] });
  expect(html.match(/M[\d.]+ [\d.]+V/g)).toHaveLength(4);
  expect(html).toContain('>triangle &amp; cross</text>');
  expect(html).toContain('class="aslant"');
});
