// 2-D pooling: the maximum with its index, the mean, and their adjoints.
import { f32, gridFor, input, type Lowering, output } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { ArgumentError, ShapeError } from '../../core/errors';
import { type Meta, numel, type Shape, sameShape, showShape } from '../../core/meta';
import { expectFloat, fromHost, record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { expectIntegers } from '../conv/conv-shape';
import { asFloat, isWhole, truncated, wholeMaxPool2d, wholeSumPool2d, windowLengths } from '../conv/whole-windows';
import { mul } from '../pointwise/arithmetic';
import { reshape } from '../shape/cast';
import { planeParams } from '../shape/planes';

const avgSource: Text = '#poolMore/avgPool2d';
const avgGradSource: Text = '#poolMore/avgPool2dGrad';
const firstMaxLib: Text = '#conv/libFirstMax';
const maxSource: Text = '#pool/maxPool2d';
const maxGradSource: Text = '#pool/maxPool2dGrad';

type Pair = readonly [height: number, width: number];

interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** The padding on each side of height and width. */
  readonly padding: Pair;
  /** Whether the number of windows rounds up. A last window that would begin in the far padding is dropped. */
  readonly ceilMode: boolean;
}

export interface MaxPoolAttrs extends Windows {
  readonly dilation: Pair;
}

export interface AvgPoolAttrs extends Windows {
  /** Whether the divisor counts padding. */
  readonly countIncludePad: boolean;
  /** If given, divides every sum instead of the window's size. */
  readonly divisorOverride: number | null;
}

/** Attributes of an adjoint, whose result has the images' `size` before pooling. */
type Sized<A> = A & { readonly size: Pair };

const WORKGROUP = 64;

/** The number of columns that one invocation of max pooling computes; the same as STRIP in the shaders. */
const STRIP = 8;
const noDilation: Pair = [1, 1];

/** Number of windows along dimension `d` for `size` elements. */
function windows(size: number, d: 0 | 1, { kernel, stride, padding, ceilMode }: Windows, dilation: Pair): number {
  const room = size + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
  const count = Math.floor((room + (ceilMode ? stride[d] - 1 : 0)) / stride[d]) + 1;
  return ceilMode && (count - 1) * stride[d] >= size + padding[d] ? count - 1 : count;
}

/** Checks a pooling of x[N, C, H, W] and returns the output's shape. */
function poolShape(op: string, x: Meta, attrs: Windows, dilation: Pair = noDilation): Shape {
  expectFloat(op, 'input', x);
  if (x.shape.length !== 4) {
    throw new ShapeError(
      `${op}: expected 4-D (or 3-D) input, but got ${x.shape.length}-D input of shape ${showShape(x.shape)}`,
    );
  }
  const { kernel, stride, padding } = attrs;
  expectIntegers(op, 'kernel size', kernel, 1);
  expectIntegers(op, 'stride', stride, 1);
  expectIntegers(op, 'dilation', dilation, 1);
  expectIntegers(op, 'padding', padding, 0);
  if (padding.some((pad, d) => pad > ((kernel[d]! - 1) * dilation[d]! + 1) / 2)) {
    const counted = dilation.some((step) => step > 1) ? ` and dilation ${showShape(dilation)}` : '';
    throw new ArgumentError(
      `${op}: expected padding of at most half of the kernel, but got padding ${showShape(padding)} for kernel ${showShape(kernel)}${counted}`,
    );
  }
  const [height, width] = x.shape.slice(2) as [number, number];
  const rows = windows(height, 0, attrs, dilation);
  const cols = windows(width, 1, attrs, dilation);
  if (rows < 1 || cols < 1 || x.shape.includes(0, 1)) {
    throw new ShapeError(
      `${op}: expected an output of at least 1 × 1, but got ${rows} × ${cols} (output size too small) for input ${showShape(x.shape)}, kernel ${showShape(kernel)} and padding ${showShape(padding)}`,
    );
  }
  return [x.shape[0]!, x.shape[1]!, rows, cols];
}

