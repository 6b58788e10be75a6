// F.gridSample and F.affineGrid: images and volumes read at any places, and the places of an affine map.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat } from '../../../engine/graph/record';
import { callable } from '../../tensor/calling/callable';
import { ones } from '../../tensor/creation/creation';
import { linspace } from '../../tensor/creation/linspace';
import { stack } from '../../tensor/joining/cat-stack';
import type { Tensor } from '../../tensor/tensor';

interface GridSampleArguments {
  /** 'bilinear' (default; trilinear in volumes), 'nearest', or for images 'bicubic'. */
  mode?: Mode;
  /** The outside: 'zeros' (default), the 'border', or a 'reflection' of the inside. */
  paddingMode?: 'zeros' | 'border' | 'reflection';
  /** −1 and 1 are the centres of the corner elements rather than their outer edges; default false. */
  alignCorners?: boolean | null;
}

type GridSampleOrder = ['mode', 'paddingMode', 'alignCorners'];

type Mode = 'bilinear' | 'nearest' | 'bicubic';

/** How coordinates are mapped to elements. */
interface Sampling {
  readonly padding: 'zeros' | 'border' | 'reflection';
  readonly aligned: boolean;
}

interface Placed extends Sampling {
  /**
   * PyTorch rounds differently in images and volumes, and reads a NaN place as the first element of an image, but the
   * last of a volume.
   */
  readonly isVolume: boolean;
}

/** Indices along one axis with their weights; `inside` is true where an index is in bounds, null if all are. */
interface Tap {
  readonly index: Tensor;
  readonly weight: Tensor;
  readonly inside: Tensor | null;
}

/**
 * The input at the places that `grid` names, from −1 to 1 along each axis, x first. Shape: input [N, C, H, W], grid
 * [N, H', W', 2] → [N, C, H', W']; or [N, C, D, H, W] and [N, D', H', W', 3] → [N, C, D', H', W'].
 */
export const gridSample = callable(
  'gridSample(input, grid, ...)',
  (
    input: Tensor,
    /** The places that are read, [N, H, W, 2] as (x, y) in [-1, 1]. */ grid: Tensor,
    ...args: Arguments<GridSampleArguments, GridSampleOrder>
  ): Tensor => {
    const name = 'gridSample';
    // float16 has too few digits for coordinates.
    if (input.dtype === 'float16') return gridSample(input.float(), grid.float(), ...args).half();
    const defaults = { mode: 'bilinear', paddingMode: 'zeros', alignCorners: null } as const;
    const { mode, paddingMode, alignCorners } = parseArgs<GridSampleArguments>(name, [], defaults, args);
    const spatial = input.dim() - 2;
    checkGrid(name, input, grid);
    expectFloat(name, 'input', input);
    expectFloat(name, 'grid', grid);
    if (!['zeros', 'border', 'reflection'].includes(paddingMode)) {
      throw new ArgumentError(
        `${name}: expected paddingMode 'zeros', 'border' or 'reflection', but got '${paddingMode}'`,
      );
    }
    if (!['bilinear', 'nearest', 'bicubic'].includes(mode) || (mode === 'bicubic' && spatial === 3)) {
      throw new ArgumentError(
        `${name}: expected mode 'bilinear', 'nearest' or (for images) 'bicubic', but got '${mode}' for ${input.dim()}-D input`,
      );
    }
    const aligned = alignCorners ?? false;
    // The grid lists coordinates x first, while the input's axes are outermost first.
    const places = input.shape.slice(2).map((size, d) => unnormalized(grid.select(-1, spatial - 1 - d), size, aligned));
    return readAt(input, places, mode, { padding: paddingMode, aligned });
  },
);

/**
 * The input at places given in units of its elements, one tensor of coordinates per axis, outermost first. Shape: input
 * [N, C, H, W], coordinates [N, H', W'] → [N, C, H', W']; volumes likewise.
 */
