// F's pooling over three dimensions, made of pooling over planes and then over depth.

import { ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { truncated, windowLengths } from '../../../engine/ops/conv/whole-windows';
import { callable, checked } from '../../tensor/calling/callable';
import { tensor } from '../../tensor/creation/creation';
import { Tensor } from '../../tensor/tensor';
import { sizesOf } from '../layers/sizes';
import { adaptiveArgs, adaptiveAvgPool2d, adaptiveMaxPool2d } from './adaptive-pooling';
import type { MaxPool } from './indices';
import {
  type AvgPoolArguments,
  type AvgPoolOrder,
  avgPooling,
  avgPoolSettings,
  type Maxima,
  maxima,
  maxPooling,
  means,
  plane,
} from './pooling';

/** Output sizes; null keeps the input's size in that dimension. */
export type AdaptiveSize3d = number | null | readonly [number | null, number | null, number | null];

type Volume = readonly [depth: number, height: number, width: number];

function volumeOf(op: string, x: Tensor): Volume {
  const rank = x.dim();
  if (rank !== 4 && rank !== 5) {
    throw new ShapeError(`${op}: expected 5-D (or 4-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`);
  }
  if (x.shape.slice(rank - 4).includes(0)) {
    throw new ShapeError(
      `${op}: expected input with no dimension of size 0 but the batch, but got ${showShape(x.shape)}`,
    );
  }
  return x.shape.slice(-3) as [number, number, number];
}

/** Every slice of every channel as a plane of its own: [N · C · D, 1, H, W]. */
const planes = (x: Tensor): Tensor => x.reshape([numel(x.shape.slice(0, -2)), 1, ...x.shape.slice(-2)]);

/** Pooled planes as columns of depth: [N · C, 1, D, H' · W']. */
const columns = (pooled: Tensor, depth: number): Tensor => {
  const [height, width] = pooled.shape.slice(-2) as [number, number];
  return pooled.reshape([pooled.shape[0]! / depth, 1, depth, height * width]);
};

/** Reshapes pooled columns to x's leading dimensions: [...lead, D', H', W']. */
const restore = (y: Tensor, x: Tensor, [height, width]: readonly number[]): Tensor =>
  y.reshape([...x.shape.slice(0, -3), y.shape[2]!, height!, width!]);

/** Pools planes and then depth. If both return indices, these are combined into indices in the flattened volume. */
function inVolume(
  x: Tensor,
  volume: Volume,
  overPlanes: (x: Tensor) => Maxima,
  overDepth: (x: Tensor) => Maxima,
  mayBeEmpty = false,
): Maxima {
  const [depth, height, width] = volume;
  const [flat, inPlane] = overPlanes(planes(x));
  const [values, inColumns] = overDepth(columns(flat, depth));
  const size = flat.shape.slice(-2);
  const pooled = restore(values, x, size);
  if (!inPlane || !inColumns) return [pooled];
  const rows = size[0]! * size[1]!;
  const groups = values.shape[0]!;
  const chosen = inColumns.reshape([groups, numel(inColumns.shape.slice(1))]);
  const places = inPlane.reshape([groups, depth * rows]).gather(1, mayBeEmpty ? chosen.clamp({ min: 0 }) : chosen);
  const all = chosen
    .floorDivide(rows)
    .mul(height * width)
    .add(places);
  // A window without elements has index -1.
  const indices = mayBeEmpty ? all.maskedFill(chosen.minimum(places).lt(0), -1) : all;
  return [pooled, restore(indices.reshape(values.shape), x, size)];
}

/**
 * The maximum of each window; the first one wins, and NaN is the largest. With `returnIndices` also its index in the
 * flattened volume.
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. Defaults: stride kernelSize, padding 0, dilation 1.
 */
export const maxPool3d = maxPooling('maxPool3d', 3, (x, windows, o) =>
  inVolume(
    x,
    volumeOf('maxPool3d', x),
    (y) => maxima(y, plane(windows, 1, 2), o),
    (y) => maxima(y, plane(windows, 0, null), o),
    windows.dilation.some((step) => step > 1),
  ),
);

/** The mean of each window. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. Defaults: stride kernelSize, padding 0. */
export const avgPool3d = avgPooling<3, AvgPoolArguments<3>, AvgPoolOrder>(
  'avgPool3d',
  3,
  avgPoolSettings,
  (x, windows, o) => {
    const [depth] = volumeOf('avgPool3d', x);
    const { divisorOverride } = o;
    // Integers are divided once, at the end, so that they are truncated only once.
    const whole = x.dtype === 'int64';
    const planar = means(planes(x), plane(windows, 1, 2), { ...o, divisorOverride: whole ? 1 : divisorOverride });
    const pooled = means(columns(planar, depth), plane(windows, 0, null), {
      ...o,
      divisorOverride: whole || divisorOverride !== null ? 1 : null,
    });
    const y = restore(pooled, x, planar.shape.slice(-2));
    if (!whole) return y;
    const lengths = windows.kernel.map((kernel, d) => {
      const axis = { kernel, stride: windows.stride[d]!, padding: windows.padding[d]! };
      const counts = windowLengths(x.shape.at(d - 3)!, y.shape.at(d - 3)!, axis, o.countIncludePad);
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
  (input: Tensor, outputSize: AdaptiveSize3d): Tensor => {
    const volume = volumeOf('adaptiveAvgPool3d', input);
    const [depth, height, width] = adaptiveSize('adaptiveAvgPool3d', outputSize, volume);
    if (depth === 1 && height === 1 && width === 1) return input.mean([-3, -2, -1], { keepdim: true });
    const plane = columns(adaptiveAvgPool2d(planes(input), [height, width]), volume[0]);
    return restore(adaptiveAvgPool2d(plane, [depth, null]), input, [height, width]);
  },
);

/** Maxima of the windows of `adaptiveAvgPool3d`; with `returnIndices` also their indices in the flattened volume. */
export const adaptiveMaxPool3d = checked(
  'adaptiveMaxPool3d(input, ...)',
  adaptiveMaxPool3dOf as MaxPool<{ outputSize: AdaptiveSize3d }, ['outputSize']>,
);

function adaptiveMaxPool3dOf(x: Tensor, ...args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const { outputSize, returnIndices } = adaptiveArgs<AdaptiveSize3d>('adaptiveMaxPool3d', args);
  const volume = volumeOf('adaptiveMaxPool3d', x);
  const [depth, height, width] = adaptiveSize('adaptiveMaxPool3d', outputSize, volume);
  const pool = (y: Tensor, size: readonly [number, number | null]): Maxima =>
    returnIndices ? adaptiveMaxPool2d(y, size, { returnIndices }) : [adaptiveMaxPool2d(y, size)];
  const pooled = inVolume(
    x,
    volume,
    (y) => pool(y, [height, width]),
    (y) => pool(y, [depth, null]),
  );
  return returnIndices ? (pooled as [Tensor, Tensor]) : pooled[0];
}
