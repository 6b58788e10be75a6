// Owns the kinds of parameters that are tensors, alone, in lists or by names.
import { either, type Kind, listOf } from '../../../engine/core/argument-kinds';
import { expectKind, isPlainObject } from '../../../engine/core/options';
import { isTensor } from './callable';

export const tensor: Kind = { words: 'a tensor', fits: isTensor };

export const tensors: Kind = { ...listOf(tensor), words: 'a list of tensors' };

/** One tensor, or several in a list. */
export const someTensors: Kind = either(tensor, tensors);

export const namedTensors: Kind = {
  words: 'an object of tensors by name',
  fits: (value) => isPlainObject(value) && Object.values(value).every(isTensor),
};

/**
 * Checks arguments that come by place, in the name of the function or class that got them.
 *
 * @throws ArgumentError for a value of another kind
 */
export function expectKinds(
  name: string,
  given: Readonly<Record<string, readonly [value: unknown, kind: Kind]>>,
): void {
  for (const [key, [value, kind]] of Object.entries(given)) expectKind(name, key, value, kind);
}