/**
 * The fields that all passes of max pooling share. `written` is the shape written, of which an invocation does a strip
 * of a row.
 */
function maxPass(written: Shape, size: Shape, outSize: Shape, { stride, padding }: MaxPoolAttrs) {
  const strips = Math.ceil(written[3]! / STRIP);
  const count = strips * numel(written.slice(0, 3));
  return {
    overrides: { STRIDE_H: stride[0], STRIDE_W: stride[1], PAD_H: padding[0], PAD_W: padding[1] },
    params: { count, strips, ...planeParams(size, outSize) },
    grid: gridFor(count, WORKGROUP),
  };
}

/** y[p,i,j] = max x over the window of (i, j), and the flat index r·W + c of that maximum. */
const maxPool2dOp: Op<MaxPoolAttrs> = {
  name: 'maxPool2d',
  readsHalf: true,
  picks: true,
  windows: ({ kernel, stride, padding, dilation }) =>
    sameShape(kernel, stride) && [...padding, ...dilation].join() === '0,0,1,1' ? kernel : undefined,
  gradName: 'MaxPool2DWithIndicesBackward0',
  infer([x], attrs) {
    const shape = poolShape('maxPool2d', x!, attrs, attrs.dilation);
    return [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int64' },
    ];
  },
  lower({ inputs: [x], outputs: [y], attrs }) {
    const { kernel, dilation } = attrs;
    const consts = { KERNEL_H: kernel[0], KERNEL_W: kernel[1], DILATION_H: dilation[0], DILATION_W: dilation[1] };
    const pass = {
      ...maxPass(y!.shape, x!.shape, y!.shape, attrs),
      source: [firstMaxLib, maxSource],
      consts,
      label: 'maxPool2d',
      reads: [input(0)],
      writes: [output(0), output(1)],
    };
    return { kind: 'passes', passes: [pass] };
  },
  vjp: ([dy], { inputs: [x], outputs, attrs }) => [dy ? spread(dy, outputs[1]!, sized(attrs, x!)) : null],
  saves: { inputs: [], outputs: [1] },
};

function sized<A extends object>(attrs: A, x: Meta): Sized<A> {
  return { ...attrs, size: [x.shape[2]!, x.shape[3]!] };
}

function maxGradPass(entry: 'spread' | 'pick', from: Meta, to: Meta, attrs: MaxPoolAttrs): Lowering {
  const { kernel, stride, padding, dilation } = attrs;
  const most = (d: 0 | 1) => Math.ceil(((kernel[d] - 1) * dilation[d] + 1) / stride[d]);
  const consts = { WINDOWS_H: most(0), WINDOWS_W: most(1), STRIDE_H: stride[0], STRIDE_W: stride[1] };
  const [size, outSize] = entry === 'spread' ? [to.shape, from.shape] : [from.shape, to.shape];
  const apart = entry === 'spread' && most(0) === 1 && most(1) === 1;
  // If windows do not overlap, an invocation walks the cells from each window's start to the next, not the written
  // elements.
  const cells = (d: 0 | 1) => Math.ceil((to.shape[2 + d]! + padding[d]) / stride[d]);
  const walked = apart ? [...to.shape.slice(0, 2), cells(0), cells(1)] : to.shape;
  const pass = {
    ...maxPass(walked, size, outSize, attrs),
    overrides: { PAD_H: padding[0], PAD_W: padding[1] },
    source: [maxGradSource],
    consts,
    entry: apart ? 'deal' : entry,
    label: `maxPool2d ${entry}`,
    reads: [input(0), input(1)],
    writes: [output()],
  };
  return { kind: 'passes', passes: [pass] };
}

