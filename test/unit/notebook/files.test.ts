// Notebooks as Markdown, as Jupyter's files and in links: there and back without a loss, and what is no notebook.
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { fromIpynb, toIpynb } from 'lamplight-notebook/file/ipynb';
import { carriesNotebook, fromFragment, toFragment } from 'lamplight-notebook/file/link';
import { fromMarkdown, toMarkdown } from 'lamplight-notebook/file/markdown';
import {
  type Cell,
  codeCell,
  codeCells,
  emptyFront,
  inLanguage,
  labelsOf,
  type Notebook,
  NotebookFileError,
  sourcesOf,
  textCell,
} from 'lamplight-notebook/file/notebook';
import { expect, test } from 'vitest';

/** A link that anybody could write. */
const linkOf = (markdown: string): string => `#n=${deflateRawSync(Buffer.from(markdown)).toString('base64url')}`;

const written = `---
title: Digits: the first network
course: S1
step: 2
order: 1
minutes: 2
minutes-full: 15
summary: A sentence.
question: How does it learn?
able: train a network; read a curve
knows: what a layer is
picture: figures/digits.svg
picture-text: Ten digits: 0 to 9
---

# Digits

Text with $x^2$, and a fence that is text:

\`\`\`python static
print('\`\`\`ts')
\`\`\`

\`\`\`ts
const x: number = 2;

x * 2
\`\`\`

\`\`\`ts hidden full
draw();
\`\`\`

\`\`\`\`ts
const text = \`
\`\`\`ts
\`\`\`
\`;
\`\`\`\`

\`\`\`ts static
not a cell
\`\`\`
`;

test('a notebook in two languages is read in one of them, whose files have it alone', () => {
  const both = fromMarkdown(
    '---\ntitle: Twice\nlanguages: typescript, python\n---\n\nText.\n\n```ts\nlet x = 2;\n```\n\n```python hidden\nx = 2\n```\n\nEnd.\n',
  );
  expect(both.front.languages).toEqual(['typescript', 'python']);
  expect(fromMarkdown(toMarkdown(both))).toEqual(both);
  const python = inLanguage(both, 'python');
  expect(python.cells.map(({ text }) => text)).toEqual(['Text.', 'x = 2', 'End.']);
  expect(toMarkdown(python)).toBe('---\ntitle: Twice\n---\n\nText.\n\n```python hidden\nx = 2\n```\n\nEnd.\n');
  expect(JSON.parse(toIpynb(python)).metadata.kernelspec.name).toBe('python3');
  expect(inLanguage(python, 'typescript')).toEqual(python);
});

test('Markdown is read cell by cell, and written as it was', () => {
  const notebook = fromMarkdown(written);
  expect(notebook.front).toEqual({
    title: 'Digits: the first network',
    course: 'S1',
    step: 2,
    order: 1,
    minutes: 2,
    minutesFull: 15,
    summary: 'A sentence.',
    question: 'How does it learn?',
    able: ['train a network', 'read a curve'],
    knows: ['what a layer is'],
    picture: 'figures/digits.svg',
    pictureText: 'Ten digits: 0 to 9',
    languages: [],
  });
  expect(notebook.cells.map(({ kind }) => kind)).toEqual(['text', 'code', 'code', 'code', 'text']);
  expect(notebook.cells[1]!.text).toBe('const x: number = 2;\n\nx * 2');
  expect(notebook.cells[2]).toEqual(codeCell('draw();', { hidden: true, only: 'full' }));
  expect(notebook.cells[3]!.text).toBe('const text = `\n```ts\n```\n`;');
  expect(toMarkdown(notebook)).toBe(written);
  expect(codeCells(notebook, { short: true })).toHaveLength(2);
  expect(codeCells(notebook, { short: false })).toHaveLength(3);
});

const lesson = `---
title: A lesson
---

### Exercise: double it

\`\`\`ts exercise=double
const twice = 0;
\`\`\`

<!-- hint double -->
Add it to itself.
<!-- /hint -->

\`\`\`ts check=double
assert(twice === 4, 'not yet');
\`\`\`

\`\`\`ts solution=double
const twice = 2 + 2;
\`\`\`

\`\`\`ts
const x = 1;
\`\`\`

\`\`\`ts check
assert(x === 1);
\`\`\`
`;

test('cells of an exercise and checks are told from the cells that a reader runs', () => {
  const notebook = fromMarkdown(lesson);
  const code = notebook.cells.filter((cell) => cell.kind === 'code');
  expect(code.map(({ exercise, check }) => exercise ?? check)).toEqual([
    { name: 'double', part: 'stub' },
    { name: 'double', part: 'check' },
    { name: 'double', part: 'solution' },
    false,
    true,
  ]);
  expect(labelsOf(code)).toEqual([
    'exercise double',
    'check of exercise double',
    'solution of exercise double',
    'cell 1',
    'check below cell 1',
  ]);
  expect(sourcesOf(code)).toEqual(['const x = 1;']);
  expect(codeCells(notebook, { short: true })).toHaveLength(2);
  expect(toMarkdown(notebook)).toBe(lesson);
  expect(fromIpynb(toIpynb(notebook))).toEqual(notebook);
});

