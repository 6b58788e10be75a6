// Samples categories by weights, with and without replacement, from random numbers that the host has drawn.
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { argmax, kernel } from '../reduction/arg';
import { topk } from '../reduction/sort';

const searchOp: Op = {
  name: 'multinomial',
  infer: ([, u]) => [{ shape: u.shape, dtype: 'int64' }],
  lower: (context) => kernel().orders.sampleByUniform(context),
};

/**
 * Draws a category for each uniform number u, with replacement, by weights x. Shapes: x [..., n], u [..., samples] →
 * int64 [..., samples].
 *
 * Round a number u that float32 cannot represent up to the next float32: comparisons of float32 with either give the
 * same result.
 */
export const sampleByUniform = (x: Value, u: Value): Value => record(searchOp, [x, u], undefined);

const raceOp: Op = {
  name: 'multinomial',
  infer: ([x]) => [{ shape: x.shape, dtype: 'float32' }],
  lower: (context) => kernel().orders.race(context),
};

/**
 * Draws categories without replacement, by weights x and exponential numbers q of the same shape. [..., n] → int64
 * [..., samples].
 */
export function sampleByExponential(x: Value, q: Value, samples: number): Value {
  const race = record(raceOp, [x, q], undefined);
  return samples === 1 ? argmax(race, -1, true) : topk(race, samples, -1, true)[1];
}
