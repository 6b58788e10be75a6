// What the reference has pages of: the doors and their namespaces, with every export and, of classes, every member.
import { ReflectionKind } from 'typedoc';
import ts from 'typescript';
import { doors } from '../doors.mjs';
import { definedBy } from './defaults.mjs';
import { callableOf, shownType } from './parameters.mjs';
import { repository } from './paths.mjs';
import { spaceTexts } from './spaces.mjs';
import { constructorsOf, isPublic } from './told.mjs';

/**
 * An export. `alias` is the entry that it is another name of. A text is Markdown.
 * @typedef {{
 *   name: string, space: Space, kind: 'class' | 'function' | 'constant' | 'type', text: string, throws: string[], file: string,
 *   callable: import('./parameters.mjs').Callable | undefined, type: string, members: Member[], source: Source | undefined,
 *   bases: string[], alias: Entry | undefined, others: string[],
 * }} Entry
 * @typedef {{ title: string, url: string }} Source
 * @typedef {{
 *   name: string, kind: 'method' | 'property', text: string, throws: string[], type: string, isStatic: boolean,
 *   callable: import('./parameters.mjs').Callable | undefined, from: string | undefined, source: Source | undefined,
 * }} Member
 * @typedef {{ name: string, path: string, door: string, text: string, entries: Entry[], spaces: Space[], file: string }} Space
 * @typedef {{ spaces: Space[], entries: Entry[], ambiguous: ReadonlySet<string> }} Surface
 * @typedef {import('typedoc').DeclarationReflection} Declaration
 */

/** Members of classes that are for the language, or for this library alone, and those that errors have from the engine. */
const isHidden = (/** @type {string} */ name) =>
  name.startsWith('[') || /^(constructor|prototype|(capture|prepare)StackTrace|stackTraceLimit)$/.test(name);

/**
 * @param {import('./converted.mjs').Converted} converted
 * @returns {Surface}
 */
export function surfaceOf(converted) {
  const reader = new Reader(converted);
  for (const door of inOrder(converted.project, doors)) reader.addDoor(door.module, door.name);
  reader.link();
  return {
    spaces: reader.spaces,
    entries: reader.spaces.flatMap(({ entries }) => entries),
    ambiguous: ambiguousTypes(converted.sources),
  };
}

/**
 * Doors with their modules: the first is the library's own.
 * @param {import('typedoc').ProjectReflection} project
 * @param {readonly import('../doors.mjs').Door[]} all
 */
function inOrder(project, all) {
  return all.map(({ name, module }) => {
    const path = module === 'index' ? 'src' : `src/${module.replace(/\/index$/, '')}`;
    const found = project.children?.find((each) => each.name === path);
    if (!found) throw new Error(`reference: expected TypeDoc to have read ${path}`);
    return { name, module: found };
  });
}

class Reader {
  /** @type {Space[]} */
  spaces = [];
  /** @type {Map<Declaration, Entry>} */
  #byReflection = new Map();
  /** @type {[Entry, Declaration][]} */
  #aliases = [];
  /** Names of files that are taken, in small letters: some systems know no others. */
  #files = new Set();

  /** @param {import('./converted.mjs').Converted} converted */
  constructor({ checker, symbolOf }) {
    this.checker = checker;
    this.symbolOf = symbolOf;
  }

  /** @param {Declaration} module @param {string} door */
  addDoor(module, door) {
    const name = door.replace(/^lamplight\/?/, '');
    this.#addSpace(module, name === 'functional' ? 'nn.functional' : name, door);
  }

  /** Finds what aliases are names of: a function of layers is nn.functional's first, and then that of the top of torch. */
  link() {
    for (const [entry, target] of this.#aliases) {
      const meant = this.#byReflection.get(target);
      if (!meant) throw new Error(`reference: expected ${entry.name} to be another name of an export`);
      const isLayers = entry.space.name === 'nn.functional' && meant.source?.title.includes('/nn/functional/');
      const [main, other] = isLayers ? [entry, meant] : [meant, entry];
      other.alias = main;
      main.others.push(qualified(other));
    }
  }