test('a cell is of one exercise at most', () => {
  expect(fromMarkdown('```ts exercise=a solution=a\n1\n```').cells[0]!.kind).toBe('text');
  expect(fromMarkdown('```ts exercise=a check\n1\n```').cells[0]!.kind).toBe('text');
});

test('a file without a front takes its title from the first heading, and other fronts are text', () => {
  expect(fromMarkdown('## Hello ##\r\n\r\n```typescript\r\n1\r\n```').front.title).toBe('Hello');
  expect(fromMarkdown('').front).toEqual(emptyFront);
  expect(fromMarkdown('---\njupyter:\n  kernel: x\n---\nText').cells[0]!.text).toContain('kernel: x');
  expect(fromMarkdown('```ts\nnever ends').cells).toEqual([codeCell('never ends')]);
});

const line = fc.constantFrom(
  '',
  ' ',
  '---',
  '# Title',
  '```ts',
  '```',
  '````ts',
  '~~~',
  '<!-- cell -->',
  '<!-- /cell -->',
  '<!-- /cell:1 -->',
  'x = 1',
  '\t$y$',
  '```python',
  '```python static',
  '```ts hidden',
  '```ts check',
  '```python exercise=one',
  '<!-- hint one -->',
  '<!-- /hint -->',
);
const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'));
const cell: fc.Arbitrary<Cell> = fc.oneof(
  text.map(textCell),
  fc
    .tuple(
      text,
      fc.constantFrom('typescript' as const, 'python' as const),
      fc.boolean(),
      fc.constantFrom(null, 'short' as const, 'full' as const),
      fc.constantFrom(null, 'stub' as const, 'check' as const, 'solution' as const),
    )
    .map(([code, language, hidden, only, part]) =>
      codeCell(code, { language, hidden, only, exercise: part && { name: 'one-2', part } }),
    ),
  text.map((code) => codeCell(code, { check: true })),
);
const notebooks: fc.Arbitrary<Notebook> = fc
  .tuple(
    fc.array(cell, { maxLength: 6 }),
    fc.constantFrom('A title', 'Of: colons'),
    fc.option(fc.integer({ min: 0, max: 99 })),
  )
  .map(([cells, title, minutes]) => ({ front: { ...emptyFront, title, minutes }, cells }));

