// `torch.save`: writes to files and bytes, in the format that the extension of the file name determines.

import { anything } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { objectAt } from '../../../engine/core/object-argument';
import { isPlainObject, kindOf, missingArguments, parseArgs, shown } from '../../../engine/core/options';
import { Tensor } from '../../tensor/tensor';
import { joined } from '../bytes';
import { readTensors } from '../host-tensors';
// These two writers are loaded in advance rather than on first use: awaiting them would delay reading the tensors, but
// the file must hold the tensors' values as of the call.
import { pytorchPieces } from '../pytorch/write';
import { safetensorsPieces } from '../safetensors/save';
import { checkTarget, type Target, targetName, writeTo } from '../target';

const SAVE = 'torch.save';

/**
 * The values that can be saved: the result of `stateDict()` of any model, optimizer or scheduler, and whole checkpoints,
 * that is, tensors, numbers, strings, booleans, null and bytes in arrays, tuples, plain objects, Maps and Sets, nested
 * as you like.
 */
export type Saved<T> = T extends StatefulObject ? never : T;

/** A module, an optimizer or a scheduler: save the result of its `stateDict()` instead. */
interface StatefulObject {
  stateDict(...args: never[]): unknown;
}

/** Options of `save`. */
export interface SaveOptions {
  /**
   * The format to write, whatever the name's extension: `pt` is PyTorch's own format. Default: by the name's extension;
   * `pt` if it is none of these.
   */
  format?: 'pt' | 'safetensors' | 'npy' | 'npz' | null;
  /** Whether to compress the arrays of an `.npz` file, as `numpy.savez_compressed` does. Default: false. */
  compressed?: boolean;
}

/**
 * Saves tensors, alone or within other values.
 *
 * The extension of the name decides the format: `.safetensors` is safetensors (names joined by dots, other values in
 * the metadata), `.npy` is a tensor and `.npz` named tensors for NumPy, and anything else is PyTorch's own format,
 * which Python reads with `torch.load(name, weights_only=True)`. Tuples (`torch.tuple`), integer keys, and integers and
 * floats that came from a file keep their types in Python; other whole numbers become integers. State dicts of
 * optimizers and schedulers are written in PyTorch's form.
 *
 *     await torch.save(model.stateDict(), 'net.safetensors');
 *     await torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, 'run.pt');
 *
 * The target is a name (in Node a path, which is written all or nothing; in a page the name of the file that the
 * browser downloads), a file handle, or a writable stream.
 *
 * @throws ArgumentError if no file can hold a value, such as a function, a module or an object that contains itself;
 * also if the target is a name and there is neither a page nor a file system: use `saveBytes` there
 * @param obj Any value.
 * @param f The file: a path, an address, a File or bytes.
 */
export async function save<T>(obj: Saved<T>, f: Target, options?: SaveOptions): Promise<void>;
export async function save<T>(named: SaveOptions & { obj: Saved<T>; f: Target }): Promise<void>;
export async function save(...args: readonly unknown[]): Promise<void> {
  const { obj, f, ...options } = parseArgs<SaveOptions & { obj: unknown; f: Target }>(
    SAVE,
    ['obj', 'f'],
    saveDefaults,
    objectAt(SAVE, ['obj', 'f', ...Object.keys(saveDefaults)], 0, args),
    { f: anything },
  );
  checkTarget(SAVE, f);
  await writeTo(SAVE, f, await piecesOf(SAVE, obj, targetName(f), options));
}

export const saveDefaults = { format: null, compressed: false } as const;

/**
 * The bytes that `save` would write to a file of that name; if neither a name nor a format is given, as safetensors.
 */
export async function saveBytes<T>(object: Saved<T>, options?: SaveOptions): Promise<Uint8Array>;
export async function saveBytes<T>(
  /** The object to save: tensors, in plain objects and lists. */ object: Saved<T>,
  name: string,
  options?: SaveOptions,
): Promise<Uint8Array>;
export async function saveBytes(
  object: unknown,
  ...args: [(string | SaveOptions)?, options?: SaveOptions]
): Promise<Uint8Array> {
  const op = `${SAVE}Bytes`;
  const [first] = args;
  if (object === undefined) throw missingArguments(op, ['object'], {});
  if (first !== undefined && typeof first !== 'string' && !isPlainObject(first)) {
    throw new ArgumentError(`${op}: expected a name such as 'x.pt', or options, but got ${kindOf(first)}`);
  }
  const [name, ...rest] = typeof first === 'string' ? args : [null, ...args];
  const options = parseArgs<SaveOptions>(op, [], saveDefaults, rest);
  const format = options.format ?? (name === null ? 'safetensors' : null);
  const pieces = [...(await piecesOf(op, object, name as string | null, { ...options, format }))];
  return pieces.length === 1
    ? pieces[0]!
    : joined(
        pieces,
        pieces.reduce((sum, { length }) => sum + length, 0),
      );
}

async function piecesOf(
  op: string,
  object: unknown,
  name: string | null,
  { format, compressed }: Required<SaveOptions>,
): Promise<Iterable<Uint8Array>> {
  const kind = format ?? formatOf(name);
  if (kind === 'npy' || kind === 'npz') return numpyPieces(object, kind, compressed);
  if (kind === 'safetensors') return safetensorsPieces(object);
  if (kind === 'pt') return pytorchPieces(object, name);
  throw new ArgumentError(`${op}: expected format 'pt', 'safetensors', 'npy' or 'npz', but got ${shown(format)}`);
}

/** Starts to read the tensors before it awaits the format's module, so that the file holds their values at the call. */
async function numpyPieces(given: unknown, kind: 'npy' | 'npz', compressed: boolean): Promise<Iterable<Uint8Array>> {
  const object = isPlainObject(given) ? { ...given } : given;
  const values = isPlainObject(object) ? Object.values(object) : [object];
  const reads = readTensors(values.filter((value) => value instanceof Tensor));
  // If the object is refused, the call fails before the reads have ended, so ignore their errors.
  reads.catch(() => undefined);
  const { npyPieces, npzPieces } = await import('../npy/save');
  return kind === 'npy' ? npyPieces(object, reads) : npzPieces(object, reads, compressed);
}

/** The format for the extension of a name. */
function formatOf(name: string | null): string {
  const ending = /\.(npy|npz|safetensors)$/i.exec(name ?? '')?.[1];
  return ending?.toLowerCase() ?? 'pt';
}
