// Counts the Python tensors that hold each storage. When the last of them is dropped, the storage can be freed if an
// operation called from Python made it.
import type { Tensor } from '../../torch';
import { Storage } from '../../torch/inside';

interface Holding {
  count: number;
  /** An operation that Python called made the storage, and no JavaScript code holds it. */
  isOurs: boolean;
}

const holdings = new WeakMap<Storage, Holding>();
/** The number of Python tensors. */
let live = 0;

/**
 * Notes that a Python tensor holds this tensor from now on. `isBorn`: the tensor comes from an operation, which may
 * have made its storage.
 */
export function take(tensor: Tensor, isBorn: boolean): void {
  const { storage } = tensor;
  live++;
  const holding = holdings.get(storage);
  if (holding) holding.count++;
  else holdings.set(storage, { count: 1, isOurs: isBorn });
}

/** Notes that JavaScript code may hold this tensor, so its lifetime is left to the garbage collector. */
export function share(tensor: Tensor): void {
  const holding = holdings.get(tensor.storage);
  if (holding) holding.isOurs = false;
  else holdings.set(tensor.storage, { count: 0, isOurs: false });
}

/** Notes that a Python tensor no longer holds this tensor. */
export function drop(tensor: Tensor): void {
  const { storage } = tensor;
  const holding = holdings.get(storage);
  if (!holding) return;
  live--;
  holding.count--;
  // A module may hold the storage even if Python first received it as a view.
  if (holding.count > 0 || !holding.isOurs || tensor.leaf !== null || storage.isState) return;
  holdings.delete(storage);
  Storage.leave([storage]);
}

/** The number of Python tensors that exist. */
export const liveHandles = (): number => live;
