// Names of joined declarations, as editors show them. Where two modules declare a name, the joined file calls one of them `relu$1`. Here it is
// called after the namespace that exports it, `functional_relu`, or after its module. A name that programs can import goes before one that
// they cannot.
import ts from 'typescript';

/** A name that was given to one of several of its kind. */
const given = /\$\d+$/;
/** A name that was given to all that a module exports. */
const givenToAll = /_d_exports(?:\$\d+)?$/;

/**
 * What is exported under a name, by the name that it has in its module. `owner` is the door that exports it, if another file does.
 * @typedef {{ local: string, name: string, owner?: string }} Exported
 */

/**
 * A module, and the names that it declares in their order.
 * @typedef {{ path: string, names: readonly string[] }} Declaring
 */

/**
 * The code, where what is exported as `Module` is called so too, if nothing else is that is exported.
 * @param {string} code of a module of declarations
 * @param {readonly Exported[]} elsewhere what other modules import from this one and export
 * @param {readonly Declaring[]} joined the modules that it was joined from, in their order
 */
export function withOwnNames(code, elsewhere, joined) {
  const source = parsed(code);
  const renames = renamesOf(source, elsewhere);
  addNumberless(renames, source, elsewhere, joined);
  /** @type {{ at: number, end: number, text: string }[]} */
  const edits = [];
  visit(source);
  let result = '';
  let done = 0;
  for (const { at, end, text } of edits) {
    result += code.slice(done, at) + text;
    done = end;
  }
  return result + code.slice(done);

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) respecify(node);
    else if (!ts.isIdentifier(node)) ts.forEachChild(node, visit);
    else if (renames.has(node.text) && isOfModule(node)) replace(node, `${renames.get(node.text)}`);
  }

  /** @param {ts.ImportSpecifier | ts.ExportSpecifier} specifier */
  function respecify(specifier) {
    const { propertyName, name } = specifier;
    const local = ts.isImportSpecifier(specifier) ? name : (propertyName ?? name);
    const other = ts.isImportSpecifier(specifier) ? (propertyName ?? name) : name;
    const renamed = renames.get(local.text);
    if (renamed === undefined || (ts.isExportSpecifier(specifier) && specifier.parent.parent.moduleSpecifier)) return;
    const [before, after] = ts.isImportSpecifier(specifier) ? [other.text, renamed] : [renamed, other.text];
    const type = specifier.isTypeOnly ? 'type ' : '';
    replace(specifier, `${type}${before === after ? before : `${before} as ${after}`}`);
  }

  /**
   * @param {ts.Node} node
   * @param {string} text
   */
  function replace(node, text) {
    edits.push({ at: node.getStart(source), end: node.end, text });
  }
}

/**
 * The names in a code that tell one of several of their kind by a number.
 * @param {string} code
 */
export const numbered = (code) => [...new Set(code.match(/\b[A-Za-z_]\w*\$\d+/g))];

/** @param {string} code */
const parsed = (code) => ts.createSourceFile('names.d.ts', code, ts.ScriptTarget.Latest, true);

/**
 * What a module exports that it imports, by the names under which it is imported.
 * @param {string} code
 * @param {string} path of the module, without an ending
 * @returns {Exported[]}
 */
export function passedOn(code, path) {
  const source = parsed(code);
  /** @type {Map<string, string>} */
  const imported = new Map();
  for (const statement of source.statements) {
    const bound = ts.isImportDeclaration(statement) && statement.importClause?.namedBindings;
    if (!bound || !ts.isNamedImports(bound)) continue;
    for (const { propertyName, name } of bound.elements) imported.set(name.text, (propertyName ?? name).text);
  }
  return exportsOf(source).flatMap(({ local, name }) => {
    const other = imported.get(local);
    return other === undefined ? [] : [{ local: other, name, owner: path === 'index' ? 'torch' : ownersOf(path)[0] }];
  });
}

