// `torch.load` for .npy and .npz files.
import { ArgumentError, FileFormatError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import type { Tensor } from '../../tensor/tensor';
import { hostTensors } from '../host-tensors';
import type { LoadedFile } from '../load';
import { memoryReader } from '../reader';
import type { HostTensor } from '../safetensors/safetensors';
import { isNpy, readNpy } from './npy';

const ENDING = '.npy';

/** The tensor of an .npy file, or those of an .npz file by name. */
export async function load({ reader, zip, only, rows }: LoadedFile): Promise<Tensor | Record<string, Tensor>> {
  if (!zip) {
    if (only) throw new ArgumentError(`torch.load: ${reader.name} holds one array, which has no name; leave only out`);
    const [tensor] = await hostTensors([await readNpy(reader, rows)]);
    return tensor!;
  }
  const arrays: [name: string, array: HostTensor][] = [];
  for (const entry of zip.names) {
    const name = entry.endsWith(ENDING) ? entry.slice(0, -ENDING.length) : entry;
    if (only && !only.some((start) => name.startsWith(start))) continue;
    const label = `${reader.name}: entry ${shown(entry)}`;
    const bytes = await zip.read(entry);
    if (!entry.endsWith(ENDING) || !isNpy(bytes)) {
      throw new FileFormatError(`${label}: expected a NumPy array; name what is wanted with only`);
    }
    arrays.push([name, await readNpy(memoryReader(bytes, label), rows)]);
  }
  const tensors = await hostTensors(arrays.map(([, array]) => array));
  // Object.fromEntries makes every name an own property, even `__proto__`.
  return Object.fromEntries(arrays.map(([name], i) => [name, tensors[i]!]));
}
