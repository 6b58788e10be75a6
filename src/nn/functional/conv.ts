// Owns F.conv2d and F.convTranspose2d: thin over the ops.
import { ArgumentError } from '../../errors';
import * as ops from '../../ops/conv';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import { pair, type Size2d } from '../sizes';

type Padding = Size2d | 'same' | 'valid';
type Sides = readonly [top: number, bottom: number, left: number, right: number];

interface Conv2dArguments {
  bias?: Tensor | null;
  stride?: Size2d;
  padding?: Padding;
  dilation?: Size2d;
  groups?: number;
}

/** Padding as rows above and below, columns left and right; 'same' has the larger part of an odd total at the end. */
function sidesOf(
  padding: Padding,
  weight: Tensor,
  stride: readonly number[],
  dilation: readonly [number, number],
): Sides {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') {
    const [rows, columns] = pair('conv2d', 'padding', padding);
    return [rows, rows, columns, columns];
  }
  if (stride.some((step) => step !== 1)) {
    throw new ArgumentError(`conv2d: expected stride 1 with padding 'same', but got [${stride.join(', ')}]`);
  }
  const [rows, columns] = dilation.map((step, d) => step * ((weight.shape[2 + d] ?? 1) - 1)) as [number, number];
  return [Math.floor(rows / 2), Math.ceil(rows / 2), Math.floor(columns / 2), Math.ceil(columns / 2)];
}

/**
 * Cross-correlation of x with a weight of shape [out, in / groups, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, H, W] or [in, H, W] → [N, out, H', W']. Defaults: bias null, stride 1, padding 0, dilation 1, groups 1.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  ...args: Arguments<Conv2dArguments, ['bias', 'stride', 'padding', 'dilation', 'groups']>
): Tensor;
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: Omit<Conv2dArguments, 'bias'>): Tensor;
export function conv2d(x: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  const defaults = { bias: null, stride: 1, padding: 0, dilation: 1, groups: 1 };
  const o = parseArgs<Conv2dArguments>('conv2d', [], defaults, args);
  const stride = pair('conv2d', 'stride', o.stride, 1);
  const dilation = pair('conv2d', 'dilation', o.dilation, 1);
  const padding = sidesOf(o.padding, weight, stride, dilation);
  const attrs = { stride, padding, dilation, groups: o.groups };
  return Tensor.of(ops.conv2d(x.value, weight.value, o.bias?.value ?? null, attrs));
}

interface ConvTranspose2dArguments {
  bias?: Tensor | null;
  stride?: Size2d;
  padding?: Size2d;
  outputPadding?: Size2d;
  groups?: number;
  dilation?: Size2d;
}

type ConvTranspose2dOrder = ['bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'];

/**
 * The adjoint of conv2d, with a weight of shape [in, out / groups, kernelHeight, kernelWidth].
 *
 * Shape: [N, in, H, W] or [in, H, W] → [N, out, H', W']. Defaults: bias null, stride 1, padding 0, outputPadding 0, groups 1, dilation 1.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  ...args: Arguments<ConvTranspose2dArguments, ConvTranspose2dOrder>
): Tensor {
  const name = 'convTranspose2d';
  const defaults = { bias: null, stride: 1, padding: 0, outputPadding: 0, groups: 1, dilation: 1 };
  const o = parseArgs<ConvTranspose2dArguments>(name, [], defaults, args);
  const [rows, columns] = pair(name, 'padding', o.padding);
  const attrs = {
    stride: pair(name, 'stride', o.stride, 1),
    padding: [rows, rows, columns, columns],
    outputPadding: pair(name, 'outputPadding', o.outputPadding),
    dilation: pair(name, 'dilation', o.dilation, 1),
    groups: o.groups,
  } as const;
  return Tensor.of(ops.convTranspose2d(x.value, weight.value, o.bias?.value ?? null, attrs));
}
