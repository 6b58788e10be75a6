// F's convolutions and transposed convolutions over one, two and three dimensions: thin wrappers around the ops.

import { number } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Named, type Options, or, type Takes, takes, type Values, value } from '../../../engine/core/takes';
import type { Value } from '../../../engine/graph/value';
import {
  type ConvTransposeAttrs,
  conv2d as conv2dOp,
  convTranspose2d as convTranspose2dOp,
} from '../../../engine/ops/conv/conv';
import * as nd from '../../../engine/ops/conv/conv-nd';
import type { ConvAttrs } from '../../../engine/ops/conv/conv-shape';
import { checked } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { type SizePerDim, type Spatial, sizesOf, type Tuple } from '../layers/sizes';

/** How the kernel of a convolution slides over its input. */
/* @__NO_SIDE_EFFECTS__ */
export const convSlides = <N extends Spatial>() => ({
  /** The step of the kernel, default 1. */
  stride: or(value<SizePerDim<N>>(), 1),
  /** Added on each side, default 0; 'same' keeps the size, 'valid' is 0. */
  padding: or(value<SizePerDim<N> | 'same' | 'valid'>(), 0),
  /** Spacing between the elements of the kernel, default 1. */
  dilation: or(value<SizePerDim<N>>(), 1),
  /** The number of groups of channels that are convolved independently, default 1. */
  groups: or(number, 1),
});

/** The same for a transposed convolution, up to `groups`; in the layer, `bias` precedes `dilation`. */
/* @__NO_SIDE_EFFECTS__ */
export const transposedSlides = <N extends Spatial>() => ({
  /** The step over the output, default 1. */
  stride: or(value<SizePerDim<N>>(), 1),
  /** dilation (kernelSize − 1) − padding zeros are added on each side, default 0. */
  padding: or(value<SizePerDim<N>>(), 0),
  /** Added to one side of the output's size, default 0. */
  outputPadding: or(value<SizePerDim<N>>(), 0),
  /** The number of groups of channels that are convolved independently, default 1. */
  groups: or(number, 1),
});

/** The spacing of a transposed convolution's kernel. */
/* @__NO_SIDE_EFFECTS__ */
export const spacing = <N extends Spatial>() => ({
  /** Spacing between the elements of the kernel, default 1. */
  dilation: or(value<SizePerDim<N>>(), 1),
});

/** How a convolution slides. */
export interface ConvSettings<N extends Spatial> extends Options<ReturnType<typeof convSlides<N>>>, Named {}

/** How a transposed convolution slides. */
export interface ConvTransposeSettings<N extends Spatial>
  extends Options<ReturnType<typeof transposedSlides<N>>>,
    Options<ReturnType<typeof spacing<N>>> {}

export type ConvOrder = [stride: 'stride', padding: 'padding', dilation: 'dilation', groups: 'groups'];

type TransposedOrder = [
  bias: 'bias',
  stride: 'stride',
  padding: 'padding',
  outputPadding: 'outputPadding',
  groups: 'groups',
  dilation: 'dilation',
];

type Sides = readonly (readonly [before: number, after: number])[];

type Given<N extends Spatial> = Omit<Required<ConvSettings<N>>, 'groups'> & { readonly outputPadding?: SizePerDim<N> };

/**
 * The stride, dilation and padding of a kernel of the sizes `kernel`, as the operations take them. Padding is a pair
 * (before, after) for each dimension; 'same' puts the larger part of an odd total at the end.
 *
 * @throws ArgumentError if an option is invalid; the error names the function or layer `op`
 */
export function slidingOf<N extends Spatial>(op: string, n: N, o: Given<N>, kernel: readonly number[]) {
  const stride: readonly number[] = sizesOf(op, 'stride', o.stride, n, 1);
  const dilation: readonly number[] = sizesOf(op, 'dilation', o.dilation, n, 1);
  const { outputPadding: beyond = 0 } = o;
  const outputPadding: readonly number[] = sizesOf(op, 'outputPadding', beyond, n);
  return { stride, dilation, outputPadding, padding: sidesOf(op, n, o.padding, stride, dilation, kernel) };
}

