// Writes the callables of the declarations in the forms that editors show. In the sources their types are made from tables of parameters, which
// an editor shows as it finds them: ten forms of a call, names such as `args_2`, and errors about all of them.
import ts from 'typescript';
import { membersOf, parametersOf, variantsOf } from '../../reference/parameters.mjs';
import { constructorsOf, isPublic } from '../../reference/told.mjs';
import { platformTypes } from '../completed.mjs';
import { formsOf, plainForm } from './print.mjs';
import { restForm } from './rest.mjs';
import { listsOf, tableOf } from './table.mjs';

/** Types of a page, which a program without pages takes from platform.d.ts. */
const PLATFORM = new RegExp(`\\bglobalThis\\.(${platformTypes.join('|')})\\b`, 'g');

/** The name of the type that lists the methods of tensors. */
const METHODS = 'Methods';

const FLAGS =
  ts.NodeBuilderFlags.NoTruncation |
  ts.NodeBuilderFlags.IgnoreErrors |
  ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope |
  ts.NodeBuilderFlags.UseSingleQuotesForStringLiteralType;

/** The text of a parameter by its path and name, and its default as code. @typedef {(path: string, name: string) => { text: string, fallback: string | undefined }} Saying */

/** A change of a text. @typedef {{ at: number, end: number, text: string }} Edit */

/**
 * A form of a call: the types that it takes, its parameters, and what it gives. `ordered`: those behind it stay behind it.
 * @typedef {{ head: string, list: string, returns: string, ordered?: boolean }} Form
 * @typedef {{ signature: ts.Signature, head: string, returns: string }} Shown
 */

/** Methods from whose parameters the call of an object has its own. */
const INFERRED = new Set(['forward', 'update']);

/** The most forms that an editor shows. */
const MOST = 4;

/**
 * The declarations of a program's files in forms.
 * @param {ts.Program} program
 * @param {ReadonlyMap<ts.Node, string>} paths of callables by what declares them
 * @param {Saying} saidOf what the sources say of a parameter
 * @returns {Map<string, string>} text by file
 */
export function inForms(program, paths, saidOf) {
  const checker = program.getTypeChecker();
  const files = new Set([...paths.keys()].map((node) => node.getSourceFile()));
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const source of files) {
    const file = new FileInForms(source, checker, paths, saidOf);
    texts.set(source.fileName, file.written());
  }
  return texts;
}

class FileInForms {
  #printer = ts.createPrinter({ removeComments: true });
  /** @type {Edit[]} */
  #edits = [];
  /** Names of the file. @type {Set<string>} */
  #names = new Set();
  /** Names of interfaces by what they hold. @type {Map<string, string>} */
  #interfaces = new Map();
  /** Interfaces that the next edit brings. @type {string[]} */
  #added = [];

  /**
   * @param {ts.SourceFile} source
   * @param {ts.TypeChecker} checker
   * @param {ReadonlyMap<ts.Node, string>} paths
   * @param {Saying} saidOf
   */
  constructor(source, checker, paths, saidOf) {
    this.source = source;
    this.checker = checker;
    this.paths = paths;
    this.saidOf = saidOf;
    const note = (/** @type {ts.Node} */ node) => {
      if (ts.isIdentifier(node)) this.#names.add(node.text);
      ts.forEachChild(node, note);
    };
    note(source);
  }

  written() {
    for (const statement of this.source.statements) this.#rewrite(statement);
    let text = this.source.text;
    for (const { at, end, text: part } of this.#edits.sort((a, b) => b.at - a.at))
      text = text.slice(0, at) + part + text.slice(end);
    return text;
  }

  /** @param {ts.Statement} statement */
  #rewrite(statement) {
    if (ts.isVariableStatement(statement)) this.#rewriteConstant(statement);
    else if (ts.isFunctionDeclaration(statement)) this.#rewriteFunction(statement);
    else if (ts.isClassDeclaration(statement)) this.#rewriteClass(statement);
    else if (ts.isTypeAliasDeclaration(statement) && statement.name.text === METHODS) this.#rewriteMethods(statement);
  }

