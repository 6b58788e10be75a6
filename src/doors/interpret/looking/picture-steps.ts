// Shared by the functions that make pictures step by step: frames, random shifts and rotations, blur, and total
// variation.

import {
  ArgumentError,
  arange,
  cat,
  Generator,
  noGrad,
  randn,
  ShapeError,
  scope,
  stack,
  synchronize,
  type Tensor,
  tensor,
} from '../../../torch';
import { type Args, tensorKind as aTensor, flush, kinds, or, shown, takes } from '../../../torch/inside';
import { gaussianBlur } from '../../vision/transforms/functional/blur';
import { rotate } from '../../vision/transforms/functional/warp';

/** The picture that an optimization yields after each step. */
export interface Frame {
  /** The picture after the step, a copy in the rank of the given picture. */
  readonly image: Tensor;
  /** Counted from 1. */
  readonly step: number;
  /** The objective before the step. */
  readonly loss: number;
  /** The terms of the loss, each multiplied by its weight. */
  readonly terms: Readonly<Record<string, number>>;
}

/** The options of all functions that yield frames. */
export interface FrameOptions {
  /** Yield a frame after every so many steps, and after the last. Default 1. Steps in between read nothing back. */
  every?: number;
  /** Ends the iteration after the current step. */
  signal?: AbortSignal | null;
}

/** The options of functions that optimize a picture for a network. */
export interface PictureOptions extends FrameOptions {
  /**
   * Keeps pixels within a range such as [0, 1]; each bound may also be a list with one number per channel. Default
   * null: no range.
   */
  range?: PixelRange | null;
  /** Applied to the picture before the network, for instance normalization. */
  preprocess?: ((x: Tensor) => Tensor) | null;
  /** The seed of all random numbers: initial picture, shifts and rotations. Default 0. */
  seed?: number;
}

const bound: kinds.Kind = kinds.either(kinds.number, kinds.listOf(kinds.number));

/** The types of `PictureOptions`. */
export const pictureKinds = {
  range: kinds.orNull({
    words: 'a pair of bounds, each a number or a list of one for each channel,',
    fits: (value) => kinds.listOf(bound, 2).fits(value),
  }),
  preprocess: kinds.orNull(kinds.callback),
  seed: kinds.integer,
} satisfies kinds.Kinds<PictureOptions>;

/** The defaults of `PictureOptions`. */
export const pictureDefaults: Required<PictureOptions> = {
  range: null,
  preprocess: null,
  seed: 0,
  every: 1,
  signal: null,
};

/** The picture after `preprocess`, as the network gets it. */
export const prepared = (x: Tensor, { preprocess }: Pick<Required<PictureOptions>, 'preprocess'>): Tensor =>
  preprocess ? preprocess(x) : x;

/** A picture of normal noise. */
export const noise = (shape: readonly number[], std: number, seed: number): Tensor =>
  noGrad(() => randn([...shape], { generator: new Generator().manualSeed(seed) }).mul(std));

/** The terms of an objective, 0-d tensors; the objective is their sum. */
export type Terms = Readonly<Record<string, Tensor>>;

/** Reads back the values of all terms at once. */
export async function numbersOf(terms: Terms): Promise<{ loss: number; terms: Record<string, number> }> {
  const names = Object.keys(terms);
  const values = await stack(names.map((name) => terms[name]!.detach())).data();
  const entries = names.map((name, i): [string, number] => [name, values[i]!]);
  return { loss: entries.reduce((sum, [, value]) => sum + value, 0), terms: Object.fromEntries(entries) };
}

/** The sum of all terms. */
export const total = (terms: Terms): Tensor => Object.values(terms).reduce((sum, term) => sum.add(term));

/** The maximum number of steps; more would take days. */
const MOST_STEPS = 1_000_000;

