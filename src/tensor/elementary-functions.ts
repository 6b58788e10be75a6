// Functions over tensors for the elementary functions beyond arithmetic.
import type { ClosenessArgs, LerpArgs } from './elementary-methods';
import { needTensor } from './operand';
import type { Operandish } from './pointwise-methods';
import type { Tensor } from './tensor';

type UnaryMethod =
  | 'exp2'
  | 'log2'
  | 'log10'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'erf'
  | 'erfc'
  | 'trunc'
  | 'frac'
  | 'bitwiseNot';

const unary =
  (name: UnaryMethod) =>
  (input: Tensor): Tensor =>
    needTensor(name, input)[name]();

export const exp2 = unary('exp2');
export const log2 = unary('log2');
export const log10 = unary('log10');
export const tan = unary('tan');
export const asin = unary('asin');
export const acos = unary('acos');
export const atan = unary('atan');
export const sinh = unary('sinh');
export const cosh = unary('cosh');
export const asinh = unary('asinh');
export const acosh = unary('acosh');
export const atanh = unary('atanh');
export const erf = unary('erf');
export const erfc = unary('erfc');
export const trunc = unary('trunc');
export const frac = unary('frac');
export const bitwiseNot = unary('bitwiseNot');

/** `input` with numbers in the place of NaN and infinities. */
export const nanToNum = (input: Tensor, ...args: Parameters<Tensor['nanToNum']>): Tensor => input.nanToNum(...args);
/** The angle of the points (other, input), in radians. */
export const atan2 = (input: Tensor, other: Tensor): Tensor => input.atan2(other);
/** The remainder with the sign of `input`. */
export const fmod = (input: Tensor, other: Operandish): Tensor => input.fmod(other);
/** input + weight · (end - input). */
export const lerp = (input: Tensor, ...args: LerpArgs): Tensor => input.lerp(...args);
/** input + value · tensor1 · tensor2. */
export const addcmul = (input: Tensor, ...args: Parameters<Tensor['addcmul']>): Tensor => input.addcmul(...args);
/** input + value · tensor1 / tensor2. */
export const addcdiv = (input: Tensor, ...args: Parameters<Tensor['addcdiv']>): Tensor => input.addcdiv(...args);
/** Whether the elements are close: |input - other| ≤ atol + rtol · |other|. */
export const isclose = (input: Tensor, other: Tensor, ...args: ClosenessArgs): Tensor => input.isclose(other, ...args);
export const bitwiseAnd = (input: Tensor, other: Tensor | number | boolean): Tensor => input.bitwiseAnd(other);
export const bitwiseOr = (input: Tensor, other: Tensor | number | boolean): Tensor => input.bitwiseOr(other);
export const bitwiseXor = (input: Tensor, other: Tensor | number | boolean): Tensor => input.bitwiseXor(other);
export {
  acos as arccos,
  acosh as arccosh,
  asin as arcsin,
  asinh as arcsinh,
  atan as arctan,
  atan2 as arctan2,
  atanh as arctanh,
  trunc as fix,
};
