// Reads tensors for Python: immediately if the host knows the numbers, otherwise through a promise.
import type { DType, Tensor, TensorData } from '../../torch';
import { knownNumbers } from '../../torch/inside';

type Elements = { from(numbers: ArrayLike<number>): TensorData };

const arrays: Readonly<Record<DType, Elements>> = {
  float32: Float32Array,
  float16: Float32Array,
  int32: Int32Array,
  int64: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** The elements in row-major order, as from `tensor.data()`. */
export function elementsOf(tensor: Tensor): TensorData | Promise<TensorData> {
  const known = tensor.storage.disposed ? null : knownNumbers(tensor);
  if (known === null) return tensor.data();
  const numbers = typeof known === 'number' ? new Array<number>(tensor.numel()).fill(known) : known;
  return arrays[tensor.dtype].from(numbers);
}

/** The only element, as from `tensor.item()`. */
export function itemOf(tensor: Tensor): number | boolean | Promise<number | boolean> {
  const known = tensor.storage.disposed || tensor.numel() !== 1 ? null : knownNumbers(tensor);
  if (known === null) return tensor.item();
  const [number] = arrays[tensor.dtype].from([typeof known === 'number' ? known : known[0]!]);
  return tensor.dtype === 'bool' ? number !== 0 : number!;
}
