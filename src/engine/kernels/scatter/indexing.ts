// How elements are picked by index tensors, and how these are checked.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import {
  fault,
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
import { gridFor } from '../../compiler/lowering';
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
 * Fours that an invocation does one after the other of a slice of `inner` elements: a processor's lanes share the search for the
 * slice, which costs more than a copy; a GPU's lanes read neighbours together.
 */
export const spanOf = (inner: number, adapter: AdapterProfile): number =>
  adapter.kind === 'software' && inner % 16 === 0 ? 4 : 1;

/** One pass of count invocations that reads the inputs and may report a fault of the operation that was `asked` for. */
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

/** Inputs x and index, `below` a limit, which is x's size along the dimension unless it is given. */
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

/** Input 0, numbers from 0 to one of the bits `highest`, and input 1 likewise where there is one. */
export const range = ({ inputs, attrs: { asked, highest } }: LowerContext<RangeAttrs>): Lowering => {
  const count = numel(inputs[0]!.shape);
  return faultyPass('within range', [faultLib, rangeSource], 2, count, {
    reads: [input(0), input(inputs.length - 1)],
    overrides: { BOTH: inputs.length > 1 ? 1 : 0, FAULT_OP: faultOp(asked) },
    params: { count, highest },
  });
};

/** One pass that reports `asked`'s indices out of range and makes them `none`; negative ones are, unless they count from the end. `report` is another code. */
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

/** Input 0, indices, as `placesPass` has them. */
export const places = (asked: string, indices: Meta, how: Parameters<typeof placesPass>[4]): Lowering => ({
  kind: 'passes',
  passes: [placesPass(asked, input(0), output(), numel(indices.shape), how)],
});
