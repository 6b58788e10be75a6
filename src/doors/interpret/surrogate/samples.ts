// How LIME and Kernel SHAP draw and weight interpretable samples: functions for one sample, and equivalent fast ones
// for many at once.

import { ArgumentError, ShapeError, stack, Tensor, tensor, zeros } from '../../../torch';
import {
  type Arguments,
  fillBernoulli,
  fillNormal,
  kindOf,
  parseArgs,
  shown,
  showShape,
  warnOnce,
  weightedIndices,
} from '../../../torch/inside';
import type { Baseline } from '../attribution/arguments';

/** The inputs as user functions get them: a tensor or a list, as they were given to `attribute`. */
export type Sample = Tensor | readonly Tensor[];

/** The options that user functions get about the call of `Lime.attribute`, for the explained example. */
export interface SampleOptions {
  /** What the inputs are compared with; default 0. */
  readonly baselines: Baseline | readonly Baseline[];
  /** Which elements count as one feature: a tensor of numbers. */
  readonly featureMask: Sample;
  /** The number of features that may be there or not. */
  readonly numInterpFeatures: number;
}

/**
 * The weight of a sample: its similarity to the explained input.
 * @param interpretable [1, features]
 */
export type SimilarityFunction<O = SampleOptions> = (
  original: Tensor & readonly Tensor[],
  /** The input that was drawn. */
  perturbed: Tensor & readonly Tensor[],
  /** Which features are there: ones and zeros. */
  interpretable: Tensor,
  options: O,
) => number | Tensor;

/**
 * Returns a sample, or a generator of samples. Interpretable samples are [1, features]; samples in the input space have
 * the inputs' form and shapes.
 */
export type PerturbFunction<O = SampleOptions> = (
  original: Tensor & readonly Tensor[],
  options: O,
) => Sample | Iterator<Sample>;

/** Many samples of several examples, or of the whole batch if it has a single output. */
interface Weighed {
  /** [N, …] each. */
  readonly inputs: readonly Tensor[];
  /** [count · N, …] each. */
  readonly perturbed: readonly Tensor[];
  /** [count, examples, features]. */
  readonly samples: Tensor;
}

/** Computes the weights of all samples: [count, examples]. */
export type Weigh = (many: Weighed) => Tensor;

/** Draws `count` samples of one example: zeros and ones, [count · features]. */
type Draw = (count: number, features: number) => Float32Array;

const weighing = new WeakMap<object, Weigh>();
const drawing = new WeakMap<object, Draw>();

/** The version for many samples of one of the library's similarity functions; undefined for a user's function. */
export const weighOf = (similarity: object): Weigh | undefined => weighing.get(similarity);

/** The version for many samples of one of the library's perturbing functions; undefined for a user's function. */
export const drawOf = (perturb: object): Draw | undefined => drawing.get(perturb);

interface KernelOptions {
  /** Default 'cosine'. */
  distanceMode?: 'cosine' | 'euclidean';
  /** Default 1. */
  kernelWidth?: number;
}

/**
 * Makes a similarity function for `Lime` and `LimeBase` from the distance D between the input and the sample, both
 * flattened:
 *
 *     exp(−D² / (2 kernelWidth²)),   D = 1 − cos(x, x′)  or  ‖x − x′‖₂
 *
 * @throws ArgumentError for an unknown distance, or a width that is not above 0
 */
export function getExpKernelSimilarityFunction(
  ...args: Arguments<KernelOptions, ['distanceMode', 'kernelWidth']>
): SimilarityFunction<object> {
  const op = 'getExpKernelSimilarityFunction';
  const o = parseArgs<KernelOptions>(op, [], { distanceMode: 'cosine' as const, kernelWidth: 1 }, args);
  if (o.distanceMode !== 'cosine' && o.distanceMode !== 'euclidean') {
    throw new ArgumentError(`${op}: expected distanceMode 'cosine' or 'euclidean', but got ${shown(o.distanceMode)}`);
  }
  if (!(typeof o.kernelWidth === 'number' && o.kernelWidth > 0)) {
    throw new ArgumentError(`${op}: expected kernelWidth to be a number above 0, but got ${shown(o.kernelWidth)}`);
  }
  const distance = o.distanceMode === 'cosine' ? cosineDistance : euclideanDistance;
  const weigh: Weigh = (many) => {
    const { inputs, perturbed, samples } = many;
    const [count, examples] = samples.shape as [number, number];
    const rows = (x: Tensor, n: number): Tensor => x.reshape([n, examples, -1]).float();
    const pairs = inputs.map((x, i): [Tensor, Tensor] => [rows(x, 1), rows(perturbed[i]!, count)]);
    return distance(pairs)
      .square()
      .div(-2 * o.kernelWidth ** 2)
      .exp();
  };
  const similarity: SimilarityFunction<object> = (original, perturbed) => {
    const list = (sample: Sample): readonly Tensor[] => (sample instanceof Tensor ? [sample] : sample);
    return weigh({ inputs: list(original), perturbed: list(perturbed), samples: zeros(1, 1, 1) }).reshape(1);
  };
  weighing.set(similarity, weigh);
  return similarity;
}

type Pairs = readonly (readonly [x: Tensor, sample: Tensor])[];

const total = (pairs: Pairs, of: (x: Tensor, sample: Tensor) => Tensor): Tensor =>
  pairs.map(([x, sample]) => of(x, sample).sum(2)).reduce((a, b) => a.add(b));

