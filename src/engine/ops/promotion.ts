// PyTorch's type promotion: the dtype in which operands of several dtypes meet.
import { type DType, isFloat } from '../core/meta';

/** An operand as promotion sees it. */
export interface Promotable {
  readonly dtype: DType;
  /** A tensor without dimensions: gives way to tensors that have some, within one category. */
  readonly rank0?: boolean;
  /** A JavaScript number or boolean: gives way to every tensor, within one category. */
  readonly isScalar?: boolean;
}

/** bool < integer < float: only a higher category overrules an operand of greater weight. */
export const category = (dtype: DType): number => (dtype === 'bool' ? 0 : isFloat(dtype) ? 2 : 1);

const integerOrder: readonly DType[] = ['bool', 'uint8', 'int32', 'int64'];

/** The narrowest dtype that holds both, a float whatever the integer; int64 for a signed and a 32-bit unsigned one. */
function join(a: DType, b: DType): DType {
  if (a === b) return a;
  if (isFloat(a)) return isFloat(b) ? 'float32' : a;
  if (isFloat(b)) return b;
  if (a === 'uint32' || b === 'uint32') {
    const other = a === 'uint32' ? b : a;
    return other === 'bool' || other === 'uint8' ? 'uint32' : 'int64';
  }
  return integerOrder[Math.max(integerOrder.indexOf(a), integerOrder.indexOf(b))]!;
}

/**
 * The common dtype of operands. Tensors with dimensions decide; a rank-0 tensor, and after it a number, changes the result
 * only when its category is higher (`int64 tensor · 0.5` is float32, `uint8 tensor · 300` stays uint8).
 */
export function promoteTypes(...operands: readonly Promotable[]): DType {
  const tiers = [
    operands.filter((x) => !x.isScalar && !x.rank0),
    operands.filter((x) => !x.isScalar && x.rank0),
    operands.filter((x) => x.isScalar),
  ];
  let result: DType | null = null;
  for (const tier of tiers) {
    if (tier.length === 0) continue;
    const dtype = tier.map((x) => x.dtype).reduce(join);
    if (result === null || category(dtype) > category(result)) result = result === null ? dtype : join(result, dtype);
  }
  return result ?? 'float32';
}

/** Whether a result may be written into a tensor of another dtype: not a number into bools, nor a float into integers. */
export const canBecome = (from: DType, to: DType): boolean => category(from) <= category(to);

/** The dtype in which true division runs: integers and bools divide as floats. */
export const divisionType = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'float32');

/** The dtype that a JavaScript value stands for: whole numbers are int64, others float32. */
export function dtypeOfScalar(value: number | boolean): DType {
  if (typeof value === 'boolean') return 'bool';
  return Number.isInteger(value) ? 'int64' : 'float32';
}
