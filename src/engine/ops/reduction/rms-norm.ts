// rmsNorm as one operation, for GPUs: layer norm's kernels without its mean. A processor is as fast with the operations that make it up.
import { mode } from '../../graph/mode';
import { record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { mul, square, sub } from '../pointwise/arithmetic';
import { type LayerNormAttrs, layerNormOp, rstdOp } from './norm';
import { mean, sumTo } from './reduce';

/** Inputs: x, weight?. Dynamic scalar: eps. Outputs: y, and for each row 0 and the mean of its squares. */
const rmsNormOp: Op<LayerNormAttrs> = {
  ...layerNormOp,
  name: 'nativeRmsNorm',
  gradName: 'MulBackward0',
  vjp(grads, context) {
    if (!mode.grad) return layerNormOp.vjp!(grads, context);
    const { inputs, attrs, scalars } = context;
    return composedGrads(grads[0]!, inputs as [Value, Value?], attrs.lead, scalars as [number]).slice(0, inputs.length);
  },
};

/** The gradients of x and weight, composed of differentiable operations so that they can be differentiated again. */
function composedGrads(dy: Value, [x, weight]: [Value, Value?], lead: number, eps: readonly [number]): Value[] {
  const dims = x.shape.slice(lead).map((_, d) => lead + d);
  const rstd = record(rstdOp, [mean(square(x), dims, true)], undefined, eps);
  const normalized = mul(x, rstd);
  const g = weight ? mul(dy, weight) : dy;
  const along = mul(normalized, mean(mul(g, normalized), dims, true));
  return [mul(sub(g, along), rstd), sumTo(mul(dy, normalized), x.shape.slice(lead))];
}

/** y = x / √(E[x²] + eps) · weight over all dimensions from `lead` on, which have 32 elements or more; of float32. */
export const rmsNorm = (x: Value, lead: number, weight: Value | null, eps: number): Value =>
  recordAll(rmsNormOp, weight ? [x, weight] : [x], { lead, weight: weight !== null, bias: false, rms: true }, [
    eps,
  ])[0]!;
