// What the command that converts weights asks of the library.
import * as torch from 'lamplight';
import { models } from 'lamplight/vision';
import { download } from '../../../src/torch/io/download/download';

/** Where torchvision's weights of a name lie: those of a network, or a member of an enumeration. */
export const addressOf = (name: string): string =>
  (name.includes('.') ? models.getWeight(name) : models.getModelWeights(name as models.ModelName).DEFAULT).url;

/** The path of a file, downloaded and checked where it lies on a server. */
export async function fileOf(source: string): Promise<string> {
  const [, sha256 = null] = /-([\da-f]{8,})\./.exec(source) ?? [];
  return (await download(source, { sha256 })) as string;
}

/** The state dict in a file as the bytes of a safetensors file. */
export async function convert(path: string, metadata: Record<string, string>): Promise<Uint8Array> {
  const state = await torch.load<Record<string, torch.Tensor>>(path, { mapLocation: 'cpu' });
  return torch.safetensors.save(state, { metadata });
}
