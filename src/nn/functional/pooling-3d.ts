// Owns F's pooling over three dimensions, made of pooling over planes and then over depth.

import { ShapeError } from '../../core/errors';
import { numel, showShape } from '../../core/meta';
import { type Arguments, parseArgs } from '../../core/options';
import { truncated, windowLengths } from '../../ops/whole-windows';
import { callable, checked } from '../../tensor/callable';
import { tensor } from '../../tensor/creation';
import { Tensor } from '../../tensor/tensor';
import { type Size, sizesOf, strideOf } from '../sizes';
import { adaptiveArgs, adaptiveAvgPool2d, adaptiveMaxPool2d } from './adaptive-pooling';
import type { IndicesOptions, MaxPool } from './indices';
import { avgPool2d, divisorKind, maxPool2d } from './pooling';

/** Sizes of an output; null keeps that of the input. */
export type AdaptiveSize3d = number | null | readonly [number | null, number | null, number | null];

type Volume = readonly [depth: number, height: number, width: number];

function volumeOf(op: string, x: Tensor): Volume {
  const rank = x.dim();
  if (rank !== 4 && rank !== 5) {
    throw new ShapeError(`${op}: expected 5-D (or 4-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`);
  }
  if (x.shape.slice(rank - 4).includes(0)) {
    throw new ShapeError(
      `${op}: expected input whose sizes but the batch's are greater than 0, but got ${showShape(x.shape)}`,
    );
  }
  return x.shape.slice(-3) as unknown as Volume;
}

/** Every slice of every channel as a plane of its own: [N · C · D, 1, H, W]. */
const planes = (x: Tensor): Tensor => x.reshape([numel(x.shape.slice(0, -2)), 1, ...x.shape.slice(-2)]);

/** Pooled planes as columns of depth: [N · C, 1, D, H' · W']. */
const columns = (pooled: Tensor, depth: number): Tensor => {
  const [height, width] = pooled.shape.slice(-2) as [number, number];
  return pooled.reshape([pooled.shape[0]! / depth, 1, depth, height * width]);
};

/** `y` of columns with x's leading dimensions back: [...lead, D', H', W']. */
const restore = (y: Tensor, x: Tensor, [height, width]: readonly number[]): Tensor =>
  y.reshape([...x.shape.slice(0, -3), y.shape[2]!, height!, width!]);

/** Pools planes and then depth, and tells where in the volume each maximum is. */
function maxima(
  x: Tensor,
  volume: Volume,
  overPlanes: (x: Tensor) => [Tensor, Tensor],
  overDepth: (x: Tensor) => [Tensor, Tensor],
  returnIndices: boolean,
): Tensor | [Tensor, Tensor] {
  const [depth, height, width] = volume;
  const [plane, inPlane] = overPlanes(planes(x));
  const [values, inColumns] = overDepth(columns(plane, depth));
  const size = plane.shape.slice(-2);
  const pooled = restore(values, x, size);
  if (!returnIndices) return pooled;
  const rows = size[0]! * size[1]!;
  const groups = values.shape[0]!;
  const flat = inColumns.reshape([groups, numel(inColumns.shape.slice(1))]);
  const places = inPlane.reshape([groups, depth * rows]).gather(1, flat);
  const indices = flat
    .floorDivide(rows)
    .mul(height * width)
    .add(places);
  return [pooled, restore(indices.reshape(values.shape), x, size)];
}

interface PoolArguments {
  kernelSize: Size<3>;
  /** Default: kernelSize. */
  stride?: Size<3> | readonly [] | null;
  padding?: Size<3>;
  ceilMode?: boolean;
}

interface MaxPool3dArguments extends PoolArguments {
  dilation?: Size<3>;
}

type MaxPool3dOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode'];

/**
 * The maximum of each window; the first one wins, and NaN is the largest. With `returnIndices` also its place in the volume.
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. Defaults: stride kernelSize, padding 0, dilation 1.
 */
export const maxPool3d = checked('maxPool3d(input, ...)', maxPool3dOf as MaxPool<MaxPool3dArguments, MaxPool3dOrder>);

function maxPool3dOf(x: Tensor, ...args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const op = 'maxPool3d';
  const defaults = { stride: null, padding: 0, dilation: 1, ceilMode: false, returnIndices: false };
  const o = parseArgs<MaxPool3dArguments & IndicesOptions>(op, ['kernelSize'], defaults, args);
  const volume = volumeOf(op, x);
  const [kd, kh, kw] = sizesOf<3>(op, 'kernelSize', o.kernelSize, 3, 1);
  const [sd, sh, sw] = sizesOf<3>(op, 'stride', strideOf(o.stride, o.kernelSize), 3, 1);
  const [pd, ph, pw] = sizesOf<3>(op, 'padding', o.padding, 3);
  const [dd, dh, dw] = sizesOf<3>(op, 'dilation', o.dilation, 3, 1);
  const shared = { ceilMode: o.ceilMode, returnIndices: true } as const;
  return maxima(
    x,
    volume,
    (y) => maxPool2d(y, [kh, kw], { stride: [sh, sw], padding: [ph, pw], dilation: [dh, dw], ...shared }),
    (y) => maxPool2d(y, [kd, 1], { stride: [sd, 1], padding: [pd, 0], dilation: [dd, 1], ...shared }),
    o.returnIndices,
  );
}

