// Indexing into padded values. The number of real elements is a dynamic scalar, not part of the program.
import { scalar } from '../compiler/ir';
import type { Shape } from '../core/meta';
import type { Op, Value } from '../graph/value';
import type { SelectAttrs } from '../ops/indexing/index-attrs';
import { lib } from './lib';
import { hasRoom } from './room';

/**
 * `gather` from the real elements only. Dynamic scalar 0 is the number of real elements along the dimension; `asked` is
 * the operation's name in errors.
 */
const countedGatherOp: Op<SelectAttrs> = {
  name: 'gather',
  infer: ([x, index]) => [{ shape: index!.shape, dtype: x!.dtype }],
  lower: (context) => lib.kernel().indices.gather(context, context.attrs.asked, scalar(0, 'u32')),
};

/** The elements of a value that `index` selects. Only elements within `counts` may be selected. */
export const gatherCounted = (x: Value, dim: number, index: Value, counts: Shape, asked: string): Value =>
  hasRoom(x, counts, dim)
    ? lib.record(countedGatherOp, [x, index], { dim, asked }, [counts[dim]!])
    : lib.record(lib.gatherOp, [x, index], { dim });

/** `wrapIndex` with dynamic scalar 0 as the limit. */
export const wrapWithinOp: Op<{ readonly asked: string }> = {
  name: 'wrapIndex',
  infer: ([index]) => [{ shape: index.shape, dtype: 'int64' }],
  lower: ({ inputs: [index], attrs: { asked } }) =>
    lib.kernel().indices.places(asked, index!, { limit: scalar(0, 'u32'), fromEnd: true }),
};
