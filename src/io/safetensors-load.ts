// torch.load of safetensors files.
import type { Tensor } from '../tensor/tensor';
import { hostTensors } from './host-tensors';
import type { LoadedFile } from './load';
import { parseSafetensors } from './safetensors';

/** The tensors of a file by name. */
export async function load({ reader }: LoadedFile): Promise<Record<string, Tensor>> {
  const { tensors } = parseSafetensors(await reader.read(0, reader.size), reader.name);
  const loaded = await hostTensors([...tensors.values()]);
  // An object built from entries takes every name as its own, `__proto__` included.
  return Object.fromEntries([...tensors.keys()].map((name, i) => [name, loaded[i]!]));
}
