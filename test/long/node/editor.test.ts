// What an editor says of the package as it is built: the forms of a call with a text for each parameter, errors of a few lines, hovers and
// completions, asked of TypeScript's language service.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDeclarations } from '../../../scripts/declarations/written.mjs';
import { doors } from '../../../scripts/doors.mjs';
import { programOptions } from '../../../scripts/reference/usage.mjs';
import {
  completions,
  parameters,
  places,
  prologue,
  texts,
  unclear,
  underlined,
  wrong,
} from '../../support/editor/calls';
import { partOf } from '../../support/sample';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const codes = [...new Set([places, wrong, underlined, parameters, completions, texts].flatMap(Object.keys))];
const pathOf = (code: string) => `${root}demos/asked-${codes.indexOf(code)}.ts`;
const sources = new Map(codes.map((code) => [pathOf(code), `${prologue}${code.replace('|', '')}\nexport {};\n`]));
const cursorIn = (code: string) => prologue.length + code.indexOf('|');
const said = (parts: ts.SymbolDisplayPart[] | undefined) => ts.displayPartsToString(parts);

let folder = '';
let service: ts.LanguageService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-editor-'));
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

const clear = <T>(asked: Readonly<Record<string, T>>) =>
  partOf(
    Object.entries(asked).filter(([code]) => !unclear.has(code)),
    2,
  );
const helpAt = (code: string) => service.getSignatureHelpItems(pathOf(code), cursorIn(code), {});
const begins = (text: string, start: string) => (text.startsWith(start) ? start : text);

/** The only error of a program: the text that it is about, and what it says. */
function errorOf(code: string): readonly [at: string, message: string] {
  const path = pathOf(code);
  const found = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
  expect(found).toHaveLength(1);
  const { start = 0, length = 0, messageText } = found[0]!;
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  expect(message.split('\n').length).toBeLessThanOrEqual(3);
  return [sources.get(path)!.slice(start, start + length), message];
}

test('nine of ten are clear', () => {
  const asked = [places, wrong, underlined].flatMap(Object.keys).length;
  expect(asked).toBeGreaterThanOrEqual(100);
  expect(unclear.size).toBeLessThanOrEqual(asked / 10);
});

test.each(clear(places))('%s shows the usual form first, with a text for each parameter', (code, names) => {
  const { items = [], selectedItemIndex } = helpAt(code) ?? {};
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

test('a parameter has a text of its own', () => {
  const shown = Object.entries(parameters).map(([code, start]) => {
    const { items = [], argumentIndex = 0 } = helpAt(code) ?? {};
    return [code, begins(said(items[0]?.parameters[argumentIndex]?.documentation), start)];
  });
  expect(Object.fromEntries(shown)).toEqual(parameters);
});

test.each(clear(wrong))('%s is one error of at most three lines, which names the argument', (code, says) => {
  expect(errorOf(code)[1]).toMatch(says);
});

test.each(clear(underlined))('%s is one error where it stands', (code, [at, says]) => {
  const [place, message] = errorOf(code);
  expect(place).toBe(at);
  expect(message).toMatch(says);
});

test.each(Object.entries(completions))('%s is completed', (code, offered) => {
  const names = service.getCompletionsAtPosition(pathOf(code), cursorIn(code), {})?.entries.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...offered]));
});

test('hover shows the text', () => {
  const shown = Object.entries(texts).map(([code, start]) => {
    const info = service.getQuickInfoAtPosition(pathOf(code), cursorIn(code));
    return [code, begins(said(info?.documentation), start)];
  });
  expect(Object.fromEntries(shown)).toEqual(texts);
});

test('the declarations stay small beside the package', async () => {
  const sizes = await Promise.all(
    [...doors.map(({ module }) => module), 'shared/lamplight'].map(
      async (module) => (await readFile(join(folder, `${module}.d.ts`))).length,
    ),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
});
