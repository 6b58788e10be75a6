// The arguments of elementwise functions: their options, and operands that are tensors or numbers.

import { anything } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { type Arguments, kindOf, parseArgs } from '../../../engine/core/options';
import { dtypeOfScalar, type Promotable } from '../../../engine/ops/promotion';
import { TensorBase } from '../base';
import type { Tensor } from '../tensor';

/** A tensor, or a number that is promoted like Python's. */
export type Operandish = Tensor | number | boolean;

/** A bound of `clamp`: a number for all elements (true and false count as 1 and 0), or a tensor that broadcasts. */
export type ClampBound = Tensor | number | boolean;

/** The bound, with a boolean turned into a number. */
export const asBound = (bound: ClampBound | null): Tensor | number | null =>
  typeof bound === 'boolean' ? Number(bound) : bound;

export type ClampArgs =
  | [min?: ClampBound | null, max?: ClampBound | null]
  | [{ min?: ClampBound | null; max?: ClampBound | null }];

export interface MaskedFillOptions {
  mask: Tensor;
  /** A number, or a tensor without dimensions. */
  value: number | boolean | Tensor;
}

export interface FillOptions {
  /** A number, or a tensor without dimensions. */
  value: number | boolean | Tensor;
}

export type FillArgs = Arguments<FillOptions, ['value']>;

export type MaskedFillArgs = Arguments<MaskedFillOptions, ['mask', 'value']>;

export interface DivOptions {
  /** 'floor', 'trunc' or null, which divides truly. */
  roundingMode?: 'floor' | 'trunc' | null;
}

/** Two numbers are close if |a - b| ≤ atol + rtol |b|. */
export interface Closeness {
  /** The tolerance relative to the second element. Default: 1e-5. */
  rtol?: number;
  /** The absolute tolerance. Default: 1e-8. */
  atol?: number;
  /** Whether NaN is close to NaN. */
  equalNan?: boolean;
}

export type ClosenessArgs = Arguments<Closeness, ['rtol', 'atol', 'equalNan']>;

/** The numbers that replace NaN, +∞ and -∞. Defaults: 0, and the greatest and least float32 for the infinities. */
export interface NanToNum {
  /** The number that replaces NaN. */
  nan?: number | null;
  /** The number that replaces ∞; default: the greatest number. */
  posinf?: number | null;
  /** The number that replaces −∞; default: the least number. */
  neginf?: number | null;
}

export type NanToNumArgs = Arguments<NanToNum, ['nan', 'posinf', 'neginf']>;

/** The option `alpha`, a factor of the second operand. Default: 1. */
export const alphaOf = (name: string, options: { alpha?: number | boolean }): number | boolean =>
  parseArgs<{ alpha?: number | boolean }>(name, [], { alpha: 1 }, [options], { alpha: anything }).alpha;

/** @throws ArgumentError unless `value` is a number or a boolean */
export function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  throw new ArgumentError(`${name}: expected value to be a number or a tensor, but got ${kindOf(value)}`);
}

/** The properties of an operand that matter for type promotion. */
export function operandOf(x: TensorBase | number | boolean): Promotable {
  if (x instanceof TensorBase) return { dtype: x.dtype, rank0: x.shape.length === 0 };
  return { dtype: dtypeOfScalar(x), isScalar: true };
}

/** @throws DTypeError if the operand is a number with a fraction */
export function expectNoFraction(name: string, operand: Operandish): void {
  if (typeof operand !== 'number' || Number.isInteger(operand)) return;
  const remedy = Number.isFinite(operand) ? `; write Math.trunc(${operand})` : '';
  throw new DTypeError(`${name}: expected whole numbers, but got ${operand}${remedy}`);
}
