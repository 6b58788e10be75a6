// Pooling by output size over one or two dimensions: thin wrappers around the ops.

import { either, type Kind, listOf, MOST_FEATURES, orNull, whole } from '../../../engine/core/argument-kinds';
import { ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Value } from '../../../engine/graph/value';
import * as ops from '../../../engine/ops/pooling/adaptive-pool';
import { reshape } from '../../../engine/ops/shape/cast';
import { callable, checked } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { pair, type Size2d, type SizePerDim, sizesOf } from '../layers/sizes';
import type { IndicesOptions, MaxPool } from './indices';
import { asRow } from './pooling';

/** Output sizes; null keeps the input's size in that dimension. */
export type AdaptiveSize2d = number | null | readonly [number | null, number | null];

/** Applies `f` to x as [N, C, H, W]. If x has no batch dimension, one is added for `f` and removed from the results. */
function batched<T extends readonly Value[]>(op: string, x: Tensor, f: (x: Value) => T): Tensor[] {
  const rank = x.shape.length;
  if (rank !== 3 && rank !== 4) {
    throw new ShapeError(`${op}: expected 4-D (or 3-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`);
  }
  if (rank === 4) return f(x.value).map(Tensor.of);
  return f(reshape(x.value, [1, ...x.shape])).map((y) => Tensor.of(reshape(y, y.shape.slice(1))));
}

const side = orNull(whole(0, MOST_FEATURES));

/** The kind of argument that is an output size of a pool over n dimensions. */
export const adaptiveKind = (n: number): Kind => either(side, listOf(side, n), listOf(side, 1));

function adaptiveSize(op: string, size: AdaptiveSize2d, x: Tensor): [number, number] {
  const both = Array.isArray(size)
    ? (size as readonly (number | null)[])
    : [size as number | null, size as number | null];
  const [height, width] = both.map((n, d) => n ?? x.shape.at(d - 2) ?? 1) as [number, number];
  return pair(op, 'outputSize', both.length === 2 ? [height, width] : (size as Size2d));
}

/** Means of `outputSize` windows that cover the input. Shape: [N, C, H, W] or [C, H, W] → [N, C, ...outputSize]. */
export const adaptiveAvgPool2d = callable(
  'adaptiveAvgPool2d(input, ...)',
  (input: Tensor, ...args: Arguments<{ outputSize: AdaptiveSize2d }, ['outputSize']>): Tensor => {
    const op = 'adaptiveAvgPool2d';
    const { outputSize } = parseArgs<{ outputSize: AdaptiveSize2d }>(op, ['outputSize'], {}, args);
    return batched(op, input, (value) => [ops.adaptiveAvgPool2d(value, adaptiveSize(op, outputSize, input))])[0]!;
  },
);

/** Parses the arguments of an adaptive pool: the output's size, and whether to return indices. */
export const adaptiveArgs = <S>(name: string, args: readonly unknown[]) => {
  type Parameters = { outputSize: S } & IndicesOptions;
  return parseArgs<Parameters>(name, ['outputSize' as never], { returnIndices: false } as never, args) as {
    outputSize: S;
    returnIndices: boolean;
  };
};

/** Maxima of the windows of `adaptiveAvgPool2d`; with `returnIndices` also their indices in the flattened plane. */
export const adaptiveMaxPool2d = checked(
  'adaptiveMaxPool2d(input, ...)',
  adaptiveMaxPool2dOf as MaxPool<{ outputSize: AdaptiveSize2d }, ['outputSize']>,
);

function adaptiveMaxPool2dOf(x: Tensor, ...args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const { outputSize, returnIndices } = adaptiveArgs<AdaptiveSize2d>('adaptiveMaxPool2d', args);
  const op = 'adaptiveMaxPool2d';
  const pooled = batched(op, x, (value) => ops.adaptiveMaxPool2d(value, adaptiveSize(op, outputSize, x)));
  return returnIndices ? (pooled as [Tensor, Tensor]) : pooled[0]!;
}

/** `adaptiveAvgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export const adaptiveAvgPool1d = callable(
  'adaptiveAvgPool1d(input, outputSize: value)',
  (input: Tensor, outputSize: SizePerDim<1>): Tensor => {
    const [length] = sizesOf<1>('adaptiveAvgPool1d', 'outputSize', outputSize, 1);
    return adaptiveAvgPool2d(asRow('adaptiveAvgPool1d', input), [1, length]).squeeze(-2);
  },
);

/** `adaptiveMaxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export const adaptiveMaxPool1d = checked(
  'adaptiveMaxPool1d(input, ...)',
  adaptiveMaxPool1dOf as MaxPool<{ outputSize: SizePerDim<1> }, ['outputSize']>,
);

function adaptiveMaxPool1dOf(x: Tensor, ...args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const { outputSize, returnIndices } = adaptiveArgs<SizePerDim<1>>('adaptiveMaxPool1d', args);
  const [length] = sizesOf<1>('adaptiveMaxPool1d', 'outputSize', outputSize, 1);
  const [values, indices] = adaptiveMaxPool2d(asRow('adaptiveMaxPool1d', x), [1, length], {
    returnIndices: true,
  }).map((y) => y.squeeze(-2)) as [Tensor, Tensor];
  return returnIndices ? [values, indices] : values;
}
