// How inputs are changed in many ways at once, and how outputs are combined: batches of examples by perturbations. A method gives its changes to
// `perturbing`, or to `losses` (ablation.ts) where it sums what the output loses.

import { ArgumentError, ShapeError, type Tensor, tensor, where } from '../../../torch';
import {
  backpressure,
  type CarriedPromise,
  carried,
  expectCount,
  flush,
  type InMode,
  kindOf,
  showShape,
} from '../../../torch/inside';
import { expandArguments, repeated } from './arguments';
import type { AttributionOptions } from './attribution';
import { rowsThatFit } from './batches';
import { type Call, called, explaining } from './model';
import { expectTensor } from './target';

/** How far a method has come. */
export interface AttributionProgress {
  readonly done: number;
  readonly total: number;
}

/** How a method that calls the model many times goes about it. */
export interface PaceOptions {
  /** Perturbations of all examples that run at a time; default: what fits, and one for a model that gives one number a batch. */
  perturbationsPerEval?: number | null;
  /** Write to the console how far it is; default false. */
  showProgress?: boolean;
  /** Is told of every batch. */
  onProgress?: ((progress: AttributionProgress) => void) | null;
  /** Ends the method, whose promise then fails with the signal's reason. */
  signal?: AbortSignal | null;
}

/** What every method takes that calls the model many times. */
export interface PerturbationOptions extends AttributionOptions, PaceOptions {}

/** The places of `PaceOptions` among a method's arguments: the last. */
export type PaceOrder = ['perturbationsPerEval', 'showProgress', 'onProgress', 'signal'];

export const paceDefaults = { perturbationsPerEval: null, showProgress: false, onProgress: null, signal: null };

export const explainedDefaults = { target: null, additionalForwardArgs: null };

/** What a method does with the model. */
export interface Perturbing {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly options: Required<PaceOptions>;
  /** What the output is compared at; default: the inputs. */
  readonly origin?: readonly Tensor[];
  /** Masks of features, which have to be the same for all examples of a model that gives one number a batch. */
  readonly masks?: readonly Tensor[];
}

/** What the model gives for all examples, [N], or one number for the batch, [1]. */
function outputOf(call: Call, inputs: readonly Tensor[], examples: number): Tensor {
  const given = called(call, inputs);
  const output = typeof given === 'number' ? tensor([given]) : expectTensor(call.op, given);
  const chosen = output.shape.length < 2 && call.target.target === null ? output : call.target.select(call.op, output);
  const { shape } = chosen;
  if (chosen.numel() === 1) return chosen.reshape(1);
  if (shape[0] === examples && chosen.numel() === examples) return chosen.reshape(examples);
  throw new ShapeError(
    `${call.op}: expected one output an example, or one for the batch, but got shape ${showShape(shape)}; pass a target that chooses one`,
  );
}

/** The outputs of perturbed inputs: of `count` perturbations, [count, N], or [count, 1] for models that give one number a batch. */
export type Evaluate = (perturbed: readonly Tensor[], count: number) => Tensor;

/** The work of one batch: perturbations from `start` to before `end`. It adds to the sums, or gives the first of them. */
export type Batch = (evaluate: Evaluate, start: number, end: number, sums: readonly Tensor[]) => Tensor[];

/**
 * Runs `total` perturbations in batches, without reading any back, and returns `finish` of their sums. `initial` is the output
 * for the inputs as they are, or at `origin`.
 */
export function perturbing<T>(
  what: Perturbing,
  total: number,
  batch: (initial: Tensor) => Batch,
  finish: (sums: readonly Tensor[], initial: Tensor) => T,
): CarriedPromise<T> {
  const { call, inputs, options } = what;
  const examples = inputs[0]!.shape[0]!;
  const report = reporter(call.op, options);
  const signal = expectSignal(call.op, options.signal);
  return carried(async (inMode) => {
    signal?.throwIfAborted();
    const explained: InMode = (part) => inMode(() => explaining(call.forward, false, part));
    const initial = explained(() => outputOf(call, what.origin ?? inputs, examples));
    const isBatch = examples > 1 && initial.numel() === 1;
    if (isBatch) expectShared(call.op, what.masks);
    const size = sizeOf(what, total, isBatch);
    const step = batch(initial);
    let sums: Tensor[] = [];
    for (let start = 0; start < total; start += size) {
      const end = Math.min(start + size, total);
      sums = explained(() => step((perturbed, count) => evaluated(call, perturbed, count, examples), start, end, sums));
      flush();
      await backpressure();
      signal?.throwIfAborted();
      report({ done: end, total });
    }
    return explained(() => finish(sums, initial));
  });
}

