// What a function takes: its parameters with their types, defaults and texts, by place and by name, read from its types.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { defaultsOf } from './defaults.mjs';
import { root } from './paths.mjs';

/**
 * `text` is its own, or that of the method which it overrides, or that of all parameters of its name. `declared` is where a text of its own that
 * has none would stand: its declaration, or its name in a list of places.
 * @typedef {{
 *   name: string, type: string, optional: boolean, rest: boolean, byName: boolean, text: string, fallback: string | undefined,
 *   declared: ts.Node | undefined,
 * }} Parameter
 * @typedef {{ parameters: Parameter[], returns: string[] }} Callable
 * @typedef {{ name: string | undefined, type: ts.Type, optional: boolean, rest: boolean, text: string, declared: ts.Node | undefined }} Place
 */

/** What the last place is called that takes options. */
const FOR_NAMES = new Set(['options', 'named', 'settings', 'args', undefined]);

const FLAGS = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** The longest type that a line shows in full. */
const LONGEST = 140;

/**
 * Every parameter of the signature that has most of them.
 * @param {readonly ts.Signature[]} signatures
 * @param {readonly ts.Node[]} declarations of what it is exported as
 * @param {ts.TypeChecker} checker
 * @returns {Callable}
 */
export function callableOf(signatures, declarations, checker) {
  const { fallbacks, order } = defaultsOf(signatures, declarations, checker);
  const parameters = parametersOf(signatures, checker).map((parameter) => ({
    ...parameter,
    fallback: fallbacks.get(parameter.name),
    optional: parameter.optional || fallbacks.has(parameter.name),
  }));
  sortNamed(parameters, order);
  const returns = [...new Set(signatures.map((signature) => shownType(signature.getReturnType(), checker)))];
  return { parameters, returns };
}

/**
 * The same without defaults, which declarations do not hold.
 * @param {readonly ts.Signature[]} signatures
 * @param {ts.TypeChecker} checker
 * @param {boolean} [inForms] whether an object of names may stand where the first of them may, as in declarations
 * @returns {Omit<Parameter, 'fallback'>[]}
 */
export function parametersOf(signatures, checker, inForms = false) {
  const lists = signatures
    .flatMap((signature) => variantsOf(signature, checker))
    .map((places) => listOf(places, checker, inForms));
  const fullest = lists.reduce((best, list) => (list.length > best.length ? list : best), lists[0] ?? []);
  const all = lists.flat();
  return fullest
    .filter(({ name }, i) => fullest.findIndex((each) => each.name === name) === i)
    .map((parameter) => {
      const same = [parameter, ...all.filter(({ name }) => name === parameter.name)];
      const places = same.flatMap(({ declared }) => (declared ? [declared] : []));
      const own = parameter.text || (same.findLast(({ text }) => text !== '')?.text ?? '');
      return {
        ...parameter,
        text: own || overriddenText(places, parameter.name, checker) || (sharedTexts().get(parameter.name) ?? ''),
        // Lists of places are shared by parameters of that name.
        declared: own ? undefined : (places.find((node) => !ts.isNamedTupleMember(node)) ?? places[0]),
      };
    });
}

/**
 * Puts what goes by name into the order of the code that reads it, which is that of the places.
 * @param {Parameter[]} parameters
 * @param {readonly string[]} order
 */
function sortNamed(parameters, order) {
  const place = (/** @type {Parameter} */ { name, byName }) => {
    if (!byName) return -1;
    return order.includes(name) ? order.indexOf(name) : order.length;
  };
  parameters.sort((a, b) => place(a) - place(b));
}

/**
 * A type as text, cut where it is long.
 * @param {ts.Type} type
 * @param {ts.TypeChecker} checker
 */
