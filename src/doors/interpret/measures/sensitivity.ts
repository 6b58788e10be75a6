// Sensitivity: how much an explanation changes if its input changes slightly.

import { ArgumentError, cat, maximum, noGrad, onesLike, ShapeError, Tensor, tensor, where } from '../../../torch';
import {
  CarriedPromise,
  carried,
  fillUniform,
  flush,
  kindOf,
  kinds,
  sameShape,
  shown,
  showShape,
} from '../../../torch/inside';
import {
  type GivenInputs,
  type Inputs,
  interleaved,
  type Listed,
  likeInputs,
  listInputs,
} from '../attribution/arguments';
import { Attribution, type PerturbationAttribution } from '../attribution/attribution';
import { expectSamples } from '../attribution/batches';
import { expandOptions } from '../attribution/expanding';
import type { InMode } from '../attribution/in-mode';
import { type OpenArguments, parseOpen } from '../attribution/open-arguments';
import { chunkSizes } from './chunks';

/** A function that explains inputs, given options; returns the explanation or a promise of it. */
export type Explanation<R = unknown> = (inputs: GivenInputs, options: Readonly<Record<string, unknown>>) => R;

interface SensitivityOptions {
  /**
   * Perturbs rows that hold each example several times in a row. Default: adds uniform noise from −perturbRadius to
   * perturbRadius to each element.
   */
  perturbFunc?: (inputs: GivenInputs, /** How far inputs are moved at most. */ perturbRadius: number) => Inputs;
  /** Passed to `perturbFunc`; default 0.02. */
  perturbRadius?: number;
  /** Perturbations of each example; default 10. */
  nPerturbSamples?: number;
  /** The norm of explanations: 'fro', the root of the sum of squares (default), or the p of a p-norm. */
  normOrd?: number | 'fro';
  /** Rows that are explained at once; default: all. */
  maxExamplesPerBatch?: number | null;
}

/** A method whose promises keep switches such as `noGrad` that were active at the call. */
type Promising = PerturbationAttribution & { attribute(...args: never[]): CarriedPromise<unknown> };

/** The options of the measure; any others go to the explanation. */
export interface SensitivityMaxOptions extends SensitivityOptions {
  readonly [option: string]: unknown;
}

/** A promise if the explanation returns one. */
type Sensitivity<R> =
  R extends CarriedPromise<unknown> ? CarriedPromise<Tensor> : R extends Promise<unknown> ? Promise<Tensor> : Tensor;

type SensitivityOrder = ['perturbFunc', 'perturbRadius', 'nPerturbSamples', 'normOrd', 'maxExamplesPerBatch'];

/** The arguments after the inputs. */
type SensitivityRest = OpenArguments<SensitivityOptions, SensitivityOrder, [options?: SensitivityMaxOptions]>;

interface SensitivityArguments<E> extends SensitivityMaxOptions {
  readonly explanationFunc: E;
  readonly inputs: Inputs;
}

/**
 * The largest relative change of an explanation among random perturbations of the inputs, for every example, [N]. Yeh,
 * Hsieh, Suggala, Inouye & Ravikumar 2019, arXiv:1901.09392:
 *
 *     max_{‖δ‖ ≤ r} ‖Φ(x + δ) − Φ(x)‖ / ‖Φ(x)‖
 *
 * over the perturbations drawn; a norm of 0 is replaced by 1.
 *
 *     const sensitivity = sensitivityMax(new Saliency(model), x, { target: 3 });
 *
 * The explanation is an attribution method or a function. If it returns promises, so does this. Targets, further
 * arguments, baselines and masks among the options are repeated with the rows.
 *
 * @throws ArgumentError or ShapeError for arguments that do not fit, and the errors of the explanation
 * @param method What explains the inputs.
 */
