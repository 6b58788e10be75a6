// Every cell of every notebook, and those of other pages, is checked by TypeScript as the editor checks it: against the cells around it. Every program of
// README, guide and examples is checked alone. Programs of the gallery are cells, too.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { inLanguage } from 'lamplight-notebook/file/notebook';
import { type CheckedCell, cellFiles, cellOptions, globalsFile } from 'lamplight-notebook/types/cell-files';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { galleryEntries, linesOf } from '../../../demos/build/gallery';
import { uncovered } from '../../../scripts/reference/covered.mjs';
import { hostWith, programOptions, usesOf } from '../../../scripts/reference/usage.mjs';
import { allSnippets, type Snippet } from '../../../scripts/snippets.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const courses = `${root}demos/notebook/courses/`;
const gallery = `${root}demos/gallery`;

/** A file for the type checker, of which what lies behind `length` is not the author's. */
interface Checked {
  readonly text: string;
  readonly length: number;
  /** Where an error is told, and before which line the code begins there. */
  readonly place: string;
  readonly before: number;
}

/** A file for each cell of each notebook. */
function filesOf(notebooks: ReadonlyMap<string, readonly CheckedCell[]>): Map<string, Checked> {
  const files = new Map<string, Checked>();
  for (const [name, cells] of notebooks) {
    cellFiles(ts, cells).forEach((text, i) => {
      const cell = cells[i]!;
      const path = `${root}packages/notebook/${name}/${cell.name}.ts`;
      files.set(path, { text, length: cell.source.length, place: `${name} ${cell.name}`, before: 0 });
    });
  }
  return files;
}

/** A file for each program; those with a name lie beside the others of their text, which import them. */
function filesOfPrograms(snippets: readonly Snippet[]): Map<string, Checked & { readonly snippet: Snippet }> {
  return new Map(
    snippets.map((snippet) => {
      const { file, line, name, code } = snippet;
      const folder = `${root}packages/notebook/${file.replace(/\W/g, '-')}/`;
      const path = folder + (name && /\.ts$/.test(name) ? name : `at-${line}.ts`);
      return [path, { text: `${code}\nexport {};\n`, length: code.length, place: file, before: line - 1, snippet }];
    }),
  );
}

/** Errors as "line: message", by the place of the file. */
function errorsIn(checked: ReadonlyMap<string, Checked>): { found: Map<string, string[]>; program: ts.Program } {
  const builtins = readFileSync(`${root}packages/notebook/builtins.ts`, 'utf8');
  const files = new Map([[`${root}packages/notebook/cells-globals.d.ts`, globalsFile(builtins)]]);
  for (const [path, { text }] of checked) files.set(path, text);
  const options: ts.CompilerOptions = {
    ...programOptions,
    ...cellOptions(ts),
    lib: [...programOptions.lib!, 'lib.esnext.collection.d.ts'],
    types: programOptions.types!,
  };
  const host = hostWith(
    options,
    (path) => files.get(path),
    (path) => path.startsWith(`${root}packages/notebook/`),
  );
  const program = ts.createProgram([...files.keys()], options, host);
  const found = new Map<string, string[]>();
  for (const [path, { length, place, before }] of checked) {
    const file = program.getSourceFile(path)!;
    for (const { start = 0, messageText } of [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]) {
      if (start >= length) continue;
      const line = file.getLineAndCharacterOfPosition(start).line + 1 + before;
      const message = ts.flattenDiagnosticMessageText(messageText, ' ');
      found.set(place, [...(found.get(place) ?? []), `line ${line}: ${message}`]);
    }
  }
  return { found, program };
}

const cellsOf = (sources: readonly string[]): CheckedCell[] =>
  sources.map((source, i) => ({ name: `cell-${i + 1}`, source }));

/** The code that stands in a page as text. */
function cellsOfPage(path: string): CheckedCell[] {
  const html = readFileSync(`${root}demos/${path}`, 'utf8');
  const codes = [...html.matchAll(/<pre><code>([^<]*)<\/code><\/pre>/g)].map(([, code = '']) => code);
  return cellsOf(codes.map((code) => code.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')));
}

const known = new Map(
  readdirSync(courses)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const { cells } = inLanguage(fromMarkdown(readFileSync(courses + file, 'utf8')), 'typescript');
      return [file.replace('.md', ''), cellsOf(cells.filter(({ kind }) => kind === 'code').map(({ text }) => text))];
    }),
);
for (const { name, program } of galleryEntries(gallery)) {
  known.set(
    name,
    cellsOf(
      program.cells.flatMap((cell) => (cell.kind === 'code' && cell.language === 'typescript' ? [cell.text] : [])),
    ),
  );
}
known.set('home', cellsOfPage('index.html'));
known.set('playground', cellsOfPage('playground/index.html'));
const wrong = cellsOf([
  "import { nn, type Tensor } from 'lamplight';\nlet count = 0;\nconst scale = 2;\nclass Net extends nn.Module { fc = new nn.Linear(2, 3); }\ninterface Pair { a: number }",
  'count += 1;\nconst net = new Net();\nlet x: Tensor = net.fc.weight;\nconst pair: Pair = { a: scale };\nfunction later() { return below; }',
  "const count = 'now a text';\nconst below = count.length;",
  'count.toUpperCase();\nscale.toUpperCase();\nx = net.fc.weight.relu();\nnothing;',
]);
const snippets = allSnippets();
const misspelt: Snippet = {
  file: 'misspelt.md',
  line: 7,
  kind: 'cell',
  name: null,
  heading: '',
  text: '',
  code: "import * as torch from 'lamplight';\ntorch.zeroes(2);",
};
// One program reads the library once.
const programs = filesOfPrograms([...snippets, misspelt]);
const { found, program } = errorsIn(
  new Map<string, Checked>([...filesOf(new Map([...known, ['wrong', wrong]])), ...programs]),
);
/** Of all cells of a notebook. */
const foundIn = (name: string): string[] =>
  [...found].flatMap(([place, errors]) =>
    place.startsWith(`${name} `) ? errors.map((error) => `${place.slice(name.length + 1)}, ${error}`) : [],
  );

test.each([...known.keys()])('cells of %s have no error of types', (name) => {
  expect(known.get(name)).not.toEqual([]);
  expect(foundIn(name)).toEqual([]);
});

test.each(galleryEntries(gallery))('each program of the page $name has at most sixty lines', ({ program }) => {
  expect(Math.max(...linesOf(program))).toBeLessThanOrEqual(60);
});

test('a cell sees what others declare, may declare it again, and mistakes stand at their line', () => {
  expect(foundIn('wrong')).toEqual([
    "cell-4, line 2: Property 'toUpperCase' does not exist on type '2'.",
    "cell-4, line 4: Cannot find name 'nothing'.",
  ]);
});

test.each([...new Set(snippets.map(({ file }) => file))])(
  'programs of %s have no error of types, each alone',
  (file) => {
    expect(found.get(file) ?? []).toEqual([]);
  },
);

test('mistakes of a program stand at the line of its text', () => {
  expect(found.get('misspelt.md')).toEqual([expect.stringMatching(/^line 8: Property 'zeroes' does not exist/)]);
});

/**
 * A type has the example of what takes or gives it, a method of Tensor that of the function of its name, and a text may hold an example of its own.
 */
test('every export of every door has an example', () => {
  const files = new Map([...programs].map(([path, { snippet }]) => [path, snippet]));
  const without = uncovered(usesOf(program, files));
  expect(without.filter((path) => !path.startsWith('Tensor.'))).toEqual([]);
});
