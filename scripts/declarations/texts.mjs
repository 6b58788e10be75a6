// Writes the text of each parameter into the declarations of the doors, where editors show it: that which all parameters of its name share, that of
// the method which it overrides, or that which TypeScript has left out of a type that it inferred.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { doors } from '../doors.mjs';
import { parametersOf } from '../reference/parameters.mjs';
import { constructorsOf, eachExport, isPublic, textOf } from '../reference/told.mjs';
import { programOptions } from '../reference/usage.mjs';

/**
 * `declared` is where a text of a parameter would stand that has none of its own there.
 * @typedef {{ path: string, name: string, text: string, declared: ts.Node | undefined }} ParameterText
 */

/** How a program reads declarations. @type {ts.CompilerOptions} */
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noEmit: true,
  types: [],
};

/**
 * The texts of exports and methods of Tensor, and of every parameter of functions, methods and classes.
 * @param {string} folder with a file of declarations a door
 * @returns {{ exports: { path: string, text: string }[], parameters: ParameterText[] }}
 */
export function textsIn(folder) {
  const fileOf = (/** @type {import('../doors.mjs').Door} */ { module }) => join(folder, `${module}.d.ts`);
  const program = ts.createProgram(doors.map(fileOf), options);
  const checker = program.getTypeChecker();
  /** @type {Map<ts.Node, { path: string, symbol: ts.Symbol }>} */
  const found = new Map();
  const add = (/** @type {ts.Symbol} */ symbol, /** @type {string} */ path) => {
    const declared = symbol.declarations?.[0];
    if (!declared?.getSourceFile().fileName.startsWith(folder) || found.has(declared)) return;
    found.set(declared, { path, symbol });
  };
  eachExport(program, checker, add, fileOf);
  const exported = [...found.values()];
  for (const { path, symbol } of exported) eachMember(symbol, path, checker, add);
  return {
    exports: exported.map(({ path, symbol }) => ({ path, text: textOf(symbol, checker) })),
    parameters: [...found.values()].flatMap(({ path, symbol }) =>
      parametersOf(signaturesOf(symbol, checker), checker).map((parameter) => ({ ...parameter, path })),
    ),
  };
}

/**
 * The texts that parameters have in the sources, by path and name.
 * @returns {Map<string, string>}
 */
function textsOfSources() {
  const sources = doors.map(({ source }) => source);
  const program = ts.createProgram(sources, programOptions);
  const checker = program.getTypeChecker();
  /** @type {Map<string, string>} */
  const texts = new Map();
  const add = (/** @type {ts.Symbol} */ symbol, /** @type {string} */ path) => {
    for (const { name, text } of parametersOf(signaturesOf(symbol, checker), checker))
      texts.set(`${path}#${name}`, text);
  };
  eachExport(program, checker, (symbol, path) => {
    add(symbol, path);
    eachMember(symbol, path, checker, add);
  });
  return texts;
}

/**
 * Calls `add` with each member of a class or an interface, and its path.
 * @param {ts.Symbol} symbol @param {string} path @param {ts.TypeChecker} checker @param {(member: ts.Symbol, path: string) => void} add
 */
function eachMember(symbol, path, checker, add) {
  if ((symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) === 0) return;
  for (const member of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)))
    if (isPublic(member, checker) && !isModule(member, checker)) add(member, `${path}.${member.name}`);
}

/** A submodule can be called, but it is no method. @param {ts.Symbol} member @param {ts.TypeChecker} checker */
const isModule = (member, checker) =>
  checker.getPropertyOfType(checker.getTypeOfSymbol(member), 'forward') !== undefined;

/** @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function signaturesOf(symbol, checker) {
  if ((symbol.flags & (ts.SymbolFlags.Value | ts.SymbolFlags.ClassMember)) === 0) return [];
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
  // Programs make tensors by functions.
  const constructors = symbol.name === 'Tensor' ? [] : constructorsOf(type);
  return constructors.length > 0 ? constructors : type.getCallSignatures();
}

/**
 * @param {string} folder with a file of declarations a door
 * @throws where a parameter has no text
 */
export function writeTexts(folder) {
  /** @type {Map<string, Map<number, string>>} */
  const files = new Map();
  const untold = [];
  const ofSources = textsOfSources();
  for (const { path, name, text, declared } of textsIn(folder).parameters) {
    if (text !== '' && !declared) continue;
    const added = text || ofSources.get(`${path}#${name}`);
    if (!declared || !added) {
      untold.push(`'${name}' of ${path}`);
      continue;
    }
    const { fileName } = declared.getSourceFile();
    const texts = files.get(fileName) ?? new Map();
    files.set(fileName, texts.set(declared.getStart(), added));
  }
  if (untold.length > 0) throw new Error(`declarations: expected a text for the parameters ${untold.join(', ')}`);
  for (const [file, texts] of files) {
    let code = readFileSync(file, 'utf8');
    const fromTheEnd = [...texts].sort(([a], [b]) => b - a);
    for (const [at, text] of fromTheEnd) code = `${code.slice(0, at)}/** ${text} */ ${code.slice(at)}`;
    writeFileSync(file, code);
  }
}