test('whatever cells hold, they are the same after Markdown, Jupyter and a link', async () => {
  await fc.assert(
    fc.asyncProperty(notebooks, async (notebook) => {
      expect(fromMarkdown(toMarkdown(notebook))).toEqual(notebook);
      expect(fromIpynb(toIpynb(notebook))).toEqual(notebook);
      expect(await fromFragment(await toFragment(notebook))).toEqual(notebook);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("Jupyter's files hold outputs, and code of languages that do not run here is read as text", () => {
  const notebook: Notebook = { front: { ...emptyFront, title: 'T' }, cells: [textCell('Hi'), codeCell('1 + 1')] };
  const json = JSON.parse(
    toIpynb(notebook, (i) =>
      i === 1
        ? [
            { kind: 'text', stream: 'stdout', text: 'a\nb' },
            { kind: 'value', text: '2' },
            { kind: 'picture', png: 'AAAA', text: 'noise' },
            { kind: 'error', name: 'ShapeError', message: 'no', stack: ['cell 2, line 1'] },
          ]
        : [],
    ),
  );
  expect(json.cells[1].outputs).toEqual([
    { output_type: 'stream', name: 'stdout', text: ['a\n', 'b'] },
    { output_type: 'display_data', data: { 'text/plain': ['2'] }, metadata: {} },
    { output_type: 'display_data', data: { 'image/png': 'AAAA', 'text/plain': ['noise'] }, metadata: {} },
    { output_type: 'error', ename: 'ShapeError', evalue: 'no', traceback: ['cell 2, line 1'] },
  ]);
  expect(json.cells.map(({ id }: { id: string }) => id)).toEqual(['cell-1', 'cell-2']);
  const r = JSON.stringify({
    nbformat: 4,
    nbformat_minor: 2,
    metadata: { kernelspec: { name: 'ir', language: 'R' } },
    cells: [
      { cell_type: 'code', metadata: {}, source: ['library(x)\n', 'x <- 1'], outputs: [] },
      { cell_type: 'markdown', metadata: {}, source: 'Text' },
    ],
  });
  expect(fromIpynb(r).cells).toEqual([textCell('```r\nlibrary(x)\nx <- 1\n```'), textCell('Text')]);
});

test("Python's notebooks are cells of Python, and go back to Jupyter as Python's", () => {
  const python = JSON.stringify({
    nbformat: 4,
    nbformat_minor: 2,
    metadata: { kernelspec: { name: 'python3', language: 'python' } },
    cells: [
      { cell_type: 'code', metadata: {}, source: ['import torch\n', 'x = 1'], outputs: [] },
      { cell_type: 'code', metadata: { vscode: { languageId: 'typescript' } }, source: 'x', outputs: [] },
      { cell_type: 'code', metadata: {}, source: 'x + 1', outputs: [] },
    ],
  });
  const read = fromIpynb(python);
  // Older files of Colab name the kernel alone, and some name nothing.
  for (const metadata of [{ kernelspec: { name: 'python3', display_name: 'Python 3' } }, {}]) {
    expect(fromIpynb(JSON.stringify({ ...JSON.parse(python), metadata })).cells).toEqual(read.cells);
  }
  const [first, second, third] = [
    codeCell('import torch\nx = 1', { language: 'python' }),
    codeCell('x'),
    codeCell('x + 1', { language: 'python' }),
  ];
  expect(read.cells).toEqual([first, second, third]);
  const again = JSON.parse(toIpynb(read));
  expect(again.metadata.kernelspec.language).toBe('python');
  expect(again.cells.map(({ metadata }: { metadata: object }) => metadata)).toEqual([
    {},
    { vscode: { languageId: 'typescript' } },
    {},
  ]);
  expect(toMarkdown(read)).toContain('```python\nimport torch\nx = 1\n```\n\n```ts\nx\n```');
});

test('what is no notebook is a typed error', async () => {
  expect(() => fromIpynb('no json')).toThrow(NotebookFileError);
  expect(() => fromIpynb('{"nbformat": 3, "worksheets": []}')).toThrow('format 4');
  expect(() => fromIpynb('{"nbformat": 4, "cells": [3]}')).toThrow('cells to be objects');
  expect(carriesNotebook('#section')).toBe(false);
  await expect(fromFragment('#section')).rejects.toThrow(NotebookFileError);
  const link = await toFragment({ front: emptyFront, cells: [textCell('a long text, '.repeat(50))] });
  await expect(fromFragment(link.slice(0, -9))).rejects.toThrow('incomplete or damaged');
  await expect(fromFragment('#n=%%%')).rejects.toThrow('incomplete or damaged');
  const bomb = linkOf('a'.repeat(5_000_000));
  expect(bomb.length).toBeLessThan(20_000);
  await expect(fromFragment(bomb)).rejects.toThrow('at most 500 kB');
  await expect(toFragment({ front: emptyFront, cells: [textCell('a'.repeat(600_000))] })).rejects.toThrow(
    'at most 500,000 letters, but got 600,000',
  );
  await expect(fromFragment(linkOf('```ts\n```\n'.repeat(2000)))).rejects.toThrow('at most 1,000 cells, but got 2,000');
});

test('what is written to take long is read as fast as all else, or refused', async () => {
  const lines = (line: string) => `${line}\n`.repeat(Math.floor(400_000 / (line.length + 1)));
  const texts = {
    'a front of spaces': `---\na:${' '.repeat(400_000)}x\n---\nhi`,
    'a heading of spaces': `# ${' '.repeat(400_000)}x`,
    'a fence of ticks': `${'`'.repeat(400_000)}ts\nx`,
    'fences of ticks': lines('`'.repeat(600)),
    'cells of ticks': lines(`${'`'.repeat(600)}ts`),
    'fences without an end': lines('~~~'),
    'marks of cells': lines('<!-- cell -->'),
    'ends of cells': Array.from({ length: 15_000 }, (_, i) => `<!-- /cell:${i} -->`).join('\n'),
  };
  for (const [name, text] of Object.entries(texts)) {
    const begun = process.cpuUsage();
    const { cells } = await fromFragment(linkOf(text)).catch(() => ({ cells: [] }));
    // Kept, and saved for Jupyter, it goes the other way, too.
    toMarkdown({ front: emptyFront, cells: [...cells, textCell(text), textCell(text)] });
    // It takes some 50 ms; what grows with the square of the length takes minutes.
    expect(process.cpuUsage(begun).user / 1000, `${name}, milliseconds`).toBeLessThan(2000);
  }
});

test('a title is one line of the page that does not turn what follows it', () => {
  const titled = (title: string) => fromMarkdown(`---\ntitle: "${title}"\n---\nhi`).front.title;
  expect(titled('abc\u202egnp.exe \u2066x\u0007')).toBe('abc gnp.exe x');
  expect(titled('x'.repeat(400))).toHaveLength(120);
  expect(titled('\u202e')).toBe('Notebook');
  expect(titled('ספר עברי')).toBe('ספר עברי');
});
