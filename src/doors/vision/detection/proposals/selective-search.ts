// Selective search (Uijlings et al. 2013): regions where objects may be, by grouping segments from the bottom up, on the host.
import { ArgumentError, ShapeError, type Tensor } from '../../../../torch';
import { type Arguments, callable, parseArgs, shown } from '../../../../torch/inside';
import { tensorOf } from '../host';
import { type ColorSpace, colorSpaces, converted } from './color-spaces';
import {
  checkSegmentation,
  derivatives,
  eachPair,
  type FelzenszwalbOptions,
  type Planes,
  planesOf,
  type Segments,
  segmented,
} from './felzenszwalb';

/** The measures whose sum is the similarity of two regions: C colour, T texture, S size, F fill. */
export type SimilarityMeasures = 'CTSF' | 'TSF' | 'SF' | 'F' | 'C' | 'T' | 'S' | (string & {});

/** Options of `selectiveSearch`. */
export interface SelectiveSearchOptions {
  /** k of the initial segmentation, or several. Default: [50, 100]. */
  scale?: number | readonly number[];
  /** Standard deviation, in pixels, of the smoothing before the segmentation. Default: 0.8. */
  sigma?: number;
  /** Segments of fewer pixels are merged with a neighbour. Default: null, as many pixels as the scale. */
  minSize?: number | null;
  /**
   * The colour space in which colours are compared, or several: 'rgb', 'hsv', 'lab', 'gray'. Default: ['hsv', 'lab'].
   */
  colorSpace?: ColorSpace | readonly ColorSpace[];
  /** The similarity measures to sum, or several sets of them. Default: ['CTSF', 'TSF']. */
  similarity?: SimilarityMeasures | readonly SimilarityMeasures[];
}

type SelectiveSearchOrder = ['scale', 'sigma', 'minSize', 'colorSpace', 'similarity'];

/** A region of a hierarchy. */
interface Region {
  readonly size: number;
  /** x1, y1, and the coordinates one pixel past the last column and row. */
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  /** Histograms of colours and of textures whose sums are 1. */
  readonly colors: Float64Array;
  readonly textures: Float64Array;
}

const COLOR_BINS = 25;
const TEXTURE_BINS = 10;
const ORIENTATIONS = 8;

/**
 * The bin of each pixel for each orientation of each channel: half-wave rectified Gaussian derivatives, σ = 1, as
 * fractions of the largest.
 */
function textureBins(picture: Planes): Uint8Array[] {
  return picture.channels.flatMap((channel) => {
    const [dx, dy] = derivatives(channel, picture, 1);
    return Array.from({ length: ORIENTATIONS }, (_, k) => {
      const [cos, sin] = [Math.cos((k * Math.PI) / 4), Math.sin((k * Math.PI) / 4)];
      const along = dx.map((x, i) => Math.max(cos * x + sin * dy[i]!, 0));
      const most = along.reduce((max, value) => Math.max(max, value), 0);
      // In a flat channel only rounding errors are left, which are no texture.
      if (most < 1e-9) return new Uint8Array(along.length);
      return Uint8Array.from(along, (value) => Math.min(Math.floor((value / most) * TEXTURE_BINS), TEXTURE_BINS - 1));
    });
  });
}

const colorBins = ({ channels }: Planes): Uint8Array[] =>
  channels.map((channel) =>
    Uint8Array.from(channel, (value) => Math.min(Math.max(Math.floor(value * COLOR_BINS), 0), COLOR_BINS - 1)),
  );

/** For each segment a histogram over all layers, whose sum is 1. */
function histograms(layers: readonly Uint8Array[], bins: number, { labels, count }: Segments): Float64Array[] {
  const found = Array.from({ length: count }, () => new Float64Array(layers.length * bins));
  layers.forEach((layer, l) => {
    for (let i = 0; i < labels.length; i++) found[labels[i]!]![l * bins + layer[i]!]! += 1;
  });
  return found.map((histogram) => {
    const sum = histogram.reduce((total, value) => total + value, 0);
    return histogram.map((value) => value / sum);
  });
}