/** @throws ArgumentError unless each is a whole number from 1 to 1,000,000 */
export function expectCounts(op: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1 || count > MOST_STEPS) {
      throw new ArgumentError(
        `${op}: expected ${name}, a whole number from 1 to ${MOST_STEPS}, but got ${shown(count)}`,
      );
    }
  }
}

/** @throws ArgumentError unless each is a finite number of at least 0 */
export function expectWeights(op: string, weights: Readonly<Record<string, number>>): void {
  for (const [name, weight] of Object.entries(weights)) {
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new ArgumentError(`${op}: expected ${name}, a number of at least 0, but got ${shown(weight)}`);
    }
  }
}

/**
 * Runs steps, and yields frames. `change` performs a step, writing `image` in place, and returns the terms before the
 * step; it runs in a scope of its own, so that its intermediate values are freed.
 */
export async function* steps(
  image: Tensor,
  {
    count,
    every,
    signal,
    shape,
    first = 0,
  }: { count: number; every: number; signal: AbortSignal | null; shape: readonly number[]; first?: number },
  change: (step: number) => Terms,
): AsyncGenerator<Frame> {
  for (let step = 1; step <= count; step++) {
    if (signal?.aborted) return;
    const shownNow = step % every === 0 || step === count;
    if (!shownNow) {
      scope(() => {
        change(step);
      });
      flush();
      // Wait for the device now and then, so that unfinished work does not pile up.
      if (step % 8 === 0) await synchronize();
      continue;
    }
    const terms = scope(() => change(step));
    const { loss, terms: numbers } = await numbersOf(terms);
    yield { image: copyOf(image, shape), step: first + step, loss, terms: numbers };
  }
}

/** A copy of the current picture, in the rank that the user gave. */
export const copyOf = (image: Tensor, shape: readonly number[]): Tensor =>
  noGrad(() =>
    image
      .detach()
      .clone()
      .reshape([...shape.slice(0, -2), ...image.shape.slice(-2)]),
  );

/** A copy of a picture that steps may write to. */
export const canvasOf = (image: Tensor): Tensor => noGrad(() => image.detach().clone());

/** Random shifts and rotations of pictures, reproducible by the seed. */
export class Shaker {
  readonly #generator: Generator;
  readonly #jitter: number;
  readonly #rotation: number;

  constructor({ jitter, rotation, seed }: { jitter: number; rotation: number; seed: number }) {
    this.#generator = new Generator().manualSeed(seed);
    this.#jitter = jitter;
    this.#rotation = rotation;
  }

