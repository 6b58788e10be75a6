// Checks several arguments of a call at once.
import { expectKind, type kinds } from '../../torch/inside';

/**
 * Checks arguments that were given by position. `name` is the function or class in errors.
 *
 * @throws ArgumentError if a value is not of its kind
 */
export function expectKinds(
  name: string,
  given: Readonly<Record<string, readonly [value: unknown, kind: kinds.Kind]>>,
): void {
  for (const [key, [value, kind]] of Object.entries(given)) expectKind(name, key, value, kind);
}
