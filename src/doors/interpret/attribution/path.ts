// Points on the straight way from baselines to inputs, as one batch.
import { type Tensor, tensor } from '../../../torch';
import type { Baseline } from './arguments';

/** Factors that stand before a batch of x: [steps, 1, …]. */
const before = (x: Tensor, factors: readonly number[]): Tensor =>
  tensor([...factors], { dtype: x.dtype }).reshape([factors.length, ...x.shape.map(() => 1)]);

/** baseline + α (x − baseline) for every α, which are outermost: [steps · N, …]. */
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

/** Rows [steps · N, …] by step, [steps, N, …]. */
export const byStep = (rows: Tensor, steps: number): Tensor =>
  rows.reshape([steps, rows.shape[0]! / steps, ...rows.shape.slice(1)]);

/** Σ over the steps of weight · row: [N, …]. */
export function weightedSum(rows: Tensor, weights: readonly number[]): Tensor {
  const steps = byStep(rows, weights.length);
  return steps.mul(before(steps.select(0, 0), weights)).sum(0);
}
