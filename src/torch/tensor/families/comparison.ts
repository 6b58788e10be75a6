// Comparisons and logic, with bool results, and selection by a condition (where, maskedFill).

import { DTypeError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import * as ops from '../../../engine/ops/pointwise/compare';
import { dtypeOfScalar, promoteTypes } from '../../../engine/ops/promotion';
import { cast, full } from '../../../engine/ops/shape/cast';
import { TensorBase } from '../base';
import { overloaded } from '../calling/callable';
import { combined } from '../calling/operand';
import { numberOf, type Operandish } from '../calling/pointwise-args';
import { family, withMethod } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, inPlace, op, unary, alias } = family();
export default methods;

const comparison = <const N extends string>(name: N, of: (a: Value, b: Value | number) => Value) =>
  op(`${name}(input, other: operand)`, (input: Tensor, other: Operandish): Tensor => combined(name, input, other, of));

/** input = other, element by element, as a bool tensor. */
export const eq = comparison('eq', ops.eq);
/** `eq`, in place. */
export const eq_ = inPlace(eq, { casts: true });
/** input ≠ other, element by element, as a bool tensor. */
export const ne = comparison('ne', ops.ne);
/** `ne`, in place. */
export const ne_ = inPlace(ne, { casts: true });
/** input < other, element by element, as a bool tensor. */
export const lt = comparison('lt', ops.lt);
/** `lt`, in place. */
export const lt_ = inPlace(lt, { casts: true });
/** input ≤ other, element by element, as a bool tensor. */
export const le = comparison('le', ops.le);
/** `le`, in place. */
export const le_ = inPlace(le, { casts: true });
/** input > other, element by element, as a bool tensor. */
export const gt = comparison('gt', ops.gt);
/** `gt`, in place. */
export const gt_ = inPlace(gt, { casts: true });
/** input ≥ other, element by element, as a bool tensor. */
export const ge = comparison('ge', ops.ge);
/** `ge`, in place. */
export const ge_ = inPlace(ge, { casts: true });

// ── Logic ──

const logic = <const N extends string>(name: N, of: (a: Value, b: Value) => Value) =>
  op(`${name}(input, other)`, (input: Tensor, other: Tensor): Tensor => made(of(input.value, other.value)));

/** Whether both elements are nonzero, as a bool tensor. */
export const logicalAnd = logic('logicalAnd', ops.logicalAnd);
/** `logicalAnd`, in place. */
export const logicalAnd_ = inPlace(logicalAnd, { readsOld: false, casts: true });
/** Whether at least one element is nonzero, as a bool tensor. */
export const logicalOr = logic('logicalOr', ops.logicalOr);
/** `logicalOr`, in place. */
export const logicalOr_ = inPlace(logicalOr, { readsOld: false, casts: true });
/** Whether exactly one element is nonzero, as a bool tensor. */
export const logicalXor = logic('logicalXor', ops.logicalXor);
/** `logicalXor`, in place. */
export const logicalXor_ = inPlace(logicalXor, { readsOld: false, casts: true });
/** Whether each element is 0, as a bool tensor. */
export const logicalNot = unary('logicalNot', ops.logicalNot);
/** `logicalNot`, in place. */
export const logicalNot_ = inPlace(logicalNot, { readsOld: false, casts: true });

// ── Choices ──

interface Where {
  (condition: Tensor): Promise<Tensor[]>;
  (named: { condition: Tensor }): Promise<Tensor[]>;
  (
    /** A tensor of bools: true where the element of `input` is taken. */ condition: Tensor,
    input: Operandish,
    other: Operandish,
  ): Tensor;
  (condition: Tensor, named: { input: Operandish; other: Operandish }): Tensor;
  (named: { condition: Tensor; input: Operandish; other: Operandish }): Tensor;
}

const chosen = op(
  'where(input, condition, other: operand)',
  (
    input: Tensor,
    /** A tensor of bools: true where the element of `input` is taken. */ condition: Tensor,
    other: Operandish,
  ): Tensor => {
    if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
      throw new DTypeError(
        `where: expected a condition of dtype bool, but got ${condition.dtype}; compare first, as in x.gt(0)`,
      );
    }
    const holds = cast(condition.value, 'bool');
    return combined('where', input, other, (a, b) => ops.where(holds, a, b));
  },
);

/**
 * `input` where `condition` holds, `other` elsewhere; either or both may be numbers. With the condition alone: the
 * indices at which it is nonzero, which takes a read-back.
 */
export const where = withMethod(
  overloaded<Where>('where(condition, input?: operand, other?: operand)', whereOf),
  chosen,
);

function whereOf(condition: Tensor, input?: Operandish, other?: Operandish): Tensor | Promise<Tensor[]> {
  if (input === undefined || other === undefined) return condition.nonzero({ asTuple: true });
  if (input instanceof TensorBase) return chosen(input, condition, other);
  if (other instanceof TensorBase) return chosen(other, logicalNot(condition), input);
  const dtype = promoteTypes({ dtype: dtypeOfScalar(input) }, { dtype: dtypeOfScalar(other) });
  return chosen(made(full([], Number(input), dtype)), condition, made(full([], Number(other), dtype)));
}

/** `value` where `mask` holds, `input` elsewhere. */
export const maskedFill = op(
  'maskedFill(input, mask, value: operand)',
  (input: Tensor, mask: Tensor, value: Operandish): Tensor => {
    if (mask.dtype !== 'bool') {
      throw new DTypeError(
        `maskedFill: expected a mask of dtype bool, but got ${mask.dtype}; compare first, as in x.ne(0)`,
      );
    }
    if (!(value instanceof TensorBase)) {
      const number = full([], numberOf('maskedFill', value), input.dtype, 'maskedFill');
      return made(named(ops.where(mask.value, number, input.value), 'MaskedFillBackward0'));
    }
    if (value.shape.length > 0) {
      throw new ShapeError(`maskedFill: expected a number or a 0-d tensor, but got shape ${showShape(value.shape)}`);
    }
    const filled = ops.where(mask.value, cast(value.value, input.dtype), input.value);
    return made(named(filled, 'MaskedFillBackward1'));
  },
);
/** `maskedFill`, in place. */
export const maskedFill_ = inPlace(maskedFill, { readsOld: false });

// ── Second names ──

/** `gt` by another name. */
export const greater = alias('greater', gt);
/** `gt_` by another name. */
export const greater_ = alias('greater_', gt_);
/** `ge` by another name. */
export const greaterEqual = alias('greaterEqual', ge);
/** `ge_` by another name. */
export const greaterEqual_ = alias('greaterEqual_', ge_);
/** `lt` by another name. */
export const less = alias('less', lt);
/** `lt_` by another name. */
export const less_ = alias('less_', lt_);
/** `le` by another name. */
export const lessEqual = alias('lessEqual', le);
/** `le_` by another name. */
export const lessEqual_ = alias('lessEqual_', le_);
/** `ne` by another name. */
export const notEqual = alias('notEqual', ne);
/** `ne_` by another name. */
export const notEqual_ = alias('notEqual_', ne_);