function regionsOf(picture: Planes, segments: Segments): Region[] {
  const { labels, count } = segments;
  const sizes = new Int32Array(count);
  const boxes = Array.from({ length: count }, () => [picture.width, picture.height, 0, 0]);
  for (let i = 0; i < labels.length; i++) {
    const [x, y, box] = [i % picture.width, Math.floor(i / picture.width), boxes[labels[i]!]!];
    sizes[labels[i]!]!++;
    box[0] = Math.min(box[0]!, x);
    box[1] = Math.min(box[1]!, y);
    box[2] = Math.max(box[2]!, x + 1);
    box[3] = Math.max(box[3]!, y + 1);
  }
  const colors = histograms(colorBins(picture), COLOR_BINS, segments);
  const textures = histograms(textureBins(picture), TEXTURE_BINS, segments);
  return boxes.map((box, i) => ({
    size: sizes[i]!,
    box: box as unknown as Region['box'],
    colors: colors[i]!,
    textures: textures[i]!,
  }));
}

const around = (a: Region, b: Region): Region['box'] => [
  Math.min(a.box[0], b.box[0]),
  Math.min(a.box[1], b.box[1]),
  Math.max(a.box[2], b.box[2]),
  Math.max(a.box[3], b.box[3]),
];

const areaOf = ([x1, y1, x2, y2]: Region['box']): number => (x2 - x1) * (y2 - y1);

function shared(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.min(a[i]!, b[i]!);
  return sum;
}

/** Section 3.2 of the paper; `total` is the picture's area. */
const measures: Readonly<Record<string, (a: Region, b: Region, total: number) => number>> = {
  C: (a, b) => shared(a.colors, b.colors),
  T: (a, b) => shared(a.textures, b.textures),
  S: (a, b, total) => 1 - (a.size + b.size) / total,
  F: (a, b, total) => 1 - (areaOf(around(a, b)) - a.size - b.size) / total,
};

function joined(a: Region, b: Region): Region {
  const size = a.size + b.size;
  const mean = (one: Float64Array, other: Float64Array) =>
    one.map((value, i) => (a.size * value + b.size * other[i]!) / size);
  return { size, box: around(a, b), colors: mean(a.colors, b.colors), textures: mean(a.textures, b.textures) };
}

/** Two neighbours and how alike they are. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
}

/** A priority queue of pairs, the most similar first; among equals, the pair of the older regions. */
class PairQueue {
  private readonly heap: Pair[] = [];

  private static isBefore(one: Pair, other: Pair): boolean {
    return (one.similarity - other.similarity || other.a - one.a || other.b - one.b) > 0;
  }

