// General LIME: samples in the input space or in an interpretable space, and a simple model fitted to the network's
// outputs for them.

import { ArgumentError, cat, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  type CarriedPromise,
  carried,
  kindOf,
  kinds,
  parseArgs,
  showShape,
} from '../../../torch/inside';
import { type GivenInputs, type Inputs, listInputs } from '../attribution/arguments';
import { opOf, PerturbationAttribution } from '../attribution/attribution';
import { expectSamples } from '../attribution/batches';
import type { InMode } from '../attribution/in-mode';
import { type Forward, forwardKinds } from '../attribution/model';
import { type OpenArguments, parseOpen } from '../attribution/open-arguments';
import {
  explainedDefaults,
  type PerturbationOptions,
  perturbing,
  type RunOrder,
  runDefaults,
} from '../attribution/perturbing';
import type { InterpretableModel } from './linear-models';
import {
  asWeight,
  expectInterpretable,
  type PerturbFunction,
  type Sample,
  type SimilarityFunction,
  sampler,
} from './samples';

/** The user's own options, which LIME passes to every function that it calls. */
type OwnOptions = Readonly<Record<string, unknown>>;

/** The input that an interpretable sample [1, features] stands for. */
export type FromInterpretable<O = OwnOptions> = (sample: Tensor, original: GivenInputs, options: O) => Sample;

/** The interpretable sample [1, features] of an input. */
export type ToInterpretable<O = OwnOptions> = (sample: GivenInputs, original: GivenInputs, options: O) => Tensor;

interface LimeBaseArguments extends Forward {
  /** The simple model that is fitted. */
  interpretableModel: InterpretableModel;
  /** The weight of a drawn input, by its likeness to the original. */
  similarityFunc: SimilarityFunction<OwnOptions>;
  /** Draws an input near the given one. */
  perturbFunc: PerturbFunction<OwnOptions>;
  /** Whether `perturbFunc` returns interpretable samples, rather than inputs. */
  perturbInterpretableSpace: boolean;
  /** Required if `perturbInterpretableSpace` is true. */
  fromInterpRepTransform?: FromInterpretable | null;
  /** Required if `perturbInterpretableSpace` is false. */
  toInterpRepTransform?: ToInterpretable | null;
}

type LimeBaseOrder = [
  'forwardFunc',
  'interpretableModel',
  'similarityFunc',
  'perturbFunc',
  'perturbInterpretableSpace',
  'fromInterpRepTransform',
  'toInterpRepTransform',
];

interface Known extends PerturbationOptions {
  /** The number of samples for the fit; default 50. */
  nSamples?: number;
}

/** The options of the method; any others go to the functions that it calls. */
export interface LimeBaseOptions extends Known {
  readonly [option: string]: unknown;
}

/** @throws ArgumentError if the value lacks `fit` or `representation` */
export function expectModel(op: string, model: unknown): InterpretableModel {
  const has = (name: string): boolean =>
    typeof model === 'object' && model !== null && typeof Reflect.get(model, name) === 'function';
  if (has('fit') && has('representation')) return model as InterpretableModel;
  throw new ArgumentError(
    `${op}: expected interpretableModel to be an object with fit and representation, but got ${kindOf(model)}`,
  );
}

/** @throws ArgumentError if the value is not a function */
export function expectFunction<F>(op: string, name: string, given: F): F {
  if (typeof given === 'function') return given;
  throw new ArgumentError(`${op}: expected ${name} to be a function, but got ${kindOf(given)}`);
}

/** The data of a fit. */
export type TrainBatch = readonly [samples: Tensor, outputs: Tensor, weights: Tensor];

/** Fits the model to samples, and returns its representation. */
export async function fitted(
  inMode: InMode,
  op: string,
  model: InterpretableModel,
  batch: () => TrainBatch,
): Promise<Tensor> {
  await inMode(() => {
    const [samples, outputs, weights] = batch();
    return model.fit([[samples.float(), outputs.float(), weights.float()]]);
  });
  const found: unknown = inMode(() => model.representation());
  if (found instanceof Tensor) return found;
  throw new ArgumentError(`${op}: expected the model's representation to be a Tensor, but got ${kindOf(found)}`);
}

/**
 * LIME with custom parts: draws samples around an input, runs the network on them, weights them by their similarity to
 * the input, and fits an interpretable model. Ribeiro, Singh & Guestrin 2016, arXiv:1602.04938:
 *
 *     ξ(x) = argmin_g Σ_z π_x(z) (f(z) − g(z′))² + Ω(g)
 *
 * where z is a sample, z′ its interpretable form, π_x the similarity and Ω the penalty of the model. `attribute` takes
 * one example, or a batch for which the network returns one number. Options that it does not know are passed to all
 * functions.
 *
 *     const lime = new LimeBase(net, new Ridge({ alpha: 2 }), {
 *       similarityFunc: (x, sample, _, { kernelWidth }) => x.sub(sample).square().sum().neg().div(kernelWidth ** 2).exp(),
 *       perturbFunc: (x) => x.add(torch.randnLike(x)),
 *       perturbInterpretableSpace: false,
 *       toInterpRepTransform: (sample) => sample,
 *     });
 *     const coefficients = await lime.attribute(x, { target: 1, nSamples: 100, kernelWidth: 1.1 });
 */
export class LimeBase extends PerturbationAttribution {
  readonly interpretableModel: InterpretableModel;
  readonly similarityFunc: SimilarityFunction<OwnOptions>;
  readonly perturbFunc: PerturbFunction<OwnOptions>;
  readonly perturbInterpretableSpace: boolean;
  readonly fromInterpRepTransform: FromInterpretable | null;
  readonly toInterpRepTransform: ToInterpretable | null;

