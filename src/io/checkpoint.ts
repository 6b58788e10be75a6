// torch.save: to files and bytes, in the format that the name of the file says.
import { ArgumentError } from '../errors';
import { isPlainObject, kindOf, parseArgs, shown } from '../tensor/options';
import { Tensor } from '../tensor/tensor';
import { joined } from './bytes';
import { readTensors } from './host-tensors';
import { refuseName, writeSafetensors } from './safetensors';
import { checkTarget, type Target, targetName, writeTo } from './target';

const SAVE = 'torch.save';

/** What can be saved: tensors by name, or for NumPy's `.npy` a tensor. */
export type Saved = Tensor | Readonly<Record<string, Tensor>>;

export interface SaveOptions {
  /** What to write, whatever the name ends on. Default: by the ending of the name, and safetensors where it is none of these. */
  format?: 'safetensors' | 'npy' | 'npz' | null;
  /** Whether the arrays of an `.npz` file are compressed, as `numpy.savez_compressed` does. Default: false. */
  compressed?: boolean;
}

/**
 * Saves tensors by name, such as `model.stateDict()`, as a safetensors file, which PyTorch reads with `safetensors.torch.load_file`;
 * a tensor as NumPy's `.npy`, or tensors by name as `.npz`, where the name ends so.
 *
 * `target` is a name (in Node a path, written all or nothing; in a page that of the file that the browser downloads), a file handle,
 * or a writable stream.
 *
 * @throws ArgumentError when a value is no tensor, or where there is neither a page nor a file system: use `saveBytes` there
 */
export async function save(object: Saved, target: Target, options: SaveOptions = {}): Promise<void> {
  checkTarget(SAVE, target);
  await writeTo(SAVE, target, await piecesOf(object, targetName(target), options));
}

/** The bytes that `save` would write to a file of that name. */
export async function saveBytes(object: Saved, options?: SaveOptions): Promise<Uint8Array>;
export async function saveBytes(object: Saved, name: string, options?: SaveOptions): Promise<Uint8Array>;
export async function saveBytes(
  object: unknown,
  ...args: [(string | SaveOptions)?, SaveOptions?]
): Promise<Uint8Array> {
  const [name, options] = typeof args[0] === 'string' ? [args[0], args[1]] : [null, args[0]];
  const pieces = [...(await piecesOf(object, name, options ?? {}))];
  return pieces.length === 1
    ? pieces[0]!
    : joined(
        pieces,
        pieces.reduce((sum, { length }) => sum + length, 0),
      );
}

async function piecesOf(object: unknown, name: string | null, options: SaveOptions): Promise<Iterable<Uint8Array>> {
  const { format, compressed } = parseArgs<SaveOptions>(SAVE, [], { format: null, compressed: false }, [options]);
  const ending = format ?? /\.(npy|npz)$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? 'safetensors';
  if (ending === 'npy') return (await import('./npy-save')).npyPieces(object);
  if (ending === 'npz') return (await import('./npy-save')).npzPieces(object, compressed);
  if (ending === 'safetensors') return safetensorsPieces(object);
  throw new ArgumentError(`${SAVE}: expected format 'safetensors', 'npy' or 'npz', but got ${shown(format)}`);
}

async function safetensorsPieces(stateDict: unknown): Promise<Iterable<Uint8Array>> {
  if (typeof (stateDict as { stateDict?: unknown } | null)?.stateDict === 'function') {
    throw new ArgumentError(
      `${SAVE}: expected a state dict, but got an instance of ${(stateDict as object).constructor.name}; pass model.stateDict()`,
    );
  }
  if (!isPlainObject(stateDict))
    throw new ArgumentError(`${SAVE}: expected a state dict, but got ${kindOf(stateDict)}`);
  const tensors = Object.entries(stateDict).map(([name, tensor]) => {
    refuseName(name);
    if (tensor instanceof Tensor) return tensor;
    const kind = tensor === null ? 'null' : typeof tensor;
    throw new ArgumentError(`${SAVE}: expected a tensor for ${shown(name)}, but got ${kind}; save a state dict`);
  });
  const contents = await readTensors(tensors);
  return writeSafetensors(Object.keys(stateDict).map((name, i) => [name, contents[i]!]));
}