  push(pair: Pair): void {
    const { heap } = this;
    let at = heap.push(pair) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!PairQueue.isBefore(pair, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = pair;
  }

  pop(): Pair | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < heap.length && PairQueue.isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (below >= heap.length || !PairQueue.isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

/** All regions of a hierarchy: the segments, then each merger of the two most similar neighbours, in order. */
function grouped(picture: Planes, segments: Segments, similarity: string): Region[] {
  const regions = regionsOf(picture, segments);
  const total = picture.height * picture.width;
  const counted = [...similarity].map((letter) => measures[letter]!);
  const neighbours = regions.map(() => new Set<number>());
  const queue = new PairQueue();
  const meet = (a: number, b: number) => {
    neighbours[a]!.add(b);
    neighbours[b]!.add(a);
    const similarity = counted.reduce((sum, measure) => sum + measure(regions[a]!, regions[b]!, total), 0);
    queue.push({ a: Math.min(a, b), b: Math.max(a, b), similarity });
  };
  eachPair(picture, (i, j) => {
    const [a, b] = [segments.labels[i]!, segments.labels[j]!];
    if (a !== b && !neighbours[a]!.has(b)) meet(a, b);
  });
  const gone = new Set<number>();
  for (let pair = queue.pop(); pair; pair = queue.pop()) {
    const { a, b } = pair;
    if (gone.has(a) || gone.has(b)) continue;
    const both = regions.push(joined(regions[a]!, regions[b]!)) - 1;
    neighbours.push(new Set());
    gone.add(a).add(b);
    const beside = new Set([...neighbours[a]!, ...neighbours[b]!]);
    for (const other of beside) if (!gone.has(other)) meet(other, both);
  }
  return regions;
}

/** Wraps a single value in a list, and throws unless all values are allowed. */
function listOf<T>(name: string, given: T | readonly T[], isAllowed: (value: T) => boolean, expected: string): T[] {
  const list = (Array.isArray(given) ? given : [given]) as T[];
  if (list.length > 0 && list.every(isAllowed)) return list;
  throw new ArgumentError(`selectiveSearch: expected ${name} ${expected}, but got ${shown(given)}`);
}

const isSimilarity = (text: string): boolean => typeof text === 'string' && /^(?!.*(.).*\1)[CTSF]+$/.test(text);

/**
 * Selective search (Uijlings et al. 2013, "Selective search for object recognition"), R-CNN's proposals: `felzenszwalb`
 * gives segments; the two most similar neighbours are merged, again and again, until one region is left; the boxes
 * around all these regions are the proposals.
 *
 *     s(a, b) = Σ min(cₐ, c_b) + Σ min(tₐ, t_b) + (1 − (|a| + |b|) / |I|) + (1 − (|BB(a, b)| − |a| − |b|) / |I|)
 *
 * with histograms c of colours (25 bins a channel) and t of Gaussian derivatives in eight directions (10 bins each),
 * and the box BB around both. Each scale, colour space and set of measures gives a hierarchy of its own; the defaults
 * are the paper's "fast" ones. Each box is returned once. Boxes of larger regions, which were merged last, come first.
 *
 * Shape: a picture [3, H, W] of floats from 0 to 1, or of bytes → float32 [K, 4] as (x1, y1, x2, y2) in pixels. The
 * computation runs on the host, so this is a promise.
 *
 *     const boxes = await detection.selectiveSearch(image, { scale: 100, colorSpace: 'hsv', similarity: 'CTSF' });
 *
 * @throws ShapeError, DTypeError, ArgumentError
 */
export const selectiveSearch = callable(
  'selectiveSearch(image, ...)',
  async (image: Tensor, ...args: Arguments<SelectiveSearchOptions, SelectiveSearchOrder>): Promise<Tensor> => {
    const name = 'selectiveSearch';
    const fast = { scale: [50, 100], sigma: 0.8, minSize: null };
    const defaults = { ...fast, colorSpace: ['hsv', 'lab'] as const, similarity: ['CTSF', 'TSF'] };
    const o = parseArgs<SelectiveSearchOptions>(name, [], defaults, args);
    const spaces = listOf('colorSpace', o.colorSpace, (space) => colorSpaces.includes(space), `of ${colorSpaces}`);
    const sets = listOf('similarity', o.similarity, isSimilarity, 'of the letters C, T, S, F, each at most once');
    const scales = listOf('scale', o.scale, (scale) => scale >= 0, 'of at least 0');
    const segmentations = scales.map((scale): Required<FelzenszwalbOptions> => {
      const options = { scale, sigma: o.sigma, minSize: o.minSize ?? scale };
      checkSegmentation(name, options);
      return options;
    });
    const picture = await planesOf(name, image);
    if (picture.channels.length !== 3) {
      throw new ShapeError(
        `${name}: expected a picture [3, H, W], but got shape [${image.shape.join(', ')}]; one channel becomes three by .expand(3, -1, -1)`,
      );
    }
    const hierarchies = spaces.flatMap((space) => {
      const colored = converted(picture, space);
      return segmentations.flatMap((options) => {
        const segments = segmented(colored, options);
        return sets.map((letters) => grouped(colored, segments, letters).reverse());
      });
    });
    const found = new Map<string, Region['box']>();
    const deepest = hierarchies.reduce((most, { length }) => Math.max(most, length), 0);
    for (let rank = 0; rank < deepest; rank++) {
      for (const regions of hierarchies) {
        const box = regions[rank]?.box;
        if (box && !found.has(box.join())) found.set(box.join(), box);
      }
    }
    return tensorOf(Float32Array.from([...found.values()].flat()), [found.size, 4], 'float32');
  },
);
