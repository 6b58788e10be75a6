// Lowers softmax, its logarithm, and cross entropy with labels: each is a pass over rows.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import {
  f32,
  fault,
  grid,
  gridFor,
  i32,
  input,
  type LowerContext,
  type Lowering,
  type Operand,
  output,
  type ParamFields,
  type Pass,
  scalar,
  scratch,
  varied,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, numel } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { faultOp } from '../../gpu/fault-errors';
import type { CrossEntropyAttrs, CrossEntropyGradAttrs, Reduction } from '../../ops/loss/cross-entropy';
import type { SoftmaxAttrs } from '../../ops/reduction/softmax';
import { onePassLength } from './strips';
import { heldBy, partsOf, rowsPass, workgroupLib } from './workgroup';

const mathLib: Text = '#math/libMath';
const walksLib: Text = '#softmax/libSoftmaxWalks';
const softmaxSource: Text = '#softmax/softmax';
const heldSource: Text = '#rowParts/softmaxHeld';
const longSource: Text = '#rowParts/softmaxLong';
const source: Text = '#crossEntropy/crossEntropy';
const gradSource: Text = '#crossEntropy/crossEntropyGrad';
const sumSource: Text = '#crossEntropy/crossEntropySum';

/**
 * On a GPU, a contiguous row of at least this many elements gets a workgroup, so that neighbouring invocations read
 * neighbours.
 */
const WIDE_ROW = 32;

const WORKGROUP = 64;
/** On a GPU: the invocations of a workgroup that takes a long row or adds losses, and the length from which a row is long. */
const LONG_WORKGROUP = 256;
const LONG_ROW = 2048;

/** On a GPU, so many long rows, which are read in single elements, are divided among workgroups. */
const FEW_ROWS = 64;

type Bare = Omit<Pass, 'source' | 'entry' | 'params' | 'grid'>;

/**
 * The pass over rows of `n` elements, `inner` apart. A row, or four of them, gets an invocation; or a row gets a
 * workgroup.
 */
function bySoftmaxRows(pass: Bare, rows: number, n: number, inner: number, adapter: AdapterProfile): Pass {
  const by = (entry: string, params: ParamFields, ...libs: string[]) => ({
    ...pass,
    source: [...libs, mathLib, walksLib, softmaxSource],
    entry,
    params,
  });
  if (adapter.kind === 'gpu' && inner === 1 && n >= WIDE_ROW) {
    const held = heldBy(rows, n);
    if (held) {
      const source = [workgroupLib(adapter), mathLib, walksLib, heldSource];
      return { ...pass, source, params: { rows, n }, ...held };
    }
    const consts = { WORKGROUP: n < LONG_ROW ? WORKGROUP : LONG_WORKGROUP };
    return { ...by('wide', { rows, n, inner }, workgroupLib(adapter)), consts, grid: grid(rows) };
  }
  if (inner === 1 && n % 4 === 0) return rowsPass(by('quads', { rows, n: n / 4, inner: 1 }), rows, adapter);
  if (inner % 4 === 0) return rowsPass(by('across', { rows: rows / 4, n, inner: inner / 4 }), rows / 4, adapter);
  return rowsPass(by('main', { rows, n, inner }), rows, adapter);
}

/** Softmax of few long rows on a GPU: of each part its maximum and its sum, and then the results. */
function softmaxInParts(bare: Bare, rows: number, n: number, parts: number, adapter: AdapterProfile): Lowering {
  const pass = (entry: string, states: Operand, to: Operand): Pass => ({
    ...bare,
    source: [workgroupLib(adapter), mathLib, walksLib, longSource],
    entry,
    consts: { WORKGROUP: LONG_WORKGROUP },
    reads: [input(0), states],
    writes: [to],
    params: { rows, n, parts, part: Math.ceil(n / parts) },
    grid: grid(rows * parts),
  });
  // The number of bindings is fixed, so the input is bound in place of the parts' results, and not read.
  const passes = [pass('parts', input(0), scratch()), pass('spread', scratch(), output())];
  return { kind: 'passes', passes, scratch: [2 * rows * parts * BYTES_PER_ELEMENT] };
}

/** Softmax of input x along a dimension, or its logarithm. */
export function softmax(
  { inputs: [x], attrs: { dim, safe }, adapter }: LowerContext<SoftmaxAttrs>,
  label: string,
  log: boolean,
): Lowering {
  const n = x!.shape[dim] ?? 1;
  const inner = numel(x!.shape.slice(dim + 1));
  const rows = n === 0 ? 0 : numel(x!.shape) / n;
  const bare = { label, overrides: { LOG: log ? 1 : 0, SAFE: safe ? 1 : 0 }, reads: [input(0)], writes: [output()] };
  const parts = inner === 1 ? partsOf(rows, n, FEW_ROWS, adapter) : 1;
  if (parts > 1) return softmaxInParts(bare, rows, n, parts, adapter);
  const lengths = { x: rows * n, y: rows * n, x4: (rows * n) / 4, y4: (rows * n) / 4 };
  const pass = { ...bare, variants: { lengths } };
  return { kind: 'passes', passes: [bySoftmaxRows(pass, rows, n, inner, adapter)] };
}

/** So few rows and scores take less time in one workgroup than a separate pass for the sum would. */
const WHOLE_ROWS = 4096;
const WHOLE_SCORES = 8192;
/** The minimum number of rows in a strip of a divided sum, and the most strips. */
const STRIP = 64;
const MAX_STRIPS = 1024;

/** With at least this many rows, one invocation for each keeps a GPU busy; then only longer rows get a workgroup. */
const MANY_ROWS = 16384;
const WIDE_ROW_OF_MANY = 128;
/** On a GPU: how many losses such a workgroup adds. */
const WIDE_STRIP = 8192;

