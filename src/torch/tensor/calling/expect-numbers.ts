// The check that arguments are numbers.
import { ArgumentError } from '../../../engine/core/errors';
import { Tensor } from '../tensor';

/** @throws ArgumentError if a value is neither a number nor a boolean */
export function expectNumbers(op: string, numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'number' || typeof value === 'boolean') continue;
    const remedy = value instanceof Tensor ? '; read the tensor with await item() first' : '';
    throw new ArgumentError(`${op}: expected ${name} to be a number, but got ${typeof value}${remedy}`);
  }
}