/**
 * The code, where the names that a file exports for others alone are those of its declarations.
 * @param {string} code
 * @param {(specifier: string) => ReadonlyMap<string, string> | undefined} importedFrom new names by old ones, of a file that the code imports
 * @param {ReadonlyMap<string, string>} [own] new names by old ones, of what the code itself exports for others alone
 */
export function withPlainExports(code, importedFrom, own) {
  const source = parsed(code);
  let result = '';
  let done = 0;
  for (const statement of source.statements) {
    const isImport = ts.isImportDeclaration(statement);
    if (!isImport && !ts.isExportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier;
    const renames = from ? importedFrom(/** @type {ts.StringLiteral} */ (from).text) : own;
    const list = isImport ? statement.importClause?.namedBindings : statement.exportClause;
    if (!renames || !list || !(ts.isNamedImports(list) || ts.isNamedExports(list))) continue;
    for (const specifier of list.elements) {
      const before = (specifier.propertyName ?? specifier.name).text;
      const after = from ? specifier.name.text : (renames.get(specifier.name.text) ?? specifier.name.text);
      const other = from ? (renames.get(before) ?? before) : before;
      const type = specifier.isTypeOnly ? 'type ' : '';
      result += `${code.slice(done, specifier.getStart(source))}${type}${other === after ? after : `${other} as ${after}`}`;
      done = specifier.end;
    }
  }
  return result + code.slice(done);
}

/**
 * The names of declarations, by the other names under which a module exports them.
 * @param {string} code
 */
export const otherNames = (code) =>
  new Map(
    parsed(code)
      .statements.flatMap((statement) =>
        ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause
          ? [...specifiersOf(statement.exportClause)]
          : [],
      )
      .flatMap(({ propertyName, name }) =>
        propertyName ? [[name.text, /** @type {ts.Identifier} */ (propertyName).text]] : [],
      ),
  );

/** @param {ts.NamedExportBindings} clause */
const specifiersOf = (clause) => (ts.isNamedExports(clause) ? clause.elements : []);

/**
 * New names by old ones.
 * @param {ts.SourceFile} source
 * @param {readonly Exported[]} elsewhere
 */
function renamesOf(source, elsewhere) {
  const declared = declaredIn(source);
  const { free, around } = usesIn(source);
  const own = exportsOf(source);
  const locals = new Map(own.map(({ local, name }) => [name, local]));
  const others = elsewhere.flatMap(({ local: imported, name }) => {
    const local = locals.get(imported);
    return local === undefined ? [] : [{ local, name }];
  });
  const named = [...own, ...others].filter(({ name }) => !givenToAll.test(name));
  // A class is met in every method and error, another export where it is named, by its alias.
  const classes = new Set(source.statements.flatMap((each) => (ts.isClassDeclaration(each) ? namesOf(each) : [])));
  const exported = [true, false].flatMap((isClass) => named.filter(({ local }) => classes.has(local) === isClass));
  const ofClasses = new Set(exported.flatMap(({ local, name }) => (classes.has(local) ? [name] : [])));
  const isKept = (/** @type {Exported} */ { local, name }) =>
    local === name && (classes.has(local) || !ofClasses.has(name));
  const kept = new Set(exported.filter(isKept).map(({ name }) => name));
  /** @type {Map<string, string>} */
  const renames = new Map();
  for (const { local, name } of exported) {
    if (local === name || renames.has(local) || free.has(name) || around.get(local)?.has(name)) continue;
    if (givenToAll.test(local) && kept.has(name)) renames.set(local, unused(name, declared));
    else if ((given.test(local) || givenToAll.test(local)) && !kept.has(name)) {
      kept.add(name);
      if (declared.has(name)) renames.set(name, given.test(local) ? local : unused(name, declared));
      renames.set(local, name);
    }
  }
  return renames;
}

/**
 * Gives what still has a number a name without one.
 * @param {Map<string, string>} renames new names by old ones
 * @param {ts.SourceFile} source
 * @param {readonly Exported[]} elsewhere
 * @param {readonly Declaring[]} joined
 */
function addNumberless(renames, source, elsewhere, joined) {
  const locals = [...declaredIn(source)];
  const final = (/** @type {string} */ local) => renames.get(local) ?? local;
  const taken = new Set([...locals.map(final), ...usesIn(source).free]);
  const spaces = new Map(namespacesIn(source).flatMap(({ name, members }) => members.map((each) => [each, name])));
  const doors = new Map(elsewhere.map(({ local, owner }) => [local, owner]));
  const exported = new Map(exportsOf(source).map(({ local, name }) => [local, name]));
  const paths = pathsIn(source, joined);
  for (const local of locals.filter((each) => given.test(final(each)))) {
    const name = final(local).replace(given, '');
    const space = spaces.get(local);
    const owners = [
      space && final(space).replace(givenToAll, '').replace(given, ''),
      doors.get(exported.get(local) ?? ''),
      ...ownersOf(paths.get(local) ?? 'shared'),
    ].filter((owner) => owner !== undefined && owner !== '');
    const free = owners.map((owner) => `${owner}_${name}`).find((each) => !taken.has(each));
    if (free === undefined) continue;
    taken.add(free);
    renames.set(local, free);
  }
}

/**
 * What a declaration can be called after: the file of its module, then with the folders around it.
 * @param {string} path of the module, without an ending
 */
function ownersOf(path) {
  const words = path.split('/').filter((word, i, all) => word !== 'index' || i < all.length - 1);
  return words.map((_, i) =>
    words
      .slice(-1 - i)
      .map(camelCase)
      .join('_'),
  );
}

/** @param {string} word */
const camelCase = (word) => word.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

/**
 * The modules that declare the names of a source, which has their declarations in their order.
 * @param {ts.SourceFile} source
 * @param {readonly Declaring[]} joined
 */
function pathsIn(source, joined) {
  const all = joined.flatMap(({ path, names }) => names.map((name) => ({ path, name })));
  /** @type {Map<string, string>} */
  const found = new Map();
  let next = 0;
  for (const local of source.statements.filter((each) => !ts.isImportDeclaration(each)).flatMap(namesOf)) {
    const at = all.findIndex(({ name }, i) => i >= next && name === local.replace(given, ''));
    const path = all[at]?.path;
    if (path === undefined) continue;
    next = at + 1;
    if (!found.has(local)) found.set(local, path);
  }
  return found;
}

/**
 * @param {string} path of a module of declarations, without an ending
 * @param {string} code
 * @returns {Declaring}
 */
export const declaring = (path, code) => ({
  path,
  names: parsed(code)
    .statements.filter((each) => !ts.isImportDeclaration(each))
    .flatMap(namesOf),
});

/**
 * The namespaces of a source, with the names of what each exports.
 * @param {ts.SourceFile} source
 */
const namespacesIn = (source) =>
  source.statements.flatMap((statement) => {
    if (!ts.isModuleDeclaration(statement) || !statement.body || !ts.isModuleBlock(statement.body)) return [];
    const members = statement.body.statements.flatMap((inner) =>
      ts.isExportDeclaration(inner) && inner.exportClause && ts.isNamedExports(inner.exportClause)
        ? inner.exportClause.elements.map(({ propertyName, name }) => (propertyName ?? name).text)
        : [],
    );
    return [{ name: statement.name.text, members }];
  });

/**
 * @param {string} name
 * @param {Set<string>} declared
 */
function unused(name, declared) {
  let count = 1;
  while (declared.has(`${name}$${count}`)) count++;
  declared.add(`${name}$${count}`);
  return `${name}$${count}`;
}

/**
 * What the module, or a namespace in it, exports of its own, that which is exported by its declaration included.
 * @param {ts.SourceFile} source
 */
function exportsOf(source) {
  /** @type {Exported[]} */
  const found = [];
  for (const statement of source.statements) {
    if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body)) {
      for (const inner of statement.body.statements) specified(inner);
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
      found.push(...namesOf(statement).map((name) => ({ local: name, name })));
    } else specified(statement);
  }
  return found;

  /** @param {ts.Statement} statement */
  function specified(statement) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) return;
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) return;
    for (const { propertyName, name } of statement.exportClause.elements) {
      found.push({ local: (propertyName ?? name).text, name: name.text });
    }
  }
}

