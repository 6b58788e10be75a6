// Searches in sorted rows: the index at which a value would be inserted.
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
        `searchsorted: expected a sorted vector, or a sorted row for each row of values of shape ${showShape(values.shape)}, but got ${showShape(sorted.shape)}`,
      );
    }
    return [{ shape: values.shape, dtype: 'int64' }];
  },
  lower: (context) => kernel().orders.searchsorted(context),
};

/**
 * For each value, how many elements of the sorted vector (or of its row, if `sorted` has rows) are less than the value;
 * with `right`, how many are not greater. Both inputs have one dtype.
 */
export const searchsorted = (sorted: Value, values: Value, right: boolean): Value =>
  record(searchsortedOp, [sorted, values], { right });
