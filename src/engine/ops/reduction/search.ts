// Searching sorted rows: where values would stand in them.
import { ShapeError } from '../../core/errors';
import { sameShape, showShape } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { kernel } from './arg';

const searchsortedOp: Op<{ readonly right: boolean }> = {
  name: 'searchsorted',
  infer([sorted, values]) {
    const rows = (shape: readonly number[]) => shape.slice(0, -1);
    const fits =
      sorted.shape.length === 1 ||
      (sorted.shape.length === values.shape.length && sameShape(rows(sorted.shape), rows(values.shape)));
    if (!fits || sorted.shape.length === 0) {
      throw new ShapeError(
        `searchsorted: expected a sorted vector, or rows of it for values of shape ${showShape(values.shape)}, but got ${showShape(sorted.shape)}`,
      );
    }
    return [{ shape: values.shape, dtype: 'int64' }];
  },
  lower: (context) => kernel().orders.searchsorted(context),
};

/** How many elements of a sorted vector, or of the same row, are less than each value (or, with `right`, not greater). Both of one dtype. */
export const searchsorted = (sorted: Value, values: Value, right: boolean): Value =>
  record(searchsortedOp, [sorted, values], { right });