  /**
   * @param {Declaration} module
   * @param {string} path its name from the library's own door
   * @param {string} door
   * @returns {Space}
   */
  #addSpace(module, path, door) {
    const name = path === '' ? 'torch' : path;
    const text = spaceTexts[name];
    if (text === undefined)
      throw new Error(`reference: expected a sentence on ${name} in scripts/reference/spaces.mjs`);
    /** @type {Space} */
    const space = {
      name,
      path,
      door,
      text,
      entries: [],
      spaces: [],
      file: `${name}/index.html`,
    };
    this.spaces.push(space);
    for (const child of byName(module.children ?? [])) {
      if (child.kindOf([ReflectionKind.Namespace, ReflectionKind.Module])) {
        space.spaces.push(this.#addSpace(child, path === '' ? child.name : `${path}.${child.name}`, door));
      } else if (!(child.isReference() && this.#isSpace(child))) {
        space.entries.push(this.#entryOf(child, space));
      }
    }
    return space;
  }

  /** @param {import('typedoc').ReferenceReflection} reference */
  #isSpace(reference) {
    return reference.getTargetReflectionDeep().kindOf([ReflectionKind.Namespace, ReflectionKind.Module]);
  }

  /** @param {Declaration} declaration @param {Space} space @returns {Entry} */
  #entryOf(declaration, space) {
    const { name } = declaration;
    const target = /** @type {Declaration} */ (
      declaration.isReference() ? declaration.getTargetReflectionDeep() : declaration
    );
    const symbol = this.symbolOf(target);
    if (!symbol) throw new Error(`reference: expected TypeDoc to know the symbol of ${name}`);
    const kind = this.#kindOf(symbol);
    const file = this.#fileOf(space, name);
    const { text, throws } = this.#textsOf(symbol);
    /** @type {Entry} */
    const entry = {
      ...{ name, space, kind, text, throws, file, others: [], alias: undefined },
      callable: (kind === 'class' && name !== 'Tensor') || kind === 'function' ? this.#callableOf(symbol) : undefined,
      type: kind === 'constant' ? shownType(this.checker.getTypeOfSymbol(symbol), this.checker) : '',
      members: kind === 'class' || kind === 'type' ? this.#membersOf(target, symbol) : [],
      source: sourceOf(target),
      bases: basesOf(symbol, this.checker),
    };
    if (target === declaration) this.#byReflection.set(declaration, entry);
    else this.#aliases.push([entry, target]);
    return entry;
  }

  /** @param {ts.Symbol} symbol @returns {Entry['kind']} */
  #kindOf(symbol) {
    if ((symbol.flags & ts.SymbolFlags.Value) === 0) return 'type';
    const type = this.checker.getTypeOfSymbol(symbol);
    if (constructorsOf(type).length > 0 || symbol.flags & ts.SymbolFlags.Class) return 'class';
    return type.getCallSignatures().length > 0 ? 'function' : 'constant';
  }

  /** @param {ts.Symbol} symbol */
  #callableOf(symbol) {
    const type = this.checker.getTypeOfSymbol(symbol);
    const constructors = constructorsOf(type);
    const signatures = constructors.length > 0 ? constructors : type.getCallSignatures();
    if (signatures.length === 0) return undefined;
    const [made] = constructors;
    const defined = made ? definedBy(made.getReturnType(), 'made', this.checker) : [];
    return callableOf(signatures, [...(symbol.declarations ?? []), ...defined], this.checker);
  }

  /** @param {ts.Symbol} symbol */
  #textsOf(symbol) {
    const tags = symbol.getJsDocTags(this.checker);
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    const throws = tags.filter(({ name }) => name === 'throws').map((tag) => ts.displayPartsToString(tag.text));
    return { text, throws };
  }

  /** @param {Declaration} declaration @param {ts.Symbol} symbol @returns {Member[]} */
  #membersOf(declaration, symbol) {
    const children = (declaration.children ?? []).filter(({ name }) => !isHidden(name));
    if (children.length === 0) return this.#membersOfType(symbol);
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    return byName(children).flatMap((child) => {
      const { isStatic, isInherited } = child.flags;
      const found = isStatic ? this.symbolOf(child) : this.checker.getPropertyOfType(type, child.name);
      if (!found) return [];
      const from = isInherited ? ownerOf(found) : undefined;
      const defined =
        child.name === 'attribute'
          ? [...definedBy(type, 'required', this.checker), ...definedBy(type, 'takes', this.checker)]
          : [];
      return [this.#memberOf(found, { name: child.name, isStatic, from, source: sourceOf(child) }, defined)];
    });
  }

  /** Members of a class that is exported as a constant, as `nn.Module` is. @param {ts.Symbol} symbol @returns {Member[]} */
  #membersOfType(symbol) {
    const type = this.checker.getTypeOfSymbol(symbol);
    const [signature] = constructorsOf(type);
    if (!signature) return [];
    /** @param {ts.Type} of @param {boolean} isStatic */
    const all = (of, isStatic) =>
      this.checker
        .getPropertiesOfType(of)
        .filter((member) => isOurs(member) && !isHidden(member.name) && isPublic(member, this.checker))
        .map((member) =>
          this.#memberOf(member, { name: member.name, isStatic, from: ownerOf(member), source: undefined }),
        );
    return byName([
      ...all(signature.getReturnType(), false),
      ...all(type, true).map((each) => ({ ...each, from: undefined })),
    ]);
  }

  /**
   * @param {ts.Symbol} symbol
   * @param {Pick<Member, 'name' | 'isStatic' | 'from' | 'source'>} known
   * @param {readonly ts.Node[]} defined defaults that its class states
   * @returns {Member}
   */
  #memberOf(symbol, known, defined = []) {
    const type = this.checker.getTypeOfSymbol(symbol);
    const signatures = this.checker.getNonNullableType(type).getCallSignatures();
    const isMethod = signatures.length > 0;
    return {
      ...known,
      ...this.#textsOf(symbol),
      kind: isMethod ? 'method' : 'property',
      type: shownType(type, this.checker),
      callable: isMethod
        ? callableOf(signatures, [...(symbol.declarations ?? []), ...defined], this.checker)
        : undefined,
    };
  }

  /** @param {Space} space @param {string} name */
  #fileOf(space, name) {
    for (let i = 1; ; i++) {
      const file = `${space.name}/${name}${i === 1 ? '' : `-${i}`}.html`;
      if (this.#files.has(file.toLowerCase())) continue;
      this.#files.add(file.toLowerCase());
      return file;
    }
  }
}