export function sensitivityMax(method: Promising, inputs: Inputs, ...rest: SensitivityRest): CarriedPromise<Tensor>;
export function sensitivityMax(
  method: PerturbationAttribution,
  inputs: Inputs,
  ...rest: SensitivityRest
): Promise<Tensor>;
export function sensitivityMax(method: Attribution, inputs: Inputs, ...rest: SensitivityRest): Tensor;
export function sensitivityMax<R>(
  explanationFunc: Explanation<R>,
  inputs: Inputs,
  ...rest: SensitivityRest
): Sensitivity<R>;
export function sensitivityMax(options: SensitivityArguments<Promising>): CarriedPromise<Tensor>;
export function sensitivityMax(options: SensitivityArguments<PerturbationAttribution>): Promise<Tensor>;
export function sensitivityMax(options: SensitivityArguments<Attribution>): Tensor;
export function sensitivityMax<R>(options: SensitivityArguments<Explanation<R>>): Sensitivity<R>;
export function sensitivityMax(...args: readonly unknown[]): unknown {
  const op = 'sensitivityMax';
  const { own: o, others: rest } = parseOpen<SensitivityOptions & { explanationFunc: unknown; inputs: Inputs }>(
    op,
    ['explanationFunc', 'inputs'],
    sensitivityDefaults,
    args,
    { perturbFunc: kinds.callback },
  );
  const explain = explainer(op, o.explanationFunc);
  const listed = listInputs(op, o.inputs);
  const { inputs } = listed;
  const norm = normOf(op, o.normOrd);
  const samples = expectSamples(op, 'nPerturbSamples', o.nPerturbSamples);
  const parts = chunkSizes(op, samples, o.maxExamplesPerBatch, inputs[0]!.shape[0]!);
  const form = (list: readonly Tensor[]): GivenInputs => likeInputs(listed, list) as unknown as GivenInputs;
  const explained = (count: number): unknown => {
    const rows = inputs.map((x) => interleaved(x.detach(), count));
    const perturbed = perturbedBy(op, o, listed, rows);
    return explain(form(perturbed), expandOptions(op, rest, inputs, count, false));
  };
  const found = explain(form(inputs.map((x) => x.detach())), rest);
  if (found instanceof Promise) {
    const later = async (inMode: InMode): Promise<Tensor> => {
      const changes = new Changes(op, norm, await found);
      for (const count of parts) {
        const next = await inMode(() => explained(count));
        inMode(() => changes.add(next, count));
      }
      return changes.greatest();
    };
    return found instanceof CarriedPromise ? carried(later) : later((part) => part());
  }
  const changes = new Changes(op, norm, found);
  for (const count of parts) {
    changes.add(explained(count), count);
    if (parts.length > 1) flush();
  }
  return changes.greatest();
}

const sensitivityDefaults = {
  perturbFunc: (inputs: GivenInputs, radius: number): Inputs => {
    const noisy = (x: Tensor): Tensor =>
      x.add(tensor(fillUniform(new Float32Array(x.numel()), -radius, radius)).reshape([...x.shape]));
    return inputs instanceof Tensor ? noisy(inputs) : (inputs as readonly Tensor[]).map(noisy);
  },
  perturbRadius: 0.02,
  nPerturbSamples: 10,
  normOrd: 'fro' as const,
  maxExamplesPerBatch: null,
};

function explainer(op: string, explanation: unknown): Explanation {
  if (explanation instanceof Attribution) {
    const method = explanation as unknown as { attribute: Explanation };
    return (inputs, options) => method.attribute(inputs, options);
  }
  if (typeof explanation === 'function') return (inputs, options) => explanation(inputs, options);
  throw new ArgumentError(`${op}: expected an attribution method or a function, but got ${kindOf(explanation)}`);
}

function perturbedBy(
  op: string,
  { perturbFunc, perturbRadius }: Required<SensitivityOptions>,
  listed: Listed,
  rows: readonly Tensor[],
): readonly Tensor[] {
  const { inputs: perturbed } = listInputs(
    op,
    noGrad(() => perturbFunc(likeInputs(listed, rows) as unknown as GivenInputs, perturbRadius)),
  );
  const fits = perturbed.length === rows.length && perturbed.every((x, i) => sameShape(x.shape, rows[i]!.shape));
  if (fits) return perturbed;
  const shapes = (list: readonly Tensor[]): string => list.map((x) => showShape(x.shape)).join(', ');
  throw new ShapeError(
    `${op}: expected perturbFunc to give inputs of shape ${shapes(rows)}, but got ${shapes(perturbed)}`,
  );
}

function normOf(op: string, order: unknown): (rows: Tensor) => Tensor {
  if (order === 'fro') return (rows) => rows.norm(2, 1);
  if (typeof order === 'number' && !Number.isNaN(order)) return (rows) => rows.norm(order, 1);
  throw new ArgumentError(`${op}: expected normOrd to be 'fro' or a number, but got ${shown(order)}`);
}

/** Tracks the largest change of an explanation so far. */
class Changes {
  readonly #first: readonly Tensor[];
  #greatest: Tensor | null = null;

  constructor(
    private readonly op: string,
    private readonly norm: (rows: Tensor) => Tensor,
    first: unknown,
  ) {
    this.#first = listInputs(op, first).inputs;
  }

  /** Adds the explanations of rows that hold each example `count` times in a row. */
  add(given: unknown, count: number): void {
    const { inputs: explanations } = listInputs(this.op, given);
    noGrad(() => {
      const changes = explanations.map((x, i) => {
        const first = this.#first[i];
        if (first && sameShape(x.shape, [first.shape[0]! * count, ...first.shape.slice(1)])) {
          return interleaved(first, count).sub(x).flatten(1);
        }
        throw new ShapeError(
          `${this.op}: expected an explanation of a row for each of ${count} perturbations of ${first ? showShape(first.shape) : 'no input'}, but got shape ${showShape(x.shape)}`,
        );
      });
      const size = this.norm(
        cat(
          this.#first.map((x) => x.flatten(1)),
          1,
        ),
      );
      const sizes = where(size.eq(0), onesLike(size), size);
      const most = this.norm(cat(changes, 1)).reshape([-1, count]).amax(1).div(sizes);
      this.#greatest = this.#greatest ? maximum(this.#greatest, most) : most;
    });
  }

  greatest(): Tensor {
    return this.#greatest!;
  }
}
