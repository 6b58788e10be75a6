// The first half of a deformable convolution: samples the input at the shifted taps, for a matrix product with the
// weights to follow.
import { gridFor, input, type Lowering, type Operand, output } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { type Meta, numel, type Shape } from '../../core/meta';
import { fromHost, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { gather } from '../indexing/indexing';
import { expand } from '../reduction/reduce';
import { searchsorted } from '../reduction/search';
import { argsort } from '../reduction/sort';
import { reshape } from '../shape/cast';
import { narrow } from '../shape/shape';

const source: Text = '#regions/deformConv2d';

const WORKGROUP = 64;

type Size = readonly [height: number, width: number];

/** Sizes of a deformable convolution. */
export interface DeformSizes {
  /** The shape of the input: [N, C, H, W]. */
  readonly from: Shape;
  /** The number of channel groups, each with its own offsets. */
  readonly groups: number;
  readonly kernel: Size;
  readonly out: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly dilation: Size;
}

interface DeformAttrs extends DeformSizes {
  readonly masked: boolean;
}

type Entry = 'columns' | 'cells' | 'grad_input' | 'grad_offset';

/**
 * A pass of one entry point of the shader. The bindings that the entry point does not read are bound to the offsets.
 */
function deformPass(
  entry: Entry,
  count: number,
  attrs: DeformAttrs,
  reads: Partial<Record<string, Operand>>,
): Lowering {
  const { from, groups, kernel, out, stride, padding, dilation, masked } = attrs;
  const [, channels, height, width] = from as readonly [number, number, number, number];
  const spare = reads.offset!;
  const bound = ['x', 'offset', 'mask', 'd', 'order', 'starts'].map((name) => reads[name] ?? spare);
  return {
    kind: 'passes',
    passes: [
      {
        source: [source],
        label: `deformConv2d ${entry}`,
        entry,
        overrides: { MASKED: masked ? 1 : 0 },
        reads: bound,
        writes: [output()],
        params: {
          count,
          channels,
          groups,
          height,
          width,
          kernelHeight: kernel[0],
          kernelWidth: kernel[1],
          outHeight: out[0],
          outWidth: out[1],
          strideY: stride[0],
          strideX: stride[1],
          paddingY: padding[0],
          paddingX: padding[1],
          dilationY: dilation[0],
          dilationX: dilation[1],
        },
        grid: gridFor(count, WORKGROUP),
      },
    ],
  };
}

const elements = ([height, width]: Size): number => height * width;

/** Inputs: input, offset, and with `masked` the mask. */
const columnsOp: Op<DeformAttrs> = {
  name: 'deformConv2d',
  infer: (_, { from, kernel, out }) => [
    { shape: [from[0]!, from[1]! * elements(kernel), elements(out)], dtype: 'float32' },
  ],
  lower: ({ outputs: [y], attrs }) =>
    deformPass('columns', numel(y!.shape), attrs, {
      x: input(0),
      offset: input(1),
      ...(attrs.masked && { mask: input(2) }),
    }),
  vjp([d], { inputs: [x, offset, mask], attrs, needs }) {
    const places = mask ? [offset!, mask] : [offset!];
    const dx = needs[0] ? record(inputGradOp, [d!, ...places, ...placesByCell(offset!, attrs)], attrs) : null;
    if (!needs[1] && !needs[2]) return mask ? [dx, null, null] : [dx, null];
    const both = record(offsetGradOp, [d!, x!, ...places], attrs);
    const doffset = needs[1] ? reshape(narrow(both, 2, 0, 2), offset!.shape) : null;
    if (!mask) return [dx, doffset];
    return [dx, doffset, needs[2] ? reshape(narrow(both, 2, 2, 1), mask.shape) : null];
  },
};

const cellsOp: Op<DeformAttrs> = {
  name: 'deformConv2dCells',
  infer: (_, attrs) => [cellsMeta(attrs)],
  lower: ({ outputs: [y], attrs }) => deformPass('cells', numel(y!.shape), attrs, { offset: input(0) }),
};

const cellsMeta = ({ from, groups, kernel, out }: DeformAttrs): Meta => ({
  shape: [from[0]! * groups, elements(kernel) * elements(out)],
  dtype: 'int64',
});

/**
 * The sampled places sorted by cell, and the index at which each cell begins in that order. The cell of a place is its
 * upper left neighbour; the gradient of an input element comes from the four cells around it.
 */
function placesByCell(offset: Value, attrs: DeformAttrs): readonly [order: Value, starts: Value] {
  const cells = record(cellsOp, [offset], attrs);
  const order = argsort(cells, 1, false);
  const count = (attrs.from[2]! + 1) * (attrs.from[3]! + 1) + 1;
  const numbers = fromHost(
    Int32Array.from({ length: count }, (_, i) => i),
    [1, count],
    'int64',
  );
  const starts = searchsorted(gather(cells, 1, order), expand(numbers, [cells.shape[0]!, count]), false);
  return [order, starts];
}

/** Inputs: d, offset, with `masked` the mask, then the order of the places and the starts of the cells. */
const inputGradOp: Op<DeformAttrs> = {
  name: 'deformConv2dInputGrad',
  infer: (_, { from }) => [{ shape: from, dtype: 'float32' }],
  lower({ outputs: [dx], attrs }) {
    const behind = attrs.masked ? 3 : 2;
    const mask = attrs.masked && { mask: input(2) };
    const places = { order: input(behind), starts: input(behind + 1) };
    return deformPass('grad_input', numel(dx!.shape), attrs, { d: input(0), offset: input(1), ...mask, ...places });
  },
};

/**
 * Inputs: d, input, offset, with `masked` the mask. Shape: [N, groups · kernel elements, 3 (row, column, mask), output
 * elements].
 */
const offsetGradOp: Op<DeformAttrs> = {
  name: 'deformConv2dOffsetGrad',
  infer: (_, { from, groups, kernel, out }) => [
    { shape: [from[0]!, groups * elements(kernel), 3, elements(out)], dtype: 'float32' },
  ],
  lower: ({ outputs: [y], attrs }) =>
    deformPass('grad_offset', numel(y!.shape) / 3, attrs, {
      d: input(0),
      x: input(1),
      offset: input(2),
      ...(attrs.masked && { mask: input(3) }),
    }),
};

/** The sample that each kernel element reads for each output element: [N, C · kernel elements, output elements]. */
export const deformColumns = (x: Value, offset: Value, mask: Value | null, sizes: DeformSizes): Value =>
  record(columnsOp, mask ? [x, offset, mask] : [x, offset], { ...sizes, masked: mask !== null });