export function shownType(type, checker) {
  const text = checker.typeToString(type, undefined, FLAGS).replaceAll(/import\("[^"]*"\)\./g, '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/**
 * The lists of places that a signature stands for: one for each tuple of its rest.
 * @param {ts.Signature} signature
 * @param {ts.TypeChecker} checker
 * @returns {Place[][]}
 */
export function variantsOf(signature, checker) {
  /** @type {Place[]} */
  const before = [];
  for (const parameter of signature.getParameters()) {
    const declaration =
      parameter.valueDeclaration ??
      signature.declaration?.parameters.find((each) => each.name.getText() === parameter.name);
    const isDeclared = declaration !== undefined && ts.isParameter(declaration);
    const type = isDeclared
      ? checker.getTypeOfSymbolAtLocation(parameter, declaration)
      : checker.getTypeOfSymbol(parameter);
    const text = textOf(parameter, checker);
    // What a function leaves unused begins with a line.
    const name = isDeclared && !ts.isIdentifier(declaration.name) ? 'options' : parameter.name.replace(/^_/, '');
    const isRest = isDeclared && declaration.dotDotDotToken !== undefined;
    if (!isRest) {
      const optional = isDeclared && (declaration.questionToken ?? declaration.initializer) !== undefined;
      before.push({ name, type, optional, rest: false, text, declared: declaration });
      continue;
    }
    return (type.isUnion() ? type.types : [type]).map((each) => [
      ...before,
      ...(checker.isTupleType(each)
        ? placesOf(/** @type {ts.TupleTypeReference} */ (each), checker)
        : [{ name, type: each, optional: true, rest: true, text, declared: declaration }]),
    ]);
  }
  return [before];
}

/**
 * @param {ts.TupleTypeReference} tuple
 * @param {ts.TypeChecker} checker
 * @returns {Place[]}
 */
function placesOf(tuple, checker) {
  const { elementFlags, labeledElementDeclarations } = tuple.target;
  return checker.getTypeArguments(tuple).map((type, i) => {
    const declared = labeledElementDeclarations?.[i];
    const label = declared?.name;
    const flags = elementFlags[i] ?? ts.ElementFlags.Required;
    return {
      name: label && ts.isIdentifier(label) ? label.text : undefined,
      type,
      optional: (flags & ts.ElementFlags.Optional) !== 0,
      rest: (flags & (ts.ElementFlags.Rest | ts.ElementFlags.Variadic)) !== 0,
      text: declared ? textAt(declared, checker) : '',
      declared,
    };
  });
}

/**
 * Places with the members of an object of names at the end as parameters of their own. None where a place has no name.
 * @param {readonly Place[]} places
 * @param {ts.TypeChecker} checker
 * @param {boolean} inForms
 * @returns {Omit<Parameter, 'fallback'>[]}
 */
function listOf(places, checker, inForms) {
  const last = places.at(-1);
  // Arguments that may be left out have no labels, and an object among them is a value.
  const isForNames = last && FOR_NAMES.has(last.name) && !last.rest && !(last.name === undefined && last.optional);
  const parts = last && inForms && last.type.isUnion() ? last.type.types : [];
  const objects = parts.filter((part) => membersOf(part, checker) !== undefined);
  const object = objects.length === 1 ? objects[0] : last?.type;
  const members = object && isForNames ? membersOf(object, checker) : undefined;
  const byPlace = members ? places.slice(0, -1) : places;
  if (byPlace.some(({ name }) => name === undefined)) return [];
  return [
    ...byPlace.map(({ name = '', type, ...others }) => ({
      name,
      type: shownType(type, checker),
      byName: false,
      ...others,
    })),
    ...(members ?? []).map((member) => ({
      name: member.name,
      type: shownType(checker.getNonNullableType(checker.getTypeOfSymbol(member)), checker),
      optional: (member.flags & ts.SymbolFlags.Optional) !== 0,
      rest: false,
      byName: true,
      text: textOf(member, checker),
      declared: member.declarations?.[0],
    })),
  ];
}

/**
 * The members of an object of named parameters; undefined for what is another value.
 * @param {ts.Type} given
 * @param {ts.TypeChecker} checker
 */
export function membersOf(given, checker) {
  const type = checker.getNonNullableType(given);
  if (type.isUnion() || (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return undefined;
  if (checker.isTupleType(type) || checker.isArrayType(type) || type.isClass() || type.getCallSignatures().length > 0)
    return undefined;
  const members = checker.getPropertiesOfType(type);
  const isOurs = members.every((member) =>
    (member.declarations ?? []).every((declaration) => !isOfPackage(declaration.getSourceFile().fileName)),
  );
  return members.length > 0 && isOurs ? members : undefined;
}

/**
 * What the method of a base class or of an interface says of a parameter that overrides it.
 * @param {readonly ts.Node[]} places
 * @param {string} name
 * @param {ts.TypeChecker} checker
 * @returns {string}
 */
function overriddenText(places, name, checker) {
  for (const place of places) {
    const method = place.parent;
    if (!ts.isParameter(place) || !ts.isMethodDeclaration(method) || !ts.isClassLike(method.parent)) continue;
    const at = method.parameters.indexOf(place);
    for (const base of basesOf(method.parent, checker)) {
      const overridden = checker.getPropertyOfType(base, method.name.getText())?.declarations ?? [];
      for (const each of overridden) {
        if (!ts.isMethodDeclaration(each) && !ts.isMethodSignature(each)) continue;
        const named = each.parameters.find((own) => own.name.getText().replace(/^_/, '') === name);
        const parameter = named ?? each.parameters.filter(({ dotDotDotToken }) => !dotDotDotToken)[at];
        const symbol = parameter && checker.getSymbolAtLocation(parameter.name);
        const text = symbol ? textOf(symbol, checker) || overriddenText([parameter], name, checker) : '';
        if (text !== '') return text;
      }
    }
  }
  return '';
}

/** @param {ts.ClassLikeDeclaration} node @param {ts.TypeChecker} checker */
function basesOf(node, checker) {
  const bases = checker.getBaseTypes(/** @type {ts.InterfaceType} */ (checker.getTypeAtLocation(node)));
  const named = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.map((each) => checker.getTypeAtLocation(each)),
  );
  return [...bases, ...named];
}

/** Where the texts stand that all parameters of one name share, unless they say more. */
const SHARED = `${root}src/engine/core/labels.ts`;

/** @type {Map<string, string> | undefined} */
let shared;

/** Those texts by name. */
function sharedTexts() {
  if (shared) return shared;
  const source = ts.createSourceFile(SHARED, readFileSync(SHARED, 'utf8'), ts.ScriptTarget.ES2022, true);
  shared = new Map();
  for (const statement of source.statements.filter(ts.isInterfaceDeclaration))
    for (const member of statement.members) {
      const [text] = ts.getJSDocCommentsAndTags(member).flatMap((each) => ts.getTextOfJSDocComment(each.comment) ?? []);
      if (text && member.name) shared.set(member.name.getText(), text);
    }
  return shared;
}

/** Whether another package holds a file; what builds keep lies beside those. @param {string} file */
const isOfPackage = (file) => /node_modules\/(?!\.cache\/|lamplight\/)/.test(file);

/**
 * @param {ts.Symbol} symbol
 * @param {ts.TypeChecker} checker
 */
const textOf = (symbol, checker) => ts.displayPartsToString(symbol.getDocumentationComment(checker));

/**
 * The text that stands before a name in a list of places, which TypeScript does not read. The name may be a function's parameter.
 * @param {ts.Node} node @param {ts.TypeChecker} checker
 */
function textAt(node, checker) {
  const symbol = ts.isParameter(node) ? checker.getSymbolAtLocation(node.name) : undefined;
  if (symbol) return textOf(symbol, checker);
  const code = node.getSourceFile().text;
  const ranges = [ts.getTrailingCommentRanges, ts.getLeadingCommentRanges].flatMap((of) => of(code, node.pos) ?? []);
  const comments = ranges.map(({ pos, end }) => code.slice(pos, end));
  return (
    comments
      .findLast((each) => each.startsWith('/**'))
      ?.slice(3, -2)
      .replaceAll(/^\s*\* ?/gm, '')
      .trim() ?? ''
  );
}
