// Recurrent layers as ONNX's RNN, GRU and LSTM, whose gates are in another order.
import { type Node, numelOf as numel, type OpAttrs, type Value } from '../../../../torch/inside';
import type { Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';

/** ONNX's gates in its order, by their indices in ours: i o f c from i f g o; z r h from r z n. */
const orders = { lstm: [0, 3, 1, 2], gru: [1, 0, 2], tanh: [0], relu: [0] };
const types = { lstm: 'LSTM', gru: 'GRU', tanh: 'RNN', relu: 'RNN' };
const suffixes = { lstm: 'iofc', gru: 'zrh', tanh: 'h', relu: 'h' };

/** The parts of the linear layer in front of the recurrence. */
interface Shares {
  readonly x: Value;
  readonly weight: Value;
  readonly bias: Value | null;
}

const isOf = (value: Value, op: string): Node | null => (value.node?.op.name === op ? value.node : null);

/**
 * [times, batch, features] through a linear layer: recorded as a reshape to rows, a matrix product, and a reshape back.
 */
function sharesOf(site: Site): Shares {
  const product = isOf(isOf(site.value(0), 'reshape')?.inputs[0] ?? site.value(0), 'matmul');
  const rows = product && isOf(product.inputs[0]!, 'reshape');
  const x = rows?.inputs[0];
  const { transposeA, transposeB } = (product?.attrs ?? {}) as { transposeA?: boolean; transposeB?: boolean };
  if (!product || !x || x.shape.length !== 3 || transposeA || !transposeB) {
    return site.fail('does not follow a linear layer, as ONNX has it');
  }
  return { x, weight: product.inputs[1]!, bias: product.inputs[2] ?? null };
}

/** Whether a value is zeros, or a view of zeros. */
function isZero(value: Value): boolean {
  let at: Value = value;
  while (at.node && ['slice', 'asStrided', 'reshape', 'identity', 'expand'].includes(at.node.op.name))
    at = at.node.inputs[0]!;
  return at.node?.op.name === 'full' && at.node.scalars[0] === 0;
}

const recurrent: Translator = (site) => {
  const { kind, reverse } = site.attrs<OpAttrs['recurrent']>();
  const { x, weight, bias } = sharesOf(site);
  const [, hidden, , h0, other] = site.node.inputs as readonly [Value, Value, Value, Value, Value | undefined];
  const size = h0.shape[1]!;
  const order = orders[kind];
  /** The rows of a weight, or the numbers of a bias, gate by gate. */
  const gated = (value: Value, name: string): Wire => site.context.rows(site, value, { order, size, suffix: name });
  const own = isOf(bias ?? h0, 'add');
  const pair: readonly (Value | null)[] =
    kind === 'gru' ? [bias, other ?? null] : own && own.inputs.length === 2 && bias ? own.inputs : [bias, null];
  const zeros = () =>
    site.builder.constant('float32', [1, order.length * size], new Array(order.length * size).fill(0));
  const halves = pair.map((half) => (half ? gated(half, suffixes[kind]) : zeros()));
  const biases = pair.some((half) => half !== null) ? site.op('Concat', halves, { axis: 1 }) : null;
  const state = (value: Value): Wire | null =>
    isZero(value) ? null : site.op('Unsqueeze', [site.wire(value), site.builder.ints([0])]);
  const inputs = [
    site.wire(x),
    gated(weight, suffixes[kind]),
    gated(hidden, suffixes[kind]),
    biases,
    null,
    state(h0),
    ...(kind === 'lstm' ? [state(other!)] : []),
  ];
  while (inputs.at(-1) === null) inputs.pop();
  const attributes = {
    hidden_size: size,
    direction: reverse ? 'reverse' : 'forward',
    ...(kind === 'gru' && { linear_before_reset: 1 }),
    ...(kind === 'relu' && { activations: ['Relu'] }),
  };
  const dtypes = (kind === 'lstm' ? [0, 1, 2] : [0, 1]).map(() => 'float32' as const);
  const [y, ...last] = site.builder.node(types[kind], inputs, attributes, dtypes) as [Wire, ...Wire[]];
  const all = site.op('Squeeze', [y, site.builder.ints([1])]);
  site.context.ends.set(site.node, {
    all,
    last: last.map((each) => site.op('Squeeze', [each, site.builder.ints([0])])),
  });
  const first = site.op('Unsqueeze', [site.wire(h0), site.builder.ints([0])]);
  const states = site.op('Concat', reverse ? [all, first] : [first, all], { axis: 0 });
  return kind === 'lstm' ? [states, null, null] : [states, null];
};

/** A view of the states of a recurrent layer: all states, or the last one. Null for other views. */
export function statesOf(site: Site): Wire | null {
  const value = site.value(0);
  const ends = value.node && site.context.ends.get(value.node);
  if (!ends) return null;
  const { reverse } = value.node!.attrs as OpAttrs['recurrent'];
  const [times] = value.shape as [number];
  const width = value.numel / times;
  const at = site.scalars[0]! / width;
  const shape = site.result();
  if (value.index === 0 && shape.length === 3 && at === (reverse ? 0 : 1) && shape[0] === times - 1) return ends.all;
  if (at !== (reverse ? 0 : times - 1) || numel(shape) !== width) return null;
  const last = ends.last[value.index]!;
  if (shape.length === 2) return last;
  return site.op('Unsqueeze', [last, site.builder.ints([0])]);
}

export const recurrents: Translators = { recurrent };
