// `torch.save` in the safetensors format: tensors by name, and the values around them in the metadata.
import { isPlainObject } from '../../../engine/core/options';
import { Tensor } from '../../tensor/tensor';
import { readTensors } from '../host-tensors';
import { savable } from '../savable';
import { STRUCTURE, writeStructure } from '../structure';
import { refuseName, writeSafetensors } from './safetensors';

/** The pieces of the file: top-level tensors under their own names, nested ones under names joined by dots. */
export async function safetensorsPieces(root: unknown): Promise<Iterable<Uint8Array>> {
  if (isStateDict(root)) {
    for (const [name, tensor] of Object.entries(root)) {
      refuseName(name);
      savable(tensor, [name]);
    }
    const contents = await readTensors(Object.values(root));
    return writeSafetensors(Object.keys(root).map((name, i) => [name, contents[i]!]));
  }
  const { text, tensors } = writeStructure(root);
  const contents = await readTensors([...tensors.values()]);
  const named = [...tensors.keys()].map((name, i) => [name, contents[i]!] as const);
  return writeSafetensors(named, { format: 'pt', [STRUCTURE]: text });
}

const isStateDict = (root: unknown): root is Record<string, Tensor> =>
  isPlainObject(root) && Object.values(root).every((value) => value instanceof Tensor);
