// Which exports of the doors, and which methods of Tensor, have no text. It reads declarations without checking types, which is quick.
import ts from 'typescript';
import { doors } from '../doors.mjs';

/**
 * What the doors hold: the path of each export and of each method of Tensor, with its text.
 * @returns {Map<string, string>}
 */
export function toldExports() {
  const program = ts.createProgram(
    doors.map(({ source }) => source),
    { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, noLib: true, types: [] },
  );
  const checker = program.getTypeChecker();
  /** @type {Map<string, string>} */
  const texts = new Map();
  eachExport(program, checker, (symbol, path) => texts.set(path, textOf(symbol, checker)));
  return texts;
}

/** What the declaration of a name says of it. @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
export const textOf = (symbol, checker) => ts.displayPartsToString(symbol.getDocumentationComment(checker));

/**
 * The signatures with `new`, without those that make nothing: of a function, what an editor quotes where it is called with `new`.
 * @param {ts.Type} type
 */
export const constructorsOf = (type) =>
  type.getConstructSignatures().filter((signature) => !(signature.getReturnType().flags & ts.TypeFlags.Never));

/**
 * Calls `add` with each export of each door and each method of Tensor, and its path. `fileOf`: the file of a door in the program, by default its source.
 * @param {ts.Program} program @param {ts.TypeChecker} checker @param {(symbol: ts.Symbol, path: string) => void} add
 * @param {(door: import('../doors.mjs').Door) => string} fileOf
 */
export function eachExport(program, checker, add, fileOf = ({ source }) => source) {
  const walked = new Set();
  /** @param {ts.Symbol} module @param {string} path */
  const walk = (module, path) => {
    if (walked.has(module)) return;
    walked.add(module);
    for (const each of checker.getExportsOfModule(module)) {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      if (symbol.flags & ts.SymbolFlags.ValueModule) walk(symbol, `${path}${each.name}.`);
      else add(symbol, `${path}${each.name}`);
    }
  };
  let tensor;
  for (const door of doors) {
    const { name } = door;
    const module = moduleOf(program, checker, fileOf(door));
    walk(module, name === 'lamplight' ? '' : `${name.slice('lamplight/'.length)}.`);
    tensor ??= checker.getExportsOfModule(module).find((each) => each.name === 'Tensor');
  }
  if (!tensor) throw new Error('reference: expected the first door to have the class Tensor');
  const methods = tensor.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(tensor) : tensor;
  for (const member of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(methods))) {
    if (isPublic(member, checker)) add(member, `Tensor.${member.name}`);
  }
}

/** @param {ts.Program} program @param {ts.TypeChecker} checker @param {string} source */
function moduleOf(program, checker, source) {
  const file = program.getSourceFile(source);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`reference: expected a module in ${source}`);
  return module;
}

/** Whether programs may call a member. @param {ts.Symbol} member @param {ts.TypeChecker} checker */
export function isPublic(member, checker) {
  const [declaration] = member.declarations ?? [];
  // A name that cannot stand after a point is there for errors of types alone: `0` says what `x[0]` is.
  if (!declaration || /^(__|\d)/.test(member.name)) return false;
  if (ts.isClassElement(declaration) && declaration.name && ts.isPrivateIdentifier(declaration.name)) return false;
  const isKept = ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
  return !isKept && !member.getJsDocTags(checker).some(({ name }) => name === 'internal');
}
