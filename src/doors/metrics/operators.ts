// The operators of metric arithmetic, as functions of one or two values.
import type { Tensor } from '../../torch';

export type Operator = (a: Tensor, b: Tensor) => Tensor;

export const operators = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  trueDivide: (a, b) => a.div(b),
  floorDivide: (a, b) => a.floorDivide(b),
  fmod: (a, b) => a.fmod(b),
  pow: (a, b) => a.pow(b),
  matmul: (a, b) => a.matmul(b),
  eq: (a, b) => a.eq(b),
  ne: (a, b) => a.ne(b),
  ge: (a, b) => a.ge(b),
  gt: (a, b) => a.gt(b),
  le: (a, b) => a.le(b),
  lt: (a, b) => a.lt(b),
  bitwiseAnd: (a, b) => a.bitwiseAnd(b),
  bitwiseOr: (a, b) => a.bitwiseOr(b),
  bitwiseXor: (a, b) => a.bitwiseXor(b),
  abs: (a) => a.abs(),
  neg: (a) => a.abs().neg(),
} satisfies Record<string, Operator>;

export type BinaryOperator = Exclude<keyof typeof operators, 'trueDivide' | 'abs' | 'neg'> | 'div';
