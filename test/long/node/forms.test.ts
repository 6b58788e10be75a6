// What an editor says of calls of the package as it is built: the forms of a call, with a text for each parameter, and errors of a few lines.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDeclarations } from '../../../scripts/declarations/written.mjs';
import { doors } from '../../../scripts/doors.mjs';
import { programOptions } from '../../../scripts/reference/usage.mjs';
import { places, prologue, unclear, wrong } from '../../support/editor/calls';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const codes = [...Object.keys(places), ...Object.keys(wrong)];
const pathOf = (code: string) => `${root}demos/asked-${codes.indexOf(code)}.ts`;
const sources = new Map(codes.map((code) => [pathOf(code), `${prologue}${code.replace('|', '')}\nexport {};\n`]));
const said = (parts: ts.SymbolDisplayPart[] | undefined) => ts.displayPartsToString(parts);

let folder = '';
let service: ts.LanguageService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-forms-'));
  await writeDeclarations(folder);
  const paths = Object.fromEntries(doors.map(({ name, module }) => [name, [join(folder, `${module}.d.ts`)]]));
  const read = (path: string) => sources.get(path) ?? ts.sys.readFile(path);
  service = ts.createLanguageService({
    getCompilationSettings: () => ({ ...programOptions, paths }),
    getScriptFileNames: () => [...sources.keys()],
    getScriptVersion: () => '1',
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    fileExists: (path) => sources.has(path) || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
}, 900_000);

afterAll(() => rm(folder, { recursive: true }));

const clear = <T>(asked: Readonly<Record<string, T>>) => Object.entries(asked).filter(([code]) => !unclear.has(code));

test('nine of ten are clear', () => {
  expect(codes.length).toBeGreaterThanOrEqual(100);
  expect(unclear.size).toBeLessThanOrEqual(codes.length / 10);
});

test.each(clear(places))('%s shows the usual form first, with a text for each parameter', (code, names) => {
  const help = service.getSignatureHelpItems(pathOf(code), prologue.length + code.indexOf('|'), {});
  const { items = [], selectedItemIndex } = help ?? {};
  expect(items.length).toBeGreaterThan(0);
  expect(items.length).toBeLessThanOrEqual(4);
  expect(selectedItemIndex).toBe(0);
  const shown = items[0]!.parameters;
  expect(`${shown.map(({ name }) => name.replace('?', '')).join(', ')}, `).toMatch(new RegExp(`^${names}, `));
  expect(shown.filter(({ documentation }) => said(documentation) === '').map(({ name }) => name)).toEqual([]);
  expect(said(items[0]!.documentation)).not.toBe('');
  const forms = items.map(({ parameters }) => parameters.map(({ displayParts }) => said(displayParts)).join(', '));
  expect(forms.filter((form) => /\bargs_|\$\d|\bArguments<|ByName|Kind<|Optional<|Values</.test(form))).toEqual([]);
});

test.each(clear(wrong))('%s is one error of at most three lines, which names the argument', (code, says) => {
  const path = pathOf(code);
  const found = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
  expect(found).toHaveLength(1);
  const message = ts.flattenDiagnosticMessageText(found[0]!.messageText, '\n');
  expect(message).toMatch(says);
  expect(message.split('\n').length).toBeLessThanOrEqual(3);
});

test('the declarations stay small beside the package', async () => {
  const sizes = await Promise.all(
    [...doors.map(({ module }) => module), 'shared/lamplight'].map(
      async (module) => (await readFile(join(folder, `${module}.d.ts`))).length,
    ),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_900_000);
});
