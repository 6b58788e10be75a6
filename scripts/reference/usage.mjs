// Which exports, and which methods of Tensor, each program uses, as TypeScript resolves its words.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { doors } from '../doors.mjs';
import { root } from './paths.mjs';
import { eachExport, textOf } from './told.mjs';

/**
 * `programs` are those that use an export by its path, as `nn.Conv2d` or `Tensor.sum`. `owners` are exports whose declarations name a type.
 * `example` is whether its text holds one of its own.
 * @typedef {import('../snippets.mjs').Snippet} Program
 * @typedef {{ path: string, isType: boolean, programs: Program[], owners: string[], example: boolean }} Used
 */

/**
 * @param {readonly Program[]} programs
 * @returns {Map<string, Used>} for each export; one that has several names is there under each, with the same programs
 */
export function usesIn(programs) {
  const { program, files } = programWith(programs);
  return usesOf(program, files);
}

/**
 * The same where TypeScript has read the programs and all doors already. `files` are the programs by the paths that TypeScript knows them by.
 * @param {ts.Program} program @param {ReadonlyMap<string, Program>} files @returns {Map<string, Used>}
 */
export function usesOf(program, files) {
  const checker = program.getTypeChecker();
  const { byDeclaration, used } = exportsOf(program, checker);
  const meant = (/** @type {ts.Symbol | undefined} */ symbol) =>
    symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const pathsOf = (/** @type {ts.Symbol | undefined} */ symbol) => [
    ...new Set((symbol?.declarations ?? []).flatMap((each) => byDeclaration.get(each) ?? [])),
  ];

  for (const [path, each] of files) {
    const seen = new Set();
    const visit = (/** @type {ts.Node} */ node) => {
      if (ts.isIdentifier(node) && !ts.isImportSpecifier(node.parent) && !ts.isImportClause(node.parent))
        for (const name of pathsOf(meant(checker.getSymbolAtLocation(node)))) seen.add(name);
      ts.forEachChild(node, visit);
    };
    const file = program.getSourceFile(path);
    if (file) visit(file);
    for (const name of seen) used.get(name)?.programs.push(each);
  }
  addOwners(byDeclaration, used, checker, meant);
  return used;
}

/** Declares what every cell knows without an import. @param {string} folder */
function globalsIn(folder) {
  const builtins = readFileSync(`${root}packages/notebook/builtins.ts`, 'utf8');
  const names = new Set(
    [...builtins.matchAll(/^export declare (?:function|const) (\w+)/gm)].map(([, name]) => `${name}`),
  );
  const lines = [...names].map((name) => `const ${name}: typeof import('../../packages/notebook/builtins').${name};`);
  return { path: `${folder}globals.d.ts`, code: `export {};\ndeclare global { ${lines.join(' ')} }\n` };
}

/** How a user's strict program in TypeScript is checked against the sources behind the doors. @type {ts.CompilerOptions} */
export const programOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  lib: [
    'lib.es2023.d.ts',
    'lib.dom.d.ts',
    'lib.dom.iterable.d.ts',
    'lib.dom.asynciterable.d.ts',
    'lib.esnext.disposable.d.ts',
  ],
  types: ['@webgpu/types', 'vite/client', 'node'],
  paths: Object.fromEntries(doors.map(({ name, source }) => [name, [source]])),
};

/**
 * A host of TypeScript's compiler that sees, besides what is on the disk, files that are not there.
 * @param {ts.CompilerOptions} options
 * @param {(path: string) => string | undefined} codeOf their text
 * @param {(path: string) => boolean} isFolder whether they lie in a folder, which need not be there either
 */
export function hostWith(options, codeOf, isFolder) {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.directoryExists = (path) => isFolder(path) || directoryExists?.(path) === true;
  host.fileExists = (path) => codeOf(path) !== undefined || fileExists(path);
  host.readFile = (path) => codeOf(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...others) => {
    const code = codeOf(path);
    return code === undefined ? getSourceFile(path, target, ...others) : ts.createSourceFile(path, code, target, true);
  };
  return host;
}

/** Programs and doors, as one program of TypeScript. @param {readonly Program[]} programs */
export function programWith(programs) {
  const folder = `${root}docs/programs/`;
  const globals = globalsIn(folder);
  const files = new Map(programs.map((each, i) => [`${folder}${i}.ts`, each]));
  const codeOf = (/** @type {string} */ path) => (path === globals.path ? globals.code : files.get(path)?.code);
  const host = hostWith(programOptions, codeOf, (path) => `${path}/` === folder);
  const rootNames = [...files.keys(), ...doors.map(({ source }) => source), globals.path];
  return { program: ts.createProgram(rootNames, programOptions, host), files };
}

/** @param {ts.Program} program @param {ts.TypeChecker} checker */
function exportsOf(program, checker) {
  /** @type {Map<ts.Declaration, string[]>} */
  const byDeclaration = new Map();
  /** @type {Map<string, Used>} */
  const used = new Map();
  const add = (/** @type {ts.Symbol} */ symbol, /** @type {string} */ path) => {
    used.set(path, {
      path,
      isType: (symbol.flags & ts.SymbolFlags.Value) === 0,
      programs: [],
      owners: [],
      example: /^ {4}\S/m.test(textOf(symbol, checker)),
    });
    for (const each of symbol.declarations ?? [])
      byDeclaration.set(each, [...new Set([...(byDeclaration.get(each) ?? []), path])]);
  };
  eachExport(program, checker, add);
  return { byDeclaration, used };
}

/**
 * Notes of each exported type which exports name it in what they declare, themselves or by types that are not exported.
 * @param {Map<ts.Declaration, string[]>} byDeclaration @param {Map<string, Used>} used @param {ts.TypeChecker} checker
 * @param {(symbol: ts.Symbol | undefined) => ts.Symbol | undefined} meant
 */
function addOwners(byDeclaration, used, checker, meant) {
  for (const [declaration, owners] of byDeclaration) {
    const seen = new Set([declaration]);
    const visit = (/** @type {ts.Node} */ node) => {
      if (ts.isBlock(node) || (ts.isConstructorDeclaration(node.parent) && ts.isBlock(node))) return;
      if (ts.isIdentifier(node)) {
        for (const each of meant(checker.getSymbolAtLocation(node))?.declarations ?? []) {
          if (seen.has(each)) continue;
          seen.add(each);
          const names = byDeclaration.get(each);
          for (const name of names ?? []) {
            const found = used.get(name);
            if (found?.isType) found.owners.push(...owners.filter((owner) => owner !== name));
          }
          const isLocal = each.getSourceFile().fileName.startsWith(`${root}src/`);
          const isOpen = ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each);
          if (isLocal && isOpen && (!names || names.every((name) => used.get(name)?.isType))) visit(each);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(declaration);
  }
}