  /** The next random shift (`there`), its inverse for the gradient (`back`), and a random rotation (`turn`). */
  next(): { there: (image: Tensor) => Tensor; back: (image: Tensor) => Tensor; turn: (image: Tensor) => Tensor } {
    const whole = () => (this.#jitter > 0 ? (this.#generator.random() % (2 * this.#jitter + 1)) - this.#jitter : 0);
    const [down, right] = [whole(), whole()];
    const angle = this.#rotation > 0 ? ((this.#generator.random() % 20001) / 10000 - 1) * this.#rotation : 0;
    return {
      there: (image) => (this.#jitter > 0 ? shifted(image, down, right) : image),
      back: (image) => (this.#jitter > 0 ? shifted(image, -down, -right) : image),
      turn: (image) => (this.#rotation > 0 ? turned(image, angle) : image),
    };
  }
}

/**
 * Shifts the picture down and right, wrapping around at the borders. The amounts enter as scalars, so that all shifts
 * reuse one plan.
 */
function shifted(image: Tensor, down: number, right: number): Tensor {
  const [height, width] = image.shape.slice(-2) as [number, number];
  const places = (size: number, by: number) =>
    arange(size)
      .sub(((by % size) + size) % size)
      .add(size)
      .remainder(size);
  return image.indexSelect(2, places(height, down)).indexSelect(3, places(width, right));
}

/** The picture rotated about its centre, in degrees. */
const turned = (image: Tensor, angle: number): Tensor => rotate(image, angle, { interpolation: 'bilinear' });

/** Gaussian blur; `sigma` is the standard deviation in pixels. */
export function softened(image: Tensor, sigma: number): Tensor {
  const [height, width] = image.shape.slice(-2) as [number, number];
  // Reflection padding must be narrower than the picture.
  const reach = Math.min(Math.ceil(3 * sigma), height - 1, width - 1);
  return reach < 1 ? image : gaussianBlur(image, [2 * reach + 1, 2 * reach + 1], [sigma, sigma]);
}

const totalVariationTable = takes('totalVariation', {
  /** [N, C, H, W] */
  image: aTensor,
  /** The exponent. Default: 2. */
  beta: or(kinds.positive, 2),
});

/** Σ ((x_{i+1,j} − x_{i,j})² + (x_{i,j+1} − x_{i,j})²)^{β/2}: Mahendran & Vedaldi 2015, equation 3. */
export function totalVariation(...args: Args<typeof totalVariationTable, ['image', 'beta']>): Tensor {
  const { image, beta } = totalVariationTable.read(args);
  if (image.dim() !== 4) {
    throw new ShapeError(`totalVariation: expected pictures [N, C, H, W], but got shape [${image.shape.join(', ')}]`);
  }
  const [height, width] = image.shape.slice(-2) as [number, number];
  if (height < 2 || width < 2) {
    throw new ShapeError(`totalVariation: expected a picture of at least 2 × 2 pixels, but got ${height} × ${width}`);
  }
  if (beta === 2) {
    const down = image.narrow(2, 1, height - 1).sub(image.narrow(2, 0, height - 1));
    const right = image.narrow(3, 1, width - 1).sub(image.narrow(3, 0, width - 1));
    return down.square().sum().add(right.square().sum());
  }
  const inner = image.narrow(2, 0, height - 1).narrow(3, 0, width - 1);
  const down = image
    .narrow(2, 1, height - 1)
    .narrow(3, 0, width - 1)
    .sub(inner);
  const right = image
    .narrow(2, 0, height - 1)
    .narrow(3, 1, width - 1)
    .sub(inner);
  // Add a small number, because the root has no derivative at 0.
  return down
    .square()
    .add(right.square())
    .add(1e-8)
    .pow(beta / 2)
    .sum();
}

/** The minimum and the maximum of pixels: each a number, or a list with one number per channel. */
export type PixelRange = readonly [low: number | readonly number[], high: number | readonly number[]];

/** Clamps the picture to a range, in place. */
export function clampInto(op: string, image: Tensor, range: PixelRange | null): void {
  if (range === null) return;
  const [low, high] = range.map((bound) => (typeof bound === 'number' ? bound : channelwise(op, image, bound))) as [
    number | Tensor,
    number | Tensor,
  ];
  noGrad(() => {
    if (typeof low === 'number' && typeof high === 'number') image.clamp_(low, high);
    else image.copy_(image.maximum(asTensor(low)).minimum(asTensor(high)));
  });
}

const asTensor = (bound: number | Tensor): Tensor =>
  typeof bound === 'number' ? tensor(bound, { dtype: 'float32' }) : bound;

function channelwise(op: string, image: Tensor, bounds: readonly number[]): Tensor {
  if (bounds.length !== image.shape[1]) {
    throw new ShapeError(`${op}: expected a bound for each of ${image.shape[1]} channels, but got ${bounds.length}`);
  }
  return tensor([...bounds], { dtype: 'float32' }).reshape([1, -1, 1, 1]);
}

/** Flattens each channel's map: [N, C, …] → [N, C, H · W], for Gram matrices and losses. */
export const flatMaps = (maps: Tensor): Tensor => maps.reshape([maps.shape[0]!, maps.shape[1]!, -1]);

/** Concatenates the elements of all tensors to one vector. */
export const flatAll = (tensors: readonly Tensor[]): Tensor => cat(tensors.map((each) => each.reshape([-1])));
