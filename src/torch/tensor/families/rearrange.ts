// Functions that rearrange elements and return copies: flips, rolls, rotations, triangles, repetitions.

import { either, integer, listOf, nonEmpty, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, expectKind, isPlainObject, kindOf, parseArgs } from '../../../engine/core/options';
import { fromHost, named } from '../../../engine/graph/record';
import { reshape } from '../../../engine/ops/shape/cast';
import { resolveDims } from '../../../engine/ops/shape/dims';
import * as rearrange from '../../../engine/ops/shape/rearrange';
import * as shapes from '../../../engine/ops/shape/shape';
import { allocated } from '../../../engine/storage/allocate';
import { TensorBase } from '../base';
import { type Callee, callable, overloaded } from '../calling/callable';
import { type Sizes, sizesArg } from '../calling/sizes';
import { family, withMethod } from '../family';
import { searchsorted } from '../indexing/search';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op, forms, inPlace } = family();
export default methods;

interface RollOptions {
  /** By how many places, for each dimension. */
  shifts: number | readonly number[];
  dims?: number | readonly number[] | null;
}

interface Rot90Options {
  /** How many elements, or which element. */
  k?: number;
  dims?: readonly number[];
}

type RollArgs = Arguments<RollOptions, ['shifts', 'dims']>;

type Rot90Args = Arguments<Rot90Options, ['k', 'dims']>;

type TriangleArgs = Arguments<{ diagonal?: number }, ['diagonal']>;

// ── Turned and moved ──

const flipped = op(
  'flip(input, ...)',
  (input: Tensor, ...dims: Sizes | [{ dims: readonly number[] }] | [dim: number]): Tensor => {
    const reversed = resolveDims('flip', sizesArg('flip', 'dims', dims), input.shape.length);
    return made(shapes.flip(input.value, reversed));
  },
);

/** A copy with the order of the elements reversed along the given dimensions. */
export const flip = withMethod(
  callable(
    'flip(input, dims: numbers)',
    (input: Tensor, dims: number | readonly number[]): Tensor => input.flip([dims].flat() as number[]),
  ),
  flipped,
);

/** A copy with the columns (dimension 1) in reverse order. */
export const fliplr = op('fliplr(input)', (input: Tensor): Tensor => {
  if (input.shape.length < 2) {
    throw new ShapeError(`fliplr: expected at least 2 dimensions, but got shape ${showShape(input.shape)}`);
  }
  return input.flip(1);
});

/** A copy with the rows (dimension 0) in reverse order. */
export const flipud = op('flipud(input)', (input: Tensor): Tensor => {
  if (input.shape.length < 1) throw new ShapeError('flipud: expected at least one dimension, but got shape []');
  return input.flip(0);
});

/**
 * Shifts the elements along dimensions; elements past the end wrap around. Without `dims`, it shifts the flattened
 * tensor.
 */
export const roll = op('roll(input, ...)', (input: Tensor, ...args: RollArgs): Tensor => {
  const none = null as number | readonly number[] | null;
  const { shifts, dims } = parseArgs<RollOptions>('roll', ['shifts'], { dims: none }, args, {
    shifts: either(integer, nonEmpty(integer)),
  });
  const by = [shifts].flat() as number[];
  if (dims === null) {
    if (by.length !== 1) throw new ArgumentError('roll: expected one shift without dims, or as many dims as shifts');
    const flat = rearrange.roll(reshape(input.value, [input.numel()]), 0, by[0]!);
    return made(named(reshape(flat, input.shape), 'RollBackward0'));
  }
  const along = [dims].flat() as number[];
  if (along.length !== by.length) {
    throw new ArgumentError(`roll: expected as many dims as shifts, but got ${along.length} and ${by.length}`);
  }
  return made(along.reduce((x, d, i) => rearrange.roll(x, input.wrapDim('roll', d), by[i]!), input.value));
});

