// Owns pooling by output size, and pooling of one dimension: thin over the ops.
import { showShape } from '../../compiler/meta';
import { ShapeError } from '../../errors';
import { expectFloat } from '../../graph/record';
import type { Value } from '../../graph/value';
import * as ops from '../../ops/adaptive-pool';
import { reshape } from '../../ops/cast';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import { pair, type Size2d } from '../sizes';
import { avgPool2d, maxPool2d } from './pooling';

/** Sizes of an output; null keeps that of the input. */
export type AdaptiveSize2d = number | null | readonly [number | null, number | null];

/** `f` of x as [N, C, H, W], the batch's dimension left out again where there was none. */
function batched<T extends readonly Value[]>(op: string, x: Tensor, f: (x: Value) => T): Tensor[] {
  const rank = x.shape.length;
  if (rank !== 3 && rank !== 4) {
    throw new ShapeError(`${op}: expected 4-D (or 3-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`);
  }
  if (rank === 4) return f(x.value).map(Tensor.of);
  return f(reshape(x.value, [1, ...x.shape])).map((y) => Tensor.of(reshape(y, y.shape.slice(1))));
}

function adaptiveSize(op: string, size: AdaptiveSize2d, x: Tensor): [number, number] {
  const both = typeof size === 'object' && size ? size : [size, size];
  const [height, width] = both.map((n, d) => n ?? x.shape.at(d - 2) ?? 1) as [number, number];
  return pair(op, 'outputSize', both.length === 2 ? [height, width] : (size as Size2d));
}

/** Means of `outputSize` windows that cover the input. Shape: [N, C, H, W] or [C, H, W] → [N, C, ...outputSize]. */
export function adaptiveAvgPool2d(
  x: Tensor,
  ...args: Arguments<{ outputSize: AdaptiveSize2d }, ['outputSize']>
): Tensor {
  const op = 'adaptiveAvgPool2d';
  const { outputSize } = parseArgs<{ outputSize: AdaptiveSize2d }>(op, ['outputSize'], {}, args);
  return batched(op, x, (value) => [ops.adaptiveAvgPool2d(value, adaptiveSize(op, outputSize, x))])[0]!;
}

export interface IndicesOptions {
  returnIndices?: boolean;
}

export const indicesArgs = (name: string, options?: IndicesOptions | boolean) =>
  parseArgs<IndicesOptions>(name, [], { returnIndices: false }, [options]);

/** Maxima of the same windows; with `returnIndices` also their places in the plane. */
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptiveSize2d,
  options: { returnIndices: true } | true,
): [values: Tensor, indices: Tensor];
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptiveSize2d,
  options?: { returnIndices?: false } | false,
): Tensor;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptiveSize2d,
  options?: IndicesOptions | boolean,
): Tensor | [Tensor, Tensor] {
  const { returnIndices } = indicesArgs('adaptiveMaxPool2d', options);
  const op = 'adaptiveMaxPool2d';
  const pooled = batched(op, x, (value) => ops.adaptiveMaxPool2d(value, adaptiveSize(op, outputSize, x)));
  return returnIndices ? (pooled as [Tensor, Tensor]) : pooled[0]!;
}

// ── One dimension: images of one row ──

/** [N, C, 1, L] or [C, 1, L] */
function asRow(op: string, x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank !== 2 && rank !== 3) {
    throw new ShapeError(`${op}: expected 3-D (or 2-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`);
  }
  return x.unsqueeze(-2);
}

interface MaxPool1dArguments {
  kernelSize: number;
  /** Default: kernelSize. */
  stride?: number | null;
  padding?: number;
  dilation?: number;
  ceilMode?: boolean;
}

type MaxPool1dOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode'];

/** `maxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export function maxPool1d(
  x: Tensor,
  kernelSize: number,
  options: Omit<MaxPool1dArguments, 'kernelSize'> & { returnIndices: true },
): [values: Tensor, indices: Tensor];
export function maxPool1d(
  x: Tensor,
  ...args: Arguments<MaxPool1dArguments & { returnIndices?: false }, MaxPool1dOrder>
): Tensor;
export function maxPool1d(x: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  const defaults = { stride: null, padding: 0, dilation: 1, ceilMode: false, returnIndices: false };
  const o = parseArgs<MaxPool1dArguments & { returnIndices?: boolean }>('maxPool1d', ['kernelSize'], defaults, args);
  if (!o.returnIndices) expectFloat('maxPool1d', 'input', x);
  const [values, indices] = maxPool2d(asRow('maxPool1d', x), [1, o.kernelSize], {
    stride: [1, o.stride ?? o.kernelSize],
    padding: [0, o.padding],
    dilation: [1, o.dilation],
    ceilMode: o.ceilMode,
    returnIndices: true,
  }).map((y) => y.squeeze(-2)) as [Tensor, Tensor];
  return o.returnIndices ? [values, indices] : values;
}

interface AvgPool1dArguments {
  kernelSize: number;
  /** Default: kernelSize. */
  stride?: number | null;
  padding?: number;
  ceilMode?: boolean;
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
}

type AvgPool1dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad'];

/** `avgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export function avgPool1d(x: Tensor, ...args: Arguments<AvgPool1dArguments, AvgPool1dOrder>): Tensor {
  const defaults = { stride: null, padding: 0, ceilMode: false, countIncludePad: true };
  const o = parseArgs<AvgPool1dArguments>('avgPool1d', ['kernelSize'], defaults, args);
  return avgPool2d(asRow('avgPool1d', x), [1, o.kernelSize], {
    stride: [1, o.stride ?? o.kernelSize],
    padding: [0, o.padding],
    ceilMode: o.ceilMode,
    countIncludePad: o.countIncludePad,
  }).squeeze(-2);
}

/** `adaptiveAvgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export const adaptiveAvgPool1d = (x: Tensor, outputSize: number): Tensor =>
  adaptiveAvgPool2d(asRow('adaptiveAvgPool1d', x), [1, outputSize]).squeeze(-2);

/** `adaptiveMaxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number,
  options: { returnIndices: true } | true,
): [values: Tensor, indices: Tensor];
export function adaptiveMaxPool1d(x: Tensor, outputSize: number, options?: { returnIndices?: false } | false): Tensor;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number,
  options?: IndicesOptions | boolean,
): Tensor | [Tensor, Tensor] {
  const { returnIndices } = indicesArgs('adaptiveMaxPool1d', options);
  const [values, indices] = adaptiveMaxPool2d(asRow('adaptiveMaxPool1d', x), [1, outputSize], {
    returnIndices: true,
  }).map((y) => y.squeeze(-2)) as [Tensor, Tensor];
  return returnIndices ? [values, indices] : values;
}
