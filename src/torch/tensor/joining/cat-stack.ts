// Joins tensors along an existing dimension (cat) or a new one (stack).

import { ShapeError } from '../../../engine/core/errors';
import { sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import { promoteTypes } from '../../../engine/ops/promotion';
import { cast, identity, reshape as reshapeValue } from '../../../engine/ops/shape/cast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { cat as catValues } from '../../../engine/ops/shape/join';
import { checked } from '../calling/callable';
import { made } from '../made';
import type { Tensor } from '../tensor';

interface JoinOptions {
  tensors: readonly Tensor[];
  dim?: number;
}

type JoinArgs = Arguments<JoinOptions, ['tensors', 'dim']>;

/** Joins tensors along an existing dimension; their other sizes must agree. Empty vectors of shape [0] are skipped. */
export const cat = checked('cat(tensors: tensors, ...)', catOf);

function catOf(...args: JoinArgs): Tensor {
  const { tensors, dim } = parseArgs<JoinOptions>('cat', ['tensors'], { dim: 0 }, args);
  if (tensors.length === 0) throw new ShapeError('cat: expected at least one tensor, but got none');
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  const isEmpty = (x: Tensor) => x.shape.length === 1 && x.shape[0] === 0;
  const { shape } = tensors.find((x) => !isEmpty(x)) ?? tensors[0]!;
  const d = resolveDim('cat', dim, shape.length);
  const nothing = shape.map((size, k) => (k === d ? 0 : size));
  const values = tensors.map((x) => cast(isEmpty(x) ? reshapeValue(x.value, nothing) : x.value, dtype));
  const whole = values.length > 1 ? catValues(values, d) : named(identity(values[0]!), 'CatBackward0');
  return made(whole);
}

export { cat as concat, cat as concatenate };

/** Joins tensors of one shape along a new dimension. */
export const stack = checked('stack(tensors: tensors, ...)', stackOf);

function stackOf(...args: JoinArgs): Tensor {
  const { tensors, dim } = parseArgs<JoinOptions>('stack', ['tensors'], { dim: 0 }, args);
  const [first] = tensors;
  if (!first) throw new ShapeError('stack: expected at least one tensor, but got none');
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new ShapeError(
        `stack: expected tensors of one shape, but got ${showShape(first.shape)} and ${showShape(x.shape)}`,
      );
    }
  }
  const d = resolveDim('stack', dim, first.shape.length + 1);
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  const rows = tensors.map((x) => cast(x.unsqueeze(d).value, dtype));
  const stacked = rows.length > 1 ? catValues(rows, d) : identity(rows[0]!);
  return made(named(stacked, 'StackBackward0'));
}
