// Distances between tensors and between rows of matrices, and limits of norms (renorm).

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat, fromHost, named } from '../../../engine/graph/record';
import { withGradient } from '../../../engine/ops/custom';
import { fullLike } from '../../../engine/ops/shape/cast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, op, inPlace } = family();
export default methods;

interface CdistOptions {
  /** The p of the norm. Default: 2. */
  p?: number;
  /**
   * PyTorch's way to compute Euclidean distances. Ignored: here they always come from differences, its most accurate
   * way.
   */
  computeMode?: 'use_mm_for_euclid_dist_if_necessary' | 'use_mm_for_euclid_dist' | 'donot_use_mm_for_euclid_dist';
}

const computeModes: readonly string[] = [
  'use_mm_for_euclid_dist_if_necessary',
  'use_mm_for_euclid_dist',
  'donot_use_mm_for_euclid_dist',
] satisfies CdistOptions['computeMode'][];

/**
 * The p-norm distance of each row of x1 [..., P, M] to each row of x2 [..., R, M]. Shape: [..., P, R]. Equal rows get a
 * gradient of 0.
 */
export const cdist = callable(
  'cdist(x1, x2, ...)',
  (x1: Tensor, x2: Tensor, ...args: Arguments<CdistOptions, ['p', 'computeMode']>): Tensor => {
    const { p, computeMode } = parseArgs<CdistOptions>(
      'cdist',
      [],
      { p: 2, computeMode: 'use_mm_for_euclid_dist_if_necessary' },
      args,
    );
    if (!computeModes.includes(computeMode)) {
      throw new ArgumentError(`cdist: expected computeMode of ${computeModes.join(', ')}, but got '${computeMode}'`);
    }
    if (x1.shape.length < 2 || x2.shape.length < 2 || x1.shape.at(-1) !== x2.shape.at(-1)) {
      throw new ShapeError(
        `cdist: expected matrices with rows of equal length, but got shapes ${showShape(x1.shape)} and ${showShape(x2.shape)}`,
      );
    }
    const distances = lengths('cdist', x1.unsqueeze(-2).sub(x2.unsqueeze(-3)), p);
    named(distances.value, 'CdistBackward0');
    return distances;
  },
);

/**
 * The p-norm distances of all pairs of rows of a matrix [N, M], in the order (0, 1), (0, 2), … Shape: [N (N - 1) / 2].
 */
export const pdist = callable(
  'pdist(input, ...)',
  (input: Tensor, ...args: Arguments<{ p?: number }, ['p']>): Tensor => {
    const { p } = parseArgs<{ p?: number }>('pdist', [], { p: 2 }, args);
    if (input.shape.length !== 2) {
      throw new ShapeError(`pdist: expected a matrix, but got shape ${showShape(input.shape)}`);
    }
    const [rows] = input.shape as [number, number];
    const pairs = Array.from({ length: rows }, (_, i) => i).flatMap((i) =>
      Array.from({ length: rows - 1 - i }, (_, k) => [i, i + 1 + k] as const),
    );
    const side = (of: 0 | 1) => {
      const places = Int32Array.from(pairs, (pair) => pair[of]);
      return input.indexSelect(0, input.picked(fromHost(places, [places.length], 'int64')));
    };
    const distances = lengths('pdist', side(0).sub(side(1)), p);
    named(distances.value, 'PdistBackward0');
    return distances;
  },
);

/** The p-norms over the last dimension. Where a norm is 0, its gradient is 0. */
function lengths(op: string, apart: Tensor, p: number): Tensor {
  if (!(p >= 0)) throw new ArgumentError(`${op}: expected p ≥ 0, but got ${p}`);
  expectFloat(op, 'input', apart);
  if (apart.shape.at(-1) === 0) return apart.sum(-1);
  if (p === 0) return unequal(apart);
  if (p === 1) return apart.abs().sum(-1);
  if (p === Number.POSITIVE_INFINITY) return farthest(apart);
  const same = apart.eq(0);
  const powers = p === 2 ? apart.square() : apart.abs().maskedFill(same, 1).pow(p).maskedFill(same, 0);
  const sum = powers.sum(-1);
  const zero = sum.eq(0);
  const root = sum.maskedFill(zero, 1);
  return (p === 2 ? root.sqrt() : root.pow(1 / p)).maskedFill(zero, 0);
}

/** The number of nonzero elements along the last dimension; NaN if one is NaN. Its gradient is 0 everywhere. */
function unequal(apart: Tensor): Tensor {
  const x = apart.detach();
  const count = x.norm(0, -1).maskedFill(x.isnan().any(-1), Number.NaN);
  const [value] = withGradient([apart.value], [count.value], () => [fullLike(apart.value, 0)]);
  return apart.picked(value!);
}

/**
 * The greatest |x| along the last dimension. As in PyTorch's distances, each element that attains it gets the whole
 * gradient.
 */
function farthest(apart: Tensor): Tensor {
  const x = apart.detach();
  const distance = x.abs().amax(-1);
  const sides = x.sign().mul(x.abs().eq(distance.unsqueeze(-1)));
  const [value] = withGradient([apart.value], [distance.value], ([dy]) => [
    sides.mul(apart.picked(dy!).unsqueeze(-1)).value,
  ]);
  return apart.picked(value!);
}

/** The p-norm of input - other; the shapes broadcast. */
export const dist = op(
  'dist(input, other, ...)',
  (input: Tensor, other: Tensor, ...args: Arguments<{ p?: number }, ['p']>): Tensor => {
    const { p } = parseArgs<{ p?: number }>('dist', [], { p: 2 }, args);
    const apart = input.sub(other);
    expectFloat('dist', 'input', apart);
    const distance = apart.norm(p);
    named(distance.value, 'DistBackward0');
    return distance;
  },
);

/** Scales each slice along `dim` whose p-norm exceeds `maxnorm` down to that norm. */
export const renorm = op(
  'renorm(input, p: number, dim: number, maxnorm: number)',
  (input: Tensor, p: number, dim: number, /** The greatest norm. */ maxnorm: number): Tensor => {
    const d = resolveDim('renorm', dim, input.shape.length);
    if (input.shape.length < 2) {
      throw new ShapeError(`renorm: expected at least 2 dimensions, but got shape ${showShape(input.shape)}`);
    }
    expectFloat('renorm', 'input', input);
    if (!(p > 0) || !(maxnorm >= 0)) {
      throw new ArgumentError(`renorm: expected p > 0 and maxnorm ≥ 0, but got ${p} and ${maxnorm}`);
    }
    const others = input.shape.map((_, k) => k).filter((k) => k !== d);
    const norm = input.norm(p, others, { keepdim: true });
    const long = norm.gt(maxnorm);
    // PyTorch adds 1e-7, too, against division by 0.
    const factor = norm.maskedFill(long.logicalNot(), 1).add(1e-7).reciprocal().mul(maxnorm);
    const scaled = input.mul(factor.maskedFill(long.logicalNot(), 1));
    named(scaled.value, 'RenormBackward0');
    return scaled;
  },
);

/** `renorm`, in place. */
export const renorm_ = inPlace(renorm);
