// Losses: cross entropy by labels or probabilities, negative log likelihood, squared and absolute error, binary cross
// entropy.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import { fault, gridFor, i32, input, output, type ParamFields } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { ArgumentError, DTypeError, ShapeError } from '../../core/errors';
import { isFloat, type Meta, numel, type Shape, sameShape, showShape } from '../../core/meta';
import { warnOnce } from '../../core/warnings';
import { faultOp } from '../../gpu/fault-errors';
import { expectFloat, named, record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { numbersWithin } from '../indexing/indexing';
import { logSigmoid } from '../pointwise/activation';
import { abs, add, div, log, mul, neg, square, sub } from '../pointwise/arithmetic';
import { clamp, ne, where } from '../pointwise/compare';
import { pointwise } from '../pointwise/pointwise';
import { promoteTypes } from '../promotion';
import { mean, sum } from '../reduction/reduce';
import { fewLongRows, logSoftmax } from '../reduction/softmax';
import { cast, reshape } from '../shape/cast';
import { permute } from '../shape/shape';
import { crossEntropyByLabels, type Reduction } from './cross-entropy';

const mathLib: Text = '#math/libMath';
const lossSource: Text = '#softmax/nllLoss';
const gradSource: Text = '#softmax/nllLossGrad';

export type { Reduction } from './cross-entropy';

const WORKGROUP = 64;

interface NllAttrs {
  /** The name of the operation in errors. */
  readonly asked: string;
  readonly classes: number;
  readonly ignoreIndex: number;
  readonly weighted: boolean;
}

const nllParams = (n: number, { classes, ignoreIndex }: NllAttrs): ParamFields => ({
  n,
  classes,
  ignored: i32(ignoreIndex),
});
/** The shader has a fixed number of bindings: without a weight, the labels are bound in its place and not read. */
const nllReads = ({ weighted }: NllAttrs) => [input(0), input(1), input(weighted ? 2 : 1)];

/**
 * Inputs: log probabilities [n, classes], labels [n], weight? [classes]. Outputs: the loss and the weight of each row
 * [n].
 */
const nllOp: Op<NllAttrs> = {
  name: 'nllLoss',
  saves: { inputs: [1, 2] },
  infer([x, labels, weight], { classes }) {
    if (weight && !sameShape(weight.shape, [classes])) {
      throw new ShapeError(`nllLoss: expected weight of shape [${classes}], but got ${showShape(weight.shape)}`);
    }
    if (weight) expectFloat('nllLoss', 'weight', weight);
    const meta: Meta = { shape: labels.shape, dtype: x.dtype };
    return [meta, meta];
  },
  growth: 'labelled',
  lower({ inputs: [, labels], attrs }) {
    const n = numel(labels.shape);
    return {
      kind: 'passes',
      passes: [
        {
          source: [mathLib, faultLib, lossSource],
          label: 'nllLoss',
          overrides: { WEIGHTED: attrs.weighted ? 1 : 0, FAULT_OP: faultOp(attrs.asked) },
          reads: nllReads(attrs),
          writes: [output(0), output(1), fault],
          params: nllParams(n, attrs),
          grid: gridFor(n, WORKGROUP),
        },
      ],
    };
  },
  vjp: ([dloss], { inputs: [, labels, weight], attrs }) => [
    dloss ? record(nllGradOp, labelled(dloss, labels, weight), attrs) : null,
    ...(weight ? [null, null] : [null]),
  ],
};

/** The adjoint of nllOp: from the gradients of the rows' losses [n] to those of the log probabilities [n, classes]. */
const nllGradOp: Op<NllAttrs> = {
  name: 'nllLossGrad',
  saves: { inputs: [1, 2] },
  infer: ([dy], { classes }) => [{ shape: [...dy.shape, classes], dtype: dy.dtype }],
  growth: 'again',
  lower({ inputs: [dy], attrs }) {
    const n = numel(dy.shape);
    return {
      kind: 'passes',
      passes: [
        {
          source: [gradSource],
          label: 'nllLossGrad',
          overrides: { WEIGHTED: attrs.weighted ? 1 : 0 },
          reads: nllReads(attrs),
          writes: [output()],
          params: nllParams(n, attrs),
          grid: gridFor(n * attrs.classes, WORKGROUP),
        },
      ],
    };
  },
  vjp: ([g], { inputs: [, labels, weight], attrs }) => [
    recordAll(nllOp, labelled(g!, labels, weight), attrs)[0]!,
    ...(weight ? [null, null] : [null]),
  ],
};

const labelled = (x: Value, labels: Value, weight: Value | undefined): Value[] =>
  weight ? [x, labels, weight] : [x, labels];

export interface NllOptions {
  /** A weight for each class, shape [classes]. */
  readonly weight?: Value | null;
  /** Rows with this label are left out of the loss. Default: -100. */
  readonly ignoreIndex?: number;
  readonly reduction?: Reduction;
}

export interface CrossEntropyOptions extends NllOptions {
  /** The share of each label's probability that is spread evenly over all classes. Default: 0. */
  readonly labelSmoothing?: number;
}

/** The input with its class dimension (1; 0 for rank 1) moved to the end, flattened to [rows, classes]. */
function toRows(op: string, x: Value): { rows: Value; lead: Shape } {
  expectFloat(op, 'input', x);
  const rank = x.shape.length;
  if (rank === 0) throw new ShapeError(`${op}: expected input of shape [classes] or [N, classes, …], but got []`);
  const last = rank > 2 ? permute(x, [0, ...Array.from({ length: rank - 2 }, (_, d) => d + 2), 1]) : x;
  const lead = last.shape.slice(0, -1);
  return { rows: reshape(last, [numel(lead), last.shape.at(-1)!]), lead };
}

function checkLabels(op: string, x: Value, labels: Value, lead: Shape): Value {
  if (!sameShape(labels.shape, lead)) {
    throw new ShapeError(
      `${op}: expected target of shape ${showShape(lead)} for input ${showShape(x.shape)}, but got ${showShape(labels.shape)}`,
    );
  }
  if (isFloat(labels.dtype) || labels.dtype === 'bool') {
    throw new DTypeError(
      `${op}: expected target of dtype int64 (class labels), but got ${labels.dtype}; convert it with .to('int64')`,
    );
  }
  return reshape(cast(labels, 'int64'), [numel(lead)]);
}

/** Reduces the losses of rows; 'mean' divides by the sum of the rows' weights (`shares`). */
function reduceRows(rows: Value, shares: Value, lead: Shape, reduction: Reduction): Value {
  if (reduction === 'none') return reshape(rows, lead);
  return reduction === 'sum' ? sum(rows) : div(sum(rows), sum(shares));
}

function nllRows(
  asked: string,
  logp: Value,
  labels: Value,
  weight: Value | null,
  ignoreIndex: number,
): readonly [Value, Value] {
  const attrs = { asked, classes: logp.shape[1]!, ignoreIndex, weighted: weight !== null };
  const [loss, share] = recordAll(nllOp, labelled(logp, labels, weight ?? undefined), attrs);
  return [loss!, share!];
}

/**
 * Negative log likelihood: -w_t x_t for each row's label t. Shapes: x [N, C], [C] or [N, C, d…]; labels [N], [] or [N, d…].
 * `mean` (default) divides by the sum of the rows' weights.
 */
export function nllLoss(x: Value, labels: Value, options: NllOptions = {}): Value {
  const { weight = null, ignoreIndex = -100, reduction = 'mean' } = options;
  const { rows, lead } = toRows('nllLoss', x);
  const [loss, share] = nllRows('nllLoss', rows, checkLabels('nllLoss', x, labels, lead), weight, ignoreIndex);
  return named(reduceRows(loss, share, lead, reduction), nllGradName(lead));
}

/** PyTorch's name of the gradient function, which differs for images of labels. */
const nllGradName = (lead: Shape): string => (lead.length > 1 ? 'NllLoss2DBackward0' : 'NllLossBackward0');

/**
 * Cross entropy of logits: -ln softmax(x)_t for each row's label t, or -Σ_c p_c ln softmax(x)_c for probabilities p.
 * Shapes: x [N, C], [C] or [N, C, d…]; target int64 labels [N], [] or [N, d…], or float32 probabilities as x.
 * A label out of range gives NaN, and the next read-back throws an IndexError.
 */
export function crossEntropy(x: Value, target: Value, options: CrossEntropyOptions = {}): Value {
  const { weight = null, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError(`crossEntropy: expected labelSmoothing from 0 to 1, but got ${labelSmoothing}`);
  }
  const { rows, lead } = toRows('crossEntropy', x);
  const classes = rows.shape[1]!;
  if (isFloat(target.dtype) && sameShape(target.shape, x.shape)) {
    const p = toRows('crossEntropy', target).rows;
    const logp = logSoftmax(rows, 1);
    const smooth = labelSmoothing > 0 ? add(mul(p, 1 - labelSmoothing), labelSmoothing / classes) : p;
    const loss = neg(sum(weigh(mul(smooth, logp), weight), 1));
    if (reduction === 'mean') return named(div(sum(loss), numel(lead)), 'DivBackward1');
    return named(reduction === 'none' ? reshape(loss, lead) : sum(loss), 'NegBackward0');
  }
  if (target.shape.length > 1 && sameShape(target.shape, x.shape)) {
    throw new DTypeError(
      `crossEntropy: expected target of dtype ${x.dtype} if it has the input's shape ${showShape(x.shape)} (probabilities), but got ${target.dtype}; convert it with .to('${x.dtype}'), or give labels of shape ${showShape(lead)}`,
    );
  }
  const labels = checkLabels('crossEntropy', x, target, lead);
  if (labelSmoothing === 0 && !fewLongRows(rows, 1)) {
    const loss = crossEntropyByLabels(rows, labels, weight, ignoreIndex, reduction);
    return named(reduction === 'none' ? reshape(loss, lead) : loss, nllGradName(lead));
  }
  const logp = logSoftmax(rows, 1);
  const [loss, share] = nllRows('crossEntropy', logp, labels, weight, ignoreIndex);
  if (labelSmoothing === 0) return named(reduceRows(loss, share, lead, reduction), nllGradName(lead));
  const even = where(ne(labels, ignoreIndex), neg(sum(weigh(logp, weight), 1)), 0);
  const mixed = add(mul(loss, 1 - labelSmoothing), mul(even, labelSmoothing / classes));
  return named(reduceRows(mixed, share, lead, reduction), 'AddBackward0');
}

const weigh = (x: Value, weight: Value | null): Value => (weight ? mul(x, weight) : x);

function reduceLoss(loss: Value, reduction: Reduction): Value {
  if (reduction === 'none') return loss;
  return reduction === 'sum' ? sum(loss) : mean(loss);
}

/**
 * Warns if the shapes of a loss have to broadcast: [N, 1] and [N], for instance, give [N, N], which is seldom meant.
 */
export function warnOfBroadcast(op: string, x: Shape, target: Shape, both: Shape): void {
  if (sameShape(x, target)) return;
  warnOnce(
    `${op}: the target's shape ${showShape(target)} differs from the input's ${showShape(x)}, and both broadcast to ${showShape(both)}; give them the same shape`,
  );
}

/** x − target, in the dtype that both promote to. */
function difference(op: string, x: Value, target: Value): Value {
  const dtype = promoteTypes(...[x, target].map(({ dtype, shape }) => ({ dtype, rank0: shape.length === 0 })));
  const d = sub(cast(x, dtype), cast(target, dtype));
  warnOfBroadcast(op, x.shape, target.shape, d.shape);
  return d;
}

/** (x - target)², reduced. The shapes broadcast. */
export function mseLoss(x: Value, target: Value, reduction: Reduction = 'mean'): Value {
  const d = difference('mseLoss', x, target);
  expectFloat('mseLoss', 'input or target', d);
  return named(reduceLoss(square(d), reduction), 'MseLossBackward0');
}

/** |x - target|, reduced. The shapes broadcast. */
export const l1Loss = (x: Value, target: Value, reduction: Reduction = 'mean'): Value =>
  reduceLoss(abs(difference('l1Loss', x, target)), reduction);

export interface BceOptions {
  /** A factor for the loss of each element; broadcasts. */
  readonly weight?: Value | null;
  /** A factor for positive targets; broadcasts. */
  readonly posWeight?: Value | null;
  readonly reduction?: Reduction;
}

/** Binary cross entropy of logits: -(posWeight · t ln σ(x) + (1 - t) ln(1 - σ(x))), without overflow. */
export function bceWithLogits(x: Value, target: Value, options: BceOptions = {}): Value {
  const { weight = null, posWeight = null, reduction = 'mean' } = options;
  if (!sameShape(x.shape, target.shape)) {
    throw new ShapeError(
      `binaryCrossEntropyWithLogits: expected target of input's shape ${showShape(x.shape)}, but got ${showShape(target.shape)}`,
    );
  }
  if (!isFloat(target.dtype)) {
    throw new DTypeError(
      `binaryCrossEntropyWithLogits: expected target of dtype ${x.dtype}, but got ${target.dtype}; convert it with .to('${x.dtype}')`,
    );
  }
  // (1 - t) x - (1 + (posWeight - 1) t) ln σ(x), since ln(1 - σ(x)) = ln σ(x) - x.
  const logs = logSigmoid(x);
  const positive = posWeight ? mul(logs, add(mul(sub(posWeight, 1), target), 1)) : logs;
  const loss = reduceLoss(weigh(sub(mul(sub(1, target), x), positive), weight), reduction);
  return named(loss, 'BinaryCrossEntropyWithLogitsBackward0');
}

/**
 * -(t max(ln x, -100) + (1 - t) max(ln(1 - x), -100)), finite at 0 and 1. Its gradient with respect to x, (x - t) / (x
 * (1 - x)), takes the divisor as at least 1e-12.
 */
const bceOp = pointwise({
  name: 'binaryCrossEntropy',
  expr: '(a1 - 1.0) * max(math_log1p(-a0), -100.0) - a1 * max(math_log(a0), -100.0)',
  lib: [mathLib],
  saves: 'ab',
  grads: [
    (dy, { a, b }) => mul(dy, div(sub(a, b), clamp(mul(sub(1, a), a), 1e-12, null))),
    (dy, { a }) => mul(dy, sub(clamp(log(sub(1, a)), -100, null), clamp(log(a), -100, null))),
  ],
});

const BCE_FAULTS =
  'binaryCrossEntropy: expected inputs between 0 and 1; put a sigmoid before it, or use binaryCrossEntropyWithLogits|' +
  'binaryCrossEntropy: expected targets between 0 and 1; scale them, as in target.div(255) for pictures of 0 to 255';

/**
 * Binary cross entropy of probabilities x in [0, 1]: -(t ln x + (1 - t) ln(1 - x)), where a logarithm is at least -100.
 * An input or target outside of [0, 1] is reported at the next read-back.
 */
export function bce(x: Value, target: Value, { weight = null, reduction = 'mean' }: BceOptions = {}): Value {
  if (!sameShape(x.shape, target.shape)) {
    throw new ShapeError(
      `binaryCrossEntropy: expected target of input's shape ${showShape(x.shape)}, but got ${showShape(target.shape)}`,
    );
  }
  const probabilities = isFloat(x.dtype) && x.dtype === target.dtype ? numbersWithin(BCE_FAULTS, 1, x, target) : x;
  return named(
    reduceLoss(weigh(record(bceOp, [probabilities, target], undefined), weight), reduction),
    'BinaryCrossEntropyBackward0',
  );
}
