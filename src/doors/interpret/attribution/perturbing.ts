// Evaluates many perturbations of the inputs in batches, and combines the outputs. A method passes its changes to
// `perturbing`, or to `losses` (ablation.ts) if it sums what the output loses.

import { ArgumentError, ShapeError, type Tensor, tensor, where } from '../../../torch';
import { backpressure, type CarriedPromise, carried, flush, kindOf, showShape } from '../../../torch/inside';
import { expandArguments, repeated } from './arguments';
import type { AttributionOptions } from './attribution';
import { expectCount, rowsThatFit } from './batches';
import type { InMode } from './in-mode';
import { type Call, called, explaining } from './model';
import { expectTensor } from './target';

/** The progress of a method, in perturbations. */
export interface AttributionProgress {
  readonly done: number;
  readonly total: number;
}

/** Batch size, progress and abort options of methods that call the model many times. */
export interface RunOptions {
  /**
   * Perturbations (each of all examples) that run at once. Default: as many as fit; 1 if the model returns one number
   * for the batch.
   */
  perturbationsPerEval?: number | null;
  /** Log the progress to the console; default false. */
  showProgress?: boolean;
  /** Called after every batch. */
  onProgress?: ((progress: AttributionProgress) => void) | null;
  /** Aborts the method; its promise then rejects with the signal's reason. */
  signal?: AbortSignal | null;
}

/** The options of every method that calls the model many times. */
export interface PerturbationOptions extends AttributionOptions, RunOptions {}

/** The positions of `RunOptions`: the last arguments of a method. */
export type RunOrder = ['perturbationsPerEval', 'showProgress', 'onProgress', 'signal'];

export const runDefaults = { perturbationsPerEval: null, showProgress: false, onProgress: null, signal: null };

export const explainedDefaults = { target: null, additionalForwardArgs: null };

/** The call, inputs and options of a perturbation run. */
export interface Perturbing {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly options: Required<RunOptions>;
  /** The inputs of the reference output; default: `inputs`. */
  readonly origin?: readonly Tensor[];
  /** Masks of features. If the model returns one number for the batch, they must be the same for all examples. */
  readonly masks?: readonly Tensor[];
}

/** The model's output: one number per example, [N], or one for the batch, [1]. */
function outputOf(call: Call, inputs: readonly Tensor[], examples: number): Tensor {
  const given = called(call, inputs);
  const output = typeof given === 'number' ? tensor([given]) : expectTensor(call.op, given);
  const chosen = output.shape.length < 2 && call.target.target === null ? output : call.target.select(call.op, output);
  const { shape } = chosen;
  if (chosen.numel() === 1) return chosen.reshape(1);
  if (shape[0] === examples && chosen.numel() === examples) return chosen.reshape(examples);
  throw new ShapeError(
    `${call.op}: expected one output per example, or one for the batch, but got shape ${showShape(shape)}; pass a target that chooses one`,
  );
}

/**
 * Computes the outputs of `count` perturbations: [count, N], or [count, 1] if the model returns one number for the
 * batch.
 */
export type Evaluate = (perturbed: readonly Tensor[], count: number) => Tensor;

/** Evaluates the perturbations from `start` to before `end`, and returns the updated sums; `sums` is empty at first. */
export type Batch = (evaluate: Evaluate, start: number, end: number, sums: readonly Tensor[]) => Tensor[];

/**
 * Runs `total` perturbations in batches, without reading anything back, and returns `finish` of their sums. `initial`
 * is the output for the unchanged inputs, or for `origin` if given.
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

/** Returns a function that reports progress to `onProgress` and, at every tenth, to the console. */
export function reporter(
  op: string,
  { showProgress, onProgress }: Pick<Required<RunOptions>, 'showProgress' | 'onProgress'>,
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

/** @throws ArgumentError if the value is not an AbortSignal */
export function expectSignal(op: string, signal: AbortSignal | null): AbortSignal | null {
  if (signal === null || typeof signal?.throwIfAborted === 'function') return signal;
  throw new ArgumentError(`${op}: expected signal to be an AbortSignal, but got ${kindOf(signal)}`);
}

function expectShared(op: string, masks: readonly Tensor[] = []): void {
  masks.forEach((mask, i) => {
    if (mask.shape[0] === 1) return;
    throw new ShapeError(
      `${op}: expected featureMask ${i} with one row for a model that returns one number for the batch, but got shape ${showShape(mask.shape)}`,
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
      `${call.op}: expected perturbationsPerEval 1 for a model that returns one number for the batch, but got ${count}`,
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

/**
 * Copies of `x`, one per perturbation, with elements of `by` where the marks [count, 1 or N, …] are true: [count · N,
 * …].
 */
export function replaced(x: Tensor, marks: Tensor, by: Tensor): Tensor {
  const count = marks.shape[0]!;
  return where(marks, by.unsqueeze(0), x.unsqueeze(0))
    .expand([count, ...x.shape])
    .reshape([count * x.shape[0]!, ...x.shape.slice(1)]);
}

/** `count` copies of an input that the perturbations leave unchanged: [count · N, …]. */
export const unchanged = (x: Tensor, count: number): Tensor =>
  x
    .unsqueeze(0)
    .expand([count, ...x.shape])
    .reshape([count * x.shape[0]!, ...x.shape.slice(1)]);

/**
 * For each element, Σ of the differences [count, N] of the perturbations whose marks [count, 1 or N, …] are true there:
 * [N, …].
 */
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
