// The sizes of a convolution, and the parameters by which its kernels get them.
import type { Shape } from '../../core/meta';
import type { ConvAttrs, Pair } from '../../ops/conv/conv-shape';

/** The sizes of a convolution y = conv(x, w), whether y or one of the two gradients is computed. */
export interface ConvGeometry extends ConvAttrs {
  readonly batch: number;
  /** Channels of x and of y in one group. */
  readonly groupIn: number;
  readonly groupOut: number;
  readonly size: Pair;
  readonly outSize: Pair;
  readonly kernel: Pair;
}

/** The geometry for x[N, C, H, W], w[O, C/groups, kh, kw] and y[N, O, OH, OW], which must fit together. */
export function convGeometry(x: Shape, w: Shape, y: Shape, attrs: ConvAttrs): ConvGeometry {
  const [batch, , height, width] = x as [number, number, number, number];
  const [out, groupIn, kh, kw] = w as [number, number, number, number];
  const { stride, padding, dilation, groups } = attrs;
  const groupOut = out / groups;
  const outSize: Pair = [y[2]!, y[3]!];
  return {
    stride,
    padding,
    dilation,
    groups,
    batch,
    groupIn,
    groupOut,
    size: [height, width],
    outSize,
    kernel: [kh, kw],
  };
}

type Sizes = Pick<ConvGeometry, 'groups' | 'groupIn' | 'groupOut' | 'size' | 'outSize'>;

/** Parameters of every convolution kernel: groups, their channels, and the sizes of x and y. */
export const geometryParams = ({ groups, groupIn, groupOut, size, outSize }: Sizes) => {
  const [inRows, inCols] = size;
  const [outRows, outCols] = outSize;
  return { groups, groupIn, groupOut, inRows, inCols, outRows, outCols };
};

/** More parameters of some kernels: the kernel size, stride and dilation. */
export const stepParams = ({ kernel, stride, dilation }: Pick<ConvGeometry, 'kernel' | 'stride' | 'dilation'>) => ({
  kh: kernel[0],
  kw: kernel[1],
  sh: stride[0],
  sw: stride[1],
  dh: dilation[0],
  dw: dilation[1],
});

export type Extents = Pick<ConvGeometry, 'batch' | 'groups' | 'groupIn' | 'groupOut' | 'size' | 'outSize' | 'kernel'>;

/** The numbers of elements of x, w and y. */
export function elementsOf({ batch, groups, groupIn, groupOut, size, outSize, kernel }: Extents) {
  return {
    x: batch * groups * groupIn * size[0] * size[1],
    w: groups * groupOut * groupIn * kernel[0] * kernel[1],
    y: batch * groups * groupOut * outSize[0] * outSize[1],
  };
}

/** A weight's strides, in elements: between groups, output channels and input channels. */
export interface WeightSteps {
  readonly group: number;
  readonly out: number;
  readonly in: number;
}

interface Weight extends Pick<ConvGeometry, 'kernel'> {
  readonly weight: WeightSteps;
  /** The taps run backwards. */
  readonly flip: boolean;
}

/** Parameters of every kernel of a cross-correlation: where the elements of its weight lie. */
export const weightParams = ({ weight, kernel: [kh, kw], flip }: Weight) => ({
  wGroup: weight.group,
  wOut: weight.out,
  wIn: weight.in,
  tapFirst: flip ? kh * kw - 1 : 0,
  tapStep: flip ? 0xffffffff : 1,
});

/** If the kernel is a single tap and no pixel is left out: the same gradient over images of one row. */
export function flattened(g: ConvGeometry): ConvGeometry {
  const plain = [...g.kernel, ...g.stride].every((n) => n === 1) && g.padding.every((n) => n === 0);
  if (!plain) return g;
  const pixels = g.size[0] * g.size[1];
  return { ...g, size: [1, pixels], outSize: [1, pixels] };
}
