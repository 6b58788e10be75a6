// LIME with binary interpretable samples: a 1 keeps a feature of the input, a 0 replaces it by its baseline.

import { ArgumentError, cat, ShapeError, stack, Tensor, tensor } from '../../../torch';
import { type Arguments, type CarriedPromise, carried, parseArgs, showShape, warnOnce } from '../../../torch/inside';
import {
  type Attributions,
  asTensors,
  type Baseline,
  type Baselines,
  compared,
  type GivenInputs,
  type Inputs,
  type Listed,
  likeInputs,
  listInputs,
} from '../attribution/arguments';
import { opOf, PerturbationAttribution } from '../attribution/attribution';
import { expectSamples } from '../attribution/batches';
import { atElements, type FeatureOptions, type Features, featuresOf } from '../attribution/features';
import type { InMode } from '../attribution/in-mode';
import { type Forward, forwardKinds } from '../attribution/model';
import {
  type Batch,
  explainedDefaults,
  type PerturbationOptions,
  perturbing,
  replaced,
  runDefaults,
} from '../attribution/perturbing';
import { expectFunction, expectModel, fitted, type TrainBatch } from './lime-base';
import { type InterpretableModel, Lasso } from './linear-models';
import {
  asWeight,
  coinFlips,
  drawOf,
  expectInterpretable,
  getExpKernelSimilarityFunction,
  type PerturbFunction,
  type SampleOptions,
  type SimilarityFunction,
  sampler,
  weighedEach,
  weighOf,
} from './samples';

/** The options of `Lime`. */
export interface LimeOptions extends PerturbationOptions, FeatureOptions {
  /** The value of absent features; default 0. */
  baselines?: Baselines;
  /** The number of samples for the fit, for each example; default 25. */
  nSamples?: number;
  /**
   * Return attributions of the input's shape, where every element has its feature's coefficient, rather than the
   * coefficients themselves; default true.
   */
  returnInputShape?: boolean;
}

type LimeOrder = [
  'baselines',
  'target',
  'additionalForwardArgs',
  'featureMask',
  'nSamples',
  'perturbationsPerEval',
  'returnInputShape',
  'showProgress',
  'onProgress',
  'signal',
];

interface LimeParts {
  /** Default: `new Lasso({ alpha: 0.01 })`. */
  interpretableModel?: InterpretableModel | null;
  /** The weight of a sample; default `getExpKernelSimilarityFunction()`. */
  similarityFunc?: SimilarityFunction | null;
  /**
   * Returns a sample of zeros and ones, [1, features], or a generator of such samples. Default: each feature is 1 with
   * probability ½.
   */
  perturbFunc?: PerturbFunction | null;
}

/** Above this number of features, warn that the fit is slow. */
const MANY_FEATURES = 10_000;

/**
 * Explains an output by a linear model of the present features, fitted to samples around the input, which are weighted
 * by their similarity to it. Ribeiro, Singh & Guestrin 2016, arXiv:1602.04938:
 *
 *     w = argmin_w Σ_z π_x(z) (f(z) − w · z′ − b)² / (2 Σ_z π_x(z)) + 0.01 ‖w‖₁
 *
 * where z′ ∈ {0, 1}ⁿ says which features of z come from the input; the others come from the baseline.
 *
 *     const coefficients = await new Lime(model).attribute(image, { target, featureMask: segments, nSamples: 200 });
 *
 * In a batch, each example gets a model of its own; if the network returns one number for the batch, the batch gets a
 * single model. The samples of all examples run together.
 */
export class Lime extends PerturbationAttribution {
  readonly interpretableModel: InterpretableModel;
  readonly similarityFunc: SimilarityFunction;
  readonly perturbFunc: PerturbFunction;

  constructor(
    ...args: Arguments<Forward & LimeParts, ['forwardFunc', 'interpretableModel', 'similarityFunc', 'perturbFunc']>
  ) {
    const op = opOf(new.target);
    const defaults = { interpretableModel: null, similarityFunc: null, perturbFunc: null };
    const o = parseArgs<Forward & LimeParts>(op, ['forwardFunc'], defaults, args, forwardKinds);
    super({ forwardFunc: o.forwardFunc });
    this.interpretableModel = expectModel(op, o.interpretableModel ?? new Lasso({ alpha: 0.01 }));
    this.similarityFunc = expectFunction(op, 'similarityFunc', o.similarityFunc ?? getExpKernelSimilarityFunction());
    this.perturbFunc = expectFunction(op, 'perturbFunc', o.perturbFunc ?? coinFlips);
  }

