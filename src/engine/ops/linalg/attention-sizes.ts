// Which attention the kernels of one pass compute, and how they walk along operands and a mask.
import type { Meta, Shape } from '../../core/meta';
import { contiguousStrides, numel, sameShape } from '../../core/meta';
import { batchSteps } from './matmul-sizes';

/**
 * At most this many features. With more, the sums do not fit the registers of an invocation, and gradients do not fit the
 * memory of a workgroup.
 */
const MAX_FEATURES = 128;
/** With fewer queries, most of a tile's 32 rows would be idle, so a kernel without gradients takes them. */
export const MIN_QUERIES = 8;
/** That kernel's workgroup takes at most this many queries, of all heads that share keys and values. */
export const FEW_QUERIES = 8;

/**
 * Whether one pass can compute attention of these shapes: features in fours, and as many batches of queries as of keys
 * and values or, with `shared`, a multiple of theirs along the last dimension of the batch. `forward`: without gradients
 * and dropout.
 */
export function isOnePass(
  query: Meta,
  key: Meta,
  value: Meta,
  mask: Meta | null,
  { shared, forward }: { shared: boolean; forward: boolean },
): boolean {
  const [q, k, v] = [query, key, value].map(({ shape }) => shape) as [Shape, Shape, Shape];
  if (q.length < 2 || q.length !== k.length || !sameShape(k.slice(0, -1), v.slice(0, -1))) return false;
  const [rows, features] = q.slice(-2) as [number, number];
  const columns = v.at(-1)!;
  const lead = q.slice(0, -2);
  const heads = k.slice(0, -2);
  const shares = heads.every(
    (size, d) => size === lead[d] || (shared && d === heads.length - 1 && lead[d]! % size === 0),
  );
  const fours =
    features % 4 === 0 &&
    columns % 4 === 0 &&
    Math.max(features, columns) <= MAX_FEATURES &&
    (rows >= MIN_QUERIES || forward);
  if (!shares || !fours || features !== k.at(-1) || numel(q) * numel(k) * columns === 0) {
    return false;
  }
  if (!mask) return true;
  const whole = [...lead, rows, k.at(-2)!];
  const from = whole.length - mask.shape.length;
  const fits = from >= 0 && mask.shape.every((size, d) => size === 1 || size === whole[from + d]);
  return fits && stepsOf(lead, mask).length <= 2;
}

/** The dimensions of the batch that a step through the mask must tell apart. */
const stepsOf = (lead: Shape, mask: Meta) => {
  const shape = [1, 1, ...mask.shape].slice(-Math.max(mask.shape.length, 2));
  const whole = { shape, dtype: mask.dtype };
  return batchSteps(lead, whole, whole).filter(({ size }) => size > 1);
};

/**
 * How far apart, in elements, neighbours in a mask are; 0 along what it broadcasts over. `inner`: the number of batches
 * within one outer step.
 */
export function maskSteps(lead: Shape, mask: Meta) {
  const dims = stepsOf(lead, mask);
  const [rows = 1, keys = 1] = mask.shape.length > 1 ? mask.shape.slice(-2) : [1, ...mask.shape];
  return {
    inner: dims.at(-1)?.size ?? 1,
    innerStep: dims.at(-1)?.a ?? 0,
    outerStep: dims.at(-2)?.a ?? 0,
    row: rows === 1 ? 0 : keys,
    key: keys === 1 ? 0 : 1,
  };
}

/** A value as the kernels read or write it, [batch, heads, rows, features]: contiguous, unless it has strides. */
export interface Placed {
  readonly shape: Shape;
  readonly strides?: readonly number[];
  readonly offset?: number;
}

/** Where the kernels find a value's rows, in vectors of four: the first, and the steps between batches, heads and rows. */
export type Places = readonly [first: number, batch: number, head: number, row: number];

/** The places of a value; null if its features do not lie side by side in fours, or if no two steps reach its heads. */
export function placesOf({ shape, strides = contiguousStrides(shape), offset = 0 }: Placed): Places | null {
  const rank = shape.length;
  const step = (d: number) => (d < 0 || shape[d] === 1 ? 0 : strides[d]!);
  let batch = 0;
  let inside = 1;
  for (let d = rank - 4; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (inside === 1) batch = strides[d]!;
    else if (strides[d] !== batch * inside) return null;
    inside *= shape[d]!;
  }
  const places = [offset, batch, step(rank - 3), step(rank - 2)];
  if (strides[rank - 1] !== 1 || places.some((place) => place < 0 || place % 4 !== 0)) return null;
  return places.map((place) => place / 4) as unknown as Places;
}

/**
 * A value that lies in memory in another order of its dimensions: `order[p]` is the dimension that is dimension p
 * there.
 */
export type Order = readonly number[] | null;

/** The shape in memory. */
export const shapeInOrder = (shape: Shape, order: Order): Shape => order?.map((d) => shape[d]!) ?? shape;

/** A value in memory with its dimensions in the order that they have elsewhere. */
export function placedInOrder({ shape, strides = contiguousStrides(shape), offset }: Placed, order: Order): Placed {
  if (!order) return { shape, strides, offset };
  const places = inverse(order);
  return { shape: places.map((p) => shape[p]!), strides: places.map((p) => strides[p]!), offset };
}

/** The order that undoes another. */
export const inverse = (order: readonly number[]): number[] => order.map((_, d) => order.indexOf(d));
