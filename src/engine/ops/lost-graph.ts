// Values restored from a snapshot after the device was lost: their numbers are back, but the graph that made them is
// not.

import { bring } from '../compiler/contents';
import { DeviceLostError } from '../core/errors';
import { showShape } from '../core/meta';
import { withMode } from '../graph/mode';
import { fromHost, named, record } from '../graph/record';
import { gradNameOf, type Op, type Value } from '../graph/value';

const lostGraphOp: Op<undefined> = {
  name: 'lostGraph',
  takesHalf: true,
  views: true,
  saves: { inputs: [] },
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp(_, { outputs: [y] }) {
    throw new DeviceLostError(
      `backward: this tensor of shape ${showShape(y!.shape)} was restored after a lost device, without the values that its gradient reads; compute it again, or detach() it`,
    );
  },
};

/**
 * `numbers` in place of the lost value `before`. If `before` had a gradient graph, backward through the result throws.
 */
export function withLostGraph(before: Value, numbers: Value): Value {
  if (!before.requiresGrad || !before.node) return numbers;
  const leaf = fromHost(new Float32Array(1), [], 'float32').endAt({ gradHooks: null, accumulate() {} });
  const value = withMode({ grad: true }, () => record(lostGraphOp, [numbers, leaf], undefined));
  // The numbers are known, so the value gets its contents at once and no flush has to compute it.
  if (numbers.contents) bring(value, numbers.contents);
  named(value, gradNameOf(before));
  return value;
}
