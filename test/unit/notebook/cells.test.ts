// Every cell of every notebook, and those of other pages, is checked by TypeScript as the editor checks it: against the cells around it.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { fromMarkdown } from '../../../demos/notebook/file/markdown';
import { type CheckedCell, cellFiles, cellOptions, globalsFile } from '../../../demos/notebook/types/cell-files';
import { doors } from '../../../scripts/doors.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const courses = `${root}demos/notebook/courses/`;

/** Errors as "line of the cell: message", for each notebook by its name. */
function errorsIn(notebooks: ReadonlyMap<string, readonly CheckedCell[]>, given = ''): Map<string, string[]> {
  const builtins = readFileSync(`${root}demos/notebook/builtins.d.ts`, 'utf8');
  const files = new Map([[`${root}demos/notebook/cells-globals.d.ts`, globalsFile(builtins) + given]]);
  const lengths = new Map<string, number>();
  for (const [name, cells] of notebooks) {
    cellFiles(ts, cells).forEach((text, i) => {
      const path = `${root}demos/notebook/${name}/${cells[i]!.name}.ts`;
      files.set(path, text);
      lengths.set(path, cells[i]!.source.length);
    });
  }
  const options: ts.CompilerOptions = {
    ...cellOptions(ts),
    lib: [
      'lib.es2023.d.ts',
      'lib.dom.d.ts',
      'lib.dom.iterable.d.ts',
      'lib.dom.asynciterable.d.ts',
      'lib.esnext.disposable.d.ts',
      'lib.esnext.collection.d.ts',
    ],
    types: ['@webgpu/types', 'vite/client'],
    paths: Object.fromEntries(doors.map(({ name, source }) => [name, [source]])),
    allowImportingTsExtensions: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.directoryExists = (path) => path.startsWith(`${root}demos/notebook/`) || directoryExists?.(path) === true;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...others) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, target, ...others) : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const found = new Map<string, string[]>();
  for (const [path, length] of lengths) {
    const file = program.getSourceFile(path)!;
    for (const { start = 0, messageText } of [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]) {
      if (start >= length) continue;
      const [, notebook = '', cell = ''] = /([\w-]+)\/([\w-]+)\.ts$/.exec(path) ?? [];
      const line = file.getLineAndCharacterOfPosition(start).line + 1;
      const message = ts.flattenDiagnosticMessageText(messageText, ' ');
      found.set(notebook, [...(found.get(notebook) ?? []), `${cell}, line ${line}: ${message}`]);
    }
  }
  return found;
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
      const { cells } = fromMarkdown(readFileSync(courses + file, 'utf8'));
      return [file.replace('.md', ''), cellsOf(cells.filter(({ kind }) => kind === 'code').map(({ text }) => text))];
    }),
);
known.set('home', cellsOfPage('index.html'));
known.set('playground', cellsOfPage('playground/index.html'));
const wrong = cellsOf([
  "import { nn, type Tensor } from 'lamplight';\nlet count = 0;\nconst scale = 2;\nclass Net extends nn.Module { fc = new nn.Linear(2, 3); }\ninterface Pair { a: number }",
  'count += 1;\nconst net = new Net();\nlet x: Tensor = net.fc.weight;\nconst pair: Pair = { a: scale };\nfunction later() { return below; }',
  "const count = 'now a text';\nconst below = count.length;",
  'count.toUpperCase();\nscale.toUpperCase();\nx = net.fc.weight.relu();\nnothing;',
]);
// One program reads the library once.
const found = errorsIn(new Map([...known, ['wrong', wrong]]), 'declare global { const canvas: OffscreenCanvas; }\n');

test.each([...known.keys()])('cells of %s have no error of types', (name) => {
  expect(known.get(name)).not.toEqual([]);
  expect(found.get(name) ?? []).toEqual([]);
});

test('a cell sees what others declare, may declare it again, and mistakes stand at their line', () => {
  expect(found.get('wrong')).toEqual([
    "cell-4, line 2: Property 'toUpperCase' does not exist on type '2'.",
    "cell-4, line 4: Cannot find name 'nothing'.",
  ]);
});
