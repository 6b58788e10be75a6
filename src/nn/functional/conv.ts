// Owns F's convolutions and transposed convolutions over one, two and three dimensions: thin over the ops.
import { ArgumentError } from '../../core/errors';
import { type Arguments, parseArgs } from '../../core/options';
import type { Value } from '../../graph/value';
import { type ConvTransposeAttrs, conv2d as conv2dOp, convTranspose2d as convTranspose2dOp } from '../../ops/conv';
import * as nd from '../../ops/conv-nd';
import type { ConvAttrs } from '../../ops/conv-shape';
import { checked } from '../../tensor/callable';
import { Tensor } from '../../tensor/tensor';
import { type Size, type Spatial, sizesOf, type Tuple } from '../sizes';

type Padding<N extends Spatial> = Size<N> | 'same' | 'valid';
type Sides = readonly (readonly [before: number, after: number])[];

interface ConvArguments<N extends Spatial> {
  input: Tensor;
  weight: Tensor;
  bias?: Tensor | null;
  stride?: Size<N>;
  padding?: Padding<N>;
  dilation?: Size<N>;
  groups?: number;
}

type ConvOrder = ['input', 'weight', 'bias', 'stride', 'padding', 'dilation', 'groups'];
type ConvFunction<N extends Spatial> = (...args: Arguments<ConvArguments<N>, ConvOrder>) => Tensor;

/** Padding before and after each dimension; 'same' has the larger part of an odd total at the end. */
function sidesOf<N extends Spatial>(
  name: string,
  n: N,
  padding: Padding<N>,
  weight: Tensor,
  stride: readonly number[],
  dilation: readonly number[],
): Sides {
  if (padding === 'valid') return dilation.map(() => [0, 0]);
  if (padding !== 'same') {
    const amounts: readonly number[] = sizesOf(name, 'padding', padding, n);
    return amounts.map((amount) => [amount, amount]);
  }
  if (stride.some((step) => step !== 1)) {
    throw new ArgumentError(`${name}: expected stride 1 with padding 'same', but got [${stride.join(', ')}]`);
  }
  return dilation.map((step, d) => {
    const total = step * ((weight.shape[2 + d] ?? 1) - 1);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
}

type ConvOp = (x: Value, w: Value, b: Value | null, attrs: nd.ConvNdAttrs) => Value;

function convolution<N extends Spatial>(name: string, n: N, op: ConvOp): ConvFunction<N> {
  const defaults = { bias: null, stride: 1, padding: 0, dilation: 1, groups: 1 };
  return checked(`${name}(input, weight, bias?, ...)`, (...args: readonly unknown[]): Tensor => {
    const o = parseArgs<ConvArguments<N>>(name, ['input', 'weight'] as never, defaults as never, args);
    const weight = o.weight as Tensor;
    const stride = sizesOf(name, 'stride', o.stride, n, 1);
    const dilation = sizesOf(name, 'dilation', o.dilation, n, 1);
    const padding = sidesOf(name, n, o.padding, weight, stride, dilation);
    const bias = o.bias?.value ?? null;
    const attrs = { stride, padding, dilation, groups: o.groups };
    return Tensor.of(op((o.input as Tensor).value, weight.value, bias, attrs));
  });
}

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

interface ConvTransposeArguments<N extends Spatial> {
  input: Tensor;
  weight: Tensor;
  bias?: Tensor | null;
  stride?: Size<N>;
  padding?: Size<N>;
  outputPadding?: Size<N>;
  groups?: number;
  dilation?: Size<N>;
}

type ConvTransposeOrder = ['input', 'weight', 'bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'];

type ConvTransposeFunction<N extends Spatial> = (
  ...args: Arguments<ConvTransposeArguments<N>, ConvTransposeOrder>
) => Tensor;

type ConvTransposeOp = (x: Value, w: Value, b: Value | null, attrs: nd.ConvTransposeNdAttrs) => Value;

function transposed<N extends Spatial>(name: string, n: N, op: ConvTransposeOp): ConvTransposeFunction<N> {
  const defaults = { bias: null, stride: 1, padding: 0, outputPadding: 0, groups: 1, dilation: 1 };
  return checked(`${name}(input, weight, bias?, ...)`, (...args: readonly unknown[]): Tensor => {
    const o = parseArgs<ConvTransposeArguments<N>>(name, ['input', 'weight'] as never, defaults as never, args);
    const padding: readonly number[] = sizesOf(name, 'padding', o.padding, n);
    const attrs = {
      stride: sizesOf(name, 'stride', o.stride, n, 1),
      padding: padding.map((amount) => [amount, amount] as const),
      outputPadding: sizesOf(name, 'outputPadding', o.outputPadding, n),
      dilation: sizesOf(name, 'dilation', o.dilation, n, 1),
      groups: o.groups,
    };
    return Tensor.of(op((o.input as Tensor).value, (o.weight as Tensor).value, o.bias?.value ?? null, attrs));
  });
}

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
