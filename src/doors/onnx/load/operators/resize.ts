// Resize and Upsample. Each axis is resized by itself: a new element is a weighted sum of the old elements around it.
import { nn, type Tensor, tensor } from '../../../../torch';
import { isFloat } from '../../../../torch/inside';
import { axisOf, bounded, boundedList } from '../arrange';
import type { Call, Operator, Operators } from '../call';

/** How an axis is resized. */
interface Axis {
  readonly size: number;
  readonly newSize: number;
  readonly scale: number;
  /** For tf_crop_and_resize: start and end of the part that is read. */
  readonly roi: readonly [start: number, end: number];
}

interface Manner {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: string;
  readonly nearest: string;
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
  readonly cubic: number;
  readonly extrapolation: number;
}

const f = Math.fround;

/**
 * The coordinate of new element i on the old axis. It is rounded to float32 at each step, as onnxruntime does: the
 * scale is a float32 of the file, and in double a third of 9 would be 26.99…, whose floor is another pixel.
 */
function placeOf(call: Call, coordinates: string, i: number, { size, newSize, scale, roi }: Axis): number {
  const half = f(f(f(i + 0.5) / scale) - 0.5);
  switch (coordinates) {
    case 'half_pixel':
      return half;
    case 'pytorch_half_pixel':
      return newSize > 1 ? half : 0;
    case 'half_pixel_symmetric': {
      const shift = f((size / 2) * f(1 - f(newSize / f(scale * size))));
      return f(shift + (i + 0.5) / scale - 0.5);
    }
    case 'tf_half_pixel_for_nn':
      return f(f(i + 0.5) / scale);
    case 'asymmetric':
      return f(i / scale);
    case 'align_corners':
      return newSize === 1 ? 0 : f(f(i * (size - 1)) / (newSize - 1));
    case 'tf_crop_and_resize': {
      const [start, end] = roi;
      if (newSize <= 1) return f(0.5 * f(start + end) * (size - 1));
      return f(f(start * (size - 1)) + f(f(f(i * f(end - start)) * (size - 1)) / (newSize - 1)));
    }
    default:
      return call.fail(`coordinate_transformation_mode '${coordinates}' is not supported`);
  }
}

