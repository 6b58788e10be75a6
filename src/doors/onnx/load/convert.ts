// Numbers on the host as tensors, and back where a tensor's numbers are known there.
import { tensor as makeTensor, type Tensor } from '../../../torch';
import { knownNumbers, protect } from '../../../torch/inside';
import { HostArray, type HostType } from './values';

/** Tensors of arrays that never change, made once. */
const kept = new WeakMap<HostArray, Tensor>();

/** Makes the tensor of an array that never changes, so that no call makes it anew. */
export function keepTensor(host: HostArray): HostArray {
  if (!kept.has(host)) {
    const tensor = tensorOf(host).retain();
    protect(tensor.storage);
    kept.set(host, tensor);
  }
  return host;
}

/** A tensor of the same numbers. int64 is held in 32 bits, so greater numbers, such as the ends of slices, become the greatest that fit. */
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

/** Elements of a tensor of one number that are written out. */
const MOST_FILLED = 2 ** 16;

/** The numbers of a tensor that was made on the host; null where the device alone has them. */
export function hostOf(tensor: Tensor): HostArray | null {
  const { shape, dtype } = tensor;
  const known = knownNumbers(tensor);
  if (known === null || (typeof known === 'number' && tensor.numel() > MOST_FILLED)) return null;
  const data = typeof known === 'number' ? new Array<number>(tensor.numel()).fill(known) : known;
  return new HostArray(shape, dtype as HostType, data);
}
