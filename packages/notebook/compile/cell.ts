// Owns how a cell of TypeScript becomes a module that shares its names with the other cells.
//
//   const lr = 0.1;                 export default async ($scope, $cell) => {
//   function step() {…}             $scope.step = step;                     on the first line, so that all lines stay
//   await fit(lr);                  $scope.lr = 0.1;
//   lr * 2                          await $cell.wait((0, $scope.fit)($scope.lr));
//                                   return $cell.wait($scope.lr * 2); }
//
// A name at the top of a cell is a property of `$scope`, and so is what any cell reads of another: functions see what is declared again later.
import { type Program as AcornProgram, parse } from 'acorn';
import { analyze, type Reference, type Scope } from 'eslint-scope';
import type { Node, Program } from 'estree';
import MagicString from 'magic-string';
import { CellSyntaxError } from './failure';
import { bindingsOf, type ImportedName } from './imports';
import { Rewriting } from './rewrite';
import { stripTypes } from './strip-types';

/** What surrounds a cell. */
export interface Surroundings {
  /** Names that other cells declare, or that every cell knows. */
  readonly names: ReadonlySet<string>;
  /** Whether the place where the cell will run has a global of this name. */
  isGlobal(name: string): boolean;
}

export interface CompiledCell {
  /** An ES module whose default export runs the cell: `(scope, cell) => Promise<value of the last expression>`. */
  readonly code: string;
  /** Names at the top of the cell. */
  readonly declares: readonly string[];
  /** Names of other cells, or known to every cell, that this one reads or writes. */
  readonly reads: readonly string[];
}

/** What a compiled cell calls. */
export interface CellCalls {
  /** Waits for what an `await` or the last line gives; rejects once Stop is pressed. */
  wait<T>(value: T): Promise<Awaited<T>>;
  /** The same at every step of `for await`. */
  each<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): AsyncIterable<Awaited<T>>;
  /** Loads a module and gives the scope what is imported of it. */
  import(specifier: string, names: readonly ImportedName[], line: number): Promise<void>;
  /** `import(…)` as an expression. */
  load(specifier: unknown): Promise<unknown>;
}

interface Parsed {
  readonly code: string;
  readonly ast: Program;
  readonly module: Scope;
  readonly free: readonly Reference[];
}

function parsed(source: string): Parsed {
  const code = stripTypes(source);
  let ast: AcornProgram;
  try {
    ast = parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true, ranges: true });
  } catch (error) {
    const { loc, message } = error as SyntaxError & { readonly loc?: { readonly line: number } };
    if (!loc) throw error;
    throw new CellSyntaxError(message.replace(/ \(\d+:\d+\)$/, ''), { line: loc.line });
  }
  const program = ast as unknown as Program;
  const scopes = analyze(program, { ecmaVersion: 2022, sourceType: 'module' });
  const module = scopes.acquire(program, true);
  if (!module || !scopes.globalScope) throw new Error('internal: a cell without a scope');
  return { code, ast: program, module, free: scopes.globalScope.through };
}

const namesOf = (module: Scope): string[] => module.variables.map(({ name }) => name);

/** The names at the top of a cell; none of one that cannot be compiled. */
export function declaredNames(source: string): readonly string[] {
  try {
    return namesOf(parsed(source).module);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** A name that nothing in the code has. */
function unused(name: string, code: string): string {
  return code.includes(name) ? unused(`${name}_`, code) : name;
}

/** @throws CellSyntaxError */
export function compileCell(source: string, { names, isGlobal }: Surroundings): CompiledCell {
  const { code, ast, module, free } = parsed(source);
  const [scope, cell] = [unused('$scope', code), unused('$cell', code)];
  const text = new MagicString(code);
  const rewriting = new Rewriting(text, code, { scope, cell });
  const declares = namesOf(module);
  const shared = free.filter(({ identifier: { name } }) => names.has(name) || !isGlobal(name));
  const bindings = bindingsOf(module);
  const references = [...module.variables.flatMap((variable) => variable.references), ...shared]
    .map(({ identifier }) => identifier as Node)
    .filter((identifier) => !bindings.has(identifier));
  rewriting.apply(ast, new Set(references), bindings);
  text.prepend(`export default async (${scope}, ${cell}) => { ${rewriting.prologue.join(' ')} `);
  text.append('\n};\n');
  const reads = [...new Set(shared.map(({ identifier: { name } }) => name))];
  return { code: text.toString(), declares, reads };
}
