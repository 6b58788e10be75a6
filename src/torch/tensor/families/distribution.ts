// Statistics of distributions: extrema, quantiles, modes, means with deviations, covariances and correlations.

import { either, number, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { isFloat, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat, expectNumber, fromHost, named } from '../../../engine/graph/record';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import { full } from '../../../engine/ops/shape/cast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { type MinMax, minMax, type ValuesIndices, valuesIndices } from '../calling/named-results';
import {
  type Dims,
  type ReduceArgs,
  reduceArgs,
  type SpreadArgs,
  type SumOptions,
  spreadArgs,
} from '../calling/reduce-args';
import { tensor } from '../calling/tensor-kinds';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

interface OneDim {
  dim?: number;
  keepdim?: boolean;
}

/** `[min, max]` of all elements, or along `dim`; equal elements share the gradient. */
export const aminmax = op('aminmax(input, ...)', (input: Tensor, options: OneDim = {}): MinMax => {
  const { dim, keepdim } = parseArgs<{ dim?: number | null; keepdim?: boolean }>(
    'aminmax',
    [],
    { dim: null as number | null, keepdim: false },
    [options],
  );
  return minMax(...bothNamed('AminmaxBackward0', input.amin(dim, { keepdim }), input.amax(dim, { keepdim })));
});

/** `[std, mean]` over the same dimensions. */
export const stdMean = callable(
  'stdMean(input, ...)',
  (input: Tensor, ...args: SpreadArgs): [std: Tensor, mean: Tensor] => {
    const { dim, keepdim } = spreadArgs('stdMean', args);
    return bothNamed('StdMeanBackward0', input.std(...args), input.mean(dim, { keepdim }));
  },
);

/** Gives the two results of one operation the same name of the gradient function. */
function bothNamed(gradName: string, first: Tensor, second: Tensor): [Tensor, Tensor] {
  named(first.value, gradName);
  named(second.value, gradName);
  return [first, second];
}

/** `[variance, mean]` over the same dimensions. */
export const varMean = callable(
  'varMean(input, ...)',
  (input: Tensor, ...args: SpreadArgs): [variance: Tensor, mean: Tensor] => {
    const { dim, keepdim } = spreadArgs('varMean', args);
    return bothNamed('VarMeanBackward0', input.var(...args), input.mean(dim, { keepdim }));
  },
);

/** The mean of the elements that are not NaN; NaN if there are none. */
export const nanmean = op('nanmean(input, ...)', (input: Tensor, ...args: ReduceArgs<Dims, SumOptions>): Tensor => {
  const { dim, keepdim } = reduceArgs('nanmean', args, ['dtype']);
  expectFloat('nanmean', 'input', input);
  const numbers = input.isnan().logicalNot().to('int64').sum(dim, { keepdim });
  return input.nansum(...args).div(numbers);
});

/** The arguments `dim` and `keepdim` of functions along one dimension, by position or by name. */
export type PlaceArgs = Arguments<OneDim, ['dim', 'keepdim']>;

/**
 * `[values, indices]` of the k-th smallest element along a dimension (by default the last), k ≥ 1. NaN counts as the
 * greatest.
 */
export const kthvalue = op(
  'kthvalue(input, ...)',
  (input: Tensor, ...args: Arguments<{ k: number } & OneDim, ['k', 'dim', 'keepdim']>): ValuesIndices => {
    const { k, dim, keepdim } = parseArgs<{ k: number } & OneDim>('kthvalue', ['k'], { dim: -1, keepdim: false }, args);
    expectNumber('kthvalue', 'input', input);
    return along('kthvalue', input, dim, keepdim, (x) => {
      const size = x.shape.at(-1)!;
      if (!Number.isInteger(k) || k < 1 || k > size) {
        throw new ShapeError(
          `kthvalue: expected k from 1 to ${size} for shape ${showShape(input.shape)}, but got ${k}`,
        );
      }
      return x.argsort(-1).narrow(-1, k - 1, 1);
    });
  },
);

/**
 * `[values, indices]` of the most frequent element along a dimension (by default the last). Of equally frequent ones
 * the least; the index is that of its last occurrence.
 */
export const mode = op('mode(input, ...)', (input: Tensor, ...args: PlaceArgs): ValuesIndices => {
  const { dim, keepdim } = parseArgs<OneDim>('mode', [], { dim: -1, keepdim: false }, args);
  return along('mode', input, dim, keepdim, (x) => {
    const size = x.shape.at(-1)!;
    const order = x.argsort(-1);
    const sorted = x.gather(-1, order);
    const places = input.picked(
      fromHost(
        Int32Array.from({ length: size }, (_, i) => i),
        [size],
        'int64',
      ),
    );
    const changes = sorted
      .narrow(-1, 1, size - 1)
      .ne(sorted.narrow(-1, 0, size - 1))
      .pad([1, 0]);
    const starts = places.expand(x.shape).maskedFill(changes.logicalNot(), 0).cummax(-1)[0];
    return order.gather(-1, places.sub(starts).argmax(-1, { keepdim: true }));
  });
});

/**
 * `[values, indices]` at the index that `choose` returns for each row, after the dimension has been moved to the end.
 */
function along(
  name: string,
  input: Tensor,
  dim: number,
  keepdim: boolean,
  choose: (x: Tensor) => Tensor,
): ValuesIndices {
  const d = resolveDim(name, dim, input.shape.length);
  const x = input.shape.length === 0 ? input.reshape(1) : input.transpose(d, -1);
  if (x.shape.at(-1) === 0) {
    throw new ShapeError(`${name}: expected a dimension with elements, but got shape ${showShape(input.shape)}`);
  }
  const places = choose(x.detach());
  const settled = (y: Tensor) => {
    if (input.shape.length === 0) return y.reshape([]);
    const back = y.transpose(d, -1);
    return keepdim ? back : back.squeeze(d);
  };
  const values = settled(x.gather(-1, places));
  named(values.value, name === 'mode' ? 'ModeBackward0' : 'KthvalueBackward0');
  return valuesIndices(values, settled(places));
}

/**
 * The value of a quantile that falls between two elements: interpolated (`linear`), one of the two, or their midpoint.
 */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

const interpolations: readonly string[] = [
  'linear',
  'lower',
  'higher',
  'midpoint',
  'nearest',
] satisfies Interpolation[];

interface QuantileOptions {
  /** The quantiles, from 0 to 1. A vector gives the result a leading dimension. */
  q: number | Tensor;
  dim?: number | null;
  keepdim?: boolean;
  /** How values between elements are found. */
  interpolation?: Interpolation;
}

/** The arguments of `quantile` after its input, by position or by name. */
export type QuantileArgs = Arguments<QuantileOptions, ['q', 'dim', 'keepdim', 'interpolation']>;

/**
 * The q-th quantiles along a dimension, or of all elements; NaN if any element is NaN. Shape: that of q, then that of a
 * reduction.
 */
export const quantile = op(
  'quantile(input, q: operand, ...)',
  (input: Tensor, ...args: QuantileArgs): Tensor =>
    quantileOf('quantile', input, args, (x, q) => {
      const last = x.shape.at(-1)! - 1;
      const rank = q.mul(last).expand([...x.shape.slice(0, -1), q.numel()]);
      return rank.maskedFill(x.isnan().any(-1, { keepdim: true }), last);
    }),
);

/** `quantile` of the elements that are not NaN; NaN if there are none. */
export const nanquantile = op(
  'nanquantile(input, q: operand, ...)',
  (input: Tensor, ...args: QuantileArgs): Tensor =>
    quantileOf('nanquantile', input, args, (x, q) => {
      const numbers = x.isnan().logicalNot().to('int64').sum(-1, { keepdim: true });
      return numbers.sub(1).clamp({ min: 0 }).mul(q);
    }),
);

/** Quantiles; `rankOf` returns their fractional indices in the sorted rows. */
function quantileOf(name: string, input: Tensor, args: QuantileArgs, rankOf: (x: Tensor, q: Tensor) => Tensor): Tensor {
  const none = null as number | null;
  const { q, dim, keepdim, interpolation } = parseArgs<QuantileOptions>(
    name,
    ['q'],
    { dim: none, keepdim: false, interpolation: 'linear' },
    args,
    { q: either(number, tensor) },
  );
  if (!interpolations.includes(interpolation)) {
    throw new ArgumentError(
      `${name}: expected an interpolation of ${interpolations.join(', ')}, but got '${interpolation}'`,
    );
  }
  if (typeof q === 'number' && !(q >= 0 && q <= 1)) {
    throw new ArgumentError(`${name}: expected q from 0 to 1, but got ${q}`);
  }
  if (!isFloat(input.dtype)) throw new DTypeError(`${name}: expected input of dtype float32, but got ${input.dtype}`);
  const whole = dim === null || input.shape.length === 0;
  const d = dim === null ? 0 : resolveDim(name, dim, input.shape.length);
  const x = whole ? input.flatten() : input.transpose(d, -1);
  if (x.numel() === 0) {
    throw new ShapeError(`${name}: expected input with elements, but got shape ${showShape(input.shape)}`);
  }
  const given = typeof q === 'number' ? input.picked(full([], q, input.dtype)) : q;
  if (given.shape.length > 1) {
    throw new ShapeError(`${name}: expected q to be a number or a vector, but got shape ${showShape(given.shape)}`);
  }
  const places = typeof q === 'number' ? given : made(numbersWithin(`${name}: expected q from 0 to 1`, 1, given.value));
  const picked = interpolated(x.sort()[0], rankOf(x.detach(), places.reshape(-1)), interpolation);
  const rest = whole ? input.shape.map(() => 1) : input.shape.map((size, k) => (k === d ? 1 : size));
  const back = whole
    ? picked.reshape([picked.numel(), ...rest])
    : picked
        .unsqueeze(0)
        .transpose(0, -1)
        .transpose(d + 1, -1);
  const kept = whole ? back : back.reshape([given.numel(), ...rest]);
  const sized = keepdim ? kept : whole ? kept.reshape(given.numel()) : kept.squeeze(d + 1);
  const result = given.shape.length === 0 ? sized.squeeze(0) : sized;
  named(result.value, 'SqueezeBackward4');
  return result;
}

/** The elements of sorted rows at fractional indices. */
function interpolated(sorted: Tensor, rank: Tensor, interpolation: Interpolation): Tensor {
  const at = (place: Tensor) => sorted.gather(-1, place.to('int64'));
  if (interpolation === 'nearest') return at(rank.round());
  if (interpolation === 'higher') return at(rank.ceil());
  const below = rank.floor();
  if (interpolation === 'lower') return at(below);
  const above = at(rank.ceil());
  return interpolation === 'midpoint' ? at(below).lerp(above, 0.5) : at(below).lerp(above, rank.sub(below));
}

interface CovarianceOptions {
  /** The sums are divided by the number of observations minus this. Default: 1. */
  correction?: number;
  /** How often each observation occurred, as integers. */
  fweights?: Tensor | null;
  /** The weight of each observation. */
  aweights?: Tensor | null;
}

/**
 * The covariance matrix of n variables (rows) with m observations (columns). Shape: [n, m] → [n, n]; a vector gives its
 * variance.
 */
export const cov = op('cov(input, ...)', (input: Tensor, options: CovarianceOptions = {}): Tensor => {
  const none = null as Tensor | null;
  const { correction, fweights, aweights } = parseArgs<CovarianceOptions>(
    'cov',
    [],
    { correction: 1, fweights: none, aweights: none },
    [options],
    { fweights: orNull(tensor), aweights: orNull(tensor) },
  );
  if (input.shape.length > 2) {
    throw new ShapeError(`cov: expected a vector or a matrix, but got shape ${showShape(input.shape)}`);
  }
  expectNumber('cov', 'input', input);
  const real = input.isFloatingPoint() ? input : input.float();
  const rows = real.shape.length < 2 ? real.reshape(1, -1) : real;
  const observations = rows.shape[1]!;
  for (const [name, weights] of Object.entries({ fweights, aweights })) {
    if (weights && (weights.shape.length > 1 || weights.numel() !== observations)) {
      throw new ShapeError(`cov: expected ${observations} ${name}, but got shape ${showShape(weights.shape)}`);
    }
  }
  if (input.dtype === 'bool')
    throw new DTypeError("cov: expected numbers, but got dtype bool; convert it with .to('int64')");
  if (fweights?.isFloatingPoint()) {
    throw new DTypeError(`cov: expected fweights of whole numbers, but got ${fweights.dtype}`);
  }
  if (aweights && !aweights.isFloatingPoint()) {
    throw new DTypeError(
      `cov: expected aweights of floats, but got ${aweights.dtype}; convert them with .to('float32')`,
    );
  }
  const weight = (name: string, given: Tensor | null) =>
    given && made(numbersWithin(`cov: expected ${name} of at least 0`, 3e38, given.to(rows.dtype).value));
  const frequency = weight('fweights', fweights);
  const importance = weight('aweights', aweights);
  const weights = frequency && importance ? frequency.mul(importance) : (frequency ?? importance);
  if (!weights) {
    const centred = rows.sub(rows.mean(1, { keepdim: true }));
    return centred
      .mm(centred.t())
      .div(Math.max(observations - correction, 0))
      .squeeze();
  }
  const total = weights.sum();
  const centred = rows.sub(rows.mul(weights).sum(1, { keepdim: true }).div(total));
  const lost = importance && correction !== 0 ? weights.mul(importance).sum().div(total).mul(correction) : correction;
  const products = centred.mm(centred.mul(weights).t());
  return products.div(total.sub(lost).clamp({ min: 0 })).squeeze();
});

/**
 * The correlations of the variables in the rows of a matrix: covariances divided by standard deviations, from -1 to 1.
 */
export const corrcoef = op('corrcoef(input)', (input: Tensor): Tensor => {
  const covariances = cov(input);
  if (covariances.shape.length === 0) return covariances.div(covariances);
  const deviations = covariances.diagonal().sqrt();
  return covariances.div(deviations.unsqueeze(1)).div(deviations).clamp(-1, 1);
});
