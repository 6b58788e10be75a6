// The attributes of a convolution, its shape rule, and the errors for sizes that do not fit.
import type { Frame } from '../../compiler/ir';
import { ArgumentError, ShapeError } from '../../core/errors';
import { type Meta, type Shape, showShape } from '../../core/meta';
import { expectFloat, expectOfWeight } from '../../graph/record';

export type Pair = readonly [height: number, width: number];

export interface ConvAttrs {
  readonly stride: Pair;
  /** Rows above and below, columns left and right. */
  readonly padding: Frame;
  readonly dilation: Pair;
  readonly groups: number;
}

/** How many elements of the input a kernel spans, from its first to its last tap. */
export const extent = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** Output size along height (dim 0) or width (dim 1) for an input of `size`; less than 1 if the kernel does not fit. */
export function convOutSize(
  size: number,
  kernel: number,
  dim: 0 | 1,
  { stride, padding, dilation }: ConvAttrs,
): number {
  const padded = size + padding[2 * dim]! + padding[2 * dim + 1]!;
  return Math.floor((padded - extent(kernel, dilation[dim])) / stride[dim]) + 1;
}

/** The output size of a transposed convolution along `dim` for an input of `size`. */
export function transposedSize(
  size: number,
  kernel: number,
  dim: 0 | 1,
  { stride, padding, dilation }: ConvAttrs,
  outputPadding: number,
): number {
  const pads = padding[2 * dim]! + padding[2 * dim + 1]!;
  return (size - 1) * stride[dim] - pads + extent(kernel, dilation[dim]) + outputPadding;
}

/**
 * The checks of attributes, dtypes and ranks that all convolutions share. `x` is the operand that the user calls the
 * input.
 */
export function checkConv(op: string, x: Meta, w: Meta, attrs: ConvAttrs): void {
  expectOfWeight(op, x, w);
  expectFloat(op, 'weight', w);
  const { stride, padding, dilation, groups } = attrs;
  if (w.shape.length !== 4) {
    throw new ShapeError(
      `${op}: expected 4-D weight, but got ${w.shape.length}-D weight of shape ${showShape(w.shape)}; its dimensions are two of channels, then height and width`,
    );
  }
  if (x.shape.length !== 4) {
    throw new ShapeError(
      `${op}: expected 4-D (or 3-D) input for 4-D weight ${showShape(w.shape)}, but got ${x.shape.length}-D input of shape ${showShape(x.shape)}`,
    );
  }
  expectIntegers(op, 'stride', stride, 1);
  expectIntegers(op, 'dilation', dilation, 1);
  expectIntegers(op, 'padding', padding, 0);
  expectIntegers(op, 'groups', [groups], 1);
  if (w.shape[2] === 0 || w.shape[3] === 0) {
    throw new ShapeError(`${op}: expected a kernel of at least 1 × 1, but got weight of shape ${showShape(w.shape)}`);
  }
  if (w.shape[0]! % groups !== 0 || w.shape[0] === 0) {
    throw new ShapeError(
      `${op}: expected the first dimension of weight to be a positive multiple of groups=${groups}, but got weight of shape ${showShape(w.shape)}`,
    );
  }
}

/** @throws ArgumentError unless every value is an integer of at least `least` */
export function expectIntegers(op: string, name: string, values: readonly number[], least: number): void {
  if (values.every((value) => Number.isInteger(value) && value >= least)) return;
  const kind = least === 0 ? 'non-negative' : 'positive';
  const got = values.length === 1 ? `${values[0]}` : showShape(values);
  throw new ArgumentError(`${op}: expected ${name} of ${kind} integers, but got ${got}`);
}

/** Checks a convolution and returns the shape of y. */
export function convShape(op: string, x: Meta, w: Meta, attrs: ConvAttrs): Shape {
  checkConv(op, x, w, attrs);
  const channels = w.shape[1]! * attrs.groups;
  if (x.shape[1] !== channels) {
    throw new ShapeError(
      `${op}: expected input ${showShape(x.shape)} to have ${channels} channels for groups=${attrs.groups} and weight of shape ${showShape(w.shape)}, but got ${x.shape[1]} channels`,
    );
  }
  const rows = convOutSize(x.shape[2]!, w.shape[2]!, 0, attrs);
  const cols = convOutSize(x.shape[3]!, w.shape[3]!, 1, attrs);
  if (rows < 1 || cols < 1) {
    const [top, bottom, left, right] = attrs.padding;
    const padded = `${x.shape[2]! + top + bottom} × ${x.shape[3]! + left + right}`;
    const kernel = `${extent(w.shape[2]!, attrs.dilation[0])} × ${extent(w.shape[3]!, attrs.dilation[1])}`;
    throw new ShapeError(
      `${op}: expected a kernel no larger than the padded input, but got kernel ${kernel} (dilation counted) for padded input ${padded} of input ${showShape(x.shape)}; use a smaller kernel or more padding`,
    );
  }
  return [x.shape[0]!, w.shape[0]!, rows, cols];
}

/** Checks an optional bias of `channels` elements. */
export function checkBias(op: string, bias: Meta | undefined, channels: number, w: Meta): void {
  if (!bias) return;
  expectFloat(op, 'bias', bias);
  if (bias.shape.length !== 1 || bias.shape[0] !== channels) {
    throw new ShapeError(
      `${op}: expected bias of shape [${channels}] for weight of shape ${showShape(w.shape)}, but got bias of shape ${showShape(bias.shape)}`,
    );
  }
}
