// F's convolutions and transposed convolutions over one, two and three dimensions: thin wrappers around the ops.

import { number } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Named, type Options, or, type Takes, takes, type Values, value } from '../../../engine/core/takes';
import type { Value } from '../../../engine/graph/value';
import * as planar from '../../../engine/ops/conv/conv';
import * as nd from '../../../engine/ops/conv/conv-nd';
import { type Callee, checked, overloaded } from '../../tensor/calling/callable';
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

/** How much padding each dimension gets before and after, outermost dimension first. */
type Sides<N extends Spatial> = readonly [...Tuple<N>, ...Tuple<N>];

/** How a kernel slides, as the operations take it. */
export interface Sliding<N extends Spatial> {
  readonly stride: Tuple<N>;
  readonly padding: Sides<N>;
  readonly dilation: Tuple<N>;
  readonly groups: number;
}

/** The same for a transposed convolution. */
export interface Spreading<N extends Spatial> extends Sliding<N> {
  readonly outputPadding: Tuple<N>;
}

/**
 * How a kernel of the sizes `kernel` slides, as the operations take it. Padding 'same' puts the larger part of an odd
 * total at the end.
 *
 * @throws ArgumentError if an option is invalid; the error names the function or layer `op`
 */
export function slidingOf<N extends Spatial>(
  op: string,
  n: N,
  o: Required<ConvSettings<N>>,
  kernel: readonly number[],
): Sliding<N> {
  const stride = sizesOf(op, 'stride', o.stride, n, 1);
  const dilation = sizesOf(op, 'dilation', o.dilation, n, 1);
  const padding = sidesOf(op, n, o.padding, stride, dilation, kernel).flat() as unknown as Sides<N>;
  return { stride, padding, dilation, groups: o.groups };
}

/** The same for a transposed convolution. */
export function spreadingOf<N extends Spatial>(
  op: string,
  n: N,
  o: Required<ConvTransposeSettings<N>>,
  kernel: readonly number[],
): Spreading<N> {
  return { ...slidingOf(op, n, o, kernel), outputPadding: sizesOf(op, 'outputPadding', o.outputPadding, n) };
}

function sidesOf<N extends Spatial>(
  op: string,
  n: N,
  padding: Required<ConvSettings<N>>['padding'],
  stride: readonly number[],
  dilation: readonly number[],
  kernel: readonly number[],
): [before: number, after: number][] {
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

/** A convolution as an operation. */
export type ConvOp<How> = (x: Value, w: Value, b: Value | null, how: How) => Value;

/**
 * The convolution `name` for layers, which know already how their kernels slide. Watchers and autocast see it under the
 * name of the function that users call.
 */
/* @__NO_SIDE_EFFECTS__ */
export const slid = <How>(name: string, op: ConvOp<How>) =>
  checked(`${name}(input, weight, bias?, ...)`, (input: Tensor, weight: Tensor, bias: Tensor | null, how: How) =>
    Tensor.of(op(input.value, weight.value, bias?.value ?? null, how)),
  );

interface Operands {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
}

/** The function of a table, whose values and kernel sizes say `how` the kernel slides. */
/* @__NO_SIDE_EFFECTS__ */
function sliding<Given extends Operands, How, F extends Callee>(
  table: { readonly name: string; read(args: readonly unknown[]): Given },
  howOf: (given: Given, kernel: readonly number[]) => How,
  op: ConvOp<How>,
): F {
  return overloaded<F>(`${table.name}(input, weight, bias?, ...)`, (...args: readonly unknown[]): Tensor => {
    const given = table.read(args);
    const { input, weight, bias } = given;
    return Tensor.of(op(input.value, weight.value, bias?.value ?? null, howOf(given, weight.shape.slice(2))));
  });
}

/* @__NO_SIDE_EFFECTS__ */
const convolution = <N extends Spatial>(
  name: string,
  n: N,
  op: ConvOp<Sliding<N>>,
): SlidingFunction<Conv<N>, [bias: 'bias', ...ConvOrder], NamedConv<N>> =>
  sliding(
    takes(name, { ...operands, ...bias, ...convSlides<N>() }),
    (given, kernel) => slidingOf<N>(name, n, given, kernel),
    op,
  );

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
export const conv2d = convolution('conv2d', 2, planar.conv2d);

/**
 * Cross-correlation of x with a weight of shape [out, in / groups, kernelDepth, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, D, H, W] or [in, D, H, W] → [N, out, D', H', W']. Defaults: bias null, stride 1, padding 0, dilation 1, groups 1.
 */
export const conv3d = convolution('conv3d', 3, nd.conv3d);

/* @__NO_SIDE_EFFECTS__ */
const transposed = <N extends Spatial>(
  name: string,
  n: N,
  op: ConvOp<Spreading<N>>,
): SlidingFunction<ConvTranspose<N>, TransposedOrder, NamedConvTranspose<N>> =>
  sliding(
    takes(name, { ...operands, ...bias, ...transposedSlides<N>(), ...spacing<N>() }),
    (given, kernel) => spreadingOf<N>(name, n, given, kernel),
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
export const convTranspose2d = transposed('convTranspose2d', 2, planar.convTranspose2d);

/**
 * The adjoint of conv3d, with a weight of shape [in, out / groups, kernelDepth, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, D, H, W] or [in, D, H, W] → [N, out, D', H', W']. Defaults as convTranspose2d.
 */
export const convTranspose3d = transposed('convTranspose3d', 3, nd.convTranspose3d);
