// softmax and logSoftmax along a dimension.
import mathLib from '../../shaders/lib/math.wgsl?raw';
import { input, output, type Pass, u32 } from '../compiler/ir';
import { grid } from '../compiler/lowering';
import type { Text } from '../compiler/texts';
import { numel } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';
import { expectFloat, named, record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { rowsPass, workgroupLib } from '../kernels/reduce/workgroup';
import { exp, mul, sub } from './arithmetic';
import { resolveDim } from './dims';
import { logsumexp, sum } from './reduce';
import { filledPast } from './room';

const source: Text = '#softmax/softmax';

/** With fewer rows than this, each longer than LONG_ROW, reductions in strips beat one invocation a row. */
const FEW_ROWS = 16;
const LONG_ROW = 1024;

/** A GPU gives a row of this many neighbours to a workgroup, since neighbouring invocations should read neighbouring elements. */
const WIDE_ROW = 32;

type Bare = Omit<Pass, 'source' | 'entry' | 'params' | 'grid'>;

/** The pass by who walks a row of `n` elements, `inner` apart: an invocation, alone or with three rows more, or a workgroup. */
function byRows(pass: Bare, rows: number, n: number, inner: number, adapter: AdapterProfile): Pass {
  const by = (entry: string, sizes: readonly number[], ...libs: string[]) => ({
    ...pass,
    source: [...libs, mathLib, source],
    entry,
    params: sizes.map(u32),
  });
  if (adapter.kind === 'gpu' && inner === 1 && n >= WIDE_ROW) {
    return { ...by('wide', [rows, n, inner], workgroupLib(adapter)), grid: grid(rows) };
  }
  if (inner === 1 && n % 4 === 0) return rowsPass(by('quads', [rows, n / 4, 1]), rows, adapter);
  if (inner % 4 === 0) return rowsPass(by('across', [rows / 4, n, inner / 4]), rows / 4, adapter);
  return rowsPass(by('main', [rows, n, inner]), rows, adapter);
}

interface SoftmaxAttrs {
  readonly dim: number;
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
    lower({ inputs: [x], attrs: { dim }, adapter }) {
      const n = x.shape[dim] ?? 1;
      const inner = numel(x.shape.slice(dim + 1));
      const rows = n === 0 ? 0 : numel(x.shape) / n;
      const pass = {
        lengths: { x: rows * n, y: rows * n, x4: (rows * n) / 4, y4: (rows * n) / 4 },
        label: name,
        overrides: { LOG: log ? 1 : 0 },
        reads: [input(0)],
        writes: [output()],
      };
      return { kind: 'passes', passes: [byRows(pass, rows, n, inner, adapter)] };
    },
    vjp: ([dy], { outputs: [y], attrs: { dim } }) => [grad(dy!, y, dim)],
    grow: ({ inputs: [x], attrs, counts: [counts] }) => [
      record(op, [filledPast(x!, counts!, Number.NEGATIVE_INFINITY, [attrs.dim])], attrs),
    ],
  };
  return op;
}

// dx = y ⊙ (dy - Σ_j dy_j y_j)
const plainOp = softmaxOp('softmax', false, (dy, y, dim) => mul(y, sub(dy, sum(mul(dy, y), dim, true))));
// dx = dy - e^y Σ_j dy_j
const logOp = softmaxOp('logSoftmax', true, (dy, y, dim) => sub(dy, mul(exp(y), sum(dy, dim, true))));

/** Whether x has rows that are too long, and too few, for one invocation a row. */
export const fewLongRows = (x: Value, dim: number): boolean => {
  const n = x.shape[dim] ?? 1;
  return n > LONG_ROW && x.numel / n < FEW_ROWS;
};

/** y_i = e^(x_i) / Σ_j e^(x_j) along a dimension. Shape: that of x. */
export function softmax(x: Value, dim: number): Value {
  const at = resolveDim('softmax', dim, x.shape.length);
  return fewLongRows(x, at) ? named(exp(logSoftmax(x, at)), 'SoftmaxBackward0') : record(plainOp, [x], { dim: at });
}

/** The natural logarithm of `softmax`, exact where that is tiny. */
export function logSoftmax(x: Value, dim: number): Value {
  const at = resolveDim('logSoftmax', dim, x.shape.length);
  return fewLongRows(x, at)
    ? named(sub(x, logsumexp(x, at, true)), 'LogSoftmaxBackward0')
    : record(logOp, [x], { dim: at });
}