/** The lower bound of the norms by which the cosine divides, as in PyTorch. */
const EPSILON = 1e-8;

function cosineDistance(pairs: Pairs): Tensor {
  const product = total(pairs, (x, sample) => x.mul(sample));
  const norm = (squares: Tensor): Tensor => squares.sqrt().clampMin(EPSILON);
  const norms = norm(total(pairs, (x) => x.square())).mul(norm(total(pairs, (_, sample) => sample.square())));
  return product.div(norms).neg().add(1);
}

const euclideanDistance = (pairs: Pairs): Tensor => total(pairs, (x, sample) => x.sub(sample).square()).sqrt();

/** Each feature is present with probability ½, independently. */
export const coinFlips: PerturbFunction = (_original, { numInterpFeatures: features }) =>
  tensor(flips(1, features)).reshape([1, features]);

const flips: Draw = (count, features) => {
  const size = count * features;
  return fillBernoulli(new Float32Array(size), new Float32Array(size).fill(0.5));
};
drawing.set(coinFlips, flips);

/** The weight of samples with all features or none, which Kernel SHAP must fit exactly; other samples weigh 1. */
const INFINITE = 1e6;

/** Kernel SHAP's weights for samples that are drawn by the Shapley kernel. */
export const shapSimilarity: SimilarityFunction = (_original, _perturbed, interpretable) =>
  endsWeigh(interpretable.reshape([1, 1, -1])).reshape(1);

function endsWeigh(samples: Tensor): Tensor {
  const chosen = samples.float().sum(2);
  const isEnd = chosen.eq(0).logicalOr(chosen.eq(samples.shape[2]!));
  return isEnd
    .float()
    .mul(INFINITE - 1)
    .add(1);
}
weighing.set(shapSimilarity, ({ samples }) => endsWeigh(samples));

/**
 * Samples all features first, then none, then random sets of k of the n features: k by the Shapley kernel, p(k) ∝ (n −
 * 1) / (k (n − k)), and a uniformly random set of that size.
 */
export const shapSamples: PerturbFunction = (_original, { numInterpFeatures: features }) => {
  const sample = shapSampler(features);
  return (function* () {
    for (;;) yield tensor(sample()).reshape([1, features]);
  })();
};

drawing.set(shapSamples, (count, features) => {
  const drawn = new Float32Array(count * features);
  const sample = shapSampler(features);
  for (let i = 0; i < count; i++) drawn.set(sample(), i * features);
  return drawn;
});

function shapSampler(features: number): () => Float32Array {
  const weights = Float64Array.from({ length: features }, (_, k) =>
    k === 0 ? 0 : Math.fround((features - 1) / (k * (features - k))),
  );
  const ends = [new Float32Array(features).fill(1), new Float32Array(features)];
  let drawn = 0;
  return () => {
    // With a single feature, no k satisfies 0 < k < n.
    if (drawn < 2 || features === 1) return ends[drawn++ % 2]!;
    const chosen = weightedIndices(weights, 1, true)[0]!;
    const values = fillNormal(new Float32Array(features));
    const threshold = values.slice().sort()[features - chosen - 1]!;
    return values.map((value) => Number(value > threshold));
  };
}

/**
 * Returns a function that yields sample after sample: from repeated calls of `perturb`, or from the generator that it
 * returns; null when that ends.
 */
export function sampler<O>(op: string, perturb: PerturbFunction<O>, original: Sample, options: O): () => Sample | null {
  let generator: Iterator<Sample> | null = null;
  return () => {
    if (!generator) {
      const given: unknown = perturb(original as Tensor & readonly Tensor[], options);
      if (!isIterator(given)) return given as Sample;
      generator = given;
    }
    const { done, value } = generator.next();
    if (!done) return value;
    warnOnce(`${op}: perturbFunc ended before it had given nSamples samples; those that it gave are taken`);
    return null;
  };
}

const isIterator = (value: unknown): value is Iterator<Sample> =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'next') === 'function';

/** Checks an interpretable sample: [1, features]. */
export function expectInterpretable(op: string, from: string, sample: unknown, features: number | null): Tensor {
  const fits =
    sample instanceof Tensor &&
    sample.shape.length === 2 &&
    sample.shape[0] === 1 &&
    (features === null || sample.shape[1] === features);
  if (fits) return sample;
  throw new ShapeError(
    `${op}: expected ${from} to give a Tensor [1, ${features ?? 'features'}], but got ${sample instanceof Tensor ? `shape ${showShape(sample.shape)}` : kindOf(sample)}`,
  );
}

/** The weight that a similarity function returned, as a tensor [1]. */
export function asWeight(op: string, given: unknown): Tensor {
  if (typeof given === 'number') return tensor([given]);
  if (given instanceof Tensor && given.numel() === 1) return given.reshape(1).float();
  const got = given instanceof Tensor ? `shape ${showShape(given.shape)}` : kindOf(given);
  throw new ArgumentError(`${op}: expected similarityFunc to give a number or a Tensor of one, but got ${got}`);
}

/** Computes weights one by one: [count, examples]. `one` gets the indices of a sample and of an example. */
export const weighedEach = (
  count: number,
  examples: number,
  one: (sample: number, example: number) => Tensor,
): Tensor =>
  stack(Array.from({ length: count * examples }, (_, at) => one(Math.floor(at / examples), at % examples))).reshape([
    count,
    examples,
  ]);
