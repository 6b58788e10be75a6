// The numbers that methods of SummaryWriter take, and the readers called when events are written.
import { ArgumentError, type Tensor } from '../../torch';
import { isPlainObject, isTensorObject as isTensor, kindOf } from '../../torch/inside';

/** A number, a boolean, or a tensor with one element, which is read when events are written. */
export type ScalarValue = number | boolean | Tensor;

/** A list of numbers, or a tensor, which is read when events are written. */
export type Values = Tensor | ArrayLike<number>;

/** A copy of the current values, unaffected by later writes in place. */
export const copyOf = (x: Tensor): Tensor => x.detach().clone();

/** The elements of a tensor as numbers. */
export const numbersOf = async (x: Tensor): Promise<number[]> =>
  Array.from((await x.data()) as ArrayLike<number | bigint | boolean>, Number);

/** Copies the current values; the returned function reads them. */
export function reader(op: string, name: string, values: unknown): () => Promise<number[]> {
  if (isTensor(values)) {
    const kept = copyOf(values);
    return () => numbersOf(kept);
  }
  const isList =
    (Array.isArray(values) && values.every((v) => typeof v === 'number' || typeof v === 'boolean')) ||
    ArrayBuffer.isView(values);
  if (!isList)
    throw new ArgumentError(`${op}: expected ${name} to be a tensor or a list of numbers, but got ${kindOf(values)}`);
  const kept = Array.from(values as ArrayLike<number>, Number);
  return async () => kept;
}

/** Returns a function that reads the number of a scalar. @throws ArgumentError for a tensor with several elements */
export function scalarReader(op: string, value: unknown): () => Promise<number> {
  if (typeof value === 'number' || typeof value === 'boolean') return async () => Number(value);
  if (!isTensor(value) || value.numel() !== 1) {
    const got = isTensor(value) ? `one of shape [${value.shape.join(', ')}]` : kindOf(value);
    throw new ArgumentError(`${op}: expected a number, or a tensor of one element, but got ${got}`);
  }
  const read = reader(op, 'scalarValue', value);
  return async () => (await read())[0]!;
}

/** The entries of an object of values by name. @throws ArgumentError if the value is not such an object */
export function entriesOf(op: string, name: string, value: unknown): [string, unknown][] {
  if (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isTensor(value) &&
    !(value instanceof Promise)
  ) {
    return Object.entries(value);
  }
  throw new ArgumentError(`${op}: expected ${name} to be an object of values by their names, but got ${kindOf(value)}`);
}

/**
 * Arguments for `parseArgs`, for a method whose last required argument is an object of values: given by position, it
 * must not be taken for an object of keywords.
 */
export function inPlace(args: readonly unknown[], required: readonly string[]): readonly unknown[] {
  const last = args.at(-1);
  const isPlaced = args.length === required.length && isPlainObject(last) && !Object.hasOwn(last, required.at(-1)!);
  return isPlaced ? [...args, {}] : args;
}