/** Rotates by k quarter turns in the plane of two dimensions, from the first towards the second. */
export const rot90 = op('rot90(input, ...)', (input: Tensor, ...args: Rot90Args): Tensor => {
  const { k, dims } = parseArgs<Rot90Options>('rot90', [], { k: 1, dims: [0, 1] }, args, { dims: listOf(integer) });
  const [first, second] = dims.map((d) => input.wrapDim('rot90', d));
  if (dims.length !== 2 || first === second) {
    throw new ArgumentError(`rot90: expected two different dimensions, but got [${dims.join(', ')}]`);
  }
  return made(rearrange.rot90(input.value, k, first!, second!));
});

// ── Masked ──

/** The lower triangle of matrices, up to and including a diagonal; 0 elsewhere. */
export const tril = op('tril(input, ...)', (input: Tensor, ...args: TriangleArgs): Tensor => {
  const { diagonal } = parseArgs<{ diagonal?: number }>('tril', [], { diagonal: 0 }, args);
  return made(rearrange.triangle('tril', input.value, true, diagonal));
});

/** `tril`, in place. */
export const tril_ = inPlace(tril, { readsOld: false });

/** The upper triangle of matrices, from a diagonal on; 0 elsewhere. */
export const triu = op('triu(input, ...)', (input: Tensor, ...args: TriangleArgs): Tensor => {
  const { diagonal } = parseArgs<{ diagonal?: number }>('triu', [], { diagonal: 0 }, args);
  return made(rearrange.triangle('triu', input.value, false, diagonal));
});

/** `triu`, in place. */
export const triu_ = inPlace(triu, { readsOld: false });

// ── Repeated ──

const tiled = op('tile(input, ...)', (input: Tensor, ...counts: Sizes | [{ dims: readonly number[] }]): Tensor => {
  const given = sizesArg('tile', 'dims', counts);
  expectKind('tile', 'dims', given, listOf(whole(0)));
  const missing = Math.max(input.shape.length - given.length, 0);
  return made(rearrange.repeat('tile', input.value, [...new Array<number>(missing).fill(1), ...given]));
});

/** Like `repeat`, but there may be fewer counts than dimensions; they are for the last dimensions then. */
export const tile = withMethod(
  callable('tile(input, dims: list)', (input: Tensor, dims: readonly number[]): Tensor => input.tile(dims)),
  tiled,
);

interface RepeatOptions {
  dim?: number | null;
  /** The size of the dimension in the result: the sum of the counts. */
  outputSize?: number | null;
}

/** Repeats each slice of x along a dimension as often as a list says. */
function repeatListed(x: Tensor, at: number, repeats: readonly number[]): Tensor {
  const size = x.shape[at]!;
  if (repeats.length !== size || !repeats.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      `repeatInterleave: expected ${size} whole counts for dimension ${at}, but got ${showShape(repeats)}`,
    );
  }
  const places = repeats.flatMap((n, i) => new Array<number>(n).fill(i));
  return x.indexSelect(at, x.picked(fromHost(Int32Array.from(places), [places.length], 'int64')));
}

const repeatRead = async (x: Tensor, at: number, repeats: Tensor): Promise<Tensor> =>
  repeatListed(x, at, Array.from(await repeats.data()));

/** For each of `total` places, the index of the slice that goes there if slice i is repeated repeats[i] times. */
function turnsOf(repeats: Tensor, total: number): Tensor {
  const places = fromHost(
    allocated(Int32Array, total).map((_, i) => i),
    [total],
    'int64',
  );
  return searchsorted(repeats.cumsum(0), repeats.picked(places), { right: true });
}

interface RepeatInterleaveMethod {
  (
    /** How often, for all or for each. */ repeats: number | readonly number[],
    ...args: Arguments<RepeatOptions, ['dim', 'outputSize']>
  ): Tensor;
  (repeats: Tensor, options: RepeatOptions & { outputSize: number }): Tensor;
  (repeats: Tensor, dim: number | null, options: { outputSize: number }): Tensor;
  (repeats: Tensor, options?: { dim?: number | null }): Promise<Tensor>;
  (repeats: Tensor, dim?: number | null): Promise<Tensor>;
  (options: RepeatOptions & { repeats: number | readonly number[] }): Tensor;
  (options: RepeatOptions & { repeats: Tensor; outputSize: number }): Tensor;
  (options: { repeats: Tensor; dim?: number | null }): Promise<Tensor>;
}

