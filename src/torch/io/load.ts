// `torch.load`: recognises a file's format by its contents, and calls its reader, which is loaded when first used.

import { either, flag, type Kind, type Kinds, listOf, orNull, text, whole } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { type DeviceLike, expectDevice } from '../../engine/storage/device';
import type { Tensor } from '../tensor/tensor';
import { type ByteSource, byteSource, inflate } from './bytes';
import { pickleIn } from './pytorch/pickle-name';
import { memoryReader, openReader, type Reader } from './reader';
import { safetensorsBound } from './safetensors/bound';
import { defaultMaxBytes, openZip, type Zip } from './zip/zip';

/** Options of `load`. */
export interface LoadOptions {
  /** Accepted because PyTorch scripts pass it. Tensors are always on WebGPU, whichever device is named. */
  mapLocation?: DeviceLike | null;
  /**
   * How to treat Python objects whose classes are not known here. No code in a file is ever run. Null (default): each
   * becomes a `PickledObject` with its name, arguments and state, and a warning names the classes; a file that would
   * have Python run a command is refused. False: every file is loaded, without a warning. True: such objects are
   * refused, as in PyTorch.
   */
  weightsOnly?: boolean | null;
  /**
   * The beginnings of names, such as `['features.']`: only tensors with these names are read. Of a large file, only
   * their bytes are read, also from a server if it supports ranges. Names of nested tensors are joined by dots:
   * `model.features.0.weight`.
   */
  only?: string | readonly string[] | null;
  /**
   * For an `.npy` file, the rows to read, `[start, end]`, without `end`: of a large file, only the bytes of these rows
   * are read, also from a server if it supports ranges.
   */
  rows?: readonly [start: number, end: number] | null;
  /**
   * The maximum size of the decompressed contents in bytes; default: four times the size of the file, at least 256 MiB.
   */
  maxBytes?: number | null;
}

/** A file that is being loaded. */
export interface LoadedFile {
  /** The given source, since related files may be in the same folder. */
  readonly source: ByteSource;
  readonly reader: Reader;
  /** The first bytes of the file, at most 512. */
  readonly head: Uint8Array;
  /** The archive, if the file is a zip. */
  readonly zip: Zip | null;
  /** The beginnings of the wanted names; null for all. */
  readonly only: readonly string[] | null;
  /** The wanted rows of an array; null for all. */
  readonly rows: readonly [number, number] | null;
  readonly maxBytes: number;
  readonly weightsOnly: boolean | null;
}

/** The exports of a format's module. */
interface Format {
  load(file: LoadedFile): Promise<unknown>;
}

/**
 * The formats, in the order in which they are tried. The last one accepts any file, and its errors name the kind of the
 * file.
 */
const formats: readonly { is(file: LoadedFile): boolean; read(): Promise<Format> }[] = [
  {
    is: ({ zip }) => zip !== null && pickleIn(zip) !== null,
    read: () => import('./pytorch/zip-load'),
  },
  { is: ({ head }) => isPickle(head), read: () => import('./pytorch/legacy-load') },
  { is: isNumPy, read: () => import('./npy/load') },
  { is: () => true, read: () => import('./safetensors/load') },
];

export type LoadOrder = ['mapLocation', 'weightsOnly', 'only', 'rows', 'maxBytes'];

type LoadArgs = Arguments<LoadOptions & { f: ByteSource }, ['f', ...LoadOrder]>;

export const loadDefaults = { mapLocation: null, weightsOnly: null, only: null, rows: null, maxBytes: null } as const;

const bytes: Kind = { words: 'a number of bytes', fits: (value) => typeof value === 'number' && value >= 0 };

export const loadKinds: Kinds<LoadOptions> = {
  weightsOnly: orNull(flag),
  only: orNull(either(text, listOf(text))),
  rows: orNull(listOf(whole(0), 2)),
  maxBytes: orNull(bytes),
};

/** @throws ArgumentError if there is no such device */
export function expectLoadable(name: string, { mapLocation }: Required<Pick<LoadOptions, 'mapLocation'>>): void {
  if (mapLocation !== null) expectDevice(name, mapLocation);
}

