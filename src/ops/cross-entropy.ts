// Cross entropy by labels as one row pass, and its gradient as one more: softmax and likelihood never exist as values.

import faultLib from '../../shaders/lib/fault.wgsl?raw';
import mathLib from '../../shaders/lib/math.wgsl?raw';
import { f32, fault, i32, input, type Operand, output, type Pass, scalar, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import type { Text } from '../compiler/texts';
import { ShapeError } from '../core/errors';
import { BYTES_PER_ELEMENT, sameShape, showShape } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';
import { faultOp } from '../gpu/faults';
import { expectFloat, record, recordAll } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { onePassLength } from '../kernels/reduce/strips';
import { rowsPass } from '../kernels/reduce/workgroup';
import { add, div, exp, mul, neg, sub } from './arithmetic';
import { constantOf, full, reshape } from './cast';
import { expand, sum } from './reduce';
import { filledPast, hasRoom } from './room';
import { narrow } from './shape';

const source: Text = '#softmax/crossEntropy';
const gradSource: Text = '#softmax/crossEntropyGrad';
const sumSource: Text = '#softmax/crossEntropySum';

/** How the losses of elements become one; 'none' leaves them as they are. */
export type Reduction = 'none' | 'mean' | 'sum';

const WORKGROUP = 64;
/** So few rows and scores take less time in one workgroup than a pass of its own for the sum would. */
const WHOLE_ROWS = 4096;
const WHOLE_SCORES = 8192;
/** Rows that a strip of a divided sum adds, at least; and the most strips. */
const STRIP = 64;
const MAX_STRIPS = 1024;

/** A row an invocation, read in fours where 4 divides its length. */
const byRows = (pass: Omit<Pass, 'grid'>, n: number, classes: number, adapter: AdapterProfile): Pass =>
  rowsPass(classes % 4 === 0 ? { ...pass, entry: 'quads' } : pass, n, adapter);

const lengthsOf = (n: number, classes: number): Record<string, number> => {
  const whole = n * classes;
  return { x: whole, dx: whole, x4: whole / 4, dx4: whole / 4, labels: n, shift: 2 * n, share: n };
};

interface CrossEntropyAttrs {
  readonly ignoreIndex: number;
  readonly weighted: boolean;
}

/**
 * Inputs: scores [n, classes], labels [n], weight? [classes]. Outputs: the loss ([n], or [] where it is reduced), the rows'
 * maxima and logarithms of their sums [n, 2], the rows' weights [n], and where the loss is reduced the sum of these [].
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
  // Rows that do not count have the label of those that are ignored.
  grow({ inputs: [x, labels, ...weight], attrs, counts: [of, at] }) {
    if (hasRoom(x!, of!, 1)) return null;
    const counted = [filledPast(x!, of!, 0), filledPast(labels!, at!, attrs.ignoreIndex), ...weight];
    return recordAll(crossEntropyOps[reduction], counted, attrs);
  },
  lower({ inputs: [x], attrs: { ignoreIndex, weighted }, adapter }) {
    const [n, classes] = x!.shape as [number, number];
    const reduced = reduction !== 'none';
    const whole = reduced && n <= WHOLE_ROWS && n * classes <= WHOLE_SCORES;
    const divide = reduction === 'mean' ? 1 : 0;
    const pass = {
      source: [mathLib, faultLib, source],
      lengths: lengthsOf(n, classes),
      label: 'cross entropy',
      overrides: { WEIGHTED: weighted ? 1 : 0, FAULT_OP: faultOp('crossEntropy') },
      reads: [input(0), input(1), input(weighted ? 2 : 1)],
      // Of rows that are not reduced there is no total; bindings are fixed.
      writes: [
        reduced && !whole ? scratch(0) : output(0),
        output(1),
        output(2),
        reduced ? output(3) : scratch(0),
        fault,
      ],
      params: [u32(n), u32(classes), i32(ignoreIndex)],
    };
    const rows = byRows(pass, n, classes, adapter);
    if (!reduced) return { kind: 'passes', passes: [rows], scratch: [BYTES_PER_ELEMENT] };
    const adding = (
      from: readonly Operand[],
      to: readonly Operand[],
      count: number,
      strips: number,
      last: boolean,
    ) => ({
      source: [sumSource],
      label: 'cross entropy sum',
      overrides: { DIVIDE: last ? divide : 0 },
      reads: from,
      writes: to,
      params: [u32(count), u32(strips)],
      grid: gridFor(strips, WORKGROUP),
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
    if (whole) return { kind: 'passes', passes: [{ ...oneWorkgroup, besides: [rows, sum] }] };
    const byParts = { ...rows, besides: [oneWorkgroup] };
    if (n <= onePassLength(adapter)) return { kind: 'passes', passes: [byParts, sum], scratch: [bytes] };
    const strips = Math.min(MAX_STRIPS, Math.ceil(n / STRIP));
    const partial = [scratch(1), scratch(2)];
    const passes = [byParts, adding(losses, partial, n, strips, false), adding(partial, results, strips, 1, true)];
    return { kind: 'passes', passes, scratch: [bytes, strips * BYTES_PER_ELEMENT, strips * BYTES_PER_ELEMENT] };
  },
  vjp([dy, dshift], { inputs: [x, labels, weight], outputs: [, shift, share, total] }) {
    const dx = dy && crossEntropyGrad(x!, labels!, shift!, share!, total, dy, reduction);
    // The two parts of a row's log-sum-exp only ever matter by their sum, so their gradients are equal, and one counts.
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

interface GradAttrs {
  readonly reduction: Reduction;
  /** The gradient of the loss is a number, known while recording: dynamic scalar 0, and no input. */
  readonly constant: boolean;
}

