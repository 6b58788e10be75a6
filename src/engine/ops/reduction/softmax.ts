// softmax and logSoftmax along a dimension.
import { engine } from '../../compiler/engine';
import { kernels } from '../../compiler/texts';
import { numel } from '../../core/meta';
import { expectFloat, named, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { exp, mul, sub } from '../pointwise/arithmetic';
import { resolveDim } from '../shape/dims';
import { logsumexp, sum } from './reduce';

/** The kernels of softmax, loaded when a plan first needs them. */
const kernel = kernels('softmax', () => import('../../kernels/usual-bundle'), 'softmax');

/**
 * With fewer rows than FEW_ROWS, each longer than LONG_ROW, reductions in strips are faster than one invocation a row. On
 * GPUs, where workgroups share rows whose elements lie side by side, this holds for the others alone.
 */
const FEW_ROWS = 16;
const LONG_ROW = 1024;

export interface SoftmaxAttrs {
  readonly dim: number;
  /** A row that is −∞ everywhere gives 0, not NaN. */
  readonly safe?: boolean;
}

function softmaxOp(name: string, log: boolean, grad: (dy: Value, y: Value, dim: number) => Value): Op<SoftmaxAttrs> {
  const op: Op<SoftmaxAttrs> = {
    name,
    remakes: true,
    saves: { inputs: [], outputs: [0] },
    infer([x]) {
      expectFloat(name, 'input', x);
      return [{ shape: x.shape, dtype: x.dtype }];
    },
    lower: (context) => kernel().rows.softmax(context, name, log),
    vjp: ([dy], { outputs: [y], attrs: { dim } }) => [grad(dy!, y, dim)],
    growth: 'softmax',
  };
  return op;
}

// dx = y ⊙ (dy - Σ_j dy_j y_j)
const plainOp = softmaxOp('softmax', false, (dy, y, dim) => mul(y, sub(dy, sum(mul(dy, y), dim, true))));
// dx = dy - e^y Σ_j dy_j
const logOp = softmaxOp('logSoftmax', true, (dy, y, dim) => sub(dy, mul(exp(y), sum(dy, dim, true))));

/** Whether the rows of x are too long and too few for one invocation a row. */
export const fewLongRows = (x: Value, dim: number): boolean => {
  const n = x.shape[dim] ?? 1;
  return n > LONG_ROW && x.numel / n < FEW_ROWS;
};

const inStrips = (x: Value, dim: number): boolean =>
  fewLongRows(x, dim) && !(engine.profile?.kind === 'gpu' && numel(x.shape.slice(dim + 1)) === 1);

/** y_i = e^(x_i) / Σ_j e^(x_j) along a dimension. Shape: that of x. */
export function softmax(x: Value, dim: number): Value {
  const at = resolveDim('softmax', dim, x.shape.length);
  return inStrips(x, at) ? named(exp(logSoftmax(x, at)), 'SoftmaxBackward0') : record(plainOp, [x], { dim: at });
}

/**
 * `softmax` along the last dimension for attention. A row of −∞ everywhere (a query that may see no key) gives 0, not
 * NaN, and its gradient is 0.
 */
export const attentionWeights = (x: Value): Value => record(plainOp, [x], { dim: x.shape.length - 1, safe: true });

/** The natural logarithm of `softmax`, accurate even where softmax is tiny. */
export function logSoftmax(x: Value, dim: number): Value {
  const at = resolveDim('logSoftmax', dim, x.shape.length);
  return inStrips(x, at)
    ? named(sub(x, logsumexp(x, at, true)), 'LogSoftmaxBackward0')
    : record(logOp, [x], { dim: at });
}
