// The bridge for Python's `torch.save`, `torch.load` and data loaders: reads the bytes of storages, and draws random
// orders.
import { data, type Generator, noGrad, Tensor } from '../../torch';
import {
  backpressure,
  decodeStorage,
  elementsAsBytes,
  fromHost,
  randomInt64,
  drawPermutation as randperm,
  type Storage,
  snapshotIfDue,
  valuesAtHand,
  weightedIndices,
} from '../../torch/inside';
import { take } from './handles';

const numbers = new WeakMap<Storage, number>();
let storages = 0;

/** A number that is the same for all tensors of one storage. */
function numberOf(storage: Storage): number {
  const known = numbers.get(storage) ?? ++storages;
  numbers.set(storage, known);
  return known;
}

const sizeOf = ({ shape }: Storage): number => shape.reduce((total, size) => total * size, 1);

/** All elements of a tensor's storage as bytes, in the layout that checkpoint files use. */
async function bytesOf(tensor: Tensor): Promise<Uint8Array> {
  const whole = noGrad(() => tensor.detach().asStrided([sizeOf(tensor.storage)], [1], 0));
  return elementsAsBytes(tensor.dtype, valuesAtHand(whole) ?? (await whole.data()));
}

/** Keeps a loop at most two steps ahead of the device, and lets the page handle pending events. */
async function waitForDevice(): Promise<void> {
  await backpressure();
  snapshotIfDue();
}

/** The module that Python imports as `_lamplight_files`. */
export const filesBridge = {
  /** The number of a tensor's storage, its size in elements, and the tensor's offset and strides. */
  place: ({ storage, offset, strides }: Tensor): unknown => [numberOf(storage), sizeOf(storage), offset, [...strides]],
  /** The bytes of the tensors' storages. All reads are started before the first one is awaited. */
  read: (tensors: readonly Tensor[]): Promise<Uint8Array[]> => Promise.all(tensors.map(bytesOf)),
  /** Decodes the bytes of one of PyTorch's types to a 1D tensor. */
  async decode(bytes: Uint8Array, type: string, size: number, little: boolean): Promise<Tensor> {
    const { data: numbers, dtype } = await decodeStorage(bytes, type, size, little, 'torch.load: a tensor');
    const tensor = noGrad(() => Tensor.of(fromHost(numbers, [size], dtype)));
    take(tensor, true);
    return tensor;
  },
  /** A seed, drawn as an int64 from 0 on. */
  seed: randomInt64,
  permutation: (n: number, generator?: Generator): Int32Array => randperm(n, generator),
  randomIndices: (n: number, count: number, replacement: boolean, generator?: Generator): Iterator<number> =>
    new data.RandomSampler({ length: n }, { replacement, numSamples: count === n ? null : count, generator })[
      Symbol.iterator
    ](),
  /** The next indices from an iterator, at most `most` of them. */
  next(indices: Iterator<number>, most: number): number[] {
    const found: number[] = [];
    while (found.length < most) {
      const { done, value } = indices.next();
      if (done) break;
      found.push(value);
    }
    return found;
  },
  weightedIndices: (weights: Float64Array, count: number, replacement: boolean, generator?: Generator): Int32Array =>
    weightedIndices(weights, count, replacement, generator),
  splitIndices(lengths: readonly number[], generator?: Generator): ArrayLike<number>[] {
    const all = { length: lengths.reduce((total, length) => total + length, 0) };
    return data.randomSplit(all as data.DataSource<number>, lengths, { generator }).map(({ indices }) => indices);
  },
  waitForDevice,
};