  /** @param {ts.VariableStatement} statement */
  #rewriteConstant(statement) {
    const [declaration] = statement.declarationList.declarations;
    if (!declaration || !ts.isIdentifier(declaration.name)) return;
    const path = this.paths.get(declaration);
    if (path === undefined) return;
    const type = this.checker.getTypeAtLocation(declaration);
    if (this.checker.getPropertiesOfType(type).some(({ name }) => !name.startsWith('__@AS_METHOD'))) return;
    const name = declaration.name.text;
    const makers = constructorsOf(type);
    if (makers.length > 0) {
      const made = this.#groupsOf(makers, path, name, statement);
      const called =
        made && type.getCallSignatures().length > 0
          ? this.#groupsOf(type.getCallSignatures(), path, name, statement)
          : [];
      if (!made || !called || makers.length < type.getConstructSignatures().length) return;
      const brief = this.#briefOf(statement);
      const told = brief ? `${brief}\n  ` : '';
      const news = made.map(({ head, list, returns }) => `  ${told}new ${head}(${list}): ${returns};`);
      const calls = called.map(({ head, list, returns }) => `  ${told}${head}(${list}): ${returns};`);
      const text = `{\n${[...news, ...calls].join('\n')}\n}`;
      if (declaration.type) this.#edits.push({ at: declaration.type.getStart(), end: declaration.type.end, text });
      this.#edits.push({
        at: statement.end,
        end: statement.end,
        text: this.#added
          .splice(0)
          .map((each) => `\n${each}`)
          .join(''),
      });
      return;
    }
    const groups = this.#groupsOf(type.getCallSignatures(), path, name, statement);
    if (!groups) return;
    this.#replaceAll([statement], this.#callableText(name, groups, statement));
  }

  /**
   * The declaration of a function. TypeScript infers from the last of several forms and shows those of a later interface first, so the usual one
   * stands alone in the later of two.
   * @param {string} name @param {readonly Form[]} forms @param {ts.Statement} statement
   */
  #callableText(name, forms, statement) {
    const [usual, ...others] = forms;
    const words = statement.getText(this.source).startsWith('export') ? 'export declare' : 'declare';
    if (!usual) throw new Error(`declarations: expected a form of ${name}`);
    const brief = this.#briefOf(statement);
    if (others.length === 0 || usual.ordered) {
      const lines = forms.map(({ head, list, returns }) => `${words} function ${name}${head}(${list}): ${returns};`);
      return lines.join(brief ? `\n${brief}\n` : '\n');
    }
    const type = this.#freeName([`${stemOf(name)}Call`, `${stemOf(name)}Function`, `${stemOf(name)}Callable`]);
    const signature = (/** @type {string} */ told, /** @type {Form} */ { head, list, returns }) =>
      `${told ? `  ${told}\n` : ''}  ${head}(${list}): ${returns};`;
    const more = others.map((form) => signature(brief, form)).join('\n');
    return [
      `${words} const ${name}: ${type};`,
      `interface ${type} {\n${more}\n}`,
      `interface ${type} {\n${signature(this.#textOf(statement).replaceAll('\n', '\n  '), usual)}\n}`,
    ].join('\n');
  }

  /** What is said of a declaration, as a comment. @param {ts.Node} node */
  #textOf(node) {
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    return comment?.getText() ?? '';
  }

  /** The first of some names that is free. @param {readonly string[]} names */
  #freeName(names) {
    const name = names.find((each) => !this.#names.has(each));
    if (!name) throw new Error(`declarations: expected a free name among ${names.join(', ')}`);
    this.#names.add(name);
    return name;
  }

  /** @param {ts.FunctionDeclaration} statement */
  #rewriteFunction(statement) {
    const { name } = statement;
    const symbol = name && this.checker.getSymbolAtLocation(name);
    const path = this.paths.get(statement);
    if (!name || !symbol || path === undefined) return;
    const all = /** @type {ts.FunctionDeclaration[]} */ (symbol.declarations ?? []);
    const signatures = this.checker.getTypeOfSymbol(symbol).getCallSignatures();
    const forms = this.#groupsOf(signatures, path, name.text, statement);
    if (!forms) return;
    this.#replaceAll(all, this.#callableText(name.text, forms, statement));
  }

  /** @param {ts.ClassDeclaration} statement */
  #rewriteClass(statement) {
    const { name } = statement;
    const symbol = name && this.checker.getSymbolAtLocation(name);
    if (!name || !symbol || name.text === 'Tensor') return;
    const path = this.paths.get(statement);
    if (path !== undefined) this.#rewriteConstructors(statement, name.text, symbol, path);
    const methods = statement.members.filter(ts.isMethodDeclaration).filter((method) => ts.isIdentifier(method.name));
    for (const group of grouped(methods, (method) => method.name.getText())) {
      const [first] = group;
      // What a call of an object takes is inferred from these.
      if (!first || INFERRED.has(first.name.getText())) continue;
      const own = this.checker.getSymbolAtLocation(first.name);
      const at = this.paths.get(first);
      if (!own || at === undefined || !isPublic(own, this.checker) || this.#isInherited(statement, own.name)) continue;
      const signatures = this.checker.getTypeOfSymbol(own).getCallSignatures();
      const base = `${name.text}${capital(first.name.getText())}`;
      const forms = this.#groupsOf(signatures, at, base, statement);
      if (!forms) continue;
      const words = (first.modifiers ?? []).map((modifier) => `${modifier.getText()} `).join('');
      const brief = this.#briefOf(first);
      const lines = forms.map(
        ({ head, list, returns }) => `${words}${first.name.getText()}${head}(${list}): ${returns};`,
      );
      this.#replaceAll(group, lines.join(brief ? `\n  ${brief}\n  ` : '\n  '));
    }
    if (this.#added.length > 0) {
      this.#edits.push({ at: statement.end, end: statement.end, text: `\n${this.#added.join('\n')}` });
      this.#added = [];
    }
  }

  /**
   * @param {ts.ClassDeclaration} statement
   * @param {string} name
   * @param {ts.Symbol} symbol
   * @param {string} path
   */
  #rewriteConstructors(statement, name, symbol, path) {
    const own = statement.members.filter(ts.isConstructorDeclaration);
    const isKept = own.some(({ modifiers = [] }) =>
      modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword),
    );
    if (isKept) return;
    // What a class inherits from another one that programs know is written there.
    if (own.length === 0 && !this.#extendsUnknown(statement)) return;
    const forms = this.#groupsOf(constructorsOf(this.checker.getTypeOfSymbol(symbol)), path, name, statement, true);
    if (!forms || new Set(forms.map(({ returns }) => returns)).size > 1) return;
    const told = this.#toldOf(statement, own[0]);
    const brief = own[0] && ts.getJSDocCommentsAndTags(own[0]).length > 0 ? told : this.#briefOf(statement);
    const text = forms
      .map(({ list }, i) => `${i === 0 ? told : brief}${told ? '\n  ' : ''}constructor(${list});`)
      .join('\n  ');
    if (own.length > 0) return this.#replaceAll(own, text, true);
    const at = statement.members.pos;
    this.#edits.push({ at, end: at, text: `\n  ${text}${statement.members.length === 0 ? '\n' : ''}` });
  }

  /** Whether a class has a method from another one, whose types it must keep. @param {ts.ClassDeclaration} statement @param {string} name */
  #isInherited(statement, name) {
    if (!statement.typeParameters) return false;
    const type = /** @type {ts.InterfaceType} */ (this.checker.getTypeAtLocation(statement));
    return this.checker.getBaseTypes(type).some((base) => this.checker.getPropertyOfType(base, name) !== undefined);
  }

  /** Whether a class extends what programs do not know. @param {ts.ClassDeclaration} statement */
  #extendsUnknown(statement) {
    const base = statement.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    const symbol = base && this.checker.getSymbolAtLocation(base.expression);
    if (!symbol || symbol.flags & ts.SymbolFlags.Alias) return false;
    return !(symbol.declarations ?? []).some((each) => this.paths.has(each));
  }

  /** @param {ts.TypeAliasDeclaration} statement */
  #rewriteMethods(statement) {
    const type = this.checker.getTypeAtLocation(statement);
    const lines = this.checker.getPropertiesOfType(type).map((method) => {
      const { name } = method;
      const own = this.checker.getTypeOfSymbol(method);
      const text = ts.displayPartsToString(method.getDocumentationComment(this.checker));
      const told = text ? `${jsdoc(text, '  ')}\n` : '';
      const forms = this.#groupsOf(own.getCallSignatures(), `Tensor.${name}`, name, statement, true);
      if (!forms) return `${told}  ${name}: ${this.#typeText(own, statement)};`;
      const brief = text ? `\n${jsdoc(first(text), '  ')}` : '';
      return `${told}${forms.map(({ head, list, returns }) => `  ${name}${head}(${list}): ${returns};`).join(brief ? `${brief}\n` : '\n')}`;
    });
    this.#replaceAll([statement], `interface ${METHODS} {\n${lines.join('\n')}\n}`);
  }

  /**
   * The forms of a callable; undefined where it stays as it is.
   * @param {readonly ts.Signature[]} signatures
   * @param {string} path
   * @param {string} base what interfaces of its options are called after
   * @param {ts.Node} place
   * @param {boolean} [isWhole] whether a callable whose parameters have texts is written as well
   * @returns {Form[] | undefined}
   */
  #groupsOf(signatures, path, base, place, isWhole = false) {
    if (signatures.length === 0) return undefined;
    const { checker } = this;
    if (signatures.some((signature) => checker.getTypePredicateOfSignature(signature))) return undefined;
    const all = signatures.map((signature) => ({
      signature,
      head: this.#headOf(signature, place),
      returns: this.#typeText(signature.getReturnType(), place),
    }));
    const groups = grouped(all, ({ head, returns }) => `${head} ${returns}`);
    const parameters = parametersOf(signatures, checker);
    const writing = {
      textOf: (/** @type {string} */ name) =>
        parameters.find((each) => each.name === name)?.text || this.saidOf(path, name).text,
      fallbackOf: (/** @type {string} */ name) => this.saidOf(path, name).fallback,
      typeText: (/** @type {ts.Type} */ type) => this.#typeText(type, place),
      partTexts: (/** @type {ts.Type} */ type) => this.#partTexts(type, place),
      interfaceOf: (/** @type {readonly string[]} */ members) =>
        this.#interfaceOf(base, members, typesAround(place, signatures)),
    };
    const variants = signatures.flatMap((signature) => variantsOf(signature, checker));
    const [only] = groups.length === 1 && all[0]?.head === '' ? all : [];
    const rest = only && restForm(variants, writing, checker);
    if (only && rest) return [{ ...only, list: join(this.#selfOf(only.signature, place), rest) }];
    const before = { interfaces: new Map(this.#interfaces), added: [...this.#added], names: new Set(this.#names) };
    // An order among results is kept.
    const forms =
      groups.length > 1 ? [] : groups.flatMap((group) => this.#formsOf(group, writing, place) ?? [undefined]);
    if (forms.every(isOpen) && forms.length > 0 && variants.length > 1) return /** @type {Form[]} */ (forms);
    this.#interfaces = before.interfaces;
    this.#added = before.added;
    this.#names = before.names;
    const isUntold = groups.length > 1 || variants[0]?.some(({ text }) => text === '');
    const isKept = variants.length === signatures.length || (variants.length <= MOST && groups.length === 1);
    if (!isKept || !variants.every(isPlain) || !(isUntold || isWhole)) return undefined;
    const plain = this.#plainForms(all, writing, place);
    return plain.every(isOpen) ? plain : undefined;
  }

  /**
   * The forms of signatures that give one result.
   * @param {readonly Shown[]} group
   * @param {import('./print.mjs').Writing} writing
   * @param {ts.Node} place
   * @returns {Form[] | undefined}
   */
  #formsOf(group, writing, place) {
    const [one] = group;
    const own = listsOf(
      group.map(({ signature }) => signature),
      this.checker,
    );
    const table = own && tableOf(own, this.checker);
    if (!one || !table) return undefined;
    const { head, returns, signature } = one;
    const isOne = constructs(signature) && table.required.length === 0;
    return formsOf(table, writing, isOne).map((list) => ({
      head,
      list: join(this.#selfOf(signature, place), list),
      returns,
    }));
  }

  /**
   * Few signatures as they are, with texts.
   * @param {readonly Shown[]} all
   * @param {import('./print.mjs').Writing} writing
   * @param {ts.Node} place
   * @returns {Form[]}
   */
  #plainForms(all, writing, place) {
    return all.flatMap(({ signature, head, returns }) =>
      variantsOf(signature, this.checker).map((places) => {
        const last = places.at(-1);
        const options =
          last?.name === 'options' ? (membersOf(last.type, this.checker) ?? []).map(({ name }) => name) : [];
        return {
          head,
          list: join(this.#selfOf(signature, place), plainForm(places, options, writing)),
          returns,
          ordered: true,
        };
      }),
    );
  }

  /** The types that a signature takes. @param {ts.Signature} signature @param {ts.Node} place */
  #headOf(signature, place) {
    const { typeParameters } = signature;
    // Those of a class are its own.
    if (!typeParameters || (ts.isClassDeclaration(place) && constructs(signature))) return '';
    const texts = typeParameters.map((each) => {
      const node = this.checker.typeParameterToDeclaration(each, place, FLAGS);
      return node ? this.#printer.printNode(ts.EmitHint.Unspecified, node, this.source) : each.symbol.name;
    });
    return `<${texts.join(', ')}>`;
  }

  /** @param {ts.Signature} signature @param {ts.Node} place */
  #selfOf(signature, place) {
    const { thisParameter } = /** @type {ts.Signature & { thisParameter?: ts.Symbol }} */ (signature);
    if (!thisParameter) return '';
    return `this: ${this.#typeText(this.checker.getTypeOfSymbol(thisParameter), place)}`;
  }

  /** @param {ts.Type} type @param {ts.Node} place */
  #typeText(type, place) {
    return this.#nodeText(this.#nodeOf(type, place));
  }

  /** @param {ts.Type} type @param {ts.Node} place */
  #nodeOf(type, place) {
    const node = this.checker.typeToTypeNode(type, place, FLAGS);
    if (!node)
      throw new Error(`declarations: expected a type that can be written, but got ${this.checker.typeToString(type)}`);
    return node;
  }

  /** The members of the union that a type is. @param {ts.Type} type @param {ts.Node} place */
  #partTexts(type, place) {
    const node = this.#nodeOf(type, place);
    if (!ts.isUnionTypeNode(node)) return [this.#nodeText(node)];
    // What an optional member lacks is another undefined than the one that is a value of it.
    const isValue = !type.isUnion() || type.types.includes(this.checker.getUndefinedType());
    return node.types.map((each) => this.#nodeText(each)).filter((text) => isValue || text !== 'undefined');
  }

  /** @param {ts.TypeNode} node */
  #nodeText(node) {
    const text = this.#printer
      .printNode(ts.EmitHint.Unspecified, node, this.source)
      .replace(/\s*\n\s*/g, ' ')
      .replace(PLATFORM, '$1');
    return ts.isFunctionTypeNode(node) || ts.isConstructorTypeNode(node) || ts.isConditionalTypeNode(node)
      ? `(${text})`
      : text;
  }

  /**
   * The name of an interface with members, or these where they are of types that the interface would not know.
   * @param {string} base
   * @param {readonly string[]} members
   * @param {ReadonlySet<string>} types that it would not know
   */
  #interfaceOf(base, members, types) {
    const words =
      members
        .join(' ')
        .replaceAll(/\/\*[\s\S]*?\*\//g, '')
        .match(/\w+/g) ?? [];
    if (words.some((word) => types.has(word))) return `{\n    ${members.join(';\n    ')};\n  }`;
    const body = members.map((member) => `  ${member};`).join('\n');
    const stem = stemOf(base);
    const key = `${stem}\n${body}`;
    const known = this.#interfaces.get(key);
    if (known) return known;
    const endings = ['Options', 'Given', 'GivenOptions', 'NamedOptions', 'NamedGiven'];
    const name = this.#freeName(endings.map((ending) => `${stem}${ending}`));
    this.#interfaces.set(key, name);
    this.#added.push(`interface ${name} {\n${body}\n}`);
    return name;
  }

  /** The first sentence of what is said of a declaration, as a comment. @param {ts.Node} node */
  #briefOf(node) {
    const [text] = ts.getJSDocCommentsAndTags(node).flatMap((each) => ts.getTextOfJSDocComment(each.comment) ?? []);
    return text ? jsdoc(first(text), '') : '';
  }

  /**
   * Puts a text in the place of several declarations of one thing, behind what is said of the first.
   * @param {readonly (ts.Statement | ts.ClassElement)[]} all @param {string} text @param {boolean} [isWhole] whether the text says it as well
   */
  #replaceAll(all, text, isWhole = false) {
    const [one, ...others] = all;
    if (!one) return;
    const isMember = ts.isClassElement(one);
    const added = isMember ? [] : this.#added.splice(0);
    this.#edits.push({ at: one.getStart(this.source, isWhole), end: one.end, text: [text, ...added].join('\n') });
    for (const other of others) this.#edits.push({ at: other.getFullStart(), end: other.end, text: '' });
  }

  /** What is said of each form of a constructor. @param {ts.ClassDeclaration} statement @param {ts.ConstructorDeclaration | undefined} own */
  #toldOf(statement, own) {
    const [comment] = own ? ts.getJSDocCommentsAndTags(own).filter(ts.isJSDoc) : [];
    if (comment?.comment) return comment.getText();
    const brief = this.#briefOf(statement);
    const tags = (comment?.tags ?? []).map((tag) => `\n   * ${tag.getText().trim()}`).join('');
    return tags === '' ? brief : `${brief.replace(/ \*\/$/, '').replace('/** ', '/**\n   * ')}\n   *${tags}\n   */`;
  }
}

