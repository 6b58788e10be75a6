// How inputs are changed in many ways at once, and what is made of the outputs: batches of examples by perturbations.
import { type CarriedPromise, carried } from '../../autograd/carried';
import { showShape } from '../../compiler/meta';
import { ArgumentError, ShapeError } from '../../errors';
import { backpressure, flush } from '../../graph/flush';
import { tensor } from '../../tensor/creation';
import { kindOf } from '../../tensor/options';
import type { Tensor } from '../../tensor/tensor';
import { expandArguments, repeated } from './arguments';
import type { AttributionOptions } from './attribution';
import { expectCount, rowsThatFit } from './batches';
import { type Call, called, explaining } from './model';
import { expectTensor } from './target';

/** How far a method has come. */
export interface AttributionProgress {
  readonly done: number;
  readonly total: number;
}

/** What every method takes that calls the model many times. */
export interface PerturbationOptions extends AttributionOptions {
  /** Perturbations of all examples that run at a time; default: what fits, and one for a model that gives one number a batch. */
  perturbationsPerEval?: number | null;
  /** Is told of every batch. */
  onProgress?: ((progress: AttributionProgress) => void) | null;
  /** Ends the method, whose promise then fails with the signal's reason. */
  signal?: AbortSignal | null;
}

export const perturbationDefaults = {
  target: null,
  additionalForwardArgs: null,
  perturbationsPerEval: null,
  onProgress: null,
  signal: null,
};

/** What a method does with the model. */
export interface Perturbing {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly perturbationsPerEval: number | null;
  readonly onProgress: ((progress: AttributionProgress) => void) | null;
  readonly signal: AbortSignal | null;
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
 * Runs `total` perturbations in batches, none of which is read back, and gives what `finish` makes of their sums. `initial` is the output
 * for the inputs as they are.
 */
export function perturbing<T>(
  what: Perturbing,
  total: number,
  batch: (initial: Tensor) => Batch,
  finish: (sums: readonly Tensor[], initial: Tensor) => T,
): CarriedPromise<T> {
  const { call, inputs, onProgress, signal } = what;
  const examples = inputs[0]!.shape[0]!;
  if (onProgress !== null && typeof onProgress !== 'function') {
    throw new ArgumentError(`${call.op}: expected onProgress to be a function, but got ${kindOf(onProgress)}`);
  }
  return carried(async () => {
    signal?.throwIfAborted();
    const initial = explaining(call.forward, false, () => outputOf(call, inputs, examples));
    const isBatch = examples > 1 && initial.numel() === 1;
    const size = sizeOf(what, total, isBatch);
    const step = batch(initial);
    let sums: Tensor[] = [];
    for (let start = 0; start < total; start += size) {
      const end = Math.min(start + size, total);
      sums = explaining(call.forward, false, () =>
        step((perturbed, count) => evaluated(call, perturbed, count, examples), start, end, sums),
      );
      flush();
      await backpressure();
      signal?.throwIfAborted();
      onProgress?.({ done: end, total });
    }
    return explaining(call.forward, false, () => finish(sums, initial));
  });
}

function sizeOf({ call, inputs, perturbationsPerEval }: Perturbing, total: number, isBatch: boolean): number {
  const examples = inputs[0]!.shape[0]!;
  if (perturbationsPerEval === null) {
    return isBatch ? 1 : Math.max(1, Math.floor(rowsThatFit(call, inputs, total * examples) / examples));
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

/** What belongs to each of several perturbations, [count, 1 or N, …] of 0 and 1, put in the place of inputs: [count · N, …]. */
export const replaced = (x: Tensor, marks: Tensor, by: Tensor): Tensor =>
  marks
    .mul(by.sub(x).unsqueeze(0))
    .add(x.unsqueeze(0))
    .reshape([marks.shape[0]! * x.shape[0]!, ...x.shape.slice(1)]);

/** Σ over perturbations of difference [count, N] times marks [count, 1 or N, …]: [N, …]. */
export function spread(differences: Tensor, marks: Tensor): Tensor {
  const [count, examples] = differences.shape as [number, number];
  const shape = marks.shape.slice(2);
  if (marks.shape[1] === 1)
    return differences
      .t()
      .matmul(marks.reshape([count, -1]))
      .reshape([examples, ...shape]);
  return differences
    .reshape([count, examples, ...shape.map(() => 1)])
    .mul(marks)
    .sum(0);
}
