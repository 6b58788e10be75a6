// Packing: moves the real elements of a padded value next to each other, as they would lie without padding, and back.
import { i32, scalar, u32 } from '../compiler/ir';
import { contiguousStrides, numel, type Shape } from '../core/meta';
import type { Op, Value } from '../graph/value';
import { lib } from './lib';

/** Dynamic scalar d is the stride in the input for dimension d of the result. */
const spreadOp: Op<{ readonly shape: Shape }> = {
  name: 'spread',
  infer: ([{ dtype }], { shape }) => [{ shape, dtype }],
  lower({ inputs: [x], attrs: { shape } }) {
    const room = numel(shape);
    const axes = shape.map((size, d) => ({ size: u32(size), stride: scalar(d, 'i32') }));
    return { kind: 'passes', passes: [lib.stridedPass(x.dtype, { room, count: u32(room), offset: i32(0), axes })] };
  },
};

/** Dynamic scalars: the total number of real elements, then their number along each dimension. */
const packedOp: Op<undefined> = {
  name: 'packed',
  infer: ([x]) => [x],
  lower({ inputs: [x] }) {
    const axes = contiguousStrides(x.shape).map((stride, d) => ({ size: scalar(d + 1, 'u32'), stride: i32(stride) }));
    const read = { room: numel(x.shape), count: scalar(0, 'u32'), offset: i32(0), axes };
    return { kind: 'passes', passes: [lib.stridedPass(x.dtype, read)] };
  },
};

/** A padded value of `shape`, made from x, which begins with all the real elements, without padding between them. */
export const spread = (x: Value, counts: Shape, shape: Shape): Value =>
  lib.record(spreadOp, [x], { shape }, contiguousStrides(counts));

/** The real elements of x, one after another from the front, followed by arbitrary values. */
export const compacted = (x: Value, counts: Shape): Value =>
  lib.record(packedOp, [x], undefined, [numel(counts), ...counts]);