export function readAt(input: Tensor, places: readonly Tensor[], mode: Mode, sampling: Sampling): Tensor {
  const sizes = input.shape.slice(2);
  // With padding 'zeros', PyTorch returns NaN for a NaN place in an image, but 0 in a volume.
  const isVolume = sizes.length === 3;
  const axes = places.map((place, d) => {
    const size = sizes[d]!;
    const known = isVolume && sampling.padding === 'zeros' ? settled(place, -2).clamp(-2, size + 1) : place;
    return tapsOf(mode, known, size, { ...sampling, isVolume });
  });
  const [batch, channels] = input.shape as readonly [number, number];
  const flat = input.reshape([batch, channels, numel(sizes)]);
  const outSizes = places[0]!.shape.slice(1);
  const count = numel(outSizes);
  const parts = combinations(axes).map((taps) => {
    const place = taps.reduce<Tensor | null>((at, { index }, d) => (at ? at.mul(sizes[d]!).add(index) : index), null)!;
    const at = place.reshape([batch, 1, count]);
    const values = flat.gather(2, at.expand([batch, channels, count]));
    // Mask the values with where(): one outside must not count even if it is NaN, but a NaN weight (of a NaN place)
    // must.
    const seen = taps.reduce(
      (sum, { inside }) => (inside ? sum.where(inside.reshape([batch, 1, count]), 0) : sum),
      values,
    );
    return taps.reduce((sum, { weight }) => sum.mul(weight.reshape([batch, 1, count])), seen);
  });
  return parts.reduce((sum, part) => sum.add(part)).reshape([batch, channels, ...outSizes]);
}

function checkGrid(name: string, input: Tensor, grid: Tensor): void {
  const rank = input.dim();
  const fits = grid.dim() === rank && grid.shape[0] === input.shape[0] && grid.shape.at(-1) === rank - 2;
  if ((rank === 4 || rank === 5) && fits && !input.shape.slice(2).includes(0)) return;
  throw new ShapeError(
    `${name}: expected input [N, C, H, W] with grid [N, H', W', 2], or input [N, C, D, H, W] with grid [N, D', H', W', 3], but got [${input.shape.join(', ')}] and [${grid.shape.join(', ')}]`,
  );
}

const unnormalized = (x: Tensor, size: number, aligned: boolean): Tensor =>
  aligned
    ? x
        .add(1)
        .mul(0.5)
        .mul(size - 1)
    : x.add(1).mul(size).sub(1).mul(0.5);

/** Coordinates brought inside as the padding says; with 'zeros' they stay. */
function padded(x: Tensor, size: number, { padding, aligned, isVolume }: Placed): Tensor {
  const nowhere = isVolume ? size - 1 : 0;
  if (padding === 'zeros') return x;
  if (padding === 'border') return settled(x, nowhere).clamp(0, size - 1);
  const [low, span] = aligned ? [0, size - 1] : [-0.5, size];
  if (span === 0) return x.mul(0);
  // Reflections repeat every 2 · span; `extra` is the distance into the current period.
  const distance = x.sub(low).abs();
  const round = 2 * span;
  const extra = isVolume ? distance.fmod(round) : distance.sub(distance.detach().div(round).trunc().mul(round));
  const back = extra.neg().add(round);
  return settled(extra.where(extra.lt(span), back).add(low), nowhere).clamp(0, size - 1);
}

/** x with NaN replaced by `at`. */
const settled = (x: Tensor, at: number): Tensor => x.maskedFill(x.isnan(), at);

