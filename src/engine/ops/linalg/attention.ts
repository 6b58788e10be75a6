// Scaled dot-product attention as one operation, for GPUs: its kernels keep the scores in a workgroup's memory.

import type { StridedView } from '../../compiler/ir';
import { compose } from '../../compiler/passes/compose-views';
import { kernels } from '../../compiler/texts';
import { contiguousStrides } from '../../core/meta';
import { mode } from '../../graph/mode';
import { named, record, recordAll } from '../../graph/record';
import type { GradContext, Op, Value } from '../../graph/value';
import { add, mul, sub } from '../pointwise/arithmetic';
import { boundOf, dropout } from '../pointwise/dropout';
import { sum } from '../reduction/reduce';
import { attentionWeights } from '../reduction/softmax';
import { full, reshape } from '../shape/cast';
import { triangle } from '../shape/rearrange';
import { permute, permuteOp } from '../shape/shape';
import { inverse, type Order, shapeInOrder } from './attention-sizes';
import { product } from './matmul';

/** The kernels of attention, loaded when a plan first needs them. */
const kernel = kernels('attention', () => import('../../kernels/matmul/attention'));
const gradKernel = kernels('attentionGrad', () => import('../../kernels/matmul/attention-grad'));

export interface AttentionAttrs {
  readonly scale: number;
  /** Query i sees keys 0 … i only. */
  readonly causal: boolean;
  /** The last input is a mask to add to the scores. */
  readonly masked: boolean;
  /** Weights are dropped, by dynamic scalars: see `attention`. */
  readonly drops: boolean;
  /** The orders in memory of query (and of the result), key and value, and so of their gradients. */
  readonly orders: readonly [query: Order, key: Order, value: Order];
}

const gradName = 'ScaledDotProductAttentionBackward0';

/**
 * y = softmax(scale · Q Kᵀ + mask) V, and 0 where the mask hides every key. Inputs: query [..., L, E], key [..., S, E],
 * value [..., S, Ev], and perhaps a mask that broadcasts to [..., L, S]. Neighbouring heads of queries may share one of
 * keys and values. Output 0 lies in memory as the query does. For gradients (`kept`), output 1 is the logarithm of each
 * query's sum, [..., L], by which they make the weights again.
 */
function attentionOp(kept: boolean, inputs: number): Op<AttentionAttrs> {
  return {
    name: 'attention',
    gradName,
    infer([q, , v], { orders: [order] }) {
      const [rows, columns] = [q!.shape.slice(0, -1), v!.shape.at(-1)!];
      const y = { shape: shapeInOrder([...rows, columns], order), dtype: 'float32' } as const;
      return kept ? [y, { shape: rows, dtype: 'float32' }] : [y];
    },
    lower: (context) => kernel().attention(context),
    vjp: ([dy], node) => gradients(dy!, node),
    // Programs may write to the result: the gradients read what it was before.
    readsSaved: true,
    saves: { inputs: [0, 1, 2, 3].slice(0, inputs), outputs: kept ? [0, 1] : [] },
    growth: 'attended',
  };
}

const [plainOp, maskedOp] = [attentionOp(false, 3), attentionOp(false, 4)];
const [plainKeptOp, maskedKeptOp] = [attentionOp(true, 3), attentionOp(true, 4)];

export interface AttentionGradAttrs extends AttentionAttrs {
  /** The gradient of the query is wanted. */
  readonly byQuery: boolean;
  /** The gradient of key or value is wanted. */
  readonly byKeys: boolean;
}

/** The gradients of query, key and value. Inputs: dy, query, key, value, both outputs of `attentionOp`, and the mask. */
const attentionGradOp: Op<AttentionGradAttrs> = {
  name: 'attentionGrad',
  infer: ([, ...inputs], { orders }) =>
    orders.map((order, i) => ({ shape: shapeInOrder(inputs[i]!.shape, order), dtype: 'float32' })),
  lower: (context) => gradKernel().attentionGrad(context),
  growth: 'attendedGrad',
};

function gradients(dy: Value, node: GradContext<AttentionAttrs>): readonly (Value | null)[] {
  const { outputs, attrs, scalars, needs } = node;
  const inputs = node.inputs.map(node.read);
  // What the kernels give has no gradient of its own, and they do not sum that of a mask.
  if (mode.grad || needs[3]) return composed(dy, { ...node, inputs });
  const wanted = { byQuery: needs[0]!, byKeys: needs[1]! || needs[2]! };
  const [q, k, v, ...mask] = inputs as [Value, Value, Value];
  const given = [dy, q, k, v, ...outputs, ...mask];
  const made = recordAll(attentionGradOp, given, { ...attrs, ...wanted }, scalars);
  return [...made.map((dx, i) => (needs[i] ? fromOrder(dx, attrs.orders[i]!) : null)), ...mask.map(() => null)];
}

