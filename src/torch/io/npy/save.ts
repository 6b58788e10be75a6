// `torch.save` for .npy and .npz files.
import { ArgumentError } from '../../../engine/core/errors';
import { isPlainObject, kindOf, shown } from '../../../engine/core/options';
import { Tensor } from '../../tensor/tensor';
import { joined } from '../bytes';
import { elementsAsBytes } from '../elements';
import type { WritableTensor } from '../safetensors/safetensors';
import { writeZip, type ZipContent } from '../zip/zip';
import { writeNpy } from './npy';

type Reads = Promise<readonly WritableTensor[]>;

/**
 * The pieces of an .npy file, as `numpy.save` writes it; `reads` returns the contents of its tensor.
 * @throws ArgumentError if the value is not a tensor
 */
export async function npyPieces(object: unknown, reads: Reads): Promise<Iterable<Uint8Array>> {
  if (!(object instanceof Tensor)) {
    const remedy = isPlainObject(object) ? '; save several as .npz' : '';
    throw new ArgumentError(`torch.save: expected a tensor for an .npy file, but got ${kindOf(object)}${remedy}`);
  }
  const [contents] = await reads;
  return npyFile(contents!);
}

/**
 * The pieces of an .npz file, as `numpy.savez` or, compressed, `numpy.savez_compressed` writes it; `reads` returns the
 * contents of its tensors, in order.
 * @throws ArgumentError if the value is not an object of tensors
 */
export async function npzPieces(object: unknown, reads: Reads, compressed: boolean): Promise<Iterable<Uint8Array>> {
  if (!isPlainObject(object)) {
    throw new ArgumentError(`torch.save: expected an object of tensors for an .npz file, but got ${kindOf(object)}`);
  }
  const names = Object.keys(object);
  for (const [name, tensor] of Object.entries(object)) {
    if (tensor instanceof Tensor) continue;
    throw new ArgumentError(
      `torch.save: expected a tensor for ${shown(name)}, but got ${kindOf(tensor)}; NumPy's files hold only arrays`,
    );
  }
  const contents = await reads;
  if (!compressed) return writeZip(entries());
  const deflated: ZipContent[] = [];
  for (const { name, data } of entries()) deflated.push({ name, data, deflated: await deflate(data) });
  return writeZip(deflated);

  function* entries(): Generator<ZipContent> {
    for (const [i, name] of names.entries()) {
      const pieces = [...npyFile(contents[i]!)];
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      yield { name: `${name}.npy`, data: joined(pieces, length) };
    }
  }
}

const npyFile = (tensor: WritableTensor): Iterable<Uint8Array> =>
  writeNpy(tensor, elementsAsBytes(tensor.dtype, tensor.data));

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
