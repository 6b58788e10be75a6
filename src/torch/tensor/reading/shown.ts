// How tensors are shown without reading them back: a description, and the values if they are on the host.

import { ArgumentError } from '../../../engine/core/errors';
import { fromHalf } from '../../../engine/core/half';
import { type DType, numel, type Shape, showShape } from '../../../engine/core/meta';
import { formatTensor } from '../../../engine/storage/print';
import type { TensorBase } from '../base';
import type { NestedArray } from './readable';

/** The form of a tensor in `JSON.stringify`. */
export interface TensorJSON {
  /** Null for a parameter of a lazy module that has no shape yet. */
  readonly shape: Shape | null;
  readonly dtype: DType;
  readonly device: string;
  /** The elements as nested arrays, if they are on the host. As always in JSON, NaN and infinities become null. */
  readonly values?: NestedArray;
}

/** `Tensor(shape=[2, 3], dtype=float32)`. */
export function description(x: TensorBase, more: readonly string[] = []): string {
  const { name } = x.constructor;
  const parts = [`shape=${showShape(x.shape)}`, `dtype=${x.dtype}`, ...more];
  if (x.storage.disposed) return `${name}(${[...parts, 'disposed'].join(', ')})`;
  const gradient = x.leaf ? ['requiresGrad=true'] : x.gradFn ? [`gradFn=<${x.gradFn}>`] : [];
  return `${name}(${[...parts, ...gradient].join(', ')})`;
}

/**
 * The text of a tensor for consoles: its description and, if they are on the host, its values as PyTorch prints them.
 */
export function consoleText(x: TensorBase): string {
  if (isShapeless(x)) return String(x);
  const described = description(x, [`device=${x.device}`]);
  const data = valuesAtHand(x);
  if (!data) return x.storage.disposed ? described : `${described}; await x.print() shows the values`;
  return `${described}\n${formatTensor(data, x.shape, x.dtype, { requiresGrad: x.leaf !== null, gradFn: x.gradFn })}`;
}

export function jsonOf(x: TensorBase): TensorJSON {
  const { dtype } = x;
  const shape = isShapeless(x) ? null : x.shape;
  const data = shape && valuesAtHand(x);
  const described = { shape, dtype, device: String(x.device) };
  return shape && data ? { ...described, values: nested(data, shape, dtype) } : described;
}

/** Whether the tensor has no shape yet, like the parameters of lazy modules. */
const isShapeless = (x: TensorBase): boolean => Object.getOwnPropertyDescriptor(x, 'shape')?.get !== undefined;

/** Row-major elements as nested arrays; a number for a tensor without dimensions, booleans for dtype bool. */
export function nested(data: ArrayLike<number>, shape: Shape, dtype: DType): NestedArray {
  let next = 0;
  const nest = (d: number): NestedArray => {
    if (d < shape.length) return Array.from({ length: shape[d]! }, () => nest(d + 1));
    const element = data[next++]!;
    return dtype === 'bool' ? element !== 0 : element;
  };
  return nest(0);
}

/** The elements in row-major order if the host has them, so that no read-back is needed; else null. */
export function valuesAtHand(x: TensorBase): ArrayLike<number> | null {
  const { storage, shape, strides, offset, dtype } = x;
  const known = storage.known;
  if (storage.disposed || known === null) return null;
  const n = numel(shape);
  if (typeof known === 'number') return new Float64Array(n).fill(known);
  const element = dtype === 'float16' ? (i: number) => fromHalf(known[i]!) : (i: number) => known[i]!;
  if (dtype !== 'float16' && x.isContiguous()) return known.subarray(offset, offset + n);
  const elements = new Float64Array(n);
  let next = 0;
  const visit = (d: number, at: number): void => {
    if (d === shape.length) elements[next++] = element(at);
    else for (let i = 0; i < shape[d]!; i++) visit(d + 1, at + i * strides[d]!);
  };
  visit(0, offset);
  return elements;
}

/** The only element if the host has it, so that no read-back is needed; else null. */
export function numberAtHand(x: TensorBase): number | null {
  const elements = !isShapeless(x) && numel(x.shape) === 1 ? valuesAtHand(x) : null;
  return elements ? elements[0]! : null;
}

/** @throws ArgumentError always; called when a JavaScript operator is used on a tensor */
export function refuseOperators(): never {
  throw new ArgumentError(
    'Tensor: expected a method such as x.add(1), x.mul(2), x.gt(0) or x.eq(y), but got a JavaScript operator (+, -, <, ==, …); write ' +
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what the user is to write.
      '(await x.item()) for the number of a single element, and `${x}` in texts',
  );
}
