// What a worker hands over: items as plain data, and the numbers of all their tensors and typed arrays in one buffer, which is moved, not copied.

import { WorkerError } from '../../engine/core/errors';
import type { DType, Shape } from '../../engine/core/meta';
import type { NumericArray } from '../../engine/storage/host-data';

/** Items of a batch on their way. */
export interface Packed {
  /** The items, with null in the place of every leaf. */
  readonly tree: unknown[];
  readonly leaves: readonly Leaf[];
  readonly buffer: ArrayBuffer;
}

type Path = readonly (number | string)[];

/** NumericArray that stand somewhere in the items, and where they lie in the buffer. */
interface Leaf {
  /** Indices and keys that lead there, that of the item first. */
  readonly path: Path;
  /** The typed array that they are or, of a tensor, are held in. */
  readonly array: ArrayName;
  readonly byteOffset: number;
  readonly length: number;
  /** Null for typed arrays that are no tensor. */
  readonly tensor: TensorMeta | null;
}

interface TensorMeta {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The name of its class. */
  readonly kind: string;
  /** Other properties of the value, such as the format of bounding boxes. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A tensor as its numbers. */
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

/** Every leaf begins at a multiple of this, the size of the largest number. */
const ALIGNMENT = 8;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Takes the items of a batch one by one. */
export class Packer {
  readonly #tree: unknown[] = [];
  /** By path within an item, so that leaves that will be stacked lie together. */
  readonly #columns = new Map<string, { readonly leaf: Omit<Leaf, 'byteOffset'>; readonly data: NumericArray }[]>();
  readonly #numbersOf: (value: object) => TensorNumbers | null;

  /** @param numbersOf the numbers of a tensor, or null for any other object */
  constructor(numbersOf: (value: object) => TensorNumbers | null) {
    this.#numbersOf = numbersOf;
  }

  /** @throws WorkerError for what cannot be sent */
  add(item: unknown): void {
    this.#tree.push(this.#walk(item, [this.#tree.length], []));
  }

  finish(): Packed {
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

/** The items again. @param tensorOf makes a tensor of its numbers, which lie in the buffer */
export function unpack({ tree, leaves, buffer }: Packed, tensorOf: (numbers: TensorNumbers) => unknown): unknown[] {
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