/** The gradients by products. They make the weights once more, so that nothing of the size of the scores is kept. */
function composed(dyInOrder: Value, { inputs, attrs, scalars, needs }: GradContext<AttentionAttrs>) {
  const { scale, causal, drops, orders } = attrs;
  const [q, k, v, mask] = inputs;
  const dy = fromOrder(dyInOrder, orders[0]);
  const [lead, rows, keys] = [q!.shape.slice(0, -2), q!.shape.at(-2)!, k!.shape.at(-2)!];
  const shape = [...lead, rows, keys];
  // The queries of all batches that share keys are rows of one product.
  const batch = k!.shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const flat = (x: Value) => reshape(x, [batch, x.numel / batch / x.shape.at(-1)!, x.shape.at(-1)!]);
  const [q3, k3, v3, dy3] = [q!, k!, v!, dy].map(flat) as [Value, Value, Value, Value];
  const scores = reshape(mul(product(q3, k3, false, true), scale), shape);
  const added = causal ? triangle('attention', full([rows, keys], Number.NEGATIVE_INFINITY), false, 1) : mask;
  const weights = attentionWeights(added ? add(scores, added) : scores);
  const [key0, key1, bound, growth] = scalars as [number, number, number, number];
  const dropped = (x: Value) => (drops ? dropout(x, { key: [key0, key1], bound, inner: 1 }, { scale: growth }) : x);
  const dv = needs[2] ? reshape(product(flat(dropped(weights)), dy3, true, false), v!.shape) : null;
  if (!needs[0] && !needs[1] && !needs[3]) return [null, null, dv, null];
  const dweights = dropped(reshape(product(dy3, v3, false, true), shape));
  const dscores = mul(weights, sub(dweights, sum(mul(dweights, weights), [-1], true)));
  const ds = flat(mul(dscores, scale));
  return [
    needs[0] ? reshape(product(ds, k3, false, false), q!.shape) : null,
    needs[1] ? reshape(product(ds, q3, true, false), k!.shape) : null,
    dv,
    needs[3] ? dscores : null,
  ];
}

const fromOrder = (x: Value, order: Order): Value => (order ? permute(x, inverse(order)) : x);

/**
 * The order of a view's dimensions in the memory of what it shows, such as heads that were features: a result in the
 * same order needs no copy where the heads become features again. Null for other values.
 */
function orderOf(x: Value): Order {
  let view: StridedView | null = null;
  for (let from = x; ; ) {
    const inner = shownBy(from);
    const whole: StridedView | null = inner && (view ? compose(inner, view) : inner);
    if (!whole) break;
    view = whole;
    from = from.node!.inputs[0]!;
  }
  if (!view || (view.strides.at(-1) !== 1 && view.shape.at(-1) !== 1)) return null;
  const { shape, strides } = view;
  const order = [...shape.keys()];
  const long = order.slice(0, -1).filter((d) => shape[d] !== 1);
  const sorted = [...long].sort((a, b) => strides[b]! - strides[a]!);
  for (const [i, d] of long.entries()) order[d] = sorted[i]!;
  return sorted.every((d, i) => d === long[i]) ? null : order;
}

/** The view of its node's input that a value is; null if it is none. */
function shownBy({ node, shape }: Value): StridedView | null {
  if (node?.op !== permuteOp) return node?.op.shows?.(node) ?? null;
  const strides = contiguousStrides(node.inputs[0]!.shape);
  const { order } = node.attrs as { readonly order: readonly number[] };
  return { shape, strides: order.map((d) => strides[d]!), offset: 0 };
}

export interface AttentionOptions {
  /** Added to the scores. */
  readonly mask: Value | null;
  readonly scale: number;
  /** Query i sees keys 0 … i only. Not together with a mask. */
  readonly causal: boolean;
  /** Dropout of the weights. It draws the same numbers as dropout of a tensor [..., L, S]. */
  readonly dropping?: { readonly key: readonly [number, number]; readonly p: number };
}

/** Attention in one pass, of what `isOnePass` allows. */
export function attention(q: Value, k: Value, v: Value, { mask, scale, causal, dropping }: AttentionOptions): Value {
  const inputs = mask ? [q, k, v, mask] : [q, k, v];
  const kept = mode.grad && inputs.some(({ requiresGrad }) => requiresGrad);
  const op = kept ? (mask ? maskedKeptOp : plainKeptOp) : mask ? maskedOp : plainOp;
  const orders = [orderOf(q), orderOf(k), orderOf(v)] as const;
  const scalars = dropping ? [...dropping.key, boundOf(dropping.p), 1 / (1 - dropping.p)] : [];
  const y = record(op, inputs, { scale, causal, masked: mask !== null, drops: scalars.length > 0, orders }, scalars);
  return orders[0] ? named(fromOrder(y, orders[0]), gradName) : y;
}
