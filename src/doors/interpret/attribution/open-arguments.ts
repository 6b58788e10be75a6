// Parses the arguments of methods that pass unknown options on to another method.
import { ArgumentError } from '../../../torch';
import { isPlainObject, kindOf, type OfKeys, type Parsed, parseArgs } from '../../../torch/inside';

/**
 * The argument lists of a method with own parameters O in the given order, followed by an object with options of any
 * name.
 */
export type OpenArguments<
  O,
  Order extends readonly (keyof O)[],
  Options extends readonly unknown[],
  Given extends readonly unknown[] = [],
> = Order extends readonly [infer K, ...infer Rest]
  ? [...Given, ...Options] | OpenArguments<O, OfKeys<Rest, O>, Options, [...Given, O[K & keyof O]]>
  : [...Given, ...Options];

/** Matches arguments as `parseArgs` does, and returns the options that it does not know separately. */
export function parseOpen<O extends object>(
  ...[op, required, defaults, args, kinds]: Parameters<typeof parseArgs<O>>
): { readonly own: Parsed<O>; readonly others: Record<string, unknown> } {
  const last = args.at(-1);
  if (!isPlainObject(last)) return { own: parseArgs<O>(op, required, defaults, args, kinds), others: {} };
  const known = new Set<string>([...(required as readonly string[]), ...Object.keys(defaults)]);
  const [named, others]: Record<string, unknown>[] = [{}, {}];
  for (const [key, value] of Object.entries(last)) {
    if (value instanceof Promise) throw new ArgumentError(`${op}: expected ${key} itself, but got ${kindOf(value)}`);
    (known.has(key) ? named : others)![key] = value;
  }
  return { own: parseArgs<O>(op, required, defaults, [...args.slice(0, -1), named], kinds), others: others! };
}
