// Searching sorted rows: where values would stand in them.
import { input, output, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import type { Text } from '../compiler/texts';
import { ShapeError } from '../core/errors';
import { numel, sameShape, scalarOf, showShape } from '../core/meta';
import { record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { elementLibs } from '../kernels/reduce/elements';

const source: Text = '#sort/searchsorted';

const WORKGROUP = 64;

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
  lower({ inputs: [sorted, values], attrs: { right } }) {
    const count = numel(values.shape);
    const m = sorted.shape.length === 1 ? count : values.shape.at(-1)!;
    return {
      kind: 'passes',
      passes: [
        {
          source: [elementLibs[scalarOf(values.dtype)], source],
          label: 'searchsorted',
          overrides: { RIGHT: right ? 1 : 0 },
          reads: [input(0), input(1)],
          writes: [output()],
          params: [count, sorted.shape.at(-1)!, m].map(u32),
          grid: gridFor(count, WORKGROUP),
        },
      ],
    };
  },
};

/** How many elements of a sorted vector, or of the same row, are less than each value (or, with `right`, not greater). Both of one dtype. */
export const searchsorted = (sorted: Value, values: Value, right: boolean): Value =>
  record(searchsortedOp, [sorted, values], { right });
