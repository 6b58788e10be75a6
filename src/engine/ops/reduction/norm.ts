// layerNorm: normalises each row by its mean and variance.
import { ShapeError } from '../../core/errors';
import { numel, type Shape, showShape } from '../../core/meta';
import { mode } from '../../graph/mode';
import { expectOfWeight, record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add, mul, neg, square, sub } from '../pointwise/arithmetic';
import { pointwise } from '../pointwise/pointwise';
import { toFloat } from '../shape/cast';
import { kernel, moments } from './moments';
import { mean, sumTo } from './reduce';

/** 1 / √(variance + eps) */
export const rstdOp = pointwise({
  name: 'rstd',
  expr: 'inverseSqrt(a0 + s0)',
  saves: 'y',
  grads: [(dy, { y }) => mul(mul(dy, -0.5), mul(y, square(y)))],
});

/** x̂ = (x - mean) · rstd */
export const normalizeOp = pointwise({
  name: 'normalize',
  expr: '(a0 - a1) * a2',
  saves: 'abc',
  grads: [
    (dy, { c: rstd }) => mul(dy, rstd),
    (dy, { c: rstd }) => neg(mul(dy, rstd)),
    (dy, { a: x, b: mean }) => mul(dy, sub(x, mean)),
  ],
});

export interface LayerNormAttrs {
  /** The number of leading dimensions, which number the rows. The other dimensions are normalised over. */
  readonly lead: number;
  readonly weight: boolean;
  /** A bias requires a weight. */
  readonly bias: boolean;
  /** Rows are not centred: their means count as 0. */
  readonly rms?: true;
}

/** Inputs: x, weight?, bias?. Dynamic scalar: eps. Outputs: y, and each row's mean and variance. */
export const layerNormOp: Op<LayerNormAttrs> = {
  name: 'nativeLayerNorm',
  remakes: true,
  saves: { inputs: [0, 1], outputs: [1, 2] },
  infer([x], { lead }) {
    const rows = { shape: [numel(x!.shape.slice(0, lead))], dtype: x!.dtype };
    return [{ shape: x!.shape, dtype: x!.dtype }, rows, rows];
  },
  lower: (context) => kernel().layerNorm(context),
  vjp([dy], { inputs, outputs: [, mean, variance], attrs, scalars, needs }) {
    const [x, weight] = inputs as [Value, Value?];
    const { lead } = attrs;
    const [eps] = scalars as [number];
    if (mode.grad) return composedGrads(dy!, x, weight, lead, eps).slice(0, inputs.length);
    const rows = [dy!, x, mean!, variance!];
    const dx = needs[0] ? record(layerNormGradOp, weight ? [...rows, weight] : rows, attrs, scalars) : null;
    const affine = needs[1] || needs[2] ? recordAll(layerNormAffineGradOp, rows, { lead }, scalars) : [null, null];
    return [dx, ...affine].slice(0, inputs.length);
  },
  growth: 'normalised',
};

/**
 * The gradients of x, weight and bias, composed of differentiable operations so that they can be differentiated again.
 */
function composedGrads(dy: Value, x: Value, weight: Value | undefined, lead: number, eps: number): Value[] {
  const dims = x.shape.slice(lead).map((_, d) => lead + d);
  const [center, variance] = moments(x, dims, 0);
  const rstd = record(rstdOp, [variance], undefined, [eps]);
  const normalized = record(normalizeOp, [x, center, rstd], undefined);
  const g = weight ? mul(dy, weight) : dy;
  const along = mul(normalized, mean(mul(g, normalized), dims, true));
  const dx = mul(sub(sub(g, mean(g, dims, true)), along), rstd);
  const shape = x.shape.slice(lead);
  return [dx, sumTo(mul(dy, normalized), shape), sumTo(dy, shape)];
}

/** Inputs: dy, x, each row's mean and variance, weight?. Dynamic scalar: eps. Output: dx. */
const layerNormGradOp: Op<Omit<LayerNormAttrs, 'bias'>> = {
  name: 'nativeLayerNormGrad',
  infer: ([, x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: (context) => kernel().layerNormGrad(context),
  growth: 'normalisedGrad',
};

/** Inputs: dy, x, each row's mean and variance. Dynamic scalar: eps. Outputs: dw and db. */
const layerNormAffineGradOp: Op<Pick<LayerNormAttrs, 'lead'>> = {
  name: 'nativeLayerNormAffineGrad',
  infer([, x], { lead }) {
    const meta = { shape: x!.shape.slice(lead), dtype: x!.dtype };
    return [meta, meta];
  },
  lower: (context) => kernel().layerNormAffineGrad(context),
  growth: 'affineGrad',
};

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
  expectOfWeight('layerNorm', x, weight, true);
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
  if (bias && !weight) return add(layerNorm(x, normalizedShape, null, null, eps), bias);
  const inputs = [x, weight && toFloat(weight), bias && toFloat(bias)].filter((value) => value !== null);
  const attrs = { lead, weight: weight !== null, bias: bias !== null };
  return recordAll(layerNormOp, inputs, attrs, [eps])[0]!;
}
