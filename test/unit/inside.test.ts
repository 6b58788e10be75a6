// The entrance of our own doors into torch: src/torch/inside.ts holds the names that doors import, each with a reason, and no others.
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const inside = readFileSync('src/torch/inside.ts', 'utf8');

/** The names that a module exports, or imports from a path that matches. */
function names(code: string, from: RegExp, kind: 'export' | 'import'): string[] {
  return ts.createSourceFile('', code, ts.ScriptTarget.ESNext).statements.flatMap((statement) => {
    if (!(kind === 'export' ? ts.isExportDeclaration(statement) : ts.isImportDeclaration(statement))) return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier) || !from.test(moduleSpecifier.text)) return [];
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : statement.importClause?.namedBindings;
    if (!clause) return [];
    if (ts.isNamespaceExport(clause)) return [clause.name.text];
    if (!('elements' in clause)) return [];
    return clause.elements.map(({ name, propertyName }) => (kind === 'export' ? name : (propertyName ?? name)).text);
  });
}

const doors = readdirSync('src/doors', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(`src/doors/${file}`, 'utf8'));
const used = new Set(
  doors.flatMap((code) => [
    ...names(code, /torch\/inside$/, 'import'),
    ...ts
      .createSourceFile('', code, ts.ScriptTarget.ESNext)
      .statements.filter(ts.isExportDeclaration)
      .flatMap(({ exportClause, moduleSpecifier }) =>
        moduleSpecifier && ts.isStringLiteral(moduleSpecifier) && /torch\/inside$/.test(moduleSpecifier.text)
          ? exportClause && ts.isNamedExports(exportClause)
            ? exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
            : []
          : [],
      ),
  ]),
);

test('each name of inside.ts is imported by a door', () => {
  const shown = names(inside, /./, 'export');
  expect(shown.length).toBeGreaterThan(100);
  expect(shown.filter((name) => !used.has(name))).toEqual([]);
});

test('there are no more names than there were', () => {
  // Fewer from release to release: a new one needs a reason, and this number changed on purpose.
  expect(names(inside, /./, 'export').length).toBeLessThanOrEqual(340);
});
