// Scaled dot-product attention as one operation, for GPUs: its kernel keeps the scores in a workgroup's memory.
import { kernels } from '../../compiler/texts';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add, mul, sub } from '../pointwise/arithmetic';
import { sum } from '../reduction/reduce';
import { attentionWeights } from '../reduction/softmax';
import { reshape } from '../shape/cast';
import { product } from './matmul';

/** The kernel of attention, loaded when a plan first needs it. */
const kernel = kernels('attention', () => import('../../kernels/matmul/attention'));

export interface AttentionAttrs {
  readonly scale: number;
  /** Query i sees keys 0 … i only. */
  readonly causal: boolean;
  /** Input 3 is a mask to add to the scores, which the kernel reads; with `causal` only the gradients read it. */
  readonly masked: boolean;
}

/**
 * y = softmax(scale · Q Kᵀ + mask) V, and 0 where the mask hides every key. Inputs: query [..., L, E], key [..., S, E],
 * value [..., S, Ev], and perhaps a mask that broadcasts to [..., L, S]. Neighbouring batches of queries may share one
 * of keys and values. The gradients compute the weights once more, so that nothing of the size of the scores is kept.
 */
function attentionOp(reads: number, inputs: number): Op<AttentionAttrs> {
  return {
    name: 'attention',
    gradName: 'ScaledDotProductAttentionBackward0',
    reads,
    infer: ([q, , v]) => [{ shape: [...q!.shape.slice(0, -1), v!.shape.at(-1)!], dtype: 'float32' }],
    lower: (context) => kernel().attention(context),
    vjp([dy], { inputs: [q, k, v, mask], attrs: { scale }, needs }) {
      const [lead, rows, keys] = [q!.shape.slice(0, -2), q!.shape.at(-2)!, k!.shape.at(-2)!];
      const shape = [...lead, rows, keys];
      // The queries of all batches that share keys are rows of one product.
      const batch = k!.shape.slice(0, -2).reduce((a, b) => a * b, 1);
      const flat = (x: Value) => reshape(x, [batch, x.numel / batch / x.shape.at(-1)!, x.shape.at(-1)!]);
      const [q3, k3, v3, dy3] = [q!, k!, v!, dy!].map(flat) as [Value, Value, Value, Value];
      const scores = reshape(mul(product(q3, k3, false, true), scale), shape);
      const weights = attentionWeights(mask ? add(scores, mask) : scores);
      const dv = needs[2] ? reshape(product(flat(weights), dy3, true, false), v!.shape) : null;
      if (!needs[0] && !needs[1] && !needs[3]) return [null, null, dv, null];
      const dweights = reshape(product(dy3, v3, false, true), shape);
      const dscores = mul(weights, sub(dweights, sum(mul(dweights, weights), [-1], true)));
      const ds = flat(mul(dscores, scale));
      return [
        needs[0] ? reshape(product(ds, k3, false, false), q!.shape) : null,
        needs[1] ? reshape(product(ds, q3, true, false), k!.shape) : null,
        dv,
        needs[3] ? dscores : null,
      ];
    },
    saves: { inputs: [0, 1, 2, 3].slice(0, inputs) },
    growth: 'attended',
  };
}

const plainOp = attentionOp(3, 3);
const causalOp = attentionOp(3, 4);
const maskedOp = attentionOp(4, 4);

/**
 * Attention in one pass, of what `isOnePass` allows. `mask` is added to the scores; with `causal` it must hide the keys
 * behind the query, and only gradients read it.
 */
export function attention(
  query: Value,
  key: Value,
  value: Value,
  mask: Value | null,
  scale: number,
  causal: boolean,
): Value {
  const masked = mask !== null && !causal;
  const inputs = mask ? [query, key, value, mask] : [query, key, value];
  return record(masked ? maskedOp : causal ? causalOp : plainOp, inputs, { scale, causal, masked });
}
