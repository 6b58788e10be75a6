// Turns arrays on the host into tensors, and back if a tensor's numbers are known on the host.
import { tensor as makeTensor, type Tensor } from '../../../torch';
import { knownNumbers, protect } from '../../../torch/inside';
import { HostArray, type HostType } from './values';

/** Tensors of constant arrays, made once. */
const kept = new WeakMap<HostArray, Tensor>();

/** Makes the tensor of a constant array now, so that no call makes it again. */
export function keepTensor(host: HostArray): HostArray {
  if (!kept.has(host)) {
    const tensor = tensorOf(host).retain();
    protect(tensor.storage);
    kept.set(host, tensor);
  }
  return host;
}

/**
 * A tensor of the same numbers. We hold int64 in 32 bits, so larger numbers, such as the ends of slices, are clamped.
 */
export function tensorOf(host: HostArray): Tensor {
  const known = kept.get(host);
  if (known) return known;
  const { shape, dtype, data } = host;
  const isFloat = dtype === 'float32' || dtype === 'float16';
  const numbers = isFloat ? Float32Array.from(data) : Int32Array.from(data, clamped);
  return makeTensor(numbers, { dtype, shape });
}

const GREATEST = 2 ** 31 - 1;

const clamped = (number: number): number => Math.max(-GREATEST - 1, Math.min(GREATEST, number));

/** The maximum number of elements of a constant-filled tensor that are written out on the host. */
const MOST_FILLED = 2 ** 16;

/** The numbers of a tensor that was made on the host; null if only the device has them. */
export function hostOf(tensor: Tensor): HostArray | null {
  const { shape, dtype } = tensor;
  const known = knownNumbers(tensor);
  if (known === null || (typeof known === 'number' && tensor.numel() > MOST_FILLED)) return null;
  const data = typeof known === 'number' ? new Array<number>(tensor.numel()).fill(known) : known;
  return new HostArray(shape, dtype as HostType, data);
}