function sidesOf<N extends Spatial>(
  op: string,
  n: N,
  padding: Given<N>['padding'],
  stride: readonly number[],
  dilation: readonly number[],
  kernel: readonly number[],
): Sides {
  if (padding === 'valid') return dilation.map(() => [0, 0]);
  if (padding !== 'same') {
    if (typeof padding === 'string') {
      throw new ArgumentError(`${op}: expected padding 'same', 'valid' or numbers, but got '${padding}'`);
    }
    const amounts: readonly number[] = sizesOf(op, 'padding', padding, n);
    return amounts.map((amount) => [amount, amount]);
  }
  if (stride.some((step) => step !== 1)) {
    throw new ArgumentError(`${op}: expected stride 1 with padding 'same', but got [${stride.join(', ')}]`);
  }
  return dilation.map((step, d) => {
    const total = step * ((kernel[d] ?? 1) - 1);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
}

/** What convolutions take besides options. */
const operands = {
  /** The images, [N, in, …] or [in, …]. */
  input: value<Tensor>(),
  /** The kernels. */
  weight: value<Tensor>(),
};

const bias = {
  /** One number for each channel of the output; null, the default, for none. */
  bias: or(value<Tensor | null>(), null),
};

interface Conv<N extends Spatial> extends ConvSettings<N>, Options<typeof bias> {}

interface NamedConv<N extends Spatial> extends Conv<N>, Values<typeof operands> {}

interface ConvTranspose<N extends Spatial> extends ConvTransposeSettings<N>, Options<typeof bias> {}

interface NamedConvTranspose<N extends Spatial> extends ConvTranspose<N>, Values<typeof operands> {}

/** A function of images, kernels and a bias. */
interface SlidingFunction<O extends object, Order extends readonly string[], All extends object>
  extends Takes<
    {
      front: [input: Tensor];
      last: [weight: Tensor];
      options: O;
      order: Order;
      named: All;
      rest: Omit<All, 'input'>;
    },
    Tensor
  > {
  /**
   * Slides the kernels over the images, input[N, in, …] → [N, out, …].
   *
   * @param input The images, [N, in, …] or [in, …].
   * @param weight The kernels, [out, in / groups, …]; for a transposed convolution [in, out / groups, …].
   * @param options The bias and the other options, by name.
   */
  (input: Tensor, weight: Tensor, options?: O): Tensor;
}

type SlidingOp = (x: Value, w: Value, b: Value | null, attrs: nd.ConvTransposeNdAttrs) => Value;

/* @__NO_SIDE_EFFECTS__ */
function sliding<N extends Spatial, O extends object, Order extends readonly string[], All extends object>(
  name: string,
  n: N,
  slides: ReturnType<typeof convSlides<N>> | ReturnType<typeof transposedSlides<N>>,
  op: SlidingOp,
): SlidingFunction<O, Order, All> {
  const table = takes(name, operands, { ...bias, ...slides });
  return checked(`${name}(input, weight, bias?, ...)`, (...args: readonly unknown[]): Tensor => {
    const { input, weight, bias, groups, ...slides } = table.read(args);
    const attrs = { ...slidingOf(name, n, slides as Given<N>, weight.shape.slice(2)), groups };
    return Tensor.of(op(input.value, weight.value, bias?.value ?? null, attrs));
  });
}

/* @__NO_SIDE_EFFECTS__ */
const convolution = <N extends Spatial>(name: string, n: N, op: SlidingOp) =>
  sliding<N, Conv<N>, [bias: 'bias', ...ConvOrder], NamedConv<N>>(name, n, convSlides<N>(), op);

/** The attributes of a convolution over height and width. */
function planar({ stride, padding, dilation, groups }: nd.ConvNdAttrs): ConvAttrs {
  const [[top, bottom], [left, right]] = padding as readonly [Sides[number], Sides[number]];
  return {
    stride: stride as Tuple<2>,
    padding: [top, bottom, left, right],
    dilation: dilation as Tuple<2>,
    groups,
  };
}

/**
 * Cross-correlation of x with a weight of shape [out, in / groups, kernelSize].
 *
 * Shape: [N, in, L] or [in, L] → [N, out, L']. Defaults: bias null, stride 1, padding 0, dilation 1, groups 1.
 */
export const conv1d = convolution('conv1d', 1, nd.conv1d);

/**
 * Cross-correlation of x with a weight of shape [out, in / groups, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, H, W] or [in, H, W] → [N, out, H', W']. Defaults: bias null, stride 1, padding 0, dilation 1, groups 1.
 */
export const conv2d = convolution('conv2d', 2, (x, w, b, attrs) => conv2dOp(x, w, b, planar(attrs)));

/**
 * Cross-correlation of x with a weight of shape [out, in / groups, kernelDepth, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, D, H, W] or [in, D, H, W] → [N, out, D', H', W']. Defaults: bias null, stride 1, padding 0, dilation 1, groups 1.
 */
export const conv3d = convolution('conv3d', 3, nd.conv3d);

/* @__NO_SIDE_EFFECTS__ */
const transposed = <N extends Spatial>(name: string, n: N, op: SlidingOp) =>
  sliding<N, ConvTranspose<N>, TransposedOrder, NamedConvTranspose<N>>(
    name,
    n,
    { ...transposedSlides<N>(), ...spacing<N>() },
    op,
  );

/**
 * The adjoint of conv1d, with a weight of shape [in, out / groups, kernelSize].
 *
 * Shape: [N, in, L] or [in, L] → [N, out, L']. Defaults: bias null, stride 1, padding 0, outputPadding 0, groups 1, dilation 1.
 */
export const convTranspose1d = transposed('convTranspose1d', 1, nd.convTranspose1d);

/**
 * The adjoint of conv2d, with a weight of shape [in, out / groups, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, H, W] or [in, H, W] → [N, out, H', W']. Defaults: bias null, stride 1, padding 0, outputPadding 0, groups 1, dilation 1.
 */
export const convTranspose2d = transposed('convTranspose2d', 2, (x, w, b, attrs) => {
  const whole: ConvTransposeAttrs = { ...planar(attrs), outputPadding: attrs.outputPadding as Tuple<2> };
  return convTranspose2dOp(x, w, b, whole);
});

/**
 * The adjoint of conv3d, with a weight of shape [in, out / groups, kernelDepth, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, D, H, W] or [in, D, H, W] → [N, out, D', H', W']. Defaults as convTranspose2d.
 */
export const convTranspose3d = transposed('convTranspose3d', 3, nd.convTranspose3d);