/** @param {Declaration} declaration @returns {Source | undefined} */
function sourceOf({ sources, getSignature, signatures }) {
  const source = (sources ?? getSignature?.sources ?? signatures?.[0]?.sources)?.[0];
  if (!source) return undefined;
  const { fileName, line } = source;
  return { title: `${fileName}:${line}`, url: `${repository}/blob/main/${fileName}#L${line}` };
}

/** Whether the library declares a member, rather than the language. @param {ts.Symbol} symbol */
const isOurs = ({ declarations = [] }) =>
  declarations.some((each) => !each.getSourceFile().fileName.includes('node_modules'));

/** The name of the class that has a member: a function of a family is a method of Tensor. @param {ts.Symbol} symbol */
function ownerOf(symbol) {
  const [declaration] = symbol.declarations ?? [];
  if (declaration && ts.isVariableDeclaration(declaration)) return 'Tensor';
  const parent = declaration?.parent;
  return parent && (ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent)) ? parent.name?.text : undefined;
}

/** The classes that a class extends, nearest first. @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function basesOf(symbol, checker) {
  if ((symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) === 0) return [];
  /** @type {string[]} */
  const bases = [];
  let type = /** @type {ts.InterfaceType} */ (checker.getDeclaredTypeOfSymbol(symbol));
  for (;;) {
    const whole = checker.getBaseTypes(type)[0];
    // Of a class that a function has made, the first of its parts is a class.
    const base = whole?.isIntersection() ? whole.types[0] : whole;
    const name = base?.symbol?.name;
    if (!base || !name || name.startsWith('__')) return bases;
    bases.push(name);
    type = /** @type {ts.InterfaceType} */ (/** @type {ts.TypeReference} */ (base).target ?? base);
    if (!type.isClassOrInterface()) return bases;
  }
}

/**
 * Names of types that several modules declare, so that the name alone does not tell which is meant.
 * @param {readonly ts.SourceFile[]} sources
 */
function ambiguousTypes(sources) {
  const seen = new Set();
  /** @type {Set<string>} */
  const twice = new Set();
  for (const statement of sources.flatMap((source) => [...source.statements])) {
    if (
      !ts.isInterfaceDeclaration(statement) &&
      !ts.isTypeAliasDeclaration(statement) &&
      !ts.isClassDeclaration(statement)
    )
      continue;
    const name = statement.name?.text ?? '';
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return twice;
}

/** Where on the page of its class a member stands. @param {Pick<Member, 'name' | 'isStatic'>} member */
export const anchorOf = ({ name, isStatic }) => (isStatic ? `static.${name}` : name);

/** The name by which an entry is called in a program. @param {Pick<Entry, 'name' | 'space'>} entry */
export const qualified = ({ name, space }) => (space.path === '' ? name : `${space.path}.${name}`);

/** @template {{ name: string }} T @param {readonly T[]} list @returns {T[]} classes and types first, as capitals come first */
const byName = (list) => [...list].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