const repeatedEach = forms<Callee, RepeatInterleaveMethod>(
  'repeatInterleave(input, ...)',
  (input: Tensor, ...args: readonly unknown[]): Tensor | Promise<Tensor> => {
    const none = null as number | null;
    const { repeats, dim, outputSize } = parseArgs<RepeatOptions & { repeats: number | readonly number[] | Tensor }>(
      'repeatInterleave',
      ['repeats'],
      { dim: none, outputSize: none },
      args,
      { outputSize: orNull(whole(0)) },
    );
    const x = dim === null ? input.flatten() : input;
    const at = dim === null ? 0 : input.wrapDim('repeatInterleave', dim);
    if (typeof repeats === 'number') return made(rearrange.repeatEach(x.value, at, repeats));
    if (!(repeats instanceof TensorBase)) {
      if (Array.isArray(repeats)) return repeatListed(x, at, repeats);
      throw new ArgumentError(
        `repeatInterleave: expected repeats to be a number, a list or a tensor, but got ${kindOf(repeats)}`,
      );
    }
    if (repeats.shape.length > 1 || (repeats.numel() !== 1 && repeats.numel() !== x.shape[at])) {
      throw new ShapeError(
        `repeatInterleave: expected ${x.shape[at]} counts for dimension ${at}, but got shape ${showShape(repeats.shape)}`,
      );
    }
    const counts = repeats.expand([x.shape[at]!]);
    return outputSize === null ? repeatRead(x, at, counts) : x.indexSelect(at, turnsOf(counts, outputSize));
  },
);

type Counts = number | readonly number[];

interface RepeatInterleave {
  (repeats: Tensor): Promise<Tensor>;
  (repeats: Tensor, options: { outputSize: number }): Tensor;
  (input: Tensor, repeats: Counts, dim?: number | null): Tensor;
  (input: Tensor, repeats: Counts, options: { dim?: number | null }): Tensor;
  (
    input: Tensor,
    /** How often, for all or for each. */ repeats: Tensor,
    options: { dim?: number | null; outputSize: number },
  ): Tensor;
  (input: Tensor, repeats: Tensor, dim: number | null, options: { outputSize: number }): Tensor;
  (input: Tensor, repeats: Tensor, dim?: number | null | { dim?: number | null }): Promise<Tensor>;
  (input: Tensor, options: { repeats: Counts; dim?: number | null; outputSize?: number | null }): Tensor;
}

/**
 * Repeats each slice along a dimension (by default, each element of the flattened tensor) several times in a row.
 * `repeats` is one count, or a list or vector with a count for each slice.
 *
 * Counts in a tensor decide the shape. So they are read back, and the result must be awaited, unless `outputSize`,
 * their sum, is given. Called with a tensor of counts only, the function returns each index i repeated as often as the
 * i-th count says.
 */
export const repeatInterleave = withMethod(
  overloaded<RepeatInterleave>('repeatInterleave(input: value, ...)', repeatInterleaveOf),
  repeatedEach,
);

function repeatInterleaveOf(input: Tensor, ...args: readonly unknown[]): Tensor | Promise<Tensor> {
  const [repeats] = args;
  if (!(input instanceof TensorBase)) {
    throw new ArgumentError(`repeatInterleave: expected input to be a tensor, but got ${kindOf(input)}`);
  }
  const alone = args.length === 0 || (isPlainObject(repeats) && !('repeats' in repeats));
  const x = alone
    ? made(
        fromHost(
          Int32Array.from({ length: input.numel() }, (_, i) => i),
          input.shape,
          'int64',
        ),
      )
    : input;
  const method = x.repeatInterleave as (...given: unknown[]) => Tensor | Promise<Tensor>;
  return method.apply(x, alone ? [input, 0, ...args] : [...args]);
}
