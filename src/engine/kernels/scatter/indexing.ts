// Lowers operations that pick elements by index tensors, and that check indices.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import {
  fault,
  gridFor,
  input,
  type LowerContext,
  type Lowering,
  numbered,
  type Operand,
  output,
  type Param,
  type Pass,
  scalar,
  u32,
} from '../../compiler/ir';
import { vec8 } from '../../compiler/strided';
import type { Text } from '../../compiler/texts';
import { contiguousStrides, type Meta, numel, type Shape } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { faultOp } from '../../gpu/fault-errors';
import {
  type BytesAttrs,
  type DimAttrs,
  MAX_BYTE_CHANNELS,
  type RangeAttrs,
  type SelectAttrs,
} from '../../ops/indexing/index-attrs';

const gatherSource: Text = '#indexing/gather';
const gatherBytesSource: Text = '#indexing/gatherBytes';
const indexSelectSource: Text = '#indexing/indexSelect';
const wrapSource: Text = '#indexing/wrapIndex';
const rangeSource: Text = '#indexing/withinRange';
const oneHotSource: Text = '#indexing/oneHot';

const WORKGROUP = 64;

/**
 * The number of fours of a slice of `inner` elements that one invocation handles. On a CPU, finding the slice costs
 * more than copying it, so an invocation does several; on a GPU, neighbouring invocations should read neighbours.
 */
export const spanOf = (inner: number, adapter: AdapterProfile): number =>
  adapter.kind === 'software' && inner % 16 === 0 ? 4 : 1;

/** One pass of `count` invocations that reads the inputs and may report a fault of the operation `asked`. */
function faultyPass(
  label: string,
  source: readonly string[],
  inputs: number,
  count: number,
  rest: Partial<Pass>,
  asked = label,
): Lowering {
  const pass: Pass = {
    source,
    label,
    reads: Array.from({ length: inputs }, (_, i) => input(i)),
    writes: [output(), fault],
    overrides: { FAULT_OP: faultOp(asked) },
    grid: gridFor(count, WORKGROUP),
    ...rest,
  };
  return { kind: 'passes', passes: [pass] };
}

/** A shape as [outer, size, inner] around one dimension. */
function around(shape: Shape, dim: number): { outer: number; size: number; inner: number } {
  return { outer: numel(shape.slice(0, dim)), size: shape[dim] ?? 1, inner: numel(shape.slice(dim + 1)) };
}

/** Inputs: x and index. Indices must be less than `below`; default: x's size along the dimension. */
export function gather(
  { inputs: [x, index], attrs: { dim } }: LowerContext<DimAttrs>,
  asked: string,
  below?: Param,
): Lowering {
  const limit = below ?? u32(x!.shape[dim] ?? 1);
  const strides = contiguousStrides(x!.shape);
  const { shape } = index!;
  const count = numel(shape);
  const rest: Partial<Pass> = {
    consts: { RANK: shape.length },
    overrides: { FAULT_OP: faultOp(asked) },
    params: {
      count,
      limit,
      stride: strides[dim] ?? 1,
      padding: 0,
      ...vec8('sizes', shape.toReversed(), 0),
      ...vec8('strides', strides.map((stride, d) => (d === dim ? 0 : stride)).toReversed(), 0),
    },
  };
  return faultyPass('gather', [faultLib, gatherSource], 2, count, rest, asked);
}

/** Inputs x and index. */
export function indexSelect({ inputs: [x, index], outputs: [y], attrs, adapter }: LowerContext<SelectAttrs>): Lowering {
  const { dim, asked } = attrs;
  const { outer, size, inner } = around(x!.shape, dim);
  const lanes = inner % 4 === 0 ? 4 : 1;
  const span = spanOf(inner, adapter);
  const count = numel(y!.shape) / lanes;
  const rest: Partial<Pass> = {
    entry: lanes === 4 ? 'quads' : 'main',
    consts: { SPAN: span },
    overrides: { OUTER: outer > 1 ? 1 : 0, FAULT_OP: faultOp(asked) },
    grid: gridFor(count / span, WORKGROUP),
    params: { count, n: size, m: numel(index!.shape), inner: inner / lanes },
  };
  return faultyPass('indexSelect', [faultLib, indexSelectSource], 2, count, rest, asked);
}

/** Inputs words and indices; dynamic scalars: divisor, means and standard deviations. */
export function gatherBytes({
  inputs: [words, indices],
  attrs: { rowShape, dtype },
}: LowerContext<BytesAttrs>): Lowering {
  const elements = numel(rowShape);
  const quads = Math.ceil(elements / 4);
  const count = numel(indices!.shape) * quads;
  return faultyPass('gatherBytes', [faultLib, gatherBytesSource], 2, count, {
    consts: { CHANNELS: rowShape[0]!, FLOATS: dtype === 'float32' ? 1 : 0 },
    params: {
      count,
      rows: words!.shape[0]!,
      wordsPerRow: words!.shape[1]!,
      rowElements: elements,
      quads,
      divisor: scalar(0),
      ...numbered('mean', MAX_BYTE_CHANNELS, (c) => scalar(1 + c)),
      ...numbered('deviation', MAX_BYTE_CHANNELS, (c) => scalar(1 + MAX_BYTE_CHANNELS + c)),
    },
  });
}

/** Input: labels. */
export function oneHot({ outputs: [y], attrs: { classes } }: LowerContext<{ readonly classes: number }>): Lowering {
  const count = numel(y!.shape);
  return faultyPass('oneHot', [faultLib, oneHotSource], 1, count, { params: { count, classes } });
}

/**
 * Checks that the numbers of input 0, and of input 1 if there is one, are from 0 to the float with the bits `highest`.
 */
export const range = ({ inputs, attrs: { asked, highest } }: LowerContext<RangeAttrs>): Lowering => {
  const count = numel(inputs[0]!.shape);
  return faultyPass('within range', [faultLib, rangeSource], 2, count, {
    reads: [input(0), input(inputs.length - 1)],
    overrides: { BOTH: inputs.length > 1 ? 1 : 0, FAULT_OP: faultOp(asked) },
    params: { count, highest },
  });
};

/**
 * One pass that reports indices of `asked` that are out of range, and replaces them by `none`. Negative indices are out
 * of range unless they count from the end. `report`: another fault code.
 */
export const placesPass = (
  asked: string,
  from: Operand,
  to: Operand,
  count: number,
  {
    limit,
    fromEnd = false,
    report = 0,
    none = -1,
  }: { readonly limit: Param; readonly fromEnd?: boolean; readonly report?: number; readonly none?: number },
): Pass => ({
  source: [faultLib, wrapSource],
  label: 'wrapIndex',
  overrides: { FROM_END: fromEnd ? 1 : 0, REPORT: report, NONE: none, FAULT_OP: faultOp(asked) },
  reads: [from],
  writes: [to, fault],
  params: { count, limit },
  grid: gridFor(count, WORKGROUP),
});

/** Lowers the check of input 0, indices, by `placesPass`. */
export const places = (asked: string, indices: Meta, how: Parameters<typeof placesPass>[4]): Lowering => ({
  kind: 'passes',
  passes: [placesPass(asked, input(0), output(), numel(indices.shape), how)],
});
