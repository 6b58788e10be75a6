// The loop behind ablation, permutation and occlusion: changes the inputs, and sums, for every element, what the output
// loses by the changes that touch it.
import type { Tensor } from '../../../torch';
import type { CarriedPromise } from '../../../torch/inside';
import { type Attributions, type Listed, likeInputs } from './arguments';
import { type FeatureOptions, type Features, featuresOf, marksOf } from './features';
import type { InMode } from './in-mode';
import type { Call } from './model';
import { type Perturbing, perturbing, type RunOptions, spread } from './perturbing';

/** A group of changes to the inputs, which one batch evaluates. */
export interface Changes {
  readonly count: number;
  /** The inputs after each change: [count · N, …]. */
  readonly perturbed: readonly Tensor[];
  /**
   * For each input, a mask of the elements that each change touches, [count, 1 or N, …]; null if no change touches that
   * input.
   */
  readonly marks: readonly (Tensor | null)[];
}

/**
 * Runs `total` changes in batches. For every input, Σ of initial − changed output over the changes that touch an
 * element, [N, …].
 */
export const losses = <T>(
  what: Perturbing,
  total: number,
  changes: (start: number, end: number) => readonly Changes[],
  finish: (sums: readonly Tensor[]) => T,
): CarriedPromise<T> =>
  perturbing(
    what,
    total,
    (initial) => (evaluate, start, end, sums) => {
      const next = [...sums];
      for (const { count, perturbed, marks } of changes(start, end)) {
        const differences = initial.unsqueeze(0).sub(evaluate(perturbed, count));
        marks.forEach((each, i) => {
          if (!each) return;
          const part = spread(differences, each);
          next[i] = next[i] ? next[i].add(part) : part;
        });
      }
      return next;
    },
    finish,
  );

/**
 * Returns the inputs [count · N, …] with each feature from `start` to before `end` changed, where the marks are true.
 */
export type Changed = (marks: readonly Tensor[], start: number, end: number) => readonly Tensor[];

/** For each feature, what the output loses when the feature is changed. All elements of the feature get that number. */
export async function featureLosses<I>(
  inMode: InMode,
  call: Call,
  listed: Listed,
  options: Required<RunOptions & FeatureOptions>,
  changing: (features: Features) => Changed,
): Promise<Attributions<I>> {
  const { inputs } = listed;
  const features = await featuresOf(inMode, call.op, inputs, options.featureMask);
  const { masks, count } = features;
  return inMode(() => {
    const changed = changing(features);
    return losses(
      { call, inputs, options, masks },
      count,
      (start, end) => {
        const marks = masks.map((mask) => marksOf(mask, start, end));
        return [{ count: end - start, perturbed: changed(marks, start, end), marks }];
      },
      (sums) => likeInputs<I>(listed, sums),
    );
  });
}