/** The old elements that a new one reads, and their weights. They may be out of bounds. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Keys's cubic kernel with coefficient a. */
function keys(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** More taps are refused, since each is a product of its own. */
const MOST_TAPS = 4096;

function tapsOf(call: Call, place: number, scale: number, { mode, nearest, antialias, cubic }: Manner): Taps {
  const below = Math.ceil(place) - 1;
  // In (0, 1]: if the coordinate is exactly on an element, that element counts as the upper one.
  const ratio = place - below;
  if (mode === 'nearest') return { first: nearestTo(place, nearest, scale), weights: [1] };
  const support = mode === 'linear' ? 1 : 2;
  const narrow = antialias ? Math.min(scale, 1) : 1;
  const start = Math.floor(-support / narrow) + 1;
  const count = 2 - 2 * start;
  if (!(count <= MOST_TAPS))
    call.fail(`expected a new size that is not less than a thousandth, but got scale ${scale}`);
  const raw = Array.from({ length: count }, (_, i) => {
    const distance = (start + i - ratio) * narrow;
    return mode === 'linear' ? Math.max(0, 1 - Math.abs(distance)) : keys(distance, cubic);
  });
  const total = antialias ? raw.reduce((a, b) => a + b, 0) : 1;
  return { first: below + start, weights: raw.map((weight) => weight / total) };
}

/** A float32 coordinate this close below a half is rounded as a half, as in onnxruntime. */
const HALF_ERROR = 1e-6;

function nearestTo(place: number, mode: string, scale: number): number {
  // Version 10 does not define the rounding; this is onnxruntime's.
  if (mode === 'simple') return scale < 1 ? Math.ceil(place) : Math.floor(place);
  if (mode === 'floor') return Math.floor(place);
  if (mode === 'ceil') return Math.ceil(place);
  return mode === 'round_prefer_ceil' ? Math.floor(place + 0.5 + HALF_ERROR) : Math.ceil(place - 0.5);
}

function placesOf(call: Call, axis: Axis, { coordinates }: Manner): number[] {
  boundedList(call, axis.newSize);
  return Array.from({ length: axis.newSize }, (_, i) => placeOf(call, coordinates, i, axis));
}

/** Resizes one axis of x. */
function along(call: Call, x: Tensor, d: number, axis: Axis, manner: Manner): Tensor {
  const { size, newSize } = axis;
  const places = placesOf(call, axis, manner);
  const taps = places.map((place) => tapsOf(call, place, axis.scale, manner));
  const count = taps.reduce((most, { weights }) => Math.max(most, weights.length), 1);
  const shape = x.shape.map((_, k) => (k === d ? newSize : 1));
  const parts = Array.from({ length: count }, (_, k) => {
    const within = taps.map(({ first }) => Math.min(Math.max(first + k, 0), size - 1));
    const part = x.indexSelect(d, tensor(Int32Array.from(within), { dtype: 'int64' }));
    if (manner.mode === 'nearest') return part;
    const weights = taps.map((tap) => weightOf(tap, k, size, manner.excludeOutside));
    return part.mul(tensor(Float32Array.from(weights)).reshape(shape).to(part.dtype));
  });
  const y = parts.reduce((a, b) => a.add(b));
  if (manner.coordinates !== 'tf_crop_and_resize') return y;
  const outside = places.map((place) => place < 0 || place > size - 1);
  if (!outside.includes(true)) return y;
  const mask = tensor(Uint8Array.from(outside, Number)).to('bool').reshape(shape);
  return y.maskedFill(mask, manner.extrapolation);
}

function weightOf({ first, weights }: Taps, k: number, size: number, excludeOutside: boolean): number {
  const inside = (i: number) => first + i >= 0 && first + i < size;
  if (!excludeOutside) return weights[k] ?? 0;
  const total = weights.reduce((sum, weight, i) => (inside(i) ? sum + weight : sum), 0);
  return inside(k) ? (weights[k] ?? 0) / (total || 1) : 0;
}

/** The axes by dimension; null for those that keep their size. */
function axesOf(
  call: Call,
  shape: readonly number[],
  roiInput: number,
  scales: number[] | null,
  sizes: number[] | null,
) {
  const rank = shape.length;
  const axes = call.ints('axes')?.map((axis) => axisOf(call, axis, rank)) ?? shape.map((_, d) => d);
  const given = scales ?? sizes ?? call.fail('expected scales or sizes');
  if (given.length !== axes.length) call.fail(`expected ${axes.length} scales or sizes, but got ${given.length}`);
  const policy = call.text('keep_aspect_ratio_policy', 'stretch');
  const ratios = sizes?.map((size, i) => f(size / shape[axes[i]!]!)) ?? [];
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  const keeps = sizes !== null && policy !== 'stretch';
  const roi = call.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize' ? call.numbers(roiInput) : [];
  const result = new Array<Axis | null>(rank).fill(null);
  axes.forEach((d, i) => {
    const size = shape[d]!;
    const scale = scales ? f(scales[i]!) : keeps ? ratio : ratios[i]!;
    if (!(scale > 0) && size > 0) call.fail(`expected scales greater than 0, but got ${scale}`);
    const newSize = scales ? Math.floor(f(scale * size)) : keeps ? Math.floor(f(ratio * size) + 0.5) : sizes![i]!;
    result[d] = { size, newSize, scale, roi: [roi[i] ?? 0, roi[axes.length + i] ?? 1] };
  });
  bounded(
    call,
    shape.map((size, d) => result[d]?.newSize ?? size),
  );
  return result;
}

/** With antialiasing, an axis of unchanged size is copied; otherwise only if the scale is 1. */
const stays = ({ size, newSize, scale, roi }: Axis, { antialias }: Manner): boolean =>
  newSize === size && (antialias || scale === 1) && roi[0] === 0 && roi[1] === 1;

type Interpolation = 'nearest' | 'linear' | 'bilinear' | 'trilinear' | 'bicubic';

/** PyTorch's interpolation mode that computes the same over 1 to 3 dimensions; null if there is none. */
function interpolationOf({ mode, coordinates, nearest, antialias, excludeOutside, cubic }: Manner, rank: number) {
  if (antialias || excludeOutside || rank < 1 || rank > 3) return null;
  if (mode === 'nearest') return coordinates === 'asymmetric' && nearest === 'floor' ? 'nearest' : null;
  if (!['align_corners', 'half_pixel', 'pytorch_half_pixel'].includes(coordinates)) return null;
  if (mode === 'cubic') return rank === 2 && cubic === -0.75 ? 'bicubic' : null;
  return (['linear', 'bilinear', 'trilinear'] as const)[rank - 1]!;
}

/** Whether F.interpolate, which multiplies by the inverse of the scale, reads the same elements. */
function nearestBySize({ size, newSize }: Axis, places: readonly number[]): boolean {
  const step = f(size / newSize);
  const last = size - 1;
  return places.every((place, i) => Math.min(Math.floor(place), last) === Math.min(Math.floor(f(i * step)), last));
}

/** If PyTorch's interpolation computes the same, uses its kernel; else null. */
function asInterpolated(call: Call, x: Tensor, axes: readonly (Axis | null)[], manner: Manner): Tensor | null {
  const [batch, channels, ...spatial] = axes;
  const free = (axis: Axis | null | undefined) => !axis || stays(axis, manner);
  const isSame = (axis: Axis) =>
    manner.mode === 'nearest'
      ? nearestBySize(axis, placesOf(call, axis, manner))
      : axis.scale === f(axis.newSize / axis.size) && axis.newSize > 1;
  const exact = spatial.every((axis) => !axis || isSame(axis));
  const mode: Interpolation | null = interpolationOf(manner, spatial.length);
  if (mode === null || !isFloat(x.dtype) || !free(batch) || !free(channels) || !exact) return null;
  const size = spatial.map((axis, d) => axis?.newSize ?? x.shape[d + 2]!);
  if (mode === 'nearest') return nn.functional.interpolate(x, { size, mode });
  return nn.functional.interpolate(x, { size, mode, alignCorners: manner.coordinates === 'align_corners' });
}

function resized(call: Call, axes: readonly (Axis | null)[], manner: Manner): Tensor {
  const x = call.tensor(0);
  // As in onnxruntime: if the shape stays the same, the input is copied, whatever the scales are.
  if (manner.coordinates !== 'tf_crop_and_resize' && axes.every((axis) => !axis || axis.newSize === axis.size))
    return x;
  const quick = asInterpolated(call, x, axes, manner);
  if (quick) return quick;
  const whole = !isFloat(x.dtype) && manner.mode !== 'nearest';
  let y = whole ? x.float() : x;
  axes.forEach((axis, d) => {
    if (axis && !stays(axis, manner)) y = along(call, y, d, axis, manner);
  });
  return whole ? y.round().to(x.dtype) : y;
}

const modeOf = (call: Call): Manner['mode'] => {
  const mode = call.text('mode', 'nearest');
  if (mode === 'nearest' || mode === 'linear' || mode === 'cubic') return mode;
  return call.fail(`mode '${mode}' is not supported`);
};

/** Version 10 has only scales, and the coordinates of Upsample; later versions have regions, scales and sizes. */
const Resize: Operator = (call) => {
  const old = call.opset < 11;
  const filled = (i: number) => {
    const numbers = call.optionalNumbers(i);
    return numbers && numbers.length > 0 ? numbers : null;
  };
  const [scales, sizes] = old ? [call.numbers(1), null] : [filled(2), filled(3)];
  const manner: Manner = {
    mode: modeOf(call),
    coordinates: call.text('coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel'),
    nearest: call.text('nearest_mode', old ? 'simple' : 'round_prefer_floor'),
    antialias: call.int('antialias', 0) === 1,
    excludeOutside: call.int('exclude_outside', 0) === 1,
    cubic: call.float('cubic_coeff_a', -0.75),
    extrapolation: call.float('extrapolation_value', 0),
  };
  return resized(call, axesOf(call, call.tensor(0).shape, 1, scales, sizes), manner);
};

const Upsample: Operator = (call) => {
  const manner: Manner = {
    mode: modeOf(call),
    coordinates: 'asymmetric',
    nearest: 'floor',
    antialias: false,
    excludeOutside: false,
    cubic: -0.75,
    extrapolation: 0,
  };
  const scales = call.has(1) ? call.numbers(1) : (call.floats('scales') ?? call.fail('expected scales'));
  return resized(call, axesOf(call, call.tensor(0).shape, 1, scales, null), manner);
};

export const resizing: Operators = { Resize, Upsample };