/** Inputs: scores, labels, and crossEntropyOp's outputs 1 to 3 (the last one of a mean only), then the gradient of the loss. */
const crossEntropyGradOp: Op<GradAttrs> = {
  name: 'crossEntropyGrad',
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  grow: ({ inputs, attrs, scalars, counts: [counts] }) =>
    hasRoom(inputs[0]!, counts!, 1) ? null : [record(crossEntropyGradOp, inputs, attrs, scalars)],
  lower({ inputs: [x], attrs: { reduction, constant }, adapter }) {
    const [n, classes] = x!.shape as [number, number];
    const mean = reduction === 'mean';
    // Bindings are fixed: in the place of what is not read are the rows' weights.
    const dy = constant ? 3 : mean ? 5 : 4;
    const pass = {
      source: [mathLib, gradSource],
      lengths: lengthsOf(n, classes),
      label: 'cross entropy gradient',
      overrides: { MEAN: mean ? 1 : 0, REDUCED: reduction === 'none' ? 0 : 1, DY: constant ? 0 : 1 },
      reads: [0, 1, 2, 3, mean ? 4 : 3, dy].map(input),
      writes: [output()],
      params: [u32(n), u32(classes), constant ? scalar(0) : f32(1)],
    };
    // A GPU's neighbouring invocations should read neighbouring elements; a processor's spare themselves the divisions.
    if (adapter.kind === 'gpu') return { kind: 'passes', passes: [{ ...pass, grid: gridFor(n * classes, WORKGROUP) }] };
    return { kind: 'passes', passes: [byRows({ ...pass, entry: 'rows' }, n, classes, adapter)] };
  },
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

/** -ln softmax(x)_t for the label t of each row of x [n, classes], weighted and reduced; [n] or []. */
export function crossEntropyByLabels(
  x: Value,
  labels: Value,
  weight: Value | null,
  ignoreIndex: number,
  reduction: Reduction,
): Value {
  const attrs = { ignoreIndex, weighted: weight !== null };
  return recordAll(crossEntropyOps[reduction], weight ? [x, labels, weight] : [x, labels], attrs)[0]!;
}
