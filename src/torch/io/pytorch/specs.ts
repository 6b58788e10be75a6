// The description of a tensor in a file, checked before any memory is allocated for the tensor.

import { FileFormatError } from '../../../engine/core/errors';
import { numel } from '../../../engine/core/meta';
import { shown } from '../../../engine/core/options';
import { Container, type Py } from '../pickle/values';
import { type FileDType, fileDTypes } from './dtypes';

/** A storage of a file, by its key. */
export interface StorageRef {
  readonly key: string;
  /** The dtype of the elements; null for untyped bytes. */
  readonly dtype: string | null;
  /** The length in elements, or in bytes if the storage is untyped. */
  readonly numel: number;
  /** The start and the length, in elements, of the part of a storage to which a legacy file refers. */
  readonly start?: number;
  readonly part?: number;
}

/** A tensor as a file describes it. */
export class TensorSpec {
  constructor(
    readonly storage: StorageRef,
    readonly type: FileDType,
    readonly size: readonly number[],
    /** In elements, like the offset. */
    readonly stride: readonly number[],
    readonly offset: number,
    readonly requiresGrad: boolean,
    /** PyTorch's lazy minus sign: the elements are those of the storage with the opposite sign. */
    readonly negative: boolean,
    readonly isParameter = false,
  ) {}

  /** The number of elements of this type that the storage has. */
  get available(): number {
    const { dtype, numel: n } = this.storage;
    return dtype === null ? Math.floor(n / this.type.bytes) : n;
  }

  asParameter(requiresGrad: boolean): TensorSpec {
    const { storage, type, size, stride, offset, negative } = this;
    return new TensorSpec(storage, type, size, stride, offset, requiresGrad, negative, true);
  }
}

/** More dimensions than any program has. */
const MOST_DIMENSIONS = 64;

interface Given {
  readonly storage: StorageRef;
  /** Null for the dtype of the storage. */
  readonly dtype: string | null;
  readonly offset: Py | undefined;
  readonly size: Py | undefined;
  readonly stride: Py | undefined;
  readonly requiresGrad: Py | undefined;
  readonly metadata: Py | undefined;
}

/** @throws FileFormatError if the tensor reaches beyond its storage, or would take more than `maxBytes` once loaded */
export function tensorSpec(name: string, maxBytes: number, given: Given): TensorSpec {
  const { storage } = given;
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: ${problem}`);
  };
  const dtype = given.dtype ?? storage.dtype;
  const type = dtype === null ? undefined : fileDTypes.get(dtype);
  if (!type) {
    return fail(`tensor of ${dtype ?? 'no type'}: expected a dtype among ${[...fileDTypes.keys()].join(', ')}`);
  }
  const size = wholeNumbers(given.size);
  const stride = wholeNumbers(given.stride);
  const { offset } = given;
  if (!size || !stride || size.length !== stride.length || size.length > MOST_DIMENSIONS || !isWhole(offset)) {
    return fail(`expected a size, strides and an offset of whole numbers, but got ${describe(given)}`);
  }
  const n = numel(size);
  if (!(n * 4 <= maxBytes)) {
    fail(
      `a tensor of size ${shown(size)} takes ${n * 4} bytes, more than ${maxBytes}; if it is to be trusted, allow more with maxBytes`,
    );
  }
  const start = storage.start ?? 0;
  const made = new TensorSpec(
    storage,
    type,
    size,
    stride,
    start + offset,
    given.requiresGrad === true,
    flag(given.metadata, 'neg'),
  );
  const reach = n === 0 ? 0 : size.reduce((last, length, d) => last + (length - 1) * stride[d]!, offset) + 1;
  const available = storage.part ?? made.available;
  if (!(reach <= available) || start + available > made.available) {
    fail(
      `a tensor of size ${shown(size)}, strides ${shown(stride)} and offset ${offset} reaches element ${reach} of a storage of ${available}`,
    );
  }
  return made;
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function wholeNumbers(value: Py | undefined): readonly number[] | null {
  if (!(value instanceof Container) || !['tuple', 'Size', 'list'].includes(value.kind)) return null;
  return value.items.every(isWhole) ? (value.items as number[]) : null;
}

const flag = (metadata: Py | undefined, name: string): boolean =>
  metadata instanceof Container && metadata.isDict && metadata.get(name) === true;

function describe({ size, stride, offset }: Given): string {
  const text = (value: Py | undefined) =>
    value instanceof Container ? `[${value.items.slice(0, 9).map(String).join(', ')}]` : String(value);
  return `${text(size)}, ${text(stride)} and ${String(offset)}`;
}
