// Leaves out of joined declarations what no door leads to: types from which the sources make the forms of calls.
import { posix } from 'node:path';
import ts from 'typescript';

/**
 * @typedef {{ text: string, source: ts.SourceFile, named: Map<string, ts.Statement[]>, imports: Map<string, { path: string, name: string }> }} File
 */

/**
 * The declarations without those that nothing leads to.
 * @param {ReadonlyMap<string, string>} codes of files by their paths in one folder
 * @param {ReadonlySet<string>} entries the files of doors, all of whose exports lead somewhere
 * @returns {Map<string, string>}
 */
export function withUsedAlone(codes, entries) {
  const files = new Map([...codes].map(([path, code]) => [path, read(path, code)]));
  /** @type {Map<string, Set<ts.Statement>>} */
  const kept = new Map([...files.keys()].map((path) => [path, new Set()]));
  /** Names that other files import. @type {Map<string, Set<string>>} */
  const wanted = new Map([...files.keys()].map((path) => [path, new Set()]));

  const keep = (/** @type {string} */ path, /** @type {ts.Statement} */ statement) => {
    const all = kept.get(path);
    if (!all || all.has(statement)) return;
    all.add(statement);
    for (const name of namesIn(statement)) want(path, name);
  };
  const want = (/** @type {string} */ path, /** @type {string} */ name) => {
    const file = files.get(path);
    for (const statement of file?.named.get(name) ?? []) keep(path, statement);
    const imported = file?.imports.get(name);
    if (imported) wantExport(imported.path, imported.name);
  };
  const wantExport = (/** @type {string} */ path, /** @type {string} */ name) => {
    const file = files.get(path);
    if (!file || wanted.get(path)?.has(name)) return;
    wanted.get(path)?.add(name);
    want(path, exportedAs(file.source).get(name) ?? name);
  };

  for (const [path, { source }] of files)
    for (const statement of source.statements) {
      const isRoot = entries.has(path) ? isExported(statement) : false;
      if (isRoot || isForOthers(statement)) keep(path, statement);
      if (ts.isExportDeclaration(statement) && entries.has(path)) exportAll(path, statement);
    }

  /** @param {string} path @param {ts.ExportDeclaration} statement */
  function exportAll(path, { exportClause, moduleSpecifier }) {
    const from = moduleSpecifier && pathOf(path, /** @type {ts.StringLiteral} */ (moduleSpecifier).text);
    if (!exportClause || !ts.isNamedExports(exportClause))
      throw new Error(`declarations: expected named exports in ${path}`);
    for (const { propertyName, name } of exportClause.elements) {
      const local = (propertyName ?? name).text;
      if (from) wantExport(from, local);
      else want(path, local);
    }
  }

  return new Map(
    [...files].map(([path, file]) => [
      path,
      written(file, kept.get(path) ?? new Set(), wanted.get(path) ?? new Set(), entries.has(path)),
    ]),
  );
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {File}
 */
function read(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  /** @type {File['named']} */
  const named = new Map();
  /** @type {File['imports']} */
  const imports = new Map();
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bound = statement.importClause?.namedBindings;
      const from = pathOf(path, /** @type {ts.StringLiteral} */ (statement.moduleSpecifier).text);
      if (bound && ts.isNamedImports(bound) && from)
        for (const { propertyName, name } of bound.elements)
          imports.set(name.text, { path: from, name: (propertyName ?? name).text });
    } else for (const name of declaredBy(statement)) named.set(name, [...(named.get(name) ?? []), statement]);
  }
  return { text, source, named, imports };
}

/** The file that a file imports from, if it is one of the folder. @param {string} path @param {string} specifier */
const pathOf = (path, specifier) =>
  specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.d.ts') : undefined;

/** @param {ts.Statement} statement @returns {string[]} */
function declaredBy(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const { name } = /** @type {{ name?: ts.Node }} */ (/** @type {unknown} */ (statement));
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

/** @param {ts.Statement} statement */
const isExported = (statement) =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** Whether a statement adds to what others declare. @param {ts.Statement} statement */
const isForOthers = (statement) =>
  ts.isModuleDeclaration(statement) && (ts.isStringLiteral(statement.name) || statement.name.text === 'global');

/** The names that stand in a node. @param {ts.Node} node */
function namesIn(node) {
  /** @type {Set<string>} */
  const names = new Set();
  const visit = (/** @type {ts.Node} */ each) => {
    if (ts.isIdentifier(each)) names.add(each.text);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return names;
}

/** What a file exports under other names. @param {ts.SourceFile} source */
const exportedAs = (source) =>
  new Map(
    source.statements.flatMap((statement) =>
      ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements.map(
            ({ propertyName, name }) => /** @type {const} */ ([name.text, (propertyName ?? name).text]),
          )
        : [],
    ),
  );

/**
 * @param {File} file
 * @param {ReadonlySet<ts.Statement>} kept
 * @param {ReadonlySet<string>} wanted
 * @param {boolean} isEntry
 */
function written({ text, source }, kept, wanted, isEntry) {
  const used = new Set([...kept].flatMap((statement) => [...namesIn(statement)]));
  for (const statement of source.statements)
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && isEntry)
      for (const name of namesIn(statement)) used.add(name);
  let result = '';
  let done = 0;
  const leave = (/** @type {ts.Node} */ node) => {
    result += text.slice(done, node.getFullStart());
    done = node.end;
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement))
      listed(statement, statement.importClause?.namedBindings, (name) => used.has(name));
    else if (ts.isExportDeclaration(statement)) {
      if (!isEntry) listed(statement, statement.exportClause, (name) => wanted.has(name));
    } else if (!kept.has(statement)) leave(statement);
  }
  return result + text.slice(done);

  /** @param {ts.Statement} statement @param {ts.Node | undefined} list @param {(name: string) => boolean} isUsed */
  function listed(statement, list, isUsed) {
    if (!list || !(ts.isNamedImports(list) || ts.isNamedExports(list))) return;
    const elements = list.elements.filter(({ name }) => isUsed(name.text));
    if (elements.length === list.elements.length) return;
    if (elements.length === 0) return leave(statement);
    result += `${text.slice(done, list.getStart())}{ ${elements.map((each) => each.getText()).join(', ')} }`;
    done = list.end;
  }
}
