// Cross entropy by labels in one pass over the rows, and its gradient in one more. No softmax or log likelihood is
// stored.

import { kernels } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import { sameShape, showShape } from '../../core/meta';
import { expectFloat, record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add, div, exp, mul, neg, sub } from '../pointwise/arithmetic';
import { expand, sum } from '../reduction/reduce';
import { constantOf, full, reshape } from '../shape/cast';
import { narrow } from '../shape/shape';

/** The kernels of cross entropy, loaded when a plan first needs them. */
const kernel = kernels('crossEntropy', () => import('../../kernels/usual-bundle'), 'crossEntropy');

/** How the losses of elements are reduced to one; 'none' leaves them as they are. */
export type Reduction = 'none' | 'mean' | 'sum';

export interface CrossEntropyAttrs {
  readonly ignoreIndex: number;
  readonly weighted: boolean;
  readonly reduction: Reduction;
}

/**
 * Inputs: scores [n, classes], labels [n], weight? [classes]. Outputs: the loss ([n], or [] if reduced); the maximum of
 * each row and the logarithm of its sum of exponentials [n, 2]; the weight of each row [n]; and, if reduced, the sum of
 * these weights [].
 */
const crossEntropyOp = (reduction: Reduction): Op<CrossEntropyAttrs> => ({
  name: 'crossEntropy',
  saves: { inputs: [0, 1], outputs: reduction === 'mean' ? [1, 2, 3] : [1, 2] },
  infer([x, labels, weight]) {
    const [n, classes] = x!.shape as [number, number];
    expectFloat('crossEntropy', 'input', x!);
    if (weight && !sameShape(weight.shape, [classes])) {
      throw new ShapeError(`crossEntropy: expected weight of shape [${classes}], but got ${showShape(weight.shape)}`);
    }
    if (weight) expectFloat('crossEntropy', 'weight', weight);
    const of = (...shape: number[]) => ({ shape, dtype: x!.dtype });
    const rows = [of(n, 2), of(...labels!.shape)];
    return reduction === 'none' ? [of(n), ...rows] : [of(), ...rows, of()];
  },
  growth: 'crossEntropy',
  lower: (context) => kernel().rows.crossEntropy(context, reduction),
  vjp([dy, dshift], { inputs: [x, labels, weight], outputs: [, shift, share, total] }) {
    const dx = dy && crossEntropyGrad(x!, labels!, shift!, share!, total, dy, reduction);
    // Only the sum of a row's two parts (maximum and logarithm) is ever used, so both have the same gradient; take one
    // of them.
    const more = dshift && mul(softmaxBy(x!, shift!), narrow(dshift, 1, 1, 1));
    return [dx && more ? add(dx, more) : (dx ?? more ?? null), null, ...(weight ? [null] : [])];
  },
});

const crossEntropyOps: Record<Reduction, Op<CrossEntropyAttrs>> = {
  none: crossEntropyOp('none'),
  sum: crossEntropyOp('sum'),
  mean: crossEntropyOp('mean'),
};

const softmaxBy = (x: Value, shift: Value): Value => exp(sub(sub(x, narrow(shift, 1, 0, 1)), narrow(shift, 1, 1, 1)));

export interface CrossEntropyGradAttrs {
  readonly reduction: Reduction;
  /** The gradient of the loss is a number known while recording: it is dynamic scalar 0 instead of an input. */
  readonly constant: boolean;
}

/**
 * Inputs: scores, labels, outputs 1 to 3 of crossEntropyOp (3 only for 'mean'), then the gradient of the loss unless
 * `constant`.
 */
const crossEntropyGradOp: Op<CrossEntropyGradAttrs> = {
  name: 'crossEntropyGrad',
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  growth: 'crossEntropyGrad',
  lower: (context) => kernel().rows.crossEntropyGrad(context),
  vjp([g], { inputs, attrs: { reduction, constant }, scalars, needs }) {
    const [x, labels, shift, share] = inputs as [Value, Value, Value, Value];
    const total = reduction === 'mean' ? inputs[4] : undefined;
    const dy = constant ? full([], scalars[0]!) : inputs.at(-1)!;
    const column = (value: Value) => (value.numel === 1 ? value : reshape(value, [value.numel, 1]));
    const rows = mul(column(share), column(dy));
    const dx = mul(mul(softmaxBy(x, shift), total ? div(rows, total) : rows), g!);
    const dshift = expand(neg(sum(dx, 1, true)), shift.shape);
    const grads = [dx, null, dshift, null, ...(total ? [null] : [])];
    if (constant) return grads;
    const one = () => crossEntropyGrad(x, labels, shift, share, total, full(dy.shape, 1), reduction);
    return [...grads, needs.at(-1) ? sum(mul(one(), g!), reduction === 'none' ? 1 : null) : null];
  },
};

function crossEntropyGrad(
  x: Value,
  labels: Value,
  shift: Value,
  share: Value,
  total: Value | undefined,
  dy: Value,
  reduction: Reduction,
): Value {
  const number = constantOf(dy);
  const inputs = [x, labels, shift, share, ...(reduction === 'mean' ? [total!] : [])];
  if (number === null) return record(crossEntropyGradOp, [...inputs, dy], { reduction, constant: false });
  return record(crossEntropyGradOp, inputs, { reduction, constant: true }, [number]);
}

/** -ln softmax(x)_t for the label t of each row of x [n, classes], weighted and reduced. Shape: [n] or []. */
export function crossEntropyByLabels(
  x: Value,
  labels: Value,
  weight: Value | null,
  ignoreIndex: number,
  reduction: Reduction,
): Value {
  const attrs = { ignoreIndex, weighted: weight !== null, reduction };
  return recordAll(crossEntropyOps[reduction], weight ? [x, labels, weight] : [x, labels], attrs)[0]!;
}
