// Sets of parameters that are declared once and shared, for example by a function and its layer: their order, defaults
// and checks.
import type { Kinds } from './argument-kinds';
import { type Defaults, type Parsed, parseArgs, type RequiredKeys } from './options';

/** The parameters O in order: first the required ones, then the ones with defaults. */
export interface Settings<O extends object> {
  readonly required?: readonly RequiredKeys<O>[];
  readonly defaults: Defaults<O>;
  readonly kinds?: Kinds<O>;
  /** Rejects values that contradict each other. `name` is the function's name in the error. */
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
