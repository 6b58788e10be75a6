// The form of a callable that takes any number of arguments of a kind, or a list of them, as `zeros(2, 3)` and `zeros([2, 3])`, with options
// behind them: one form, so that an error is about the argument that is wrong.
import ts from 'typescript';
import { membersOf } from '../../reference/parameters.mjs';
import { told, unionText } from './print.mjs';

/** @typedef {import('../../reference/parameters.mjs').Place} Place */

/**
 * The list of parameters; undefined where the argument lists are others.
 * @param {readonly Place[][]} variants
 * @param {import('./print.mjs').Writing} writing
 * @param {ts.TypeChecker} checker
 * @returns {string | undefined}
 */
export function restForm(variants, writing, checker) {
  const possible = variants.filter((places) => !places.some(({ type }) => type.flags & ts.TypeFlags.UniqueESSymbol));
  const at = possible[0]?.findIndex(({ rest }) => rest) ?? -1;
  if (at < 0) return undefined;
  const elements = new Set();
  const lists = new Set();
  const options = new Set();
  const named = new Set();
  const names = new Set();
  for (const places of possible) {
    const [own, behind, ...others] = places.slice(at);
    if (!own || others.length > 0 || places.slice(0, at).some(({ rest, optional }) => rest || optional))
      return undefined;
    if (own.rest) {
      const element = checker.isArrayType(own.type)
        ? checker.getTypeArguments(/** @type {ts.TypeReference} */ (own.type))[0]
        : own.type;
      if (!element) return undefined;
      elements.add(writing.typeText(element));
      if (own.name && !/^(args|given)$/.test(own.name)) names.add(own.name);
    } else if (checker.isArrayType(own.type)) {
      lists.add(writing.typeText(own.type));
      if (own.name) names.add(own.name);
    } else if (!behind && membersOf(own.type, checker)) {
      named.add(writing.typeText(own.type));
      for (const { name } of membersOf(own.type, checker) ?? []) if (!own.name) names.add(name);
    } else return undefined;
    if (behind && !membersOf(behind.type, checker)) return undefined;
    if (behind) options.add(writing.typeText(checker.getNonNullableType(behind.type)));
  }
  const [name = 'sizes'] = names;
  if (elements.size === 0 || lists.size === 0) return undefined;
  const front =
    possible[0]
      ?.slice(0, at)
      .map(({ name: each, type }) => told(writing.textOf(`${each}`), `${each}: ${writing.typeText(type)}`)) ?? [];
  const text = writing.textOf(`${name}`);
  const more = [...elements, ...options];
  return [
    ...front,
    told(`${text} One by one, or a list of them.`.trim(), `${name}?: ${unionText([...elements, ...lists, ...named])}`),
    told(
      options.size > 0 ? 'The others, and options behind them.' : 'The others.',
      `...more: readonly (${unionText(more)})[]`,
    ),
  ].join(', ');
}
