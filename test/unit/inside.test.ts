// The entrance of our own doors into torch: src/torch/inside.ts holds the names that doors import, and no others.
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const statementsOf = (file: string): readonly ts.Statement[] =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext).statements;

/** The names that a module shows to others. */
const shown = statementsOf('src/torch/inside.ts').flatMap((statement) => {
  if (!ts.isExportDeclaration(statement) || !statement.exportClause) return [];
  const { exportClause } = statement;
  return ts.isNamedExports(exportClause)
    ? exportClause.elements.map(({ name }) => name.text)
    : [exportClause.name.text];
});

/** The names that a file takes from inside.ts, to use them or to show them to others. */
const takenBy = (file: string): readonly string[] =>
  statementsOf(file).flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement);
    if (!isImport && !ts.isExportDeclaration(statement)) return [];
    const from = statement.moduleSpecifier;
    if (!from || !ts.isStringLiteral(from) || !from.text.endsWith('torch/inside')) return [];
    const names = isImport ? statement.importClause?.namedBindings : statement.exportClause;
    if (!names || ts.isNamespaceImport(names) || ts.isNamespaceExport(names)) return [];
    return names.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  });

test('each name of inside.ts is imported by a door', () => {
  const files = readdirSync('src/doors', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const taken = new Set(files.flatMap((file) => takenBy(`src/doors/${file}`)));
  expect(shown.filter((name) => !taken.has(name))).toEqual([]);
});

test('there are no more names than there were: a new one needs a reason, and this number changed on purpose', () => {
  expect(shown.length).toBeLessThanOrEqual(202);
});
