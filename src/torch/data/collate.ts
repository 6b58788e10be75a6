// Collation: turns the items of a batch into tensors.

import type { Kind } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { numel, sameShape } from '../../engine/core/meta';
import { parseArgs } from '../../engine/core/options';
import { fromHost } from '../../engine/graph/record';
import type { Value } from '../../engine/graph/value';
import { gatherRows } from '../../engine/ops/indexing/indexing';
import { detach, reshape } from '../../engine/ops/shape/cast';
import { together } from '../../engine/ops/together';
import { tensor } from '../tensor/creation/creation';
import { stack } from '../tensor/joining/cat-stack';
import { Tensor } from '../tensor/tensor';

/** The type that `defaultCollate` returns for items of type T. */
export type Collated<T> = T extends Tensor | number | boolean | ArrayBufferView
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Collated<T[K]> }
      : T extends object
        ? { -readonly [K in keyof T]: Collated<T[K]> }
        : unknown;

/**
 * Turns a list of items into a batch. Tensors (of one shape) are stacked along a new first dimension; numbers become an
 * int64 tensor if all are whole, else float32; booleans become a bool tensor; typed arrays are stacked as tensors;
 * strings stay a list. Arrays and plain objects are collated field by field: a list of `[input, target]` becomes
 * `[inputs, targets]`.
 *
 * @throws ArgumentError if the items differ in kind or length, or are of a kind that no tensor can hold
 */
export function defaultCollate<T>(batch: readonly T[]): Collated<T>;
export function defaultCollate<T>(named: { batch: readonly T[] }): Collated<T>;
export function defaultCollate(...args: unknown[]): unknown {
  return collate(parseArgs<{ batch: unknown[] }>('defaultCollate', ['batch'], {}, args, { batch: list }).batch);
}

const list: Kind = { words: 'a list of items', fits: Array.isArray };

function collate(items: readonly unknown[]): unknown {
  const first = items[0];
  if (first instanceof Tensor) return batchOf(expectAll(items, isTensor, 'tensors'));
  if (typeof first === 'number') return tensor(expectAll(items, isNumber, 'numbers'));
  if (typeof first === 'boolean') return tensor(expectAll(items, isBoolean, 'booleans'));
  if (typeof first === 'string') return [...expectAll(items, isString, 'strings')];
  if (isTypedArray(first)) return stack(expectAll(items, isTypedArray, 'typed arrays').map((item) => tensor(item)));
  if (Array.isArray(first)) {
    const rows = expectAll(items, Array.isArray, 'arrays');
    const ragged = rows.find((row) => row.length !== first.length);
    if (ragged) {
      throw new ArgumentError(
        `defaultCollate: expected items of equal length, but got lengths ${first.length} and ${ragged.length}`,
      );
    }
    return first.map((_, column) => collate(rows.map((row) => row[column])));
  }
  if (typeof first === 'object' && first !== null) {
    const rows = expectAll(items, isRecord, 'objects');
    return Object.fromEntries(Object.keys(first).map((key) => [key, collate(rows.map((row) => row[key]))]));
  }
  throw new ArgumentError(
    `defaultCollate: expected items of tensors, numbers, booleans, strings, arrays or objects, but got ${kindOf(first)}; give the DataLoader a collateFn`,
  );
}

/**
 * `stack` of tensors. If no tensor needs a gradient, the batch can be rebuilt from its items, so no step has to keep it
 * in memory.
 */
function batchOf(items: readonly Tensor[]): Tensor {
  const [first] = items as [Tensor, ...Tensor[]];
  const alike = (x: Tensor) => x.dtype === first.dtype && sameShape(x.shape, first.shape) && !x.requiresGrad;
  if (!items.every(alike)) return stack(items);
  return Tensor.of(rowsOf(items) ?? together(items.map(({ value }) => value)));
}

/** Items that are rows of one tensor, gathered from it in one operation; null for other items. */
function rowsOf(items: readonly Tensor[]): Value | null {
  const [{ storage, shape, dtype }] = items as [Tensor, ...Tensor[]];
  const size = numel(shape);
  const total = numel(storage.shape);
  const isRow = (x: Tensor) => x.storage === storage && x.isContiguous() && x.offset % size === 0;
  if (size === 0 || size === total || total % size !== 0 || dtype === 'float16' || !items.every(isRow)) return null;
  const indices = Int32Array.from(items, ({ offset }) => offset / size);
  // The items have no gradient, but the storage may be shared with a tensor that has one.
  const rows = reshape(storage.value.requiresGrad ? detach(storage.value) : storage.value, [total / size, ...shape]);
  return gatherRows(rows, fromHost(indices, [indices.length], 'int64'));
}

function expectAll<T>(items: readonly unknown[], is: (item: unknown) => item is T, kind: string): readonly T[] {
  for (const item of items) {
    if (is(item)) continue;
    throw new ArgumentError(
      `defaultCollate: expected all items of a batch to be ${kind}, but one is of type ${kindOf(item)}`,
    );
  }
  return items as readonly T[];
}

const isTensor = (item: unknown): item is Tensor => item instanceof Tensor;
const isNumber = (item: unknown): item is number => typeof item === 'number';
const isBoolean = (item: unknown): item is boolean => typeof item === 'boolean';
const isString = (item: unknown): item is string => typeof item === 'string';
const isTypedArray = (item: unknown): item is Float32Array => ArrayBuffer.isView(item) && !(item instanceof DataView);
const isRecord = (item: unknown): item is Record<string, unknown> => typeof item === 'object' && item !== null;
const kindOf = (item: unknown): string => (item === null ? 'null' : typeof item);