  override get multipliesByInputs(): boolean {
    return false;
  }

  /**
   * Attributions of the inputs' shapes; [1, …] if the model returns one number for the batch. Without
   * `returnInputShape`: coefficients [N, features] or [1, features], where feature 0 is the least number of the mask.
   * @throws ArgumentError, ShapeError or IndexError for arguments that do not fit
   */
  attribute<const I extends Inputs>(
    inputs: I,
    options: LimeOptions & { returnInputShape: false },
  ): CarriedPromise<Tensor>;
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<LimeOptions, LimeOrder>
  ): CarriedPromise<Attributions<I>>;
  attribute<const I extends Inputs>(options: LimeOptions & { inputs: I }): CarriedPromise<Attributions<I>>;
  attribute(...args: readonly unknown[]): CarriedPromise<unknown> {
    return carried((inMode) => this.#explain(inMode, args));
  }

  async #explain(inMode: InMode, args: readonly unknown[]): Promise<unknown> {
    const { op } = this;
    const { nSamples, ...asRun } = { nSamples: 25, ...runDefaults };
    const { perturbationsPerEval, ...rest } = asRun;
    const o = parseArgs<LimeOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      {
        baselines: null,
        ...explainedDefaults,
        featureMask: null,
        nSamples,
        perturbationsPerEval,
        returnInputShape: true,
        ...rest,
      },
      args,
    );
    const listed = compared(op, listInputs(op, o.inputs), o.baselines);
    const { inputs, baselines } = listed;
    const samples = expectSamples(op, 'nSamples', o.nSamples);
    const features = await featuresOf(inMode, op, inputs, o.featureMask, true);
    if (features.count > MANY_FEATURES) {
      warnOnce(`${op}: a model of ${features.count} features is slow to fit; group them by a featureMask`);
    }
    const call = this.call(o.target, o.additionalForwardArgs);
    const { masks, count } = features;
    const { drawn, outputs, weights } = await inMode(() =>
      perturbing(
        { call, inputs, options: o, masks },
        samples,
        (initial) => this.#batch(listed, baselines, features, samples, initial.numel()),
        gathered,
      ),
    );
    const found: Tensor[] = [];
    for (let example = 0; example < outputs.shape[1]!; example++) {
      o.signal?.throwIfAborted();
      const ofExample = (): TrainBatch => [
        drawn.select(1, example),
        outputs.select(1, example),
        weights.select(1, example),
      ];
      const coefficients = await fitted(inMode, op, this.interpretableModel, ofExample);
      found.push(inMode(() => expectCoefficients(op, coefficients, count)));
    }
    return inMode(() => {
      const coefficients = stack(found);
      if (!o.returnInputShape) return coefficients;
      return likeInputs(
        listed,
        masks.map((mask) => atElements(coefficients.unsqueeze(0), mask).squeeze(0)),
      );
    });
  }

  /** A batch function that appends the batch's samples, outputs and weights to the list of those of earlier batches. */
  #batch(
    listed: Listed,
    baselines: readonly Baseline[],
    { masks, count: features }: Features,
    samples: number,
    examples: number,
  ): Batch {
    const { inputs } = listed;
    const ofExamples = Array.from({ length: examples }, (_, i) =>
      examples === 1 ? whole(listed, baselines, masks, features) : oneOf(listed, baselines, masks, features, i),
    );
    const drawn = this.#draw(ofExamples, samples, features);
    const weigh = weighOf(this.similarityFunc);
    return (evaluate, start, end, sums) => {
      const count = Math.min(end, drawn.shape[0]!) - start;
      if (count <= 0) return [...sums];
      const now = drawn.narrow(0, start, count);
      const without = asTensors(baselines, inputs);
      const perturbed = inputs.map((x, i) => replaced(without[i]!, atElements(now, masks[i]!).ne(0), x));
      const weights = weigh
        ? weigh({ inputs, perturbed, samples: now })
        : weighedEach(count, examples, (sample, i) => this.#weight(listed, ofExamples[i]!, perturbed, now, sample, i));
      return [...sums, now, evaluate(perturbed, count), weights];
    };
  }

  #weight(
    listed: Listed,
    { original, options }: OfExample,
    perturbed: readonly Tensor[],
    samples: Tensor,
    sample: number,
    example: number,
  ): Tensor {
    const rows = samples.shape[1] === 1 ? listed.inputs[0]!.shape[0]! : 1;
    const start = sample * listed.inputs[0]!.shape[0]! + example;
    const own = form(
      listed,
      perturbed.map((x) => x.narrow(0, start, rows)),
    );
    const interpretable = samples.select(0, sample).narrow(0, example, 1);
    return asWeight(this.op, this.similarityFunc(original, own, interpretable, options));
  }

  /** Draws the samples of all examples: [samples, examples, features]. */
  #draw(ofExamples: readonly OfExample[], samples: number, features: number): Tensor {
    const examples = ofExamples.length;
    const draw = drawOf(this.perturbFunc);
    if (draw) {
      const table = new Float32Array(samples * examples * features);
      ofExamples.forEach((_, example) => {
        const drawn = draw(samples, features);
        for (let i = 0; i < samples; i++) {
          table.set(drawn.subarray(i * features, (i + 1) * features), (i * examples + example) * features);
        }
      });
      return tensor(table).reshape([samples, examples, features]);
    }
    const lists = ofExamples.map(({ original, options }) => this.#drawEach(original, options, samples, features));
    const least = Math.min(...lists.map(({ length }) => length));
    if (least === 0) throw new ArgumentError(`${this.op}: expected perturbFunc to give samples, but it gave none`);
    return stack(
      lists.map((list) => cat(list.slice(0, least)).float()),
      1,
    );
  }

  #drawEach(original: GivenInputs, options: SampleOptions, samples: number, features: number): Tensor[] {
    const next = sampler(this.op, this.perturbFunc, original, options);
    const drawn: Tensor[] = [];
    while (drawn.length < samples) {
      const given = next();
      if (given === null) break;
      drawn.push(expectInterpretable(this.op, 'perturbFunc', given, features));
    }
    return drawn;
  }
}

