// Graph-based segmentation of pictures (Felzenszwalb and Huttenlocher 2004) with its smoothing, on the host.

import { ArgumentError, DTypeError, ShapeError, type Tensor } from '../../../../torch';
import {
  type Arguments,
  callable,
  expectKind,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  parseArgs,
} from '../../../../torch/inside';
import { numbersOf, tensorOf } from '../host';

/** A picture on the host: a list of numbers for each channel, row by row. */
export interface Planes {
  readonly height: number;
  readonly width: number;
  readonly channels: readonly Float64Array[];
}

/** Segments of a picture: the segment number, from 0 on, of each pixel, row by row. */
export interface Segments {
  readonly labels: Int32Array;
  readonly count: number;
}

/** Options of `felzenszwalb`. */
export interface FelzenszwalbOptions {
  /** k of the paper, for values from 0 to 255. A larger k gives larger segments. Default: 1. */
  scale?: number;
  /** Standard deviation of the Gaussian that smooths the picture first, in pixels. Default: 0.8. */
  sigma?: number;
  /** Segments of fewer pixels are merged with a neighbour. Default: 20. */
  minSize?: number;
}

/** The channels of a picture [C, H, W]. Bytes are scaled to 0 to 1. */
export async function planesOf(name: string, image: unknown): Promise<Planes> {
  if (!isTensor(image)) throw new ArgumentError(`${name}: expected a picture [C, H, W], but got ${kindOf(image)}`);
  if (image.dim() !== 3 || image.numel() === 0) {
    throw new ShapeError(`${name}: expected a picture [C, H, W], but got shape [${image.shape.join(', ')}]`);
  }
  if (!image.isFloatingPoint() && image.dtype !== 'uint8') {
    throw new DTypeError(`${name}: expected a picture of floats from 0 to 1 or of uint8, but got ${image.dtype}`);
  }
  const [count, height, width] = image.shape as readonly [number, number, number];
  const [numbers] = await numbersOf([image]);
  const most = image.dtype === 'uint8' ? 255 : 1;
  const plane = (c: number) =>
    Float64Array.from({ length: height * width }, (_, i) => numbers![c * height * width + i]! / most);
  const channels = Array.from({ length: count }, (_, c) => plane(c));
  if (!channels.every((each) => each.every(Number.isFinite))) {
    throw new ArgumentError(`${name}: expected finite numbers in the picture, but got others`);
  }
  return { height, width, channels };
}

/** Weights of a Gaussian, or of its derivative, truncated at four standard deviations. */
function gaussian(sigma: number, derived: boolean): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const bell = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = bell.reduce((total, weight) => total + weight, 0);
  return bell.map((weight, i) => (weight / sum) * (derived ? (i - radius) / sigma ** 2 : 1));
}

/**
 * A weighted sum of neighbours along one axis. Beyond the border, values are mirrored, and the border pixel is
 * repeated.
 */
function correlated(values: Float64Array, { height, width }: Planes, weights: Float64Array, axis: 'x' | 'y') {
  const [length, step] = axis === 'x' ? [width, 1] : [height, width];
  const radius = weights.length >> 1;
  const inside = (at: number): number => {
    const place = ((at % (2 * length)) + 2 * length) % (2 * length);
    return place < length ? place : 2 * length - 1 - place;
  };
  return values.map((_, i) => {
    const at = axis === 'x' ? i % width : Math.floor(i / width);
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += weights[k + radius]! * values[i + (inside(at + k) - at) * step]!;
    return sum;
  });
}

/** A channel smoothed by a Gaussian. */
export function smoothed(values: Float64Array, picture: Planes, sigma: number): Float64Array {
  if (sigma === 0) return values;
  const weights = gaussian(sigma, false);
  return correlated(correlated(values, picture, weights, 'y'), picture, weights, 'x');
}

/** The derivatives of a smoothed channel along x and y. */
export function derivatives(values: Float64Array, picture: Planes, sigma: number): [x: Float64Array, y: Float64Array] {
  const [bell, slope] = [gaussian(sigma, false), gaussian(sigma, true)];
  return [
    correlated(correlated(values, picture, bell, 'y'), picture, slope, 'x'),
    correlated(correlated(values, picture, slope, 'y'), picture, bell, 'x'),
  ];
}

/** Disjoint sets of pixels. The first pixel of a set is its root. */
class Forest {
  private readonly parents: Int32Array;
  readonly sizes: Int32Array;

  constructor(count: number) {
    this.parents = Int32Array.from({ length: count }, (_, i) => i);
    this.sizes = new Int32Array(count).fill(1);
  }

  root(of: number): number {
    const { parents } = this;
    let at = of;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  }

  join(a: number, b: number): number {
    const [first, second] = a < b ? [a, b] : [b, a];
    this.parents[second] = first;
    this.sizes[first]! += this.sizes[second]!;
    return first;
  }

