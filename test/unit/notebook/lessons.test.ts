// Blocks of a lesson as HTML, and figures as the build puts them into a page.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldedName, holds, isFolded } from 'lamplight-notebook/file/holds';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { codeCell } from 'lamplight-notebook/file/notebook';
import { renderText } from 'lamplight-notebook/render/text';
import { expect, test } from 'vitest';
import { courseCards, courseMap, inOrder } from '../../../demos/build/course-list';
import { figureOf } from '../../../demos/build/figures';
import { exercisesOf, proseWords } from '../../../demos/build/reading';

test('a question to predict has its answers folded, each with why it is right or not', () => {
  const { html } = renderText(`Before.
<!-- predict -->
How many rows has **y**?

- [ ] \`[1: 28]\`: that is \`x\`
- [x] 26: the kernel of 3
  fits at 26 places
- [ ] both
<!-- /predict -->
After.`);
  expect(html).toContain('<div class="lesson lesson-predict"><p class="lesson-name">Predict, then run</p>');
  expect(html).toContain('<p>How many rows has <strong>y</strong>?</p>');
  expect(html).toContain(
    '<summary><code>[1: 28]</code></summary><p class="lesson-wrong">No: that is <code>x</code></p>',
  );
  expect(html).toContain('<summary>26</summary><p class="lesson-right">Right: the kernel of 3\nfits at 26 places</p>');
  expect(html).toContain('<summary>both</summary><p class="lesson-wrong">No: </p>');
  expect(html.startsWith('<p>Before.')).toBe(true);
  expect(html).toContain('<p>After.</p>');
});

test('hints are folded, summaries and glossaries are boxes, and a block that never ends is text', () => {
  const { html, headings } = renderText(
    '<!-- hint size -->\nCount $n$.\n<!-- /hint -->\n\n<!-- summary -->\n## In short\n- One\n<!-- /summary -->\n\n<!-- glossary -->\n- **map**: a sheet\n<!-- /glossary -->\n\n<!-- hint -->\nleft open',
  );
  expect(html).toMatch(/<details class="lesson lesson-hint"><summary>Hint<\/summary>\s*<p>Count <math/);
  expect(html).toContain('<div class="lesson lesson-summary">');
  expect(html).toContain('<li><strong>map</strong>: a sheet</li>');
  expect(html).toContain('left open');
  expect(headings.map(({ id }) => id)).toEqual(['in-short']);
});

test('a drawing stands in the page as it is written, with what it shows in words', () => {
  const courses = mkdtempSync(join(tmpdir(), 'figures-'));
  mkdirSync(join(courses, 'figures'));
  const write = (text: string) => writeFileSync(join(courses, 'figures/k.svg'), text);
  const drawn = (text: string) => {
    write(text);
    return figureOf(courses, 'figures/k.svg', 'A "kernel"');
  };
  expect(
    drawn(
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" viewBox="0 0 9 9">\n  <!-- a --><path id="k-a" fill="var(--dusk)" d="M0 0"/>\n</svg>\n',
    ),
  ).toBe(
    '<svg class="figure" data-figure="figures/k.svg" role="img" aria-label="A &quot;kernel&quot;" viewBox="0 0 9 9">\n<path id="k-a" fill="var(--dusk)" d="M0 0"/>\n</svg>',
  );
  const svg = (inner: string) => `<svg viewBox="0 0 9 9">${inner}</svg>`;
  for (const bad of [
    '<script>1</script>',
    '<g onload="x()"/>',
    '<g style="fill:red"/>',
    '<use href="https://x.example/a.svg#a"/>',
    '<g fill="url(https://x.example/a)"/>',
    '<foreignObject/>',
  ]) {
    expect(() => drawn(svg(bad)), bad).toThrow('may not hold');
  }
  expect(drawn(svg('<use href="#k-a"/><g fill="url(#k-a)"/>'))).toContain('<use href="#k-a"/>');
  expect(() => drawn(svg('<g id="other"/>'))).toThrow('ids that begin with k');
  expect(() => drawn('<svg/>')).toThrow('one <svg>');
  expect(() => figureOf(courses, 'figures/none.svg', 'x')).toThrow('no such file');
  expect(() => figureOf(courses, 'figures/k.svg', ' ')).toThrow('says what is to be seen');
  expect(figureOf(courses, '../figures/k.svg', 'x')).toBeUndefined();
  expect(figureOf(courses, 'https://x.example/k.svg', 'x')).toBeUndefined();
  writeFileSync(join(courses, 'figures/cat.webp'), '');
  expect(figureOf(courses, 'figures/cat.webp', 'A cat')).toContain('src="../courses/figures/cat.webp" alt="A cat"');
});

