// Owns what modules are called with, by place and in a last object, which a module of the user's own may take as it is, for those who look at it or
// put something else in its place.
import { isPlainObject } from '../../../torch/inside';

/** The values of an argument list, those in a last object too, and the list that has others in their places. */
export function withNames(args: readonly unknown[]): {
  readonly values: readonly unknown[];
  formed(others: readonly unknown[]): readonly unknown[];
} {
  const named = args.at(-1);
  if (!isPlainObject(named)) return { values: args, formed: (others) => others };
  const places = args.length - 1;
  const names = Object.keys(named);
  return {
    values: [...args.slice(0, places), ...Object.values(named)],
    formed: (others) => [
      ...others.slice(0, places),
      Object.fromEntries(names.map((name, i) => [name, others[places + i]])),
    ],
  };
}
