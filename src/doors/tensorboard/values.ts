// Owns what methods of SummaryWriter take for numbers, and how it is read when events are written.
import { ArgumentError, type Tensor } from '../../torch';
import { isPlainObject, isTensorObject as isTensor, kindOf } from '../../torch/inside';

/** One number: of the host, or of a tensor with one element, which is read when events are written. */
export type ScalarValue = number | boolean | Tensor;

/** Numbers of the host, or a tensor, which is read when events are written. */
export type Values = Tensor | ArrayLike<number>;

/** The values of this moment, unaffected by later writes in place. */
export const copyOf = (x: Tensor): Tensor => x.detach().clone();

/** The elements of a tensor as numbers. */
export const numbersOf = async (x: Tensor): Promise<number[]> =>
  Array.from((await x.data()) as ArrayLike<number | bigint | boolean>, Number);

/** Keeps values as they are now; the returned function reads them. */
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

/** Reads the one number of a scalar. @throws ArgumentError for a tensor of several elements */
export function scalarReader(op: string, value: unknown): () => Promise<number> {
  if (typeof value === 'number' || typeof value === 'boolean') return async () => Number(value);
  if (!isTensor(value) || value.numel() !== 1) {
    const got = isTensor(value) ? `one of shape [${value.shape.join(', ')}]` : kindOf(value);
    throw new ArgumentError(`${op}: expected a number, or a tensor of one element, but got ${got}`);
  }
  const read = reader(op, 'scalarValue', value);
  return async () => (await read())[0]!;
}

/** Values by their names. @throws ArgumentError if the value is no object of that kind */
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

/** The arguments of a method whose last required one is an object of values: in the last place it is not taken for one of names. */
export function inPlace(args: readonly unknown[], required: readonly string[]): readonly unknown[] {
  const last = args.at(-1);
  const isPlaced = args.length === required.length && isPlainObject(last) && !Object.hasOwn(last, required.at(-1)!);
  return isPlaced ? [...args, {}] : args;
}
