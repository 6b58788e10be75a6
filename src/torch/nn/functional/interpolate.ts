// F.interpolate: rows, images and volumes at another size.

import { either, flag, nonEmpty, orNull, positive, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { numel, type Shape, showShape } from '../../../engine/core/meta';
import { type Arguments, type Defaults, type Parsed, parseArgs } from '../../../engine/core/options';
import { expectFloat, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { axisTaps } from '../../../engine/ops/pictures/picture-taps';
import { pictureResample, pixelsOf } from '../../../engine/ops/pictures/pictures';
import { checkSizes, type ResampleAttrs, resample2d } from '../../../engine/ops/pictures/resample';
import { resampleBytes } from '../../../engine/ops/pictures/resample-bytes';
import { cast, reshape } from '../../../engine/ops/shape/cast';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

/** How values between elements are interpolated. */
export type InterpolateMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'trilinear'
  | 'bicubic'
  | 'lanczos'
  | 'area';

/** The kinds of the options that set the output's size: one number for all dimensions, or one for each. */
export const newSize = {
  size: orNull(either(whole(1), nonEmpty(whole(1)))),
  scaleFactor: orNull(either(positive, nonEmpty(positive))),
};

export interface UpsampleArguments {
  /** The output's size, one number for all dimensions or one for each; either this or scaleFactor. */
  size?: number | readonly number[] | null;
  /** Output size over input size, one number for all dimensions or one for each. */
  scaleFactor?: number | readonly number[] | null;
  /** Default 'nearest'; 'linear' is for [N, C, L], 'bilinear' and 'bicubic' for [N, C, H, W], 'trilinear' for [N, C, D, H, W]. */
  mode?: InterpolateMode;
  /** Corner elements lie at the same place in input and output; for the linear and cubic modes only, default false. */
  alignCorners?: boolean | null;
  /** Compute the scale from the rounded sizes rather than take scaleFactor; default false. */
  recomputeScaleFactor?: boolean | null;
}

export interface InterpolateArguments extends UpsampleArguments {
  /**
   * When downscaling, widen the filter to the distance between outputs, so that no input element is skipped. For images
   * by 'bilinear', 'bicubic' (with a = -1/2, as Pillow) and 'lanczos'; default false.
   */
  antialias?: boolean;
}

export type UpsampleOrder = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor'];
type InterpolateOrder = [...UpsampleOrder, 'antialias'];

export const upsampleDefaults: Defaults<UpsampleArguments> = {
  size: null,
  scaleFactor: null,
  mode: 'nearest',
  alignCorners: null,
  recomputeScaleFactor: null,
};

/** For each mode: how it resamples an axis, and the number of spatial dimensions that it is for. */
const modes: Record<InterpolateMode, { by: ResampleAttrs['mode']; rank?: number }> = {
  nearest: { by: 'nearest' },
  'nearest-exact': { by: 'nearest' },
  linear: { by: 'linear', rank: 1 },
  bilinear: { by: 'linear', rank: 2 },
  trilinear: { by: 'linear', rank: 3 },
  bicubic: { by: 'cubic', rank: 2 },
  // Always antialiased, so computed by filters; `by` is not used.
  lanczos: { by: 'cubic', rank: 2 },
  area: { by: 'area' },
};

const linearModes = ['linear', 'bilinear', 'trilinear'];

function each(name: string, given: number | readonly number[], rank: number): readonly number[] {
  const all = typeof given === 'number' ? Array<number>(rank).fill(given) : given;
  if (all.length !== rank) {
    throw new ArgumentError(
      `interpolate: expected ${name} to be a number or ${rank} of them, one a spatial dimension, but got ${showShape(all)}`,
    );
  }
  return all;
}

/**
 * x at another size. Shape: [N, C, L] → [N, C, L'], [N, C, H, W] → [N, C, H', W'] or [N, C, D, H, W] → [N, C, D', H', W'], by
 * `size` or ⌊size · scaleFactor⌋.
 */
export const interpolate = callable(
  'interpolate(input, ...)',
  (input: Tensor, ...args: Arguments<InterpolateArguments, InterpolateOrder>): Tensor => {
    const defaults = { ...upsampleDefaults, antialias: false };
    const o = parseArgs<InterpolateArguments>('interpolate', [], defaults, args, { ...newSize, antialias: flag });
    const { mode, alignCorners, antialias } = o;
    const { shape } = input;
    const rank = shape.length - 2;
    const kind = checkMode(mode, shape);
    checkAntialias(o);
    const smooth = kind.rank !== undefined;
    if (alignCorners !== null && !smooth) {
      throw new ArgumentError(`interpolate: alignCorners is for the linear and cubic modes, but got mode '${mode}'`);
    }
    if ((o.size === null) === (o.scaleFactor === null)) {
      throw new ArgumentError('interpolate: expected either size or scaleFactor');
    }
    const given = shape.slice(2);
    const factors = o.scaleFactor === null ? null : each('scaleFactor', o.scaleFactor, rank);
    const size = factors ? given.map((n, d) => Math.floor(n * factors[d]!)) : each('size', o.size!, rank);
    const byFactor = factors !== null && mode !== 'area' && !o.recomputeScaleFactor;
    const scale = given.map((n, d) => {
      const copied = copies(mode, size[d]! / n, rank, antialias);
      if (copied) return 1 / copied;
      if (smooth && alignCorners) return size[d]! > 1 ? (n - 1) / (size[d]! - 1) : 0;
      return byFactor ? 1 / factors[d]! : n / size[d]!;
    });
    const centred = mode === 'nearest-exact' || (smooth && !alignCorners);
    const manner = { mode: kind.by, center: centred ? 0.5 : 0, shift: smooth && centred ? 0.5 : 0 };
    const by = byFactor ? factors.map((factor) => 1 / factor) : null;
    const axes = { size, scale, by };
    const y = antialias
      ? filtered(input.value, axes, mode as Filtered, alignCorners ?? false)
      : resampled(input.value, axes, manner, alignCorners ?? false);
    return Tensor.of(
      named(y, `Upsample${mode[0]!.toUpperCase()}${mode.slice(1)}${rank}D${antialias ? 'Aa' : ''}Backward0`),
    );
  },
);

/**
 * How many times each element of an axis is copied to the output, whatever scaleFactor was given; 0 if coordinates
 * decide. As in PyTorch, filters and the linear modes copy an axis whose size stays, and 'nearest' on images also one
 * that doubles.
 */
function copies(mode: InterpolateMode, factor: number, rank: number, antialias: boolean): number {
  const copied =
    mode === 'nearest'
      ? rank === 2 && (factor === 1 || factor === 2)
      : (antialias || modes[mode].by === 'linear') && factor === 1;
  return copied ? factor : 0;
}

function checkMode(mode: InterpolateMode, shape: Shape): { by: ResampleAttrs['mode']; rank?: number } {
  const rank = shape.length - 2;
  const kind = modes[mode];
  if (!kind) {
    const all = Object.keys(modes).join("', '");
    throw new ArgumentError(`interpolate: expected mode to be one of '${all}', but got '${mode}'`);
  }
  if (rank < 1 || rank > 3) {
    throw new ShapeError(
      `interpolate: expected input [N, C, L], [N, C, H, W] or [N, C, D, H, W], but got ${showShape(shape)}`,
    );
  }
  if (kind.rank !== undefined && kind.rank !== rank) {
    throw new ArgumentError(
      `interpolate: mode '${mode}' does not fit input of shape ${showShape(shape)}; use '${linearModes[rank - 1]}'`,
    );
  }
  return kind;
}

type Filtered = 'bilinear' | 'bicubic' | 'lanczos';

/**
 * @throws ArgumentError if antialiasing is asked of a mode without a filter, or 'lanczos' of one without antialiasing
 * or with aligned corners
 */
function checkAntialias({ mode, antialias, alignCorners }: Parsed<InterpolateArguments>): void {
  if (antialias && !['bilinear', 'bicubic', 'lanczos'].includes(mode)) {
    throw new ArgumentError(
      `interpolate: antialias is for images by 'bilinear', 'bicubic' and 'lanczos', but got mode '${mode}'`,
    );
  }
  if (mode !== 'lanczos' || (antialias && !alignCorners)) return;
  const wanted = antialias ? 'alignCorners: false' : 'antialias: true';
  throw new ArgumentError(`interpolate: expected ${wanted} with mode 'lanczos', but got ${antialias}`);
}

/** Resamples images by filters as wide as the distance between outputs; bytes in integer arithmetic. */
function filtered(x: Value, { size, scale, by }: Axes, mode: Filtered, alignCorners: boolean): Value {
  checkSizes('interpolate', x, size);
  const bytes = x.dtype === 'uint8';
  if (x.dtype === 'float16') {
    return cast(filtered(cast(x, 'float32'), { size, scale, by }, mode, alignCorners), 'float16');
  }
  if (!bytes) expectFloat('interpolate', 'input', x);
  const axis = (d: 0 | 1) =>
    axisTaps(
      { start: 0, size: x.shape[d + 2]!, out: size[d]!, scale: scale[d]! },
      { interpolation: mode, antialias: true, bytes },
    );
  const pair = (list: readonly number[]) => [list[0]!, list[1]!] as const;
  const filter = mode === 'lanczos' || alignCorners ? null : { mode, by: by && pair(by) };
  const taps = { rows: axis(0), columns: axis(1) };
  return pictureResample(pixelsOf(x), [taps], pair(size), bytes ? 'byte' : 'float', filter);
}

/** For each dimension: the new size, the scale, and the scale that scaleFactor asked for (null without scaleFactor). */
interface Axes {
  readonly size: readonly number[];
  readonly scale: readonly number[];
  readonly by: readonly number[] | null;
}

type Manner = Pick<ResampleAttrs, 'mode' | 'center' | 'shift'>;

/**
 * Resamples without a filter. Bytes are copied from the nearest element or, in images, mixed in integer arithmetic;
 * other dtypes as floats.
 */
function resampled(x: Value, axes: Axes, manner: Manner, alignCorners: boolean): Value {
  const { mode } = manner;
  const { size, scale } = axes;
  if (x.dtype !== 'uint8' || mode === 'area') return resample(x, axes, manner);
  if (mode === 'nearest') return cast(resample(cast(x, 'float32'), axes, manner), 'uint8');
  if (size.length !== 2) {
    throw new DTypeError(
      `interpolate: expected float32 (uint8 only for images), but got uint8 of shape ${showShape(x.shape)}; convert it with .to('float32')`,
    );
  }
  checkSizes('interpolate', x, size);
  const pair = (values: readonly number[]) => [values[0]!, values[1]!] as const;
  return resampleBytes(x, { mode, size: pair(size), scale: pair(scale), alignCorners });
}

/** Resamples the last two dimensions and then, in a volume, the one before them. */
function resample(x: Value, { size, scale, by }: Axes, manner: Manner): Value {
  const lead = x.shape.slice(0, 2);
  const resized = (planes: Value, dims: readonly [number, number], to: readonly [number, number]) => {
    const of = (all: readonly number[]) => [all[dims[0]] ?? 1, all[dims[1]] ?? 1] as const;
    return resample2d('interpolate', planes, { ...manner, size: to, scale: of(scale), by: by && of(by) });
  };
  if (size.length === 1) {
    return reshape(resized(reshape(x, [...lead, 1, x.shape[2]!]), [1, 0], [1, size[0]!]), [...lead, ...size]);
  }
  if (size.length === 2) return resized(x, [0, 1], [size[0]!, size[1]!]);
  const [depth, height, width] = x.shape.slice(2) as [number, number, number];
  const channels = numel(lead);
  const flat = resized(reshape(x, [1, channels * depth, height, width]), [1, 2], [size[1]!, size[2]!]);
  const area = size[1]! * size[2]!;
  const y = resized(reshape(flat, [1, channels, depth, area]), [0, 3], [size[0]!, area]);
  return reshape(y, [...lead, ...size]);
}
