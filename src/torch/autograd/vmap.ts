// vmap: applies a function written for one example to every example of a batch.

import { callback, type Kind, number } from '../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../engine/core/errors';
import { isPlainObject, kindOf, parseArgs, shown } from '../../engine/core/options';
import { resolveDim } from '../../engine/ops/shape/dims';
import { stack } from '../tensor/joining/cat-stack';
import { Tensor } from '../tensor/tensor';

/**
 * The dimension to map over, or null for none: one for all tensors of an argument, or a list or object of the
 * argument's structure.
 */
export type MapDims = number | null | readonly MapDims[] | { readonly [key: string]: MapDims };

interface VmapOptions {
  /** The mapped dimension of the arguments; a list has one for each argument. Default: 0. */
  inDims?: MapDims;
  /**
   * The position of the mapped dimension in the results; a list or object has one for each result in a list or object.
   * Default: 0. null is for a result that is the same tensor for all examples, which is returned as it is.
   */
  outDims?: MapDims;
}

const dimsKind: Kind = {
  words: 'a number, null, or lists and objects of them',
  fits: (value) => {
    if (number.fits(value) || value === null) return true;
    if (Array.isArray(value)) return value.every(dimsKind.fits);
    return isPlainObject(value) && Object.keys(value).length > 0 && Object.values(value).every(dimsKind.fits);
  },
};

/** The mapped dimension, counted from the front, of each tensor in an argument, in order. */
function* mapped(value: unknown, dims: MapDims, path: string): Generator<readonly [x: Tensor, dim: number]> {
  if (dims === null) return;
  if (value instanceof Tensor) {
    if (typeof dims !== 'number') {
      throw new ArgumentError(
        `vmap: expected a dimension or null for the tensor ${path}, but got ${JSON.stringify(dims)}`,
      );
    }
    if (value.shape.length === 0) {
      throw new ShapeError(
        `vmap: expected a dimension to map over in ${path}, but got shape []; give it null in inDims`,
      );
    }
    yield [value, resolveDim('vmap', dims, value.shape.length)];
  } else if (Array.isArray(value) || isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* mapped(item, within(dims, key), `${path}.${key}`);
  } else {
    throw new ArgumentError(`vmap: expected a tensor as ${path}, but got ${typeof value}; give it null in inDims`);
  }
}

const within = (dims: MapDims, key: string): MapDims =>
  typeof dims === 'number' || dims === null ? dims : ((dims as Readonly<Record<string, MapDims>>)[key] ?? null);

/** The part of an argument that belongs to example i. */
function example(value: unknown, dims: MapDims, i: number): unknown {
  if (dims === null) return value;
  if (value instanceof Tensor) return value.select(dims as number, i);
  const items = Object.entries(value as object).map(
    ([key, item]) => [key, example(item, within(dims, key), i)] as const,
  );
  return Array.isArray(value) ? items.map(([, item]) => item) : Object.fromEntries(items);
}

/** Stacks the results of all examples, in the structure of the first result. */
function joined(results: readonly unknown[], dims: MapDims, path = 'the result'): unknown {
  const [first] = results;
  if (first instanceof Tensor) {
    if (dims === null) {
      if (results.some((result) => result !== first)) {
        throw new ArgumentError(
          `vmap: expected ${path} to be one tensor for all examples, as its outDims is null, but got a different one for each example; give it a dimension, or compute it outside`,
        );
      }
      return first;
    }
    if (typeof dims !== 'number') {
      throw new ArgumentError(`vmap: expected one outDims for ${path}, which is a tensor, but got ${shown(dims)}`);
    }
    return stack(results as Tensor[], dims);
  }
  if (!Array.isArray(first) && !isPlainObject(first)) {
    throw new ArgumentError(`vmap: expected the function to return tensors, but got ${kindOf(first)} as ${path}`);
  }
  const keys = Object.keys(first);
  if (typeof dims === 'object' && dims !== null) expectAlike(first, keys, dims, path);
  const entries = keys.map((key) => {
    const items = results.map((result) => (result as Record<string, unknown>)[key]);
    return [key, joined(items, within(dims, key), `${path}.${key}`)] as const;
  });
  return Array.isArray(first) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/** @throws ArgumentError unless the dimensions have the structure of the results, a list or an object */
function expectAlike(results: object, keys: readonly string[], dims: object, path: string): void {
  const given = Object.keys(dims);
  if (Array.isArray(results) !== Array.isArray(dims)) {
    const [wanted, got] = Array.isArray(results) ? ['a list', 'an object'] : ['an object', 'a list'];
    throw new ArgumentError(`vmap: expected ${wanted} of outDims, as ${path} is one, but got ${got}: ${shown(dims)}`);
  }
  if (Array.isArray(results) && given.length !== keys.length) {
    throw new ArgumentError(`vmap: expected ${keys.length} outDims, but got ${given.length}`);
  }
  const missing = keys.find((key) => !Object.hasOwn(dims, key));
  const strange = given.find((key) => !Object.hasOwn(results, key));
  if (missing !== undefined || strange !== undefined) {
    throw new ArgumentError(
      `vmap: expected outDims for ${keys.join(', ')}, as ${path} has them, but got them for ${given.join(', ')}`,
    );
  }
}

/**
 * Returns a function that applies `func`, written for one example, to every example along a dimension of its arguments,
 * and stacks the results.
 *
 *     const products = torch.vmap(torch.dot);                        // [n], [n] → []
 *     products(a, b);                                                // [batch, n], [batch, n] → [batch]
 *     torch.vmap(torch.func.grad(loss), { inDims: [null, 0] })(weights, inputs);   // a gradient for each example
 *
 * The examples are recorded one after another. So `func` may be any function, even one that draws random numbers
 * (different ones for each example); but operations that take batches themselves are faster.
 * @throws ArgumentError if no argument is mapped; ShapeError if the mapped sizes differ or are 0
 */
export function vmap<Args extends readonly unknown[], Result>(
  ...given:
    | [func: (...args: Args) => Result, options?: VmapOptions]
    | [func: (...args: Args) => Result, inDims?: number | null | readonly MapDims[], outDims?: MapDims]
    | [named: VmapOptions & { func: (...args: Args) => Result }]
): (...args: Args) => Result {
  const { func, inDims, outDims } = parseArgs<VmapOptions & { func: (...args: Args) => Result }>(
    'vmap',
    ['func'],
    { inDims: 0, outDims: 0 },
    given,
    { func: callback, inDims: dimsKind, outDims: dimsKind },
  );
  return (...args) => {
    if (Array.isArray(inDims) && inDims.length !== args.length) {
      throw new ArgumentError(`vmap: expected inDims for ${args.length} arguments, but got ${inDims.length}`);
    }
    const dimsOf = (k: number): MapDims => (Array.isArray(inDims) ? (inDims as readonly MapDims[])[k]! : inDims);
    const over = args.flatMap((argument, k) => [...mapped(argument, dimsOf(k), `argument ${k}`)]);
    const [first] = over;
    if (!first) throw new ArgumentError('vmap: expected at least one argument that is mapped over, but got none');
    const sizes = over.map(([x, dim]) => x.shape[dim]!);
    const [size] = sizes as [number];
    if (sizes.some((other) => other !== size) || size === 0) {
      throw new ShapeError(`vmap: expected one size, at least 1, to map over, but got [${sizes.join(', ')}]`);
    }
    const results = Array.from({ length: size }, (_, i) =>
      func(...(args.map((argument, k) => example(argument, dimsOf(k), i)) as unknown as Args)),
    );
    return joined(results, outDims) as Result;
  };
}