function tapsOf(mode: Mode, place: Tensor, size: number, sampling: Placed): Tap[] {
  if (mode === 'nearest') {
    // The nearest element has weight 1 wherever the place is, so the place's gradient is 0.
    const weight = place.maskedFill(ones(place.shape).to('bool'), 1);
    return [tapAt(padded(place, size, sampling).detach().round(), weight, size, sampling)];
  }
  if (mode === 'bilinear') {
    const x = padded(place, size, sampling);
    const first = x.detach().floor();
    const behind = x.sub(first);
    return [tapAt(first, behind.neg().add(1), size, sampling), tapAt(first.add(1), behind, size, sampling)];
  }
  const first = place.detach().floor();
  const behind = place.sub(first);
  return [-1, 0, 1, 2].map((k) => {
    const at = padded(first.add(k), size, sampling);
    return tapAt(
      at,
      cubic(k === -1 ? behind.add(1) : k === 0 ? behind : behind.neg().add(k), k === 0 || k === 1),
      size,
      sampling,
    );
  });
}

/** The weight of an element in cubic convolution (Keys 1981, a = −3/4), at a distance up to 1 (near) or from 1 to 2. */
function cubic(x: Tensor, near: boolean): Tensor {
  const a = -0.75;
  if (near) {
    return x
      .mul(a + 2)
      .sub(a + 3)
      .mul(x)
      .mul(x)
      .add(1);
  }
  return x
    .mul(a)
    .sub(5 * a)
    .mul(x)
    .add(8 * a)
    .mul(x)
    .sub(4 * a);
}

function tapAt(at: Tensor, weight: Tensor, size: number, { padding }: Sampling): Tap {
  const inside = padding === 'zeros' ? at.ge(0).logicalAnd(at.le(size - 1)) : null;
  const index = settled(at, 0)
    .clamp(0, size - 1)
    .to('int64');
  return { index, weight, inside };
}

/** One tap of each axis, in every combination. */
const combinations = (axes: readonly (readonly Tap[])[]): Tap[][] =>
  axes.reduce<Tap[][]>((all, taps) => all.flatMap((head) => taps.map((tap) => [...head, tap])), [[]]);

interface AffineGridArguments {
  /** −1 and 1 are the centres of the corner elements rather than their outer edges; default false. */
  alignCorners?: boolean | null;
}

/**
 * For each output element, its place in the input under an affine map, for `gridSample`. Shape: theta [N, 2, 3] and
 * size [N, C, H, W] → [N, H, W, 2]; or [N, 3, 4] and [N, C, D, H, W] → [N, D, H, W, 3].
 */
export const affineGrid = callable(
  'affineGrid(theta, size: list, ...)',
  (
    /** The affine maps, [N, 2, 3] or [N, 3, 4]. */ theta: Tensor,
    size: readonly number[],
    ...args: Arguments<AffineGridArguments, ['alignCorners']>
  ): Tensor => {
    if (theta.dtype === 'float16') return affineGrid(theta.float(), size, ...args).half();
    const { alignCorners } = parseArgs<AffineGridArguments>('affineGrid', [], { alignCorners: null }, args);
    const spatial = size.length - 2;
    const expected = [size[0], spatial, spatial + 1];
    if ((spatial !== 2 && spatial !== 3) || theta.shape.join() !== expected.join()) {
      throw new ShapeError(
        `affineGrid: expected theta [N, 2, 3] with size [N, C, H, W], or theta [N, 3, 4] with size [N, C, D, H, W], but got [${theta.shape.join(', ')}] and [${size.join(', ')}]`,
      );
    }
    const sizes = size.slice(2);
    const places = sizes.map((n, d) => {
      const shape = sizes.map((_, k) => (k === d ? n : 1));
      return steps(n, alignCorners ?? false)
        .reshape(shape)
        .expand(sizes);
    });
    const base = stack([...places.reverse(), ones(sizes)], -1).reshape([1, -1, spatial + 1]);
    return base
      .expand([size[0]!, base.shape[1]!, spatial + 1])
      .bmm(theta.transpose(1, 2))
      .reshape([size[0]!, ...sizes, spatial]);
  },
);

const steps = (n: number, aligned: boolean): Tensor =>
  n === 1 ? ones(1).mul(0) : aligned ? linspace(-1, 1, n) : linspace(-1, 1, n).mul((n - 1) / n);
