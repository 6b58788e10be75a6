// batchNorm: normalises channels by given statistics, or by the statistics of x itself, through which gradients then
// pass.
import { engine } from '../../compiler/engine';
import { gridFor, input, type Lowering, type Operand, output, type Pass, scalar } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { type Meta, numel, sameShape } from '../../core/meta';
import { mode } from '../../graph/mode';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { div, mul, sub } from '../pointwise/arithmetic';
import { broadcastShapes } from '../shape/broadcast';
import { cast, reshape } from '../shape/cast';
import { moments } from './moments';
import { normalizeOp, rstdOp } from './norm';
import { reducedCount, sum } from './reduce';

const source: Text = '#norm/batchNormFactors';

interface BatchNormAttrs {
  /** All dimensions except the channels. */
  readonly dims: readonly number[];
  /** Mean and variance were computed from x, so the gradient of x passes through them, too. */
  readonly own: boolean;
  readonly weight: boolean;
  /** A bias requires a weight. */
  readonly bias: boolean;
}

const WORKGROUP = 64;

/** Writes a factor and an addend for each channel. Inputs: those of a batch norm without x. */
function factorsPass(mean: Meta, { weight, bias }: BatchNormAttrs): Pass {
  const count = numel(mean.shape);
  // The shader has a fixed number of bindings: the mean is bound in place of a missing weight or bias, and not read.
  const given = (is: boolean, index: number): Operand => input(is ? index : 0);
  return {
    label: 'batchNorm factors',
    source: [source],
    reads: [input(0), input(1), given(weight, 2), given(bias, 3)],
    writes: [output()],
    params: { count, weight: Number(weight), bias: Number(bias), eps: scalar(0) },
    grid: gridFor(count, WORKGROUP),
  };
}

/** Inputs: x, mean, variance, weight?, bias?; all except x have size 1 in `dims`. Dynamic scalar: eps. */
const batchNormOp: Op<BatchNormAttrs> = {
  name: 'nativeBatchNorm',
  takesHalf: true,
  remakes: true,
  saves: { inputs: [0, 1, 2, 3] },
  infer: (inputs) => [{ shape: broadcastShapes('batchNorm', inputs), dtype: inputs[0]!.dtype }],
  lower({ inputs: [, ...vectors], attrs }): Lowering {
    const { weight, bias } = attrs;
    const expr = `(a0 - a1) * inverseSqrt(a2 + s0)${weight ? ' * a3' : ''}${bias ? ' + a4' : ''}`;
    const alike = vectors.every(({ shape, dtype }) => dtype === 'float32' && sameShape(shape, vectors[0]!.shape));
    const folded = { pass: factorsPass(vectors[0]!, attrs), body: { expr: 'fma(a0, a1.x, a1.y)', pairs: 1 } };
    return { kind: 'pointwise', body: { expr }, ...(alike && { folded }) };
  },
  // With x̂ the normalised x over n elements a channel: dw = Σ dy x̂, db = Σ dy, dx = w rstd (dy - (db + x̂ dw) / n)
  vjp([given], { inputs, attrs: { dims, own }, scalars }) {
    // Statistics and weights may be float32 even if x is float16.
    const alike = inputs.every(({ dtype }) => dtype === given!.dtype);
    const values = [given!, ...inputs].map((value) => (alike ? value : cast(value, 'float32')));
    const [dy, x, givenMean, givenVariance, weight] = values as [Value, Value, Value, Value, Value?];
    const [mean, variance] = own && mode.grad ? moments(x, dims, 0) : [givenMean, givenVariance];
    const rstd = record(rstdOp, [variance], undefined, scalars);
    const normalized = record(normalizeOp, [x, mean, rstd], undefined);
    const dw = sum(mul(dy, normalized), dims, true);
    const db = sum(dy, dims, true);
    const scale = weight ? mul(rstd, weight) : rstd;
    const n = reducedCount(x.shape, dims);
    // On a GPU, x̂ once more and by another expression: otherwise the sum's would be written to memory and read again.
    const along = () =>
      engine.profile?.kind === 'gpu' ? mul(sub(x, mean), mul(rstd, div(dw, n))) : mul(normalized, div(dw, n));
    const through = own ? sub(sub(dy, div(db, n)), along()) : dy;
    return [mul(through, scale), null, null, dw, db].slice(0, inputs.length);
  },
};

/** Batch norm with constant statistics and weights, which get no gradients; so backward does not need x. */
const frozenBatchNormOp: Op<BatchNormAttrs> = {
  ...batchNormOp,
  name: 'frozenBatchNorm',
  gradName: 'AddBackward0',
  saves: { inputs: [2, 3] },
  vjp([dy], { inputs: [, , variance, weight], scalars }) {
    return [mul(dy!, mul(record(rstdOp, [variance!], undefined, scalars), weight!)), null, null, null, null];
  },
};

/**
 * `batchNorm` of float32 [N, C, H, W] with constants of shape [C]. None of the constants may require
 * gradients.
 */
export function frozenBatchNorm(
  x: Value,
  [mean, variance]: readonly [Value, Value],
  weight: Value,
  bias: Value,
  eps: number,
): Value {
  const attrs = { dims: [0, 2, 3], own: false, weight: true, bias: true };
  const constants = [mean, variance, weight, bias].map((each) => reshape(each, [1, x.shape[1]!, 1, 1]));
  return record(frozenBatchNormOp, [x, ...constants], attrs, [eps]);
}

/**
 * y = (x - mean) / √(variance + eps) · weight + bias. All inputs except x have size 1 in `dims`; a bias requires a
 * weight. With `own`, mean and variance must be those of x over `dims`, and gradients pass through them.
 */
export function batchNorm(
  x: Value,
  [mean, variance]: readonly [Value, Value],
  weight: Value | null,
  bias: Value | null,
  { dims, own, eps }: { dims: readonly number[]; own: boolean; eps: number },
): Value {
  const inputs = [x, mean, variance, weight, bias].filter((value) => value !== null);
  return record(batchNormOp, inputs, { dims, own, weight: weight !== null, bias: bias !== null }, [eps]);
}