/** One invocation per row, which reads in fours if 4 divides the row's length. */
const byRows = (pass: Omit<Pass, 'grid'>, n: number, classes: number, adapter: AdapterProfile): Pass =>
  rowsPass(classes % 4 === 0 ? { ...pass, entry: 'quads' } : pass, n, adapter);

const lengthsOf = (n: number, classes: number): Record<string, number> => {
  const whole = n * classes;
  return { x: whole, dx: whole, x4: whole / 4, dx4: whole / 4, labels: n, shift: 2 * n, share: n };
};

/** Lowers cross entropy. Inputs and outputs are those of the operation. */
export function crossEntropy(
  { inputs: [x], attrs: { ignoreIndex, weighted }, adapter }: LowerContext<CrossEntropyAttrs>,
  reduction: Reduction,
): Lowering {
  const [n, classes] = x!.shape as [number, number];
  const reduced = reduction !== 'none';
  const whole = reduced && n <= WHOLE_ROWS && n * classes <= WHOLE_SCORES;
  const divide = reduction === 'mean' ? 1 : 0;
  const pass = {
    source: [mathLib, faultLib, source],
    variants: { lengths: lengthsOf(n, classes) },
    label: 'cross entropy',
    overrides: { WEIGHTED: weighted ? 1 : 0, FAULT_OP: faultOp('crossEntropy') },
    reads: [input(0), input(1), input(weighted ? 2 : 1)],
    // The number of bindings is fixed. Without a reduction there is no total, so scratch is bound in its place.
    writes: [reduced && !whole ? scratch(0) : output(0), output(1), output(2), reduced ? output(3) : scratch(0), fault],
    params: { n, classes, ignored: i32(ignoreIndex) },
  };
  const isGpu = adapter.kind === 'gpu';
  const rows: Pass =
    isGpu && classes >= (n < MANY_ROWS ? WIDE_ROW : WIDE_ROW_OF_MANY)
      ? {
          ...pass,
          source: [workgroupLib(adapter), ...pass.source],
          entry: 'wide',
          consts: { WORKGROUP: classes < LONG_ROW ? WORKGROUP : LONG_WORKGROUP },
          grid: grid(n),
        }
      : byRows(pass, n, classes, adapter);
  if (!reduced) return { kind: 'passes', passes: [rows], scratch: [BYTES_PER_ELEMENT] };
  const adding = (from: readonly Operand[], to: readonly Operand[], count: number, strips: number, last: boolean) => ({
    label: 'cross entropy sum',
    overrides: { DIVIDE: last ? divide : 0 },
    reads: from,
    writes: to,
    params: { n: count, strips },
    ...(isGpu
      ? {
          source: [workgroupLib(adapter), sumSource],
          entry: 'wide',
          consts: { WORKGROUP: LONG_WORKGROUP },
          grid: grid(strips),
        }
      : { source: [sumSource], grid: gridFor(strips, WORKGROUP) }),
  });
  const losses = [scratch(0), output(2)];
  const results = [output(0), output(3)];
  const bytes = Math.max(n, 1) * BYTES_PER_ELEMENT;
  const sum = adding(losses, results, n, 1, true);
  const oneWorkgroup: Pass = {
    ...pass,
    entry: 'whole',
    grid: [1, 1, 1],
    overrides: { ...pass.overrides, DIVIDE: divide },
  };
  if (whole) return { kind: 'passes', passes: [varied(oneWorkgroup, { besides: [rows, sum] })] };
  const byParts = varied(rows, { besides: [oneWorkgroup] });
  const onePass = isGpu ? WIDE_STRIP : onePassLength(adapter);
  if (n <= onePass) return { kind: 'passes', passes: [byParts, sum], scratch: [bytes] };
  const strips = Math.min(MAX_STRIPS, Math.ceil(n / (isGpu ? WIDE_STRIP / 4 : STRIP)));
  const partial = [scratch(1), scratch(2)];
  const passes = [byParts, adding(losses, partial, n, strips, false), adding(partial, results, strips, 1, true)];
  return { kind: 'passes', passes, scratch: [bytes, strips * BYTES_PER_ELEMENT, strips * BYTES_PER_ELEMENT] };
}

/** Lowers the gradient of cross entropy. Inputs are those of the operation; output: dx. */
export function crossEntropyGrad({
  inputs: [x],
  attrs: { reduction, constant },
  adapter,
}: LowerContext<CrossEntropyGradAttrs>): Lowering {
  const [n, classes] = x!.shape as [number, number];
  const mean = reduction === 'mean';
  // The number of bindings is fixed, so the rows' weights are bound in place of a tensor that is not read.
  const dy = constant ? 3 : mean ? 5 : 4;
  const pass = {
    source: [mathLib, gradSource],
    variants: { lengths: lengthsOf(n, classes) },
    label: 'cross entropy gradient',
    overrides: { MEAN: mean ? 1 : 0, REDUCED: reduction === 'none' ? 0 : 1, DY: constant ? 0 : 1 },
    reads: [0, 1, 2, 3, mean ? 4 : 3, dy].map(input),
    writes: [output()],
    params: { n, classes, scale: constant ? scalar(0) : f32(1) },
  };
  // On a GPU, neighbouring invocations should read neighbouring elements; on a CPU, a row per invocation saves
  // divisions.
  if (adapter.kind === 'gpu') return { kind: 'passes', passes: [{ ...pass, grid: gridFor(n * classes, WORKGROUP) }] };
  return { kind: 'passes', passes: [byRows({ ...pass, entry: 'rows' }, n, classes, adapter)] };
}
