// Owns how many Python tensors hold each storage: with the last of them, a storage that an operation called from Python made is inner.
import { Storage, type TensorBase } from '../../torch/inside';

interface Holding {
  count: number;
  /** An operation that Python called made it, and no JavaScript code has taken hold of it. */
  isOurs: boolean;
}

const holdings = new WeakMap<Storage, Holding>();
/** Python tensors that are there. */
let live = 0;

/** A Python tensor holds this one from now on. `isBorn`: the operation that gave it may have made its storage. */
export function take(tensor: TensorBase, isBorn: boolean): void {
  const { storage } = tensor;
  live++;
  const holding = holdings.get(storage);
  if (holding) holding.count++;
  else holdings.set(storage, { count: 1, isOurs: isBorn });
}

/** JavaScript code may hold this tensor, so that the collector decides how long it lives. */
export function share(tensor: TensorBase): void {
  const holding = holdings.get(tensor.storage);
  if (holding) holding.isOurs = false;
  else holdings.set(tensor.storage, { count: 0, isOurs: false });
}

/** A Python tensor has let go of this one. */
export function drop(tensor: TensorBase): void {
  const { storage } = tensor;
  const holding = holdings.get(storage);
  if (!holding) return;
  live--;
  holding.count--;
  // What modules hold may have come here first as a view of it.
  if (holding.count > 0 || !holding.isOurs || tensor.leaf !== null || storage.isState) return;
  holdings.delete(storage);
  Storage.leave([storage]);
}

/** How many Python tensors there are. */
export const liveHandles = (): number => live;