/**
 * Lists of what has a key in common, in the order of the first of each.
 * @template T
 * @param {readonly T[]} all
 * @param {(one: T) => string} keyOf
 */
function grouped(all, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups.values()];
}

/**
 * The names of types that a class or signatures bring.
 * @param {ts.Node} place
 * @param {readonly ts.Signature[]} signatures
 */
function typesAround(place, signatures) {
  const own = ts.isClassDeclaration(place) ? (place.typeParameters ?? []).map(({ name }) => name.text) : [];
  return new Set([
    ...own,
    ...signatures.flatMap(({ typeParameters = [] }) => typeParameters.map(({ symbol }) => symbol.name)),
  ]);
}

/** Whether a form holds no type that means another thing elsewhere, or that none should read. @param {Form | undefined} form */
const isOpen = (form) =>
  form !== undefined &&
  !/\bthis\b(?!:)|\.\.\.args: (?!readonly unknown\[\]|unknown\[\]|never\[\]|any|Args\b)|\bArguments<|\bByName</.test(
    form.list.replaceAll(/\/\*[\s\S]*?\*\//g, ''),
  );

/** Whether a list of places can be written as one of parameters. @param {readonly import('../../reference/parameters.mjs').Place[]} places */
const isPlain = (places) =>
  places.every(
    ({ name, optional, rest }, i) =>
      name !== undefined &&
      (!rest || i === places.length - 1) &&
      (optional || rest || places.slice(0, i).every((each) => !each.optional)),
  ) && new Set(places.map(({ name }) => name)).size === places.length;

/** @param {ts.Signature} signature */
const constructs = (signature) => {
  const kind = signature.getDeclaration()?.kind;
  return (
    kind === ts.SyntaxKind.Constructor ||
    kind === ts.SyntaxKind.ConstructSignature ||
    kind === ts.SyntaxKind.ConstructorType
  );
};

/** What types of a callable are called after. @param {string} name */
const stemOf = (name) => capital(name.replace(/_$/, 'InPlace').replace(/_(\w)/g, (_, letter) => letter.toUpperCase()));

/** @param {string} self @param {string} list */
const join = (self, list) => [self, list].filter((part) => part !== '').join(', ');

/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** The first sentence of a text. @param {string} text */
const first = (text) =>
  (text.split(/\n\s*\n/)[0] ?? '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/([.:;])\s.*$/, '$1')
    .replace(/[:;]$/, '.');

/** @param {string} text @param {string} indent */
const jsdoc = (text, indent) =>
  text.includes('\n')
    ? `${indent}/**\n${text
        .split('\n')
        .map((line) => `${indent} * ${line}`.trimEnd())
        .join('\n')}\n${indent} */`
    : `${indent}/** ${text} */`;
