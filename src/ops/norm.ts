// Normalisation by mean and variance: layerNorm.
import { type Shape, showShape } from '../compiler/meta';
import { ShapeError } from '../errors';
import { expectFloat, named, record } from '../graph/record';
import type { Value } from '../graph/value';
import { mul, neg, square, sub } from './arithmetic';
import { moments } from './moments';
import { pointwise } from './pointwise';

/** 1 / √(variance + eps) */
const rstdOp = pointwise({
  name: 'rstd',
  expr: 'inverseSqrt(a0 + s0)',
  saves: 'y',
  grads: [(dy, { y }) => mul(mul(dy, -0.5), mul(y, square(y)))],
});

/** x̂ = (x - mean) · rstd */
const normalizeOp = pointwise({
  name: 'nativeLayerNorm',
  expr: '(a0 - a1) * a2',
  saves: 'abc',
  grads: [
    (dy, { c: rstd }) => mul(dy, rstd),
    (dy, { c: rstd }) => neg(mul(dy, rstd)),
    (dy, { a: x, b: mean }) => mul(dy, sub(x, mean)),
  ],
});

/** x̂ · weight + bias */
const affineOp = pointwise({
  name: 'nativeLayerNorm',
  expr: 'a0 * a1 + a2',
  saves: 'ab',
  grads: [(dy, { b: weight }) => mul(dy, weight), (dy, { a }) => mul(dy, a), (dy) => dy],
});

/** (x - mean) / √(variance + eps) over `dims` (ascending), then · weight + bias where given; these broadcast with x. */
function normalize(x: Value, dims: readonly number[], weight: Value | null, bias: Value | null, eps: number): Value {
  const [mean, variance] = moments(x, dims, 0);
  const normalized = record(normalizeOp, [x, mean, record(rstdOp, [variance], undefined, [eps])], undefined);
  if (weight && bias) return record(affineOp, [normalized, weight, bias], undefined);
  return weight ? named(mul(normalized, weight), 'NativeLayerNormBackward0') : normalized;
}

/**
 * Layer normalisation over the trailing dimensions `normalizedShape`: y = (x - mean) / √(variance + eps) · weight + bias.
 * Shapes: x [..., ...normalizedShape]; weight and bias normalizedShape, or null.
 */
export function layerNorm(
  x: Value,
  normalizedShape: Shape,
  weight: Value | null,
  bias: Value | null,
  eps = 1e-5,
): Value {
  expectFloat('layerNorm', 'input', x);
  const lead = x.shape.length - normalizedShape.length;
  if (normalizedShape.length === 0 || lead < 0 || normalizedShape.some((size, d) => size !== x.shape[lead + d])) {
    throw new ShapeError(
      `layerNorm: expected input whose last dimensions are the normalized shape ${showShape(normalizedShape)}, but got ${showShape(x.shape)}`,
    );
  }
  for (const [name, parameter] of [
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    if (parameter && `${parameter.shape}` !== `${normalizedShape}`) {
      throw new ShapeError(
        `layerNorm: expected ${name} of shape ${showShape(normalizedShape)}, but got ${showShape(parameter.shape)}`,
      );
    }
  }
  const dims = normalizedShape.map((_, d) => lead + d);
  return normalize(x, dims, weight, bias, eps);
}
