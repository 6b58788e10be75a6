// Points on the straight line from baselines to inputs, as one batch.
import { type Tensor, tensor } from '../../../torch';
import type { Baseline } from './arguments';

/** The factors, shaped [steps, 1, …] to broadcast against a batch of x. */
const before = (x: Tensor, factors: readonly number[]): Tensor =>
  tensor([...factors], { dtype: x.dtype }).reshape([factors.length, ...x.shape.map(() => 1)]);

/** baseline + α (x − baseline) for every α; all examples of one α are consecutive: [steps · N, …]. */
export const pathPoints = (
  inputs: readonly Tensor[],
  baselines: readonly Baseline[],
  alphas: readonly number[],
): Tensor[] =>
  inputs.map((x, i) => {
    const baseline = baselines[i]!;
    const points = x.sub(baseline).unsqueeze(0).mul(before(x, alphas)).add(baseline);
    return points.reshape([alphas.length * x.shape[0]!, ...x.shape.slice(1)]);
  });

/** Splits rows [steps · N, …] by step: [steps, N, …]. */
export const byStep = (rows: Tensor, steps: number): Tensor =>
  rows.reshape([steps, rows.shape[0]! / steps, ...rows.shape.slice(1)]);

/** Σ over the steps of weight · row: [N, …]. */
export function weightedSum(rows: Tensor, weights: readonly number[]): Tensor {
  const steps = byStep(rows, weights.length);
  return steps.mul(before(steps.select(0, 0), weights)).sum(0);
}
