// Which exports of the doors, and which methods of Tensor, have no text. It reads declarations without checking types, which is quick.
import ts from 'typescript';
import { doors } from '../doors.mjs';
import { root } from './paths.mjs';

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
  const seen = new Set();
  const textOf = (/** @type {ts.Symbol} */ symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const meant = (/** @type {ts.Symbol} */ symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  /** @param {ts.Symbol} module @param {string} path */
  const walk = (module, path) => {
    if (seen.has(module)) return;
    seen.add(module);
    for (const each of checker.getExportsOfModule(module)) {
      const symbol = meant(each);
      const isModule = (symbol.flags & ts.SymbolFlags.ValueModule) !== 0;
      if (isModule) walk(symbol, `${path}${each.name}.`);
      else texts.set(`${path}${each.name}`, textOf(symbol));
    }
  };
  for (const { source, name } of doors) {
    const module = moduleOf(program, checker, source);
    walk(module, name === 'lamplight' ? '' : `${name.slice('lamplight/'.length)}.`);
  }
  const file = moduleOf(program, checker, `${root}src/tensor/tensor.ts`);
  const methods = checker.getExportsOfModule(file).find(({ name }) => name === 'Tensor');
  if (!methods) throw new Error('reference: expected the class Tensor in src/tensor/tensor.ts');
  for (const member of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(methods))) {
    if (isPublic(member, checker)) texts.set(`Tensor.${member.name}`, textOf(member));
  }
  return texts;
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
  if (!declaration || member.name.startsWith('__')) return false;
  if (ts.isClassElement(declaration) && declaration.name && ts.isPrivateIdentifier(declaration.name)) return false;
  const isKept = ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
  return !isKept && !member.getJsDocTags(checker).some(({ name }) => name === 'internal');
}