/** The arguments that user functions get for the explained example. */
interface OfExample {
  readonly original: GivenInputs;
  readonly options: SampleOptions;
}

/** A single value if the inputs were given as one tensor, else a list. */
const form = ({ alone }: Listed, list: readonly unknown[]): GivenInputs => (alone ? list[0] : list) as GivenInputs;

const whole = (
  listed: Listed,
  baselines: readonly Baseline[],
  masks: readonly Tensor[],
  numInterpFeatures: number,
): OfExample => ({
  original: form(listed, listed.inputs),
  options: { baselines: form(listed, baselines), featureMask: form(listed, masks), numInterpFeatures },
});

function oneOf(
  listed: Listed,
  baselines: readonly Baseline[],
  masks: readonly Tensor[],
  features: number,
  i: number,
): OfExample {
  const row = (x: Tensor): Tensor => (x.shape[0] === 1 ? x : x.narrow(0, i, 1));
  return whole(
    { ...listed, inputs: listed.inputs.map(row) },
    baselines.map((each) => (each instanceof Tensor ? row(each) : each)),
    masks.map(row),
    features,
  );
}

function gathered(parts: readonly Tensor[]): { drawn: Tensor; outputs: Tensor; weights: Tensor } {
  const of = (kind: number): Tensor => cat(parts.filter((_, i) => i % 3 === kind));
  return { drawn: of(0), outputs: of(1), weights: of(2) };
}

function expectCoefficients(op: string, found: Tensor, features: number): Tensor {
  if (found.numel() === features) return found.reshape(features);
  throw new ShapeError(
    `${op}: expected the model's representation to have ${features} elements, one per feature, but got shape ${showShape(found.shape)}`,
  );
}
