// Parameters that are declared once for all that take them, such as a function and its layer: their order, defaults and
// checks.
import type { Kinds } from './argument-kinds';
import { type Defaults, type Parsed, parseArgs, type RequiredKeys } from './options';

/** The parameters O in their order: the required ones, then those with defaults. */
export interface Settings<O extends object> {
  readonly required?: readonly RequiredKeys<O>[];
  readonly defaults: Defaults<O>;
  readonly kinds?: Kinds<O>;
  /** Refuses values that do not fit together. `name` is what the error names. */
  check?(name: string, o: Parsed<O>): void;
}

/** Reads the settings of `name` from its arguments. @throws the errors of `parseArgs` */
export function parseSettings<O extends object>(
  name: string,
  { required = [], defaults, kinds, check }: Settings<O>,
  args: readonly unknown[],
): Parsed<O> {
  const o = parseArgs<O>(name, required, defaults, args, kinds);
  check?.(name, o);
  return o;
}