/**
 * Loads files written by `torch.save`, here or in PyTorch, by safetensors, and by NumPy (`.npy`: a tensor, `.npz`: an
 * object of tensors): from an address or path, a `File`, a `Blob`, or bytes. The format is recognised by the contents.
 *
 *     model.loadStateDict(await torch.load('resnet18.pth'));
 *     const { model, optimizer, epoch } = await torch.load<Checkpoint>('run.pt');
 *     const features = await torch.load(file, { only: ['features.'] });
 *     const drawings = await torch.load<Tensor>('cat.npy', { rows: [0, 1000] });
 *
 * float64, bfloat16 and float8 become float32, and so does float16 if the device cannot compute with it; int64 is held
 * in 32 bits.
 *
 * @throws FetchError if the source cannot be read, FileFormatError if it is damaged or holds unsupported values
 */
export async function load<T = Record<string, Tensor>>(...args: LoadArgs): Promise<T> {
  const o = parseArgs<LoadOptions & { f: ByteSource }>('torch.load', ['f'], loadDefaults, args, {
    f: byteSource,
    ...loadKinds,
  });
  expectLoadable('torch.load', o);
  const { f, only, rows, maxBytes, weightsOnly } = o;
  const reader = await openReader(f, { ranges: only !== null || rows !== null });
  try {
    return (await loadFrom(
      reader,
      { source: f, only: only === null ? null : [only].flat(), rows, weightsOnly },
      maxBytes,
    )) as T;
  } finally {
    await reader.close();
  }
}

const HEAD = 512;

async function loadFrom(
  given: Reader,
  part: Pick<LoadedFile, 'source' | 'only' | 'rows' | 'weightsOnly'>,
  limit: number | null,
): Promise<unknown> {
  const maxBytes = limit ?? defaultMaxBytes(given.size);
  const reader = await uncompressed(given, maxBytes);
  const head = await reader.read(0, Math.min(HEAD, reader.size));
  const zip = isZip(head) ? await openZip(reader, { maxBytes }) : null;
  const file: LoadedFile = { reader, head, zip, ...part, maxBytes };
  if (part.rows && !isNumPy(file)) {
    throw new ArgumentError(
      `torch.load: expected a NumPy array to read rows of, but ${reader.name} is another file; leave rows out`,
    );
  }
  const format = formats.find((candidate) => candidate.is(file))!;
  return (await format.read()).load(file);
}

/** Whether contents begin like a zip, a pickle or a NumPy array, rather than with the length of a safetensors header. */
const isOther = (head: Uint8Array): boolean => isZip(head) || isPickle(head) || isArray(head);

/** Whether contents are an .npy file, or an .npz archive of such files. */
function isNumPy({ head, zip }: LoadedFile): boolean {
  if (!zip) return isArray(head);
  return zip.names.length === 0 || zip.names.some((name) => name.endsWith('.npy'));
}

const isArray = (head: Uint8Array): boolean => head[0] === 0x93 && head[1] === 0x4e;

/**
 * A pickle begins with its protocol; these bytes may also be the length of a safetensors header, whose upper half is 0.
 */
const isPickle = (head: Uint8Array): boolean =>
  head[0] === 0x80 &&
  head[1]! >= 2 &&
  head[1]! <= 5 &&
  !(head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0));

const isZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);

/** The decompressed contents if the whole file is gzip; otherwise the file itself. */
async function uncompressed(reader: Reader, maxBytes: number): Promise<Reader> {
  const head = await reader.read(0, Math.min(3, reader.size));
  if (!(head[0] === 0x1f && head[1] === 0x8b && head[2] === 8)) return reader;
  const bytes = await reader.read(0, reader.size);
  const bound = (start: Uint8Array): number =>
    isOther(start) ? maxBytes : Math.min(safetensorsBound(start), maxBytes);
  return memoryReader(await inflate(bytes, 'gzip', bound, reader.name), reader.name);
}