/** dx[p,r,c] = Σ dy[p,i,j] over the windows (i, j) whose maximum is at (r, c). */
const maxPool2dBackwardOp: Op<Sized<MaxPoolAttrs>> = {
  name: 'maxPool2dBackward',
  readsHalf: true,
  spreads: true,
  infer: ([dy], { size }) => [{ shape: [...dy!.shape.slice(0, 2), ...size], dtype: 'float32' }],
  lower: ({ inputs: [dy], outputs: [dx], attrs }) => maxGradPass('spread', dy!, dx!, attrs),
  vjp: ([g], { inputs: [, indices], attrs }) => [record(maxPool2dPickOp, [g!, indices!], attrs), null],
  saves: { inputs: [1] },
};

const spread = (dy: Value, indices: Value, attrs: Sized<MaxPoolAttrs>): Value =>
  record(maxPool2dBackwardOp, [dy, indices], attrs);

/** dy[p,i,j] = dx[p, indices[p,i,j]], the adjoint of `maxPool2dBackwardOp`. */
const maxPool2dPickOp: Op<Sized<MaxPoolAttrs>> = {
  name: 'maxPool2dPick',
  readsHalf: true,
  infer: ([, indices]) => [{ shape: indices!.shape, dtype: 'float32' }],
  lower: ({ inputs: [dx], outputs: [dy], attrs }) => maxGradPass('pick', dx!, dy!, attrs),
  vjp: ([g], { inputs: [, indices], attrs }) => [spread(g!, indices!, attrs), null],
  saves: { inputs: [1] },
};

