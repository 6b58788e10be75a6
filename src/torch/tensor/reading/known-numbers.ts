// The numbers of tensors as far as the host knows them.
import { isWhole } from '../../../engine/storage/storage';
import type { Tensor } from '../tensor';

/**
 * The numbers of a tensor that covers its whole storage, or a single number if all elements are equal. Null if only the
 * device has them, for views of a part, and for float16, which the host holds as bits.
 */
export function knownNumbers(tensor: Tensor): ArrayLike<number> | number | null {
  const { storage, dtype } = tensor;
  return dtype === 'float16' || !isWhole(tensor, storage.shape) ? null : storage.known;
}
