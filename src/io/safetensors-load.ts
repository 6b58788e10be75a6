// torch.load of safetensors files.
import { fromHost } from '../graph/record';
import { Tensor } from '../tensor/tensor';
import { computesHalf } from './half';
import type { LoadedFile } from './load';
import { parseSafetensors } from './safetensors';

/** The tensors of a file by name; float16 becomes float32 where the device does not compute with it. */
export async function load({ reader }: LoadedFile): Promise<Record<string, Tensor>> {
  const { tensors } = parseSafetensors(await reader.read(0, reader.size), reader.name);
  const holdsHalf = [...tensors.values()].some(({ dtype }) => dtype === 'float16');
  const widened = holdsHalf && !(await computesHalf());
  // An object built from entries takes every name as its own, `__proto__` included.
  return Object.fromEntries(
    [...tensors].map(([name, { data, shape, dtype }]) => {
      const held = widened && dtype === 'float16' ? 'float32' : dtype;
      return [name, Tensor.of(fromHost(data, shape, held))];
    }),
  );
}