function avgPass(entry: 'main' | 'grad', size: Shape, outSize: Shape, attrs: AvgPoolAttrs): Lowering {
  const count = numel(entry === 'main' ? outSize : size);
  const { kernel, stride, padding } = attrs;
  const pass = {
    source: [avgSource],
    entry,
    label: entry === 'main' ? 'avgPool2d' : 'avgPool2d gradient',
    overrides: { COUNT_PAD: attrs.countIncludePad ? 1 : 0 },
    reads: [input(0)],
    writes: [output()],
    params: {
      count,
      ...planeParams(size, outSize),
      kernelH: kernel[0],
      kernelW: kernel[1],
      strideH: stride[0],
      strideW: stride[1],
      padH: padding[0],
      padW: padding[1],
      divisor: f32(attrs.divisorOverride ?? 0),
    },
    grid: gridFor(count, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}

/** The most windows that hold an element with which a GPU's kernel writes them all out. */
const WRITTEN_WINDOWS = 16;
/** The lines of which an invocation of that kernel computes a column; the same as LINES in the shader. */
const LINES = 4;

/** The gradient on a GPU, where divisions by values that are not constant cost more than what is read. */
function avgGradOnGpu(size: Shape, outSize: Shape, attrs: AvgPoolAttrs): Lowering {
  const { kernel, stride, padding } = attrs;
  const [windowsH, windowsW] = ([0, 1] as const).map((d) => Math.ceil(kernel[d] / stride[d])) as [number, number];
  if (windowsH * windowsW > WRITTEN_WINDOWS) return avgPass('grad', size, outSize, attrs);
  const lines = numel(size.slice(0, 3));
  const count = Math.ceil(lines / LINES) * size[3]!;
  const pass = {
    source: [avgGradSource],
    label: 'avgPool2d gradient',
    consts: {
      KERNEL_H: kernel[0],
      KERNEL_W: kernel[1],
      STRIDE_H: stride[0],
      STRIDE_W: stride[1],
      WINDOWS_H: windowsH,
      WINDOWS_W: windowsW,
    },
    overrides: { COUNT_PAD: attrs.countIncludePad ? 1 : 0, PAD_H: padding[0], PAD_W: padding[1] },
    reads: [input(0)],
    writes: [output()],
    params: { count, lines, ...planeParams(size, outSize), divisor: f32(attrs.divisorOverride ?? 0) },
    grid: gridFor(count, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}

function checkedDivisor(divisor: number): number {
  if (Number.isInteger(divisor) && divisor !== 0) return divisor;
  throw new ArgumentError(`avgPool2d: expected divisorOverride to be a non-zero integer, but got ${divisor}`);
}

/** y[p,i,j] = Σ x over the window of (i, j) / divisor(i, j). */
const avgPool2dOp: Op<AvgPoolAttrs> = {
  name: 'avgPool2d',
  readsHalf: true,
  gradName: 'AvgPool2DBackward0',
  infer([x], attrs) {
    const shape = poolShape('avgPool2d', x!, attrs);
    if (attrs.divisorOverride !== null) checkedDivisor(attrs.divisorOverride);
    return [{ shape, dtype: 'float32' }];
  },
  lower: ({ inputs: [x], outputs: [y], attrs }) => avgPass('main', x!.shape, y!.shape, attrs),
  vjp: ([dy], { inputs: [x], attrs }) => [record(avgPool2dBackwardOp, [dy!], sized(attrs, x!))],
  saves: { inputs: [] },
};

/** dx[p,r,c] = Σ dy[p,i,j] / divisor(i, j) over the windows (i, j) that contain (r, c). */
const avgPool2dBackwardOp: Op<Sized<AvgPoolAttrs>> = {
  name: 'avgPool2dBackward',
  readsHalf: true,
  infer: ([dy], { size }) => [{ shape: [...dy!.shape.slice(0, 2), ...size], dtype: 'float32' }],
  lower: ({ inputs: [dy], outputs: [dx], attrs, adapter }) =>
    adapter.kind === 'gpu' ? avgGradOnGpu(dx!.shape, dy!.shape, attrs) : avgPass('grad', dx!.shape, dy!.shape, attrs),
  vjp([g], { attrs: { size: _, ...attrs } }) {
    return [record(avgPool2dOp, [g!], attrs)];
  },
  saves: { inputs: [] },
};

/**
 * Maximum over windows of x[N, C, H, W] (or [C, H, W]), and its index r·W + c as int64. Of equal maxima the first wins;
 * NaN counts as larger than any number.
 */
export function maxPool2d(x: Value, attrs: MaxPoolAttrs): [values: Value, indices: Value] {
  if (x.shape.length !== 3) {
    if (!isWhole(x) || x.dtype === 'uint32') return recordAll(maxPool2dOp, [x], attrs) as [Value, Value];
    return wholeMaxPool2d(x, poolShape('maxPool2d', asFloat(x), attrs, attrs.dilation), attrs);
  }
  const [y, indices] = maxPool2d(reshape(x, [1, ...x.shape]), attrs);
  return [reshape(y, y.shape.slice(1)), reshape(indices, indices.shape.slice(1))];
}

/** The means of integers, truncated towards 0. */
function wholeAvgPool2d(x: Value, attrs: AvgPoolAttrs): Value {
  const shape = poolShape('avgPool2d', asFloat(x), attrs);
  const sums = wholeSumPool2d(x, shape, attrs);
  const { kernel, stride, padding, countIncludePad, divisorOverride } = attrs;
  if (divisorOverride !== null) return truncated(sums, checkedDivisor(divisorOverride));
  const [rows, columns] = ([0, 1] as const).map((d) => {
    const axis = { kernel: kernel[d], stride: stride[d], padding: padding[d] };
    return windowLengths(x.shape[2 + d]!, shape[2 + d]!, axis, countIncludePad);
  }) as [Int32Array, Int32Array];
  const counts = mul(fromHost(rows, [rows.length, 1], 'int64'), fromHost(columns, [columns.length], 'int64'));
  return truncated(sums, counts);
}

/** Mean over windows of x[N, C, H, W] (or [C, H, W]). */
export function avgPool2d(x: Value, attrs: AvgPoolAttrs): Value {
  if (x.shape.length !== 3) return x.dtype === 'int64' ? wholeAvgPool2d(x, attrs) : record(avgPool2dOp, [x], attrs);
  const y = avgPool2d(reshape(x, [1, ...x.shape]), attrs);
  return reshape(y, y.shape.slice(1));
}