  /** @throws ArgumentError if the required transform is missing */
  constructor(...args: Arguments<LimeBaseArguments, LimeBaseOrder>) {
    const op = opOf(new.target);
    const o = parseArgs<LimeBaseArguments>(
      op,
      ['forwardFunc', 'interpretableModel', 'similarityFunc', 'perturbFunc', 'perturbInterpretableSpace'],
      { fromInterpRepTransform: null, toInterpRepTransform: null },
      args,
      {
        ...forwardKinds,
        perturbInterpretableSpace: kinds.flag,
        fromInterpRepTransform: kinds.orNull(kinds.callback),
        toInterpRepTransform: kinds.orNull(kinds.callback),
      },
    );
    super({ forwardFunc: o.forwardFunc });
    this.interpretableModel = expectModel(op, o.interpretableModel);
    this.similarityFunc = expectFunction(op, 'similarityFunc', o.similarityFunc);
    this.perturbFunc = expectFunction(op, 'perturbFunc', o.perturbFunc);
    this.perturbInterpretableSpace = o.perturbInterpretableSpace;
    const needed = o.perturbInterpretableSpace ? 'fromInterpRepTransform' : 'toInterpRepTransform';
    expectFunction(op, needed, o[needed]);
    this.fromInterpRepTransform = o.fromInterpRepTransform;
    this.toInterpRepTransform = o.toInterpRepTransform;
  }

  override get multipliesByInputs(): boolean {
    return false;
  }

  /**
   * The representation of the fitted model, such as its coefficients [1, features].
   * @throws ArgumentError, ShapeError or IndexError for arguments that do not fit
   */
  attribute(
    inputs: Inputs,
    ...args: OpenArguments<
      Known,
      ['target', 'additionalForwardArgs', 'nSamples', ...RunOrder],
      [options?: LimeBaseOptions]
    >
  ): CarriedPromise<Tensor>;
  attribute(options: LimeBaseOptions & { inputs: Inputs }): CarriedPromise<Tensor>;
  attribute(...args: readonly unknown[]): CarriedPromise<Tensor> {
    return carried((inMode) => this.#explain(inMode, args));
  }

  async #explain(inMode: InMode, args: readonly unknown[]): Promise<Tensor> {
    const { op } = this;
    const { own: o, others: own } = parseOpen<Known & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...explainedDefaults, nSamples: 50, ...runDefaults },
      args,
    );
    const listed = listInputs(op, o.inputs);
    const samples = expectSamples(op, 'nSamples', o.nSamples);
    const original = (listed.alone ? listed.inputs[0] : listed.inputs) as GivenInputs;
    const next = this.#sampler(original, listed.inputs, own);
    const call = this.call(o.target, o.additionalForwardArgs);
    const parts = await perturbing(
      { call, inputs: listed.inputs, options: o },
      samples,
      () => (evaluate, start, end, sums) => {
        const batch: Drawn[] = [];
        while (batch.length < end - start) {
          const sample = next();
          if (!sample) break;
          batch.push(sample);
        }
        if (batch.length === 0) return [...sums];
        const perturbed = listed.inputs.map((_, i) => cat(batch.map(({ inputs: each }) => each[i]!)));
        const given = evaluate(perturbed, batch.length);
        if (given.shape[1] !== 1) {
          throw new ShapeError(
            `${op}: expected one example, or a model that returns one number for the batch, but got ${given.shape[1]} examples; explain one after another`,
          );
        }
        const weighed = batch.map(({ sample, interpretable }) =>
          asWeight(op, this.similarityFunc(original, sample, interpretable, own)),
        );
        return [...sums, cat(batch.map(({ interpretable }) => interpretable)), given.reshape(-1), cat(weighed)];
      },
      (sums) => sums,
    );
    if (parts.length === 0) throw new ArgumentError(`${op}: expected perturbFunc to give samples, but it gave none`);
    const joined = (kind: number): Tensor => cat(parts.filter((_, i) => i % 3 === kind));
    return fitted(inMode, op, this.interpretableModel, () => [joined(0), joined(1), joined(2)]);
  }

  #sampler(original: GivenInputs, inputs: readonly Tensor[], own: OwnOptions): () => Drawn | null {
    const { op } = this;
    const next = sampler(op, this.perturbFunc, original, own);
    let features: number | null = null;
    return () => {
      const given = next();
      if (given === null) return null;
      const isInterpretable = this.perturbInterpretableSpace;
      const interpretable = expectInterpretable(
        op,
        isInterpretable ? 'perturbFunc' : 'toInterpRepTransform',
        isInterpretable ? given : this.toInterpRepTransform!(given as GivenInputs, original, own),
        features,
      );
      features = interpretable.shape[1]!;
      const sample = isInterpretable ? this.fromInterpRepTransform!(interpretable, original, own) : given;
      const from = isInterpretable ? 'fromInterpRepTransform' : 'perturbFunc';
      return { sample: sample as GivenInputs, interpretable, inputs: expectLike(op, from, sample, inputs) };
    };
  }
}

interface Drawn {
  readonly sample: GivenInputs;
  readonly interpretable: Tensor;
  readonly inputs: readonly Tensor[];
}

function expectLike(op: string, from: string, sample: Sample, inputs: readonly Tensor[]): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(sample) ? sample : [sample];
  const shapes = inputs.map((x) => showShape(x.shape));
  const got = list.map((x) => (x instanceof Tensor ? showShape(x.shape) : kindOf(x)));
  if (got.length === shapes.length && got.every((shape, i) => shape === shapes[i])) return list as readonly Tensor[];
  throw new ShapeError(
    `${op}: expected ${from} to give inputs of shape ${shapes.join(', ')}, but got ${got.join(', ')}`,
  );
}
