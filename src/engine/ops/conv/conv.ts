// conv2d and its adjoints: the gradient of the input, which is the transposed convolution, and the gradient of the
// weight.

import type { Framed } from '../../compiler/ir';
import { kernels } from '../../compiler/texts';
import { ArgumentError, ShapeError } from '../../core/errors';
import { isFloat, type Meta, showShape } from '../../core/meta';
import { record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add } from '../pointwise/arithmetic';
import { expand, sum } from '../reduction/reduce';
import { reshape } from '../shape/cast';
import { frameOf } from '../shape/frames';
import { narrow } from '../shape/shape';
import { type ConvAttrs, checkBias, checkConv, convShape, expectIntegers, extent, transposedSize } from './conv-shape';
import { isWhole, wholeConv2d, wholeConvTranspose2d } from './whole-windows';

export type { ConvAttrs } from './conv-shape';

type Sized = ConvAttrs & { readonly size: readonly [height: number, width: number] };
type Kerneled = ConvAttrs & { readonly kernel: readonly [height: number, width: number] };

const load = () => import('../../kernels/conv/convolutions');
/**
 * The kernels, loaded when a plan first needs them, with the bundles of shaders for a GPU (a software adapter needs only
 * `conv`).
 */
const kernel = kernels('conv', load, 'conv', 'convWorkgroup');
const gradKernel = kernels('conv', load, 'conv', 'convGrad');

const spatial = (x: Meta): readonly [number, number] => [x.shape[2]!, x.shape[3]!];

const plain = ({ stride, padding, dilation, groups }: ConvAttrs): ConvAttrs => ({ stride, padding, dilation, groups });

const biasGrad = (dy: Value): Value => sum(dy, [0, 2, 3]);

/** y[n,o,i,j] = b[o] + Σ_{c,p,q} w[o,c,p,q] · x[n, c, i·sh + p·dh - top, j·sw + q·dw - left], zero outside of x. */
const conv2dOp: Op<ConvAttrs> = {
  name: 'conv2d',
  readsHalf: true,
  gradName: 'ConvolutionBackward0',
  readsSaved: true,
  infer([x, w, b], attrs) {
    const shape = convShape('conv2d', x!, w!, attrs);
    checkBias('conv2d', b, shape[1]!, w!);
    return [{ shape, dtype: 'float32' }];
  },
  lower: (context) => kernel().forward(context),
  vjp([dy], { inputs: [x, w, b], attrs, needs, read }) {
    const { frame: crop } = attrs as Framed;
    const sizes = { ...plain(attrs), size: spatial(x!), ...(crop && { crop }) };
    const dx = needs[0] ? convInputGrad(dy!, read(w!), null, sizes) : null;
    const [dw, db] = needs[1] ? convWeightGrad(read(x!), dy!, { ...plain(attrs), kernel: spatial(w!) }) : [null, null];
    return b ? [dx, dw, needs[2] ? (db ?? biasGrad(dy!)) : null] : [dx, dw];
  },
  saves: { inputs: [0, 1] },
};

/**
 * The adjoint of conv2d as a function of x, for an x of the given size. With a bias, it is the transposed convolution
 * that users call.
 */
const convTranspose2dOp: Op<Sized> = {
  name: 'convTranspose2d',
  readsHalf: true,
  gradName: 'ConvolutionBackward0',
  readsSaved: true,
  infer([dy, w, b], attrs) {
    checkConv('convTranspose2d', dy!, w!, attrs);
    if (dy!.shape[1] !== w!.shape[0]) {
      throw new ShapeError(
        `convTranspose2d: expected input ${showShape(dy!.shape)} to have ${w!.shape[0]} channels for groups=${attrs.groups} and weight of shape ${showShape(w!.shape)}, but got ${dy!.shape[1]} channels`,
      );
    }
    const channels = w!.shape[1]! * attrs.groups;
    checkBias('convTranspose2d', b, channels, w!);
    return [{ shape: [dy!.shape[0]!, channels, ...attrs.size], dtype: 'float32' }];
  },
  lower: (context) => gradKernel().inputGrad(context),
  vjp([g], { inputs: [dy, w, b], attrs, needs, read }) {
    const back = needs[0] ? convOfSize(g!, read(w!), plain(attrs), spatial(dy!)) : null;
    const dw = needs[1] ? convWeightGrad(g!, read(dy!), { ...plain(attrs), kernel: spatial(w!) })[0] : null;
    return b ? [back, dw, needs[2] ? biasGrad(g!) : null] : [back, dw];
  },
  saves: { inputs: [0, 1] },
};

/**
 * The adjoint of conv2d as a function of w:
 *   dw[o,c,p,q] = Σ_{n,i,j} dy[n,o,i,j] · x[n, c, i·sh + p·dh - top, j·sw + q·dw - left]
 * The second output is the gradient of b, db[o] = Σ_{n,i,j} dy[n,o,i,j], which costs next to nothing in the same pass.
 */
const convWeightGradOp: Op<Kerneled> = {
  name: 'conv2dWeightGrad',
  readsHalf: true,
  gradName: 'ConvolutionBackward0',
  infer([x, dy], { groups, kernel }) {
    const channels = dy!.shape[1]!;
    return [
      { shape: [channels, x!.shape[1]! / groups, ...kernel], dtype: 'float32' },
      { shape: [channels], dtype: 'float32' },
    ];
  },
  lower: (context) => gradKernel().weightGrad(context),
  vjp([g, gb], { inputs: [x, dy], attrs, needs }) {
    const byWeight = needs[1] && g ? convOfSize(x!, g, plain(attrs), spatial(dy!)) : null;
    const byBias = needs[1] && gb ? expand(reshape(gb, [gb.numel, 1, 1]), dy!.shape) : null;
    return [
      needs[0] && g ? convInputGrad(dy!, g, null, { ...plain(attrs), size: spatial(x!) }) : null,
      byWeight && byBias ? add(byWeight, byBias) : (byWeight ?? byBias),
    ];
  },
};

