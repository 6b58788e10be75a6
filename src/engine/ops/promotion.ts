// PyTorch's type promotion: the dtype in which operands of several dtypes meet.
import { type DType, isFloat } from '../core/meta';

/** The properties of an operand that matter for promotion. */
export interface Promotable {
  readonly dtype: DType;
  /** A tensor without dimensions: tensors with dimensions decide over it, unless its category is higher. */
  readonly rank0?: boolean;
  /** A JavaScript number or boolean: any tensor decides over it, unless its category is higher. */
  readonly isScalar?: boolean;
}

/**
 * bool < integer < float: a weaker operand (rank-0 tensor, number) changes the result only if its category is higher.
 */
export const category = (dtype: DType): number => (dtype === 'bool' ? 0 : isFloat(dtype) ? 2 : 1);

const integerOrder: readonly DType[] = ['bool', 'uint8', 'int32', 'int64'];

/** The narrowest dtype that holds both. A float beats any integer; a signed integer and uint32 give int64. */
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
 * The common dtype of operands. Tensors with dimensions decide first, then rank-0 tensors, then numbers; each later
 * group changes the result only if its category is higher (`int64 tensor · 0.5` is float32, `uint8 tensor · 300` stays
 * uint8).
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

/**
 * Whether a result may be written into a tensor of another dtype: no number goes into bools, and no float into
 * integers.
 */
export const canBecome = (from: DType, to: DType): boolean => category(from) <= category(to);

/** The dtype in which true division runs: integers and bools divide as floats. */
export const divisionType = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'float32');

/** The dtype of a JavaScript value: int64 for whole numbers, float32 for others, bool for booleans. */
export function dtypeOfScalar(value: number | boolean): DType {
  if (typeof value === 'boolean') return 'bool';
  return Number.isInteger(value) ? 'int64' : 'float32';
}
