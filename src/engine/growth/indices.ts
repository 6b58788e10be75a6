// Picking by indices from values with room: how much of them counts is data.
import { scalar } from '../compiler/ir';
import type { Shape } from '../core/meta';
import type { Op, Value } from '../graph/value';
import type { SelectAttrs } from '../ops/indexing/index-attrs';
import { lib } from './lib';
import { hasRoom } from './room';

/** `gather` for an operation that was `asked` for, from what counts alone: dynamic scalar 0 is how much that is along the dimension. */
const countedGatherOp: Op<SelectAttrs> = {
  name: 'gather',
  infer: ([x, index]) => [{ shape: index!.shape, dtype: x!.dtype }],
  lower: (context) => lib.kernel().indices.gather(context, context.attrs.asked, scalar(0, 'u32')),
};

/** The elements that an index picks of a value, where only those within `counts` count. */
export const gatherCounted = (x: Value, dim: number, index: Value, counts: Shape, asked: string): Value =>
  hasRoom(x, counts, dim)
    ? lib.record(countedGatherOp, [x, index], { dim, asked }, [counts[dim]!])
    : lib.record(lib.gatherOp, [x, index], { dim });

/** `wrapIndex` whose limit is dynamic scalar 0. */
export const wrapWithinOp: Op<{ readonly asked: string }> = {
  name: 'wrapIndex',
  infer: ([index]) => [{ shape: index.shape, dtype: 'int64' }],
  lower: ({ inputs: [index], attrs: { asked } }) =>
    lib.kernel().indices.places(asked, index!, { limit: scalar(0, 'u32'), fromEnd: true }),
};