/** Tells of progress whoever wants to know: the console at every tenth. */
export function reporter(
  op: string,
  { showProgress, onProgress }: Pick<Required<PaceOptions>, 'showProgress' | 'onProgress'>,
): (progress: AttributionProgress) => void {
  if (onProgress !== null && typeof onProgress !== 'function') {
    throw new ArgumentError(`${op}: expected onProgress to be a function, but got ${kindOf(onProgress)}`);
  }
  if (typeof showProgress !== 'boolean') {
    throw new ArgumentError(`${op}: expected showProgress to be true or false, but got ${kindOf(showProgress)}`);
  }
  let shownTenths = -1;
  return (progress) => {
    const { done, total } = progress;
    const tenths = Math.floor((10 * done) / total);
    if (showProgress && tenths > shownTenths) console.info(`${op}: ${10 * tenths} % (${done}/${total})`);
    shownTenths = tenths;
    onProgress?.(progress);
  };
}

/** @throws ArgumentError if the value is no AbortSignal */
export function expectSignal(op: string, signal: AbortSignal | null): AbortSignal | null {
  if (signal === null || typeof signal?.throwIfAborted === 'function') return signal;
  throw new ArgumentError(`${op}: expected signal to be an AbortSignal, but got ${kindOf(signal)}`);
}

function expectShared(op: string, masks: readonly Tensor[] = []): void {
  masks.forEach((mask, i) => {
    if (mask.shape[0] === 1) return;
    throw new ShapeError(
      `${op}: expected featureMask ${i} with one row for a model that gives one number a batch, but got shape ${showShape(mask.shape)}`,
    );
  });
}

function sizeOf({ call, inputs, options }: Perturbing, total: number, isBatch: boolean): number {
  const { perturbationsPerEval } = options;
  const examples = inputs[0]!.shape[0]!;
  if (perturbationsPerEval === null) {
    return isBatch ? 1 : Math.max(1, Math.floor(rowsThatFit(call, inputs, total * examples) / Math.max(examples, 1)));
  }
  const count = expectCount(call.op, 'perturbationsPerEval', perturbationsPerEval);
  if (isBatch && count > 1) {
    throw new ArgumentError(
      `${call.op}: expected perturbationsPerEval 1 for a model that gives one number a batch, but got ${count}`,
    );
  }
  return count;
}

function evaluated(call: Call, perturbed: readonly Tensor[], count: number, examples: number): Tensor {
  const many: Call = {
    ...call,
    args: expandArguments(call.args, (x) => repeated(x, count)),
    target: call.target.repeated(count, examples),
  };
  return outputOf(many, perturbed, count * examples).reshape([count, -1]);
}

/** What belongs to each of several perturbations in the place of inputs, where marks [count, 1 or N, …] are true: [count · N, …]. */
export function replaced(x: Tensor, marks: Tensor, by: Tensor): Tensor {
  const count = marks.shape[0]!;
  return where(marks, by.unsqueeze(0), x.unsqueeze(0))
    .expand([count, ...x.shape])
    .reshape([count * x.shape[0]!, ...x.shape.slice(1)]);
}

/** Inputs that several perturbations leave as they are: [count · N, …]. */
export const unchanged = (x: Tensor, count: number): Tensor =>
  x
    .unsqueeze(0)
    .expand([count, ...x.shape])
    .reshape([count * x.shape[0]!, ...x.shape.slice(1)]);

/** Σ over perturbations of difference [count, N] where marks [count, 1 or N, …] are true: [N, …]. */
export function spread(differences: Tensor, marks: Tensor): Tensor {
  const [count, examples] = differences.shape as [number, number];
  const shape = marks.shape.slice(2);
  const weights = marks.to(differences.dtype);
  if (marks.shape[1] === 1)
    return differences
      .t()
      .matmul(weights.reshape([count, -1]))
      .reshape([examples, ...shape]);
  return differences
    .reshape([count, examples, ...shape.map(() => 1)])
    .mul(weights)
    .sum(0);
}
