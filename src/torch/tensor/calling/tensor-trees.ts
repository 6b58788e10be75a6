// Arguments that hold tensors in nested lists and objects.

import { isPlainObject } from '../../../engine/core/options';
import type { Tensor } from '../tensor';
import { isTensor } from './callable';

/** The same nested structure with every tensor replaced by `of(tensor)`; other values stay. */
export function mapTensors<T>(value: T, of: (x: Tensor) => unknown): T {
  if (isTensor(value)) return of(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => mapTensors(item, of)) as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTensors(item, of)])) as T;
}

/** All tensors in a nested structure, in order. */
export function tensorsIn(value: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapTensors(value, (x) => found.push(x));
  return found;
}
