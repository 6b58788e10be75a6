// The format in which a worker sends items: plain data, with the numbers of all tensors and typed arrays in one buffer,
// which is transferred and not copied.

import { WorkerError } from '../../engine/core/errors';
import type { DType, Shape } from '../../engine/core/meta';
import type { NumericArray } from '../../engine/storage/host-data';

/** The items of a batch as a worker sends them. */
export interface BatchMessage {
  /** The items, with null in place of every leaf (tensor or typed array). */
  readonly tree: unknown[];
  readonly leaves: readonly Leaf[];
  readonly buffer: ArrayBuffer;
}

type Path = readonly (number | string)[];

/** A tensor or typed array within the items, and its place in the buffer. */
interface Leaf {
  /** The indices and keys that lead to the leaf, beginning with the index of the item. */
  readonly path: Path;
  /** The type of the array, or of the array that holds a tensor's numbers. */
  readonly array: ArrayName;
  readonly byteOffset: number;
  readonly length: number;
  /** The tensor's shape, dtype and class; null for a typed array. */
  readonly tensor: TensorMeta | null;
}

interface TensorMeta {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The name of the tensor's class. */
  readonly kind: string;
  /** Further properties of the tensor, such as the format of bounding boxes. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A tensor as numbers on the host. */
export interface TensorNumbers extends TensorMeta {
  readonly data: NumericArray;
}

const arrays = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
};

type ArrayName = keyof typeof arrays;

/** Every leaf begins at a multiple of this many bytes, the size of the largest element type. */
const ALIGNMENT = 8;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Writes the items of a batch, which are added one by one. */
export class BatchWriter {
  readonly #tree: unknown[] = [];
  /** The leaves, grouped by path within an item, so that leaves that will be stacked lie side by side in the buffer. */
  readonly #columns = new Map<string, { readonly leaf: Omit<Leaf, 'byteOffset'>; readonly data: NumericArray }[]>();
  readonly #numbersOf: (value: object) => TensorNumbers | null;

  /** @param numbersOf returns the numbers of a tensor, or null for any other object */
  constructor(numbersOf: (value: object) => TensorNumbers | null) {
    this.#numbersOf = numbersOf;
  }

  /** @throws WorkerError if the item holds something that cannot be sent */
  add(item: unknown): void {
    this.#tree.push(this.#walk(item, [this.#tree.length], []));
  }

  finish(): BatchMessage {
    const found = [...this.#columns.values()].flat();
    const buffer = new ArrayBuffer(found.reduce((sum, { data }) => sum + aligned(data.byteLength), 0));
    let byteOffset = 0;
    const leaves = found.map(({ leaf, data }) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      new Uint8Array(buffer, byteOffset).set(bytes);
      const placed: Leaf = { ...leaf, byteOffset };
      byteOffset += aligned(data.byteLength);
      return placed;
    });
    return { tree: this.#tree, leaves, buffer };
  }

  #walk(value: unknown, path: Path, around: readonly object[]): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new WorkerError(`expected an item of data, but got a ${typeof value}${shown(path)}, which cannot be sent`);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (around.includes(value)) {
      throw new WorkerError(`expected an item of data, but got an object${shown(path)} that holds itself`);
    }
    const tensor = this.#numbersOf(value);
    if (tensor) return this.#leaf(path, tensor.data, tensor);
    if (isNumbers(value)) return this.#leaf(path, value, null);
    const within = [...around, value];
    if (Array.isArray(value)) return value.map((part, i) => this.#walk(part, [...path, i], within));
    if (!isPlain(value)) return value;
    const fields = Object.entries(value).map(([key, part]) => [key, this.#walk(part, [...path, key], within)]);
    return Object.fromEntries(fields);
  }

  #leaf(path: Path, data: NumericArray, tensor: TensorMeta | null): null {
    const column = JSON.stringify(path.slice(1));
    const meta = tensor && {
      shape: tensor.shape,
      dtype: tensor.dtype,
      kind: tensor.kind,
      properties: tensor.properties,
    };
    const leaf = { path, array: data.constructor.name as ArrayName, length: data.length, tensor: meta };
    const leaves = this.#columns.get(column);
    if (leaves) leaves.push({ leaf, data });
    else this.#columns.set(column, [{ leaf, data }]);
    return null;
  }
}

/**
 * Reads the items of a batch.
 * @param tensorOf makes a tensor from its numbers, which lie in the buffer
 */
export function readBatch(
  { tree, leaves, buffer }: BatchMessage,
  tensorOf: (numbers: TensorNumbers) => unknown,
): unknown[] {
  for (const { path, array, byteOffset, length, tensor } of leaves) {
    const data = new arrays[array](buffer, byteOffset, length);
    let at: unknown = tree;
    for (const key of path.slice(0, -1)) at = Reflect.get(at as object, key);
    Reflect.set(at as object, path.at(-1)!, tensor ? tensorOf({ ...tensor, data }) : data);
  }
  return tree;
}

const isNumbers = (value: object): value is NumericArray =>
  value.constructor?.name in arrays && ArrayBuffer.isView(value);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const shown = (path: Path): string => (path.length > 1 ? ` at ${path.slice(1).join('.')}` : '');
