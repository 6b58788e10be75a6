// Owns the numbers of tensors that are known on the host.
import { isWhole } from '../../../engine/storage/storage';
import type { Tensor } from '../tensor';

/** The numbers of a tensor that is all of its memory, or the one that each of its elements is; null where the device alone has them, and of float16, whose contents are bits. */
export function knownNumbers(tensor: Tensor): ArrayLike<number> | number | null {
  const { storage, dtype } = tensor;
  return dtype === 'float16' || !isWhole(tensor, storage.shape) ? null : storage.known;
}