test('folded code says what it holds by its first comment', () => {
  const python = (text: string) => holds(codeCell(text, { language: 'python' }));
  expect(holds(codeCell('// Draws a grid\n// with its numbers.\nconst x = 1;'))).toBe('Draws a grid with its numbers.');
  expect(holds(codeCell('/**\n * Draws a grid.\n */\nfunction f() {}'))).toBe('Draws a grid.');
  expect(holds(codeCell('const x = 1; // one'))).toBe('');
  expect(python('# Draws a grid\n# of numbers.\nx = 1')).toBe('Draws a grid of numbers.');
  expect(python('"""Draws a grid."""\nx = 1')).toBe('Draws a grid.');
  expect(foldedName(codeCell('x'))).toBe('Code that is folded away');
  const [stub, solution] = (['stub', 'solution'] as const).map((part) =>
    codeCell('// x', { exercise: { name: 'a', part } }),
  );
  expect([
    isFolded(stub!),
    isFolded(solution!),
    isFolded(codeCell('', { hidden: true })),
    isFolded(codeCell('')),
  ]).toEqual([false, true, true, false]);
  expect(foldedName(solution!)).toBe('One solution');
});

test('the words that are read are those of texts, without code, marks and formulas', () => {
  expect(
    proseWords('# A kernel\n\nIt has **nine** [numbers](https://x.example/a b), $x + y$.\n<!-- hint a -->\nGo on.'),
  ).toBe(9);
  expect(proseWords('One.\n\n```python static\nx = 1\ny = 2\n```\n\n![two squares](figures/a.svg) end')).toBe(4);
});

test('courses are listed in the order of their steps, by names, with what there is to do', () => {
  const entry = (name: string, front: string, text = '') => {
    const source = `---\ntitle: The ${name}\n${front}\n---\n\nText.\n${text}`;
    return { name, source, notebook: fromMarkdown(source) };
  };
  const exercise = '\n```ts exercise=a\n1\n```\n\n```python exercise=a\n1\n```\n';
  const all = inOrder([
    entry('engine', 'course: Engine\norder: 1'),
    entry('second', 'course: S9\nstep: 2\nquestion: Why?', exercise),
    entry('first', 'course: S8\nstep: 1\nsummary: A layer.'),
  ]);
  expect(all.map(({ name }) => name)).toEqual(['first', 'second', 'engine']);
  expect(exercisesOf(all[1]!.notebook)).toEqual(['a']);
  const cards = courseCards(all, '../');
  expect(cards).toMatch(/Course 1<\/b> The first[\s\S]*A layer\.[\s\S]*Course 2<\/b> The second[\s\S]*Why\?/);
  expect(cards).toContain('1 min to read · <span data-course="second" data-exercises="1">1 exercise</span>');
  expect(cards).toMatch(/And beyond them[\s\S]*The engine/);
  expect(cards).not.toMatch(/S8|S9|Course Engine/);
  expect(courseMap(all, '../').match(/<li>/g)).toHaveLength(2);
});

test('a table’s corner that says nothing is no head', () => {
  const { html } = renderText('| | Layer |\n| --- | --- |\n| size | 3 |');
  expect(html).not.toContain('<th></th>');
  expect(html).toMatch(/<td><\/td>\s*<th>Layer<\/th>/);
});

test('long names in the narrow columns of tables break behind a dot or a bracket, and in lines of text where they like', () => {
  const { html } = renderText(
    '| a |\n| --- |\n| `matplotlib.pyplot`, `F.max_pool2d(x, 2)`, `1.5` |\n\nText with `torch.nn`.',
  );
  expect(html).toContain(
    '<code>matplotlib.<wbr>pyplot</code>, <code>F.<wbr>max_<wbr>pool2d(<wbr>x, 2)</code>, <code>1.5</code>',
  );
  expect(html).toContain('<code>torch.nn</code>');
});
