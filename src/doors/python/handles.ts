// Counts how many Python tensors hold each storage. When the last one is dropped, a storage that was made by an
// operation called from Python can be freed.
import { Storage, type TensorBase } from '../../torch/inside';

interface Holding {
  count: number;
  /** The storage was made by an operation that Python called, and no JavaScript code holds it. */
  isOurs: boolean;
}

const holdings = new WeakMap<Storage, Holding>();
/** The number of Python tensors. */
let live = 0;

/**
 * Notes that a Python tensor holds this tensor from now on. `isBorn`: the storage may be new, made by the operation
 * that returned the tensor.
 */
export function take(tensor: TensorBase, isBorn: boolean): void {
  const { storage } = tensor;
  live++;
  const holding = holdings.get(storage);
  if (holding) holding.count++;
  else holdings.set(storage, { count: 1, isOurs: isBorn });
}

/** Notes that JavaScript code may hold this tensor, so the garbage collector decides how long it lives. */
export function share(tensor: TensorBase): void {
  const holding = holdings.get(tensor.storage);
  if (holding) holding.isOurs = false;
  else holdings.set(tensor.storage, { count: 0, isOurs: false });
}

/** Notes that a Python tensor no longer holds this tensor. */
export function drop(tensor: TensorBase): void {
  const { storage } = tensor;
  const holding = holdings.get(storage);
  if (!holding) return;
  live--;
  holding.count--;
  // A module may hold the storage although Python first got it as a view.
  if (holding.count > 0 || !holding.isOurs || tensor.leaf !== null || storage.isState) return;
  holdings.delete(storage);
  Storage.leave([storage]);
}

/** The number of Python tensors that exist. */
export const liveHandles = (): number => live;
