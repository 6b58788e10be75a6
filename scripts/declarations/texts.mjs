// Writes the text of each parameter into the declarations of the doors, where editors show it: that which all parameters of its name share, that of
// the method which it overrides, or that which TypeScript has left out of a type that it inferred.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { doors } from '../doors.mjs';
import { defaultsOf, definedBy } from '../reference/defaults.mjs';
import { parametersOf } from '../reference/parameters.mjs';
import { constructorsOf, eachExport, isPublic, textOf } from '../reference/told.mjs';
import { programOptions } from '../reference/usage.mjs';
import { inForms } from './forms/rewritten.mjs';
import { withUsedAlone } from './forms/used.mjs';

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
  exactOptionalPropertyTypes: true,
  noEmit: true,
  types: [],
};

/**
 * The texts of exports and methods of Tensor, and of every parameter of functions, methods and classes.
 * @param {string} folder with a file of declarations a door
 * @returns {{ exports: { path: string, text: string }[], parameters: ParameterText[] }}
 */
export function textsIn(folder) {
  const { checker, found } = told(folder);
  const exported = [...found.values()].filter(({ isMember }) => !isMember);
  return {
    exports: exported.map(({ path, symbol }) => ({ path, text: textOf(symbol, checker) })),
    parameters: [...found.values()].flatMap(({ path, symbol }) =>
      parametersOf(signaturesOf(symbol, checker), checker, true).map((parameter) => ({ ...parameter, path })),
    ),
  };
}

/**
 * What the declarations of doors declare, as TypeScript reads them: exports, methods of Tensor, and members of classes.
 * @param {string} folder with a file of declarations a door
 */
export function told(folder) {
  const fileOf = (/** @type {import('../doors.mjs').Door} */ { module }) => join(folder, `${module}.d.ts`);
  const program = ts.createProgram(doors.map(fileOf), options);
  const checker = program.getTypeChecker();
  /** @type {Map<ts.Node, { path: string, symbol: ts.Symbol, isMember: boolean }>} */
  const found = new Map();
  const add = (/** @type {ts.Symbol} */ symbol, /** @type {string} */ path, isMember = false) => {
    const declared = symbol.declarations?.[0];
    if (!declared?.getSourceFile().fileName.startsWith(folder) || found.has(declared)) return;
    found.set(declared, { path, symbol, isMember });
  };
  eachExport(program, checker, (symbol, path) => add(symbol, path), fileOf);
  for (const { path, symbol } of [...found.values()])
    eachMember(symbol, path, checker, (member, at) => add(member, at, true));
  return { program, checker, found };
}

/**
 * The texts that parameters have in the sources, and their defaults as code, by path and name.
 * @returns {{ texts: Map<string, string>, fallbacks: Map<string, string> }}
 */
export function parametersOfSources() {
  const sources = doors.map(({ source }) => source);
  const program = ts.createProgram(sources, programOptions);
  const checker = program.getTypeChecker();
  /** @type {Map<string, string>} */
  const texts = new Map();
  /** @type {Map<string, string>} */
  const fallbacks = new Map();
  const add = (/** @type {ts.Symbol} */ symbol, /** @type {string} */ path) => {
    const signatures = signaturesOf(symbol, checker);
    if (signatures.length === 0) return;
    for (const { name, text } of parametersOf(signatures, checker)) texts.set(`${path}#${name}`, text);
    const [made] = constructorsOf(checker.getTypeOfSymbol(symbol));
    const defined = made ? definedBy(made.getReturnType(), 'made', checker) : [];
    const known = defaultsOf(signatures, [...(symbol.declarations ?? []), ...defined], checker).fallbacks;
    for (const [name, fallback] of known) fallbacks.set(`${path}#${name}`, fallback);
  };
  eachExport(program, checker, (symbol, path) => {
    add(symbol, path);
    eachMember(symbol, path, checker, add);
  });
  return { texts, fallbacks };
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
 * Writes the callables in the forms that editors show.
 * @param {string} folder with a file of declarations a door
 * @param {ReturnType<typeof parametersOfSources>} sources
 */
export function writeForms(folder, { texts, fallbacks }) {
  const { program, found } = told(folder);
  const paths = new Map([...found].map(([declared, { path }]) => [declared, path]));
  const said = (/** @type {string} */ path, /** @type {string} */ name) => ({
    text: texts.get(`${path}#${name}`) ?? '',
    fallback: fallbacks.get(`${path}#${name}`),
  });
  const written = inForms(program, paths, said);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
  const codes = new Map(
    names.map((name) => [
      name.replaceAll('\\', '/'),
      written.get(join(folder, name)) ?? readFileSync(join(folder, name), 'utf8'),
    ]),
  );
  const entries = new Set(doors.map(({ module }) => `${module}.d.ts`));
  for (const [name, code] of withUsedAlone(codes, entries)) writeFileSync(join(folder, name), code);
}

/**
 * @param {string} folder with a file of declarations a door
 * @param {ReadonlyMap<string, string>} ofSources the texts of parameters by path and name
 * @throws where a parameter has no text
 */
export function writeTexts(folder, ofSources) {
  /** @type {Map<string, Map<number, string>>} */
  const files = new Map();
  const untold = [];
  // What a class inherits is said once.
  const ofMembers = new Map(
    [...ofSources].filter(([, text]) => text !== '').map(([key, text]) => [key.replace(/^.*\.(?=[^.]*#)/, ''), text]),
  );
  for (const { path, name, text, declared } of textsIn(folder).parameters) {
    if (text !== '' && !declared) continue;
    const added = text || ofSources.get(`${path}#${name}`) || ofMembers.get(`${path.split('.').at(-1)}#${name}`);
    if (!declared || !added) {
      untold.push(`'${name}' of ${path}`);
      continue;
    }
    const { fileName } = declared.getSourceFile();
    const texts = files.get(fileName) ?? new Map();
    // A member's text is read only on a line of its own.
    files.set(
      fileName,
      texts.set(declared.getStart(), ts.isPropertySignature(declared) ? `\n/** ${added} */ ` : `/** ${added} */ `),
    );
  }
  if (untold.length > 0) throw new Error(`declarations: expected a text for the parameters ${untold.join(', ')}`);
  for (const [file, texts] of files) {
    let code = readFileSync(file, 'utf8');
    const fromTheEnd = [...texts].sort(([a], [b]) => b - a);
    for (const [at, text] of fromTheEnd) code = `${code.slice(0, at)}${text}${code.slice(at)}`;
    writeFileSync(file, code);
  }
}
