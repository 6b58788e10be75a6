// Owns parameters that stand once for all that take them, as a function and its layer do: their order, defaults and checks.
import type { Kinds } from './argument-kinds';
import { type Defaults, type Parsed, parseArgs, type RequiredKeys } from './options';

/** The parameters O in their order: those that are required, then those with defaults. */
export interface Settings<O extends object> {
  readonly required?: readonly RequiredKeys<O>[];
  readonly defaults: Defaults<O>;
  readonly kinds?: Kinds<O>;
  /** Refuses values that do not go together, under the name of who takes them. */
  check?(name: string, o: Parsed<O>): void;
}

/** The settings of `name` in its arguments. @throws the errors of `parseArgs` */
export function parseSettings<O extends object>(
  name: string,
  { required = [], defaults, kinds, check }: Settings<O>,
  args: readonly unknown[],
): Parsed<O> {
  const o = parseArgs<O>(name, required, defaults, args, kinds);
  check?.(name, o);
  return o;
}