/** @param {ts.SourceFile} source */
const declaredIn = (source) => new Set(source.statements.flatMap(namesOf));

/**
 * The names that a statement declares or imports.
 * @param {ts.Statement} statement
 * @returns {string[]}
 */
function namesOf(statement) {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    const bound = !namedBindings ? [] : ts.isNamedImports(namedBindings) ? namedBindings.elements : [namedBindings];
    return [...(name ? [name.text] : []), ...bound.map((each) => each.name.text)];
  }
  const { name } = /** @type {{ name?: ts.Node }} */ (/** @type {unknown} */ (statement));
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

/**
 * `free`: the names that the module uses of what it neither declares nor imports, the platform's. `around`: by name of the module's own,
 * the names of parameters around its uses.
 * @param {ts.SourceFile} source
 */
function usesIn(source) {
  const declared = declaredIn(source);
  /** @type {Set<string>} */
  const free = new Set();
  /** @type {Map<string, Set<string>>} */
  const around = new Map();
  visit(source);
  return { free, around };

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return;
    if (!ts.isIdentifier(node)) ts.forEachChild(node, visit);
    else if (!isOfModule(node)) return;
    else if (declared.has(node.text)) {
      around.set(node.text, new Set([...(around.get(node.text) ?? []), ...boundAround(node)]));
    } else free.add(node.text);
  }
}