interface AvgPool3dArguments extends PoolArguments {
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
  /** Divide by this rather than by the number of elements. */
  divisorOverride?: number | null;
}

type AvgPool3dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'];

/** The mean of each window. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. Defaults: stride kernelSize, padding 0. */
export const avgPool3d = callable(
  'avgPool3d(input, ...)',
  (x: Tensor, ...args: Arguments<AvgPool3dArguments, AvgPool3dOrder>): Tensor => {
    const op = 'avgPool3d';
    const defaults = { stride: null, padding: 0, ceilMode: false, countIncludePad: true, divisorOverride: null };
    const o = parseArgs<AvgPool3dArguments>(op, ['kernelSize'], defaults, args, { divisorOverride: divisorKind });
    const [depth] = volumeOf(op, x);
    const [kd, kh, kw] = sizesOf<3>(op, 'kernelSize', o.kernelSize, 3, 1);
    const [sd, sh, sw] = sizesOf<3>(op, 'stride', strideOf(o.stride, o.kernelSize), 3, 1);
    const [pd, ph, pw] = sizesOf<3>(op, 'padding', o.padding, 3);
    const { ceilMode, countIncludePad, divisorOverride } = o;
    const shared = { ceilMode, countIncludePad };
    // Whole numbers are divided once, at the end.
    const whole = x.dtype === 'int64';
    const plane = avgPool2d(planes(x), [kh, kw], {
      stride: [sh, sw],
      padding: [ph, pw],
      divisorOverride: whole ? 1 : divisorOverride,
      ...shared,
    });
    const pooled = avgPool2d(columns(plane, depth), [kd, 1], {
      stride: [sd, 1],
      padding: [pd, 0],
      divisorOverride: whole || divisorOverride !== null ? 1 : null,
      ...shared,
    });
    const y = restore(pooled, x, plane.shape.slice(-2));
    if (!whole) return y;
    const axes = [kd, kh, kw].map((kernel, d) => ({ kernel, stride: [sd, sh, sw][d]!, padding: [pd, ph, pw][d]! }));
    const lengths = axes.map((axis, d) => {
      const counts = windowLengths(x.shape.at(d - 3)!, y.shape.at(d - 3)!, axis, countIncludePad);
      return tensor(counts, { dtype: 'int64' }).reshape([-1, ...[1, 1].slice(0, 2 - d)]);
    });
    const divisor = divisorOverride ?? lengths.reduce((a, b) => a.mul(b)).value;
    return Tensor.of(truncated(y.value, divisor));
  },
);

function adaptiveSize(op: string, size: AdaptiveSize3d, volume: Volume): Volume {
  const all: readonly (number | null)[] = Array.isArray(size)
    ? size
    : [size as number | null, size as number | null, size as number | null];
  const sizes = all.map((n, d) => n ?? volume[d] ?? 1) as [number, number, number];
  return sizesOf<3>(op, 'outputSize', sizes, 3);
}

/** Means of `outputSize` windows that cover the input. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, ...outputSize]. */
export const adaptiveAvgPool3d = callable(
  'adaptiveAvgPool3d(input, outputSize: value)',
  (x: Tensor, outputSize: AdaptiveSize3d): Tensor => {
    const volume = volumeOf('adaptiveAvgPool3d', x);
    const [depth, height, width] = adaptiveSize('adaptiveAvgPool3d', outputSize, volume);
    if (depth === 1 && height === 1 && width === 1) return x.mean([-3, -2, -1], { keepdim: true });
    const plane = columns(adaptiveAvgPool2d(planes(x), [height, width]), volume[0]);
    return restore(adaptiveAvgPool2d(plane, [depth, null]), x, [height, width]);
  },
);

/** Maxima of the same windows; with `returnIndices` also their places in the volume. */
export const adaptiveMaxPool3d = checked(
  'adaptiveMaxPool3d(input, ...)',
  adaptiveMaxPool3dOf as MaxPool<{ outputSize: AdaptiveSize3d }, ['outputSize']>,
);

function adaptiveMaxPool3dOf(x: Tensor, ...args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const { outputSize, returnIndices } = adaptiveArgs<AdaptiveSize3d>('adaptiveMaxPool3d', args);
  const volume = volumeOf('adaptiveMaxPool3d', x);
  const [depth, height, width] = adaptiveSize('adaptiveMaxPool3d', outputSize, volume);
  const pool = (y: Tensor, size: readonly [number, number | null]) =>
    adaptiveMaxPool2d(y, size, { returnIndices: true });
  return maxima(
    x,
    volume,
    (y) => pool(y, [height, width]),
    (y) => pool(y, [depth, null]),
    returnIndices,
  );
}
