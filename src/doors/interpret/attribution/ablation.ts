// What the output loses by changes of the inputs, summed over the elements that each touches: the loop of ablation, permutation and occlusion.
import type { Tensor } from '../../../torch';
import type { CarriedPromise, InMode } from '../../../torch/inside';
import { type Attributions, type Listed, likeInputs } from './arguments';
import { type FeatureOptions, type Features, featuresOf, marksOf } from './features';
import type { Call } from './model';
import { type PaceOptions, type Perturbing, perturbing, spread } from './perturbing';

/** Several changes of the inputs. */
export interface Changes {
  readonly count: number;
  /** The inputs after each of them: [count · N, …]. */
  readonly perturbed: readonly Tensor[];
  /** For every input where it is changed, [count, 1 or N, …], or null where it is not. */
  readonly marks: readonly (Tensor | null)[];
}

/** Runs `total` changes in batches. For every input, Σ of initial − changed output over the changes that touch an element, [N, …]. */
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

/** The inputs after each feature from `start` to before `end` is changed, which is where the marks are true: [count · N, …]. */
export type Changed = (marks: readonly Tensor[], start: number, end: number) => readonly Tensor[];

/** What the output loses by each feature, which all elements of the feature get. */
export async function featureLosses<I>(
  inMode: InMode,
  call: Call,
  listed: Listed,
  options: Required<PaceOptions & FeatureOptions>,
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