/**
 * Whether an identifier means what the module declares under its name, or the platform: it is no member, label or parameter, and no
 * parameter around it has its name.
 * @param {ts.Identifier} node
 */
function isOfModule(node) {
  const { parent, text } = node;
  const { name } = /** @type {{ name?: ts.Node }} */ (/** @type {unknown} */ (parent));
  if (name === node && !(ts.isSourceFile(parent.parent) || isTopVariable(parent))) return false;
  if (ts.isQualifiedName(parent) && parent.right === node) return false;
  if (ts.isTypePredicateNode(parent) && parent.parameterName === node) return false;
  if (ts.isBindingElement(parent) || (ts.isNamedTupleMember(parent) && parent.name === node)) return false;
  return !boundAround(node).includes(text);
}

/**
 * The parameters, of types as well, around a node.
 * @param {ts.Node} node
 */
function boundAround(node) {
  const bound = [];
  for (let around = node.parent; around; around = around.parent) bound.push(...boundIn(around));
  return bound;
}

/** @param {ts.Node} node */
const isTopVariable = (node) => ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent);

/**
 * The parameters, of types as well, that a node brings.
 * @param {ts.Node} node
 * @returns {string[]}
 */
function boundIn(node) {
  const { typeParameters = [], parameters = [] } =
    /** @type {{ typeParameters?: readonly ts.TypeParameterDeclaration[], parameters?: readonly ts.ParameterDeclaration[] }} */ (
      /** @type {unknown} */ (node)
    );
  const types = typeParameters.map(({ name }) => name.text);
  if (ts.isMappedTypeNode(node)) types.push(node.typeParameter.name.text);
  if (ts.isConditionalTypeNode(node)) types.push(...inferred(node.extendsType));
  return [...types, ...parameters.map(({ name }) => name.getText())];
}

/**
 * @param {ts.Node} node
 * @returns {string[]}
 */
function inferred(node) {
  if (ts.isInferTypeNode(node)) return [node.typeParameter.name.text];
  /** @type {string[]} */
  const found = [];
  ts.forEachChild(node, (child) => {
    found.push(...inferred(child));
  });
  return found;
}
