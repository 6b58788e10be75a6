// Gives the type checker a file for each cell: the code as it stands, and after it what makes names of other cells known and its own names
// known to them. Places in the code are places in the file, since nothing is put before it.
import type TypeScript from 'typescript';

type Compiler = typeof TypeScript;

/** The names that a cell declares: those that later cells may assign to (`let`, `var`), and all. */
interface Declared {
  readonly all: ReadonlySet<string>;
  readonly assignable: ReadonlySet<string>;
}

/** A cell, and the name of its file without the ending. */
export interface CheckedCell {
  readonly name: string;
  readonly source: string;
}

/** What the type checker reads of each cell. The files lie in one folder. */
export function cellFiles(ts: Compiler, cells: readonly CheckedCell[]): string[] {
  const trees = cells.map(({ name, source }) =>
    ts.createSourceFile(`${name}.ts`, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS),
  );
  const declared = trees.map((tree) => declaredIn(ts, tree));
  return cells.map(({ source }, i) => {
    const own = declared[i]?.all ?? new Set<string>();
    const lines: string[] = [];
    for (const name of identifiersOf(ts, trees[i]!)) {
      if (own.has(name)) continue;
      const from = declarerOf(declared, name, i);
      if (from === undefined) continue;
      const path = `./${cells[from]?.name}`;
      const isAssignable = declared[from]?.assignable.has(name);
      lines.push(
        isAssignable ? `declare let ${name}: typeof import('${path}').${name};` : `import { ${name} } from '${path}';`,
      );
    }
    return `${source}\n;${lines.join('')}export { ${[...own].join(', ')} };\n`;
  });
}

/** The cell whose name is meant: the last above that declares it, else the first below. */
function declarerOf(declared: readonly Declared[], name: string, reader: number): number | undefined {
  for (let i = reader - 1; i >= 0; i--) if (declared[i]?.all.has(name)) return i;
  for (let i = reader + 1; i < declared.length; i++) if (declared[i]?.all.has(name)) return i;
  return undefined;
}

function declaredIn(ts: Compiler, tree: TypeScript.SourceFile): Declared {
  const all = new Set<string>();
  const assignable = new Set<string>();
  const add = (name: TypeScript.BindingName, isAssignable: boolean): void => {
    if (ts.isIdentifier(name)) {
      all.add(name.text);
      if (isAssignable) assignable.add(name.text);
      return;
    }
    for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name, isAssignable);
  };
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement)) {
      const { declarations, flags } = statement.declarationList;
      for (const { name } of declarations) add(name, !(flags & ts.NodeFlags.BlockScoped & ~ts.NodeFlags.Let));
    } else if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      if (name) all.add(name.text);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) all.add(namedBindings.name.text);
      if (namedBindings && ts.isNamedImports(namedBindings))
        for (const { name } of namedBindings.elements) all.add(name.text);
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement)
    ) {
      if (statement.name) all.add(statement.name.text);
    }
  }
  return { all, assignable };
}

/** All names that stand in a cell, but for those after a dot. */
function identifiersOf(ts: Compiler, tree: TypeScript.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: TypeScript.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    if (ts.isPropertyAccessExpression(node)) visit(node.expression);
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

/** A file that makes the exports of builtins.ts global, as they are in cells. */
export function globalsFile(builtins: string): string {
  const names = new Set(
    [...builtins.matchAll(/^export declare (?:function|const|let) (\w+)/gm)].map(([, name]) => name),
  );
  const lines = [...names].map((name) => `const ${name}: typeof import('./builtins').${name};`);
  return `export {};\ndeclare global { ${lines.join(' ')} }\n`;
}

/** How cells are checked, in the editor and in tests. */
export const cellOptions = (ts: Compiler): TypeScript.CompilerOptions => ({
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
});
