// Arguments of module calls, positional or in a trailing object of keywords. Interceptors use this to read or replace
// tensors in either form; the object matters because a user's own module may take it as it is.
import { isPlainObject } from '../../../torch/inside';

/**
 * The values of an argument list, including those of a trailing keyword object, and a function that rebuilds the list
 * with other values.
 */
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
