// Converts numbers on the host, as read from files, to tensors and back.
import { fromHost } from '../../engine/graph/record';
import { valuesAtHand } from '../tensor/reading/shown';
import { Tensor } from '../tensor/tensor';
import { computesHalf } from './half';
import type { HostTensor, WritableTensor } from './safetensors/safetensors';

/** The tensors of a file's contents; float16 becomes float32 if the device cannot compute with it. */
export async function hostTensors(contents: readonly HostTensor[]): Promise<Tensor[]> {
  const widened = contents.some(({ dtype }) => dtype === 'float16') && !(await computesHalf());
  return contents.map(({ data, shape, dtype }) =>
    Tensor.of(fromHost(data, shape, widened && dtype === 'float16' ? 'float32' : dtype)),
  );
}

/**
 * The contents of tensors, for a file. All reads start before the first is awaited, so that one flush serves them all.
 */
export function readTensors(tensors: readonly Tensor[]): Promise<WritableTensor[]> {
  return Promise.all(
    tensors.map(async (tensor) => ({
      dtype: tensor.dtype,
      shape: tensor.shape,
      data: valuesAtHand(tensor) ?? (await tensor.data()),
    })),
  );
}
