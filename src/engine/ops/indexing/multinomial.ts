// Samples of categories by weights, from random numbers that the host has drawn: with and without replacement.
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
 * A category for each uniform number, by weights x; one may come several times. Shapes: x [..., n], u [..., samples] → int64 [..., samples].
 *
 * A number that float32 does not hold must be given as the next one above, since comparing with that comes to the same.
 */
export const sampleByUniform = (x: Value, u: Value): Value => record(searchOp, [x, u], undefined);

const raceOp: Op = {
  name: 'multinomial',
  infer: ([x]) => [{ shape: x.shape, dtype: 'float32' }],
  lower: (context) => kernel().orders.race(context),
};

/** Categories by weights x and exponential numbers q of their shape, none of them twice. Shape: [..., n] → int64 [..., samples]. */
export function sampleByExponential(x: Value, q: Value, samples: number): Value {
  const race = record(raceOp, [x, q], undefined);
  return samples === 1 ? argmax(race, -1, true) : topk(race, samples, -1, true)[1];
}