  /** Numbers the sets in the order of their first pixels. */
  segments(): Segments {
    const labels = new Int32Array(this.parents.length);
    let count = 0;
    for (let i = 0; i < labels.length; i++) {
      const root = this.root(i);
      labels[i] = root === i ? count++ : labels[root]!;
    }
    return { labels, count };
  }
}

/**
 * Steps from a pixel to four of its eight neighbours, so that each pair is visited once: right, down, and both
 * diagonals.
 */
const steps = [
  [1, 0],
  [0, 1],
  [1, 1],
  [-1, 1],
] as const;

/** Calls `visit` with every pair of neighbouring pixels. */
export function eachPair({ height, width }: Planes, visit: (a: number, b: number) => void): void {
  for (const [dx, dy] of steps) {
    for (let y = 0; y + dy < height; y++) {
      for (let x = Math.max(-dx, 0); x + Math.max(dx, 0) < width; x++) visit(y * width + x, (y + dy) * width + x + dx);
    }
  }
}

/** Upper limit of sigma: the smoothing window is eight times as wide. */
const MOST_SIGMA = 1024;

/** Throws if the options of a segmentation are out of range. */
export function checkSegmentation(name: string, { scale, sigma, minSize }: Required<FelzenszwalbOptions>): void {
  expectKind(name, 'scale', scale, kinds.between(0));
  expectKind(name, 'sigma', sigma, kinds.between(0, MOST_SIGMA));
  expectKind(name, 'minSize', minSize, kinds.between(0));
}

/** Segments a picture on the host; see `felzenszwalb`. */
export function segmented(picture: Planes, { scale, sigma, minSize }: Required<FelzenszwalbOptions>): Segments {
  const channels = picture.channels.map((channel) => smoothed(channel, picture, sigma));
  const pixels = picture.height * picture.width;
  const ends = new Int32Array(8 * pixels);
  const costs = new Float64Array(4 * pixels);
  let edges = 0;
  eachPair(picture, (a, b) => {
    let sum = 0;
    for (const channel of channels) sum += (channel[a]! - channel[b]!) ** 2;
    ends[2 * edges] = a;
    ends[2 * edges + 1] = b;
    costs[edges++] = Math.sqrt(sum);
  });
  const order = Uint32Array.from({ length: edges }, (_, i) => i).sort((a, b) => costs[a]! - costs[b]!);
  const forest = new Forest(pixels);
  // The heaviest edge of each segment's minimum spanning tree: the largest difference within the segment.
  const within = new Float64Array(pixels);
  const k = scale / 255;
  for (const edge of order) {
    const [a, b] = [forest.root(ends[2 * edge]!), forest.root(ends[2 * edge + 1]!)];
    if (a === b) continue;
    const allowed = (segment: number) => within[segment]! + k / forest.sizes[segment]!;
    if (costs[edge]! < Math.min(allowed(a), allowed(b))) within[forest.join(a, b)] = costs[edge]!;
  }
  for (const edge of order) {
    const [a, b] = [forest.root(ends[2 * edge]!), forest.root(ends[2 * edge + 1]!)];
    if (a !== b && Math.min(forest.sizes[a]!, forest.sizes[b]!) < minSize) forest.join(a, b);
  }
  return forest.segments();
}

/**
 * Graph-based segmentation (Felzenszwalb and Huttenlocher 2004, "Efficient graph-based image segmentation"), the start
 * of selective search: pixels are nodes, and edges join each pixel to its eight neighbours; the weight w of an edge is
 * the distance between their colours. From the lightest edge on, two segments are merged if
 *
 *     w < min(Int(A) + k / |A|, Int(B) + k / |B|),   Int(A) = the heaviest edge of A's minimum spanning tree
 *
 * Shape: a picture [C, H, W] of floats from 0 to 1, or of bytes → int64 [H, W], the number of each pixel's segment;
 * segments are numbered in the order of their first pixels. The computation runs on the host, so this is a promise.
 * Names, defaults and results are those of scikit-image.
 *
 *     const labels = await detection.felzenszwalb(image, { scale: 100, sigma: 0.5, minSize: 50 });
 *
 * @throws ShapeError, DTypeError, ArgumentError
 */
export const felzenszwalb = callable(
  'felzenszwalb(image, ...)',
  async (image: Tensor, ...args: Arguments<FelzenszwalbOptions, ['scale', 'sigma', 'minSize']>): Promise<Tensor> => {
    const name = 'felzenszwalb';
    const o = parseArgs<FelzenszwalbOptions>(name, [], { scale: 1, sigma: 0.8, minSize: 20 }, args);
    checkSegmentation(name, o);
    const picture = await planesOf(name, image);
    return tensorOf(segmented(picture, o).labels, [picture.height, picture.width], 'int64');
  },
);
