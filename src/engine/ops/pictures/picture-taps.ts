// Interpolation weights for resizing pictures, computed on the host as PyTorch does: which input elements ("taps") make
// up each output element, and the weight of each.
import type { Taps } from './pictures';
import { bitsFor, tapsAt, wholeShare } from './resample-bytes';

/** Named as in torchvision. `lanczos` is always antialiased. */
export type PictureInterpolation = 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic' | 'lanczos';

/** A range of an axis that is resized to `out` elements. */
export interface Stretch {
  readonly start: number;
  readonly size: number;
  readonly out: number;
  /** How many input elements one output element corresponds to. Default: size / out. */
  readonly scale?: number;
}

export interface TapsOptions {
  readonly interpolation: PictureInterpolation;
  /** When downscaling, widens the filter to the distance between outputs, so that every input element counts. */
  readonly antialias: boolean;
  /** Rounds weights to whole numbers, as PyTorch's CPU kernels do for uint8. */
  readonly bytes: boolean;
}

type Filtered = 'bilinear' | 'bicubic' | 'lanczos';

/** The radius of each filter, in elements. */
const reaches: Readonly<Record<Filtered, number>> = { bilinear: 1, bicubic: 2, lanczos: 3 };

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const filters: Readonly<Record<Filtered, (x: number) => number>> = {
  bilinear: (x) => Math.max(1 - Math.abs(x), 0),
  // Cubic convolution (Keys 1981) with a = -1/2, as Pillow's; without antialiasing PyTorch's a is -3/4.
  bicubic(x) {
    const t = Math.abs(x);
    if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
    return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
  },
  lanczos: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0),
};

/** The greatest number of taps of one output element, when an axis of `size` becomes `out` elements. */
export function tapsWidth(
  size: number,
  out: number,
  { interpolation, antialias }: TapsOptions,
  scale = size / out,
): number {
  if (interpolation === 'nearest' || interpolation === 'nearest-exact') return 1;
  if (!antialias) return interpolation === 'bilinear' ? 2 : 4;
  return Math.min(2 * Math.ceil(reaches[interpolation] * Math.max(scale, 1)) + 1, Math.max(size, 1));
}

/** The taps of one axis, `width` of them for each output element. */
export function axisTaps(
  stretch: Stretch,
  options: TapsOptions,
  width = tapsWidth(stretch.size, stretch.out, options, stretch.scale),
): Taps {
  const { start, size, out } = stretch;
  const { interpolation, antialias, bytes } = options;
  const starts = new Int32Array(out);
  const weights = new Float32Array(out * width);
  if (interpolation === 'nearest' || interpolation === 'nearest-exact') {
    const scale = Math.fround(size / out);
    const middle = interpolation === 'nearest' ? 0 : 0.5;
    for (let i = 0; i < out; i++) starts[i] = start + Math.min(Math.floor(Math.fround((i + middle) * scale)), size - 1);
    return { starts, weights: weights.fill(1), bits: 1, width };
  }
  const rows = Array.from({ length: out }, (_, i) =>
    antialias ? filtered(i, stretch, interpolation) : sharesOf(i, stretch, interpolation, bytes),
  );
  const bits = bytes ? bitsFor(Math.max(...rows.flatMap(({ shares }) => shares))) : 1;
  rows.forEach(({ first, shares }, i) => {
    starts[i] = start + first;
    shares.forEach((share, t) => {
      weights[i * width + t] = bytes ? wholeShare(share, bits) : share;
    });
  });
  return { starts, weights, bits, width };
}

interface Shares {
  readonly first: number;
  readonly shares: readonly number[];
}

/** Source: PyTorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp, `_compute_indices_min_size_weights_aa`. */
function filtered(i: number, { size, out, scale = size / out }: Stretch, interpolation: Filtered): Shares {
  const wide = Math.max(scale, 1);
  const support = reaches[interpolation] * wide;
  const centre = scale * (i + 0.5);
  const first = Math.max(Math.trunc(centre - support + 0.5), 0);
  const count = Math.min(Math.trunc(centre + support + 0.5), size) - first;
  const raw = Array.from({ length: count }, (_, t) => filters[interpolation]((t + first - centre + 0.5) / wide));
  const total = raw.reduce((sum, share) => sum + share, 0);
  return { first, shares: total === 0 ? raw : raw.map((share) => share / total) };
}

/**
 * Without antialiasing: the weights of two or four neighbours; a neighbour beyond an edge counts for the edge element.
 */
function sharesOf(i: number, { size, out }: Stretch, interpolation: Filtered, bytes: boolean): Shares {
  const at = bytes
    ? (size / out) * (i + 0.5) - 0.5
    : Math.fround(Math.fround(Math.fround(size / out) * (i + 0.5)) - 0.5);
  const linear = interpolation === 'bilinear';
  const shares = tapsAt(linear && !bytes ? Math.max(at, 0) : at, size, linear ? 'linear' : 'cubic');
  const first = Math.min(...shares.keys());
  const last = Math.max(...shares.keys());
  return { first, shares: Array.from({ length: last - first + 1 }, (_, t) => shares.get(first + t) ?? 0) };
}
