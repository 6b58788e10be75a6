// Owns F.interpolate: images and rows at another size.
import { showShape } from '../../compiler/meta';
import { ArgumentError, ShapeError } from '../../errors';
import { reshape } from '../../ops/cast';
import { resample2d } from '../../ops/resample';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';

export type InterpolateMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'area';

export interface InterpolateArguments {
  /** The output's size, one number for all dimensions or one for each; either this or scaleFactor. */
  size?: number | readonly number[] | null;
  /** Output size over input size, one number for all dimensions or one for each. */
  scaleFactor?: number | readonly number[] | null;
  /** Default 'nearest'; 'linear' is for [N, C, L], 'bilinear' for [N, C, H, W]. */
  mode?: InterpolateMode;
  /** Corner elements lie at the same place in input and output; for 'linear' and 'bilinear' only, default false. */
  alignCorners?: boolean | null;
}

const modes = ['nearest', 'nearest-exact', 'linear', 'bilinear', 'area'];

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
 * x at another size. Shape: [N, C, L] → [N, C, L'] or [N, C, H, W] → [N, C, H', W'], by `size` or ⌊size · scaleFactor⌋.
 */
export function interpolate(
  x: Tensor,
  ...args: Arguments<InterpolateArguments, ['size', 'scaleFactor', 'mode', 'alignCorners']>
): Tensor {
  const defaults = { size: null, scaleFactor: null, mode: 'nearest', alignCorners: null } as const;
  const o = parseArgs<InterpolateArguments>('interpolate', [], defaults, args);
  const { mode, alignCorners } = o;
  const { shape } = x;
  const rank = shape.length - 2;
  if (!modes.includes(mode)) {
    throw new ArgumentError(`interpolate: expected mode to be one of '${modes.join("', '")}', but got '${mode}'`);
  }
  if (rank !== 1 && rank !== 2) {
    throw new ShapeError(`interpolate: expected input [N, C, L] or [N, C, H, W], but got ${showShape(shape)}`);
  }
  const linear = mode === 'linear' || mode === 'bilinear';
  if (linear && rank !== (mode === 'linear' ? 1 : 2)) {
    const fitting = mode === 'linear' ? 'bilinear' : 'linear';
    throw new ArgumentError(
      `interpolate: mode '${mode}' does not fit input of shape ${showShape(shape)}; use '${fitting}'`,
    );
  }
  if (alignCorners !== null && !linear) {
    throw new ArgumentError(`interpolate: alignCorners is for modes 'linear' and 'bilinear', but got mode '${mode}'`);
  }
  if ((o.size === null) === (o.scaleFactor === null)) {
    throw new ArgumentError('interpolate: expected either size or scaleFactor');
  }
  const given = shape.slice(2);
  const factors = o.scaleFactor === null ? null : each('scaleFactor', o.scaleFactor, rank);
  const size = factors ? given.map((n, d) => Math.floor(n * factors[d]!)) : each('size', o.size!, rank);
  const scale = given.map((n, d) => {
    if (linear && alignCorners) return size[d]! > 1 ? (n - 1) / (size[d]! - 1) : 0;
    return factors && mode !== 'area' ? 1 / factors[d]! : n / size[d]!;
  });
  const centred = mode === 'nearest-exact' || (linear && !alignCorners);
  const image = rank === 1 ? reshape(x.value, [shape[0]!, shape[1]!, 1, shape[2]!]) : x.value;
  const row = rank === 1;
  const y = resample2d('interpolate', image, {
    mode: linear ? 'linear' : mode === 'area' ? 'area' : 'nearest',
    size: row ? [1, size[0]!] : [size[0]!, size[1]!],
    scale: row ? [1, scale[0]!] : [scale[0]!, scale[1]!],
    center: centred ? 0.5 : 0,
    shift: linear && centred ? 0.5 : 0,
  });
  return Tensor.of(row ? reshape(y, [shape[0]!, shape[1]!, size[0]!]) : y);
}