const withBias = (x: Value, w: Value, b: Value | null): Value[] => (b ? [x, w, b] : [x, w]);

/**
 * The attributes, plus the frame of zeros that `pad` put around x, if any: the compiler can then read the unpadded x. A
 * frame as wide as the kernel is left out; otherwise random shifts of pictures, each a pad of other widths, would need
 * a plan each.
 */
function framed<A extends ConvAttrs>(attrs: A, x: Value, kernel: readonly number[]): A & Framed {
  const frame = frameOf(x);
  if (!frame?.some((n) => n > 0)) return attrs;
  return frame.every((n, i) => n < extent(kernel[i >> 1]!, attrs.dilation[i >> 1]!)) ? { ...attrs, frame } : attrs;
}

const convInputGrad = (dy: Value, w: Value, b: Value | null, attrs: Sized): Value =>
  record(convTranspose2dOp, withBias(dy, w, b), attrs);

const convWeightGrad = (x: Value, dy: Value, attrs: Kerneled): readonly [dw: Value, db: Value] => {
  const [dw, db] = recordAll(convWeightGradOp, [x, dy], framed(attrs, x, attrs.kernel));
  return [dw!, db!];
};

/**
 * A convolution cropped to `size`: with an output padding of a stride or more, the adjoint has more rows or columns
 * than needed.
 */
function convOfSize(x: Value, w: Value, attrs: ConvAttrs, size: readonly [number, number]): Value {
  const y = conv2d(x, w, null, attrs);
  return size.reduce((part, length, d) => (part.shape[2 + d] === length ? part : narrow(part, 2 + d, 0, length)), y);
}

/** Gives x, of channels and `spatial` dimensions, a batch dimension of size 1; an x that has a batch stays. */
export const inBatch = (x: Value, spatial: number): Value =>
  x.shape.length === spatial + 1 ? reshape(x, [1, ...x.shape]) : x;

/** The result y for an input that `inBatch` got as x: without the batch dimension if x had none. */
export const outOfBatch = (y: Value, x: Value): Value =>
  x.shape.length < y.shape.length ? reshape(y, y.shape.slice(1)) : y;

/** Cross-correlation of x[N, C, H, W] (or [C, H, W]) with w[O, C/groups, kh, kw], plus b[O]. */
export function conv2d(x: Value, w: Value, b: Value | null, attrs: ConvAttrs): Value {
  const images = inBatch(x, 2);
  const y =
    isWhole(images) && !isFloat(w.dtype)
      ? wholeConv2d(images, w, b, attrs)
      : record(conv2dOp, withBias(images, w, b), framed(attrs, images, spatial(w)));
  return outOfBatch(y, x);
}

/** The shape rules accept only floats; integer convolutions pass them their shapes with this dtype. */
const asFloat = { dtype: 'float32' } as const;

export interface ConvTransposeAttrs extends ConvAttrs {
  /**
   * Rows and columns added at the bottom and right of the output. Each must be less than the stride or the dilation.
   */
  readonly outputPadding: readonly [height: number, width: number];
}

/**
 * Transposed convolution of x[N, C, H, W] (or [C, H, W]) with w[C, O/groups, kh, kw], plus b[O]; the adjoint of conv2d.
 * Output height (H - 1)·sh - top - bottom + (kh - 1)·dh + 1 + outputPadding.
 */
export function convTranspose2d(x: Value, w: Value, b: Value | null, attrs: ConvTransposeAttrs): Value {
  const op = 'convTranspose2d';
  const images = inBatch(x, 2);
  const whole = isWhole(images) && !isFloat(w.dtype);
  if (whole) checkConv(op, { ...asFloat, shape: images.shape }, { ...asFloat, shape: w.shape }, attrs);
  else checkConv(op, images, w, attrs);
  const { outputPadding, stride, dilation } = attrs;
  expectIntegers(op, 'outputPadding', outputPadding, 0);
  if (outputPadding.some((extra, d) => extra >= stride[d]! && extra >= dilation[d]!)) {
    throw new ArgumentError(
      `${op}: expected outputPadding smaller than stride or dilation, but got outputPadding ${showShape(outputPadding)} with stride ${showShape(stride)} and dilation ${showShape(dilation)}`,
    );
  }
  const size = ([0, 1] as const).map((d) =>
    transposedSize(images.shape[2 + d]!, w.shape[2 + d]!, d, attrs, outputPadding[d]),
  ) as [number, number];
  if (size.some((n, d) => n < 1 || images.shape[2 + d]! < 1)) {
    throw new ShapeError(
      `${op}: expected an output of at least 1 × 1, but got ${size[0]} × ${size[1]} for input ${showShape(images.shape)} and weight of shape ${showShape(w.shape)}; use less padding`,
    );
  }
  const y = whole
    ? wholeConvTranspose2d(images, w, b, attrs, size)
    : convInputGrad(images, w, b, { ...plain(attrs), size });
  return outOfBatch(y, x);
}
