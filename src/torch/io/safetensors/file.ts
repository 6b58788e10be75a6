// The API of Python's package safetensors: opens a file to read some of its tensors, and writes files with metadata.

import { anything, type Kind, listOf, orNull, text, whole } from '../../../engine/core/argument-kinds';
import { closeMethods } from '../../../engine/core/arity';
import { ArgumentError } from '../../../engine/core/errors';
import { objectAt } from '../../../engine/core/object-argument';
import { type Arguments, isPlainObject, kindOf, parseArgs, shown } from '../../../engine/core/options';
import { Printable } from '../../../engine/core/printable';
import { keepPace } from '../../../engine/gpu/file-pace';
import type { NamedTensors } from '../../tensor/module-state';
import { Tensor } from '../../tensor/tensor';
import { type ByteSource, byteSource } from '../bytes';
import { hostTensors, readTensors } from '../host-tensors';
import { load } from '../load';
import { openReader, type Reader } from '../reader';
import { checkTarget, type Target, writeTo } from '../target';
import { type Header, readHeader } from './header';
import { readTensor, writeSafetensors } from './safetensors';

interface TensorEntry {
  name: string;
}

interface RowsOfTensor {
  /** The first row and the one behind the last. */
  rows?: readonly [start: number, end: number] | null;
}

const nameIn = (op: string, args: readonly unknown[]): string =>
  parseArgs<TensorEntry>(op, ['name'], {}, args, { name: text }).name;

/** A safetensors file whose tensors are read one by one: see `safeOpen`. */
export class SafeOpen extends Printable {
  static {
    closeMethods(SafeOpen.prototype, ['keys', 'metadata', 'close']);
  }

  readonly #reader: Reader;
  readonly #header: Header;

  /**
   * @internal
   * @param reader What reads the file.
   * @param header What the head of the file says of its tensors.
   */
  constructor(reader: Reader, header: Header) {
    super();
    this.#reader = reader;
    this.#header = header;
  }

  /** The names of the tensors, in the header's order. */
  keys(): string[] {
    return [...this.#header.entries.keys()];
  }

  /** The strings of `__metadata__`; null if the file has none. */
  metadata(): Record<string, string> | null {
    const { metadata } = this.#header;
    return metadata.size === 0 ? null : Object.fromEntries(metadata);
  }

  /** The shape of a tensor, without reading its elements. */
  getShape(...args: Arguments<TensorEntry, ['name']>): number[] {
    return [...this.#entry('getShape', nameIn('getShape', args)).shape];
  }

  /** The format's name of a tensor's type, such as `'BF16'`. */
  getDtype(...args: Arguments<TensorEntry, ['name']>): string {
    return this.#entry('getDtype', nameIn('getDtype', args)).typeName;
  }

  /**
   * A tensor, or only its rows from `start` to `end` (exclusive). No other bytes are read.
   * @throws ArgumentError if there is no such tensor or row
   */
  async getTensor(...args: Arguments<TensorEntry & RowsOfTensor, ['name', 'rows']>): Promise<Tensor> {
    const { name, rows } = parseArgs<TensorEntry & RowsOfTensor>('getTensor', ['name'], { rows: null }, args, {
      name: text,
      rows: orNull(listOf(whole(0), 2)),
    });
    const { shape } = this.#entry('getTensor', name);
    if (rows) {
      const [start, end] = rows;
      if (start > end || shape.length === 0 || end > shape[0]!) {
        throw new ArgumentError(
          `getTensor: expected rows [start, end] of a tensor of shape ${shown(shape)}, but got ${shown(rows)}`,
        );
      }
    }
    await keepPace();
    const [tensor] = await hostTensors([await readTensor(this.#reader, this.#header, name, rows)]);
    return tensor!;
  }

  /** Closes the file; `await using` does so, too. */
  close(): Promise<void> {
    return this.#reader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  override toString(): string {
    return `safeOpen(${this.#reader.name}, ${this.#header.entries.size} tensors)`;
  }

  #entry(op: string, name: string) {
    const entry = this.#header.entries.get(name);
    if (entry) return entry;
    throw new ArgumentError(`${op}: expected one of ${shown(this.keys())}, but got ${shown(name)}`);
  }
}

/**
 * Opens a safetensors file to read its metadata and some of its tensors, one by one. Only the header is read at first,
 * even from a server, if it supports ranges.
 *
 *     const file = await torch.safetensors.safeOpen('model.safetensors');
 *     const weight = await file.getTensor('features.0.weight');
 *     await file.close();
 *
 * @throws FetchError if the source cannot be read, FileFormatError if it is not a valid safetensors file
 */
export async function safeOpen(...args: Arguments<FileArgument, ['filename']>): Promise<SafeOpen> {
  const reader = await openReader(sourceIn('safetensors.safeOpen', args), { ranges: true });
  try {
    return new SafeOpen(reader, await readHeader(reader));
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** All tensors of a safetensors file, as `torch.load` returns them. */
export const loadFile = async (...args: Arguments<FileArgument, ['filename']>): Promise<Record<string, Tensor>> =>
  load(sourceIn('safetensors.loadFile', args));

interface FileArgument {
  filename: ByteSource;
}

const sourceIn = (op: string, args: readonly unknown[]): ByteSource =>
  parseArgs<FileArgument>(op, ['filename'], {}, args, { filename: byteSource }).filename;

/** Options for writing safetensors. */
export interface SafetensorsOptions {
  /** Strings to store in the file, by name. Default: `{ format: 'pt' }`, as readers of PyTorch's files expect. */
  metadata?: Readonly<Record<string, string>> | null;
}

/**
 * Saves tensors by name, with your own metadata; `filename` is a target as for `torch.save`.
 * @throws ArgumentError if a value is not a tensor, or a metadata value is not a string
 */
export async function saveFile(tensors: NamedTensors, filename: Target, options?: SafetensorsOptions): Promise<void>;
export async function saveFile(named: SafetensorsOptions & { tensors: NamedTensors; filename: Target }): Promise<void>;
export async function saveFile(...args: readonly unknown[]): Promise<void> {
  const op = 'safetensors.saveFile';
  const { tensors, filename, metadata } = parseArgs<SafetensorsOptions & { tensors: NamedTensors; filename: Target }>(
    op,
    ['tensors', 'filename'],
    { metadata: null },
    objectAt(op, ['tensors', 'filename', 'metadata'], 0, args),
    { filename: anything, metadata: metadataKind },
  );
  checkTarget(op, filename);
  await writeTo(op, filename, await pieces(op, tensors, metadata));
}

const metadataKind = orNull({ words: 'an object of texts', fits: isPlainObject } satisfies Kind);

/** The bytes that `saveFile` would write. */
export async function save(tensors: NamedTensors, ...args: [options?: SafetensorsOptions]): Promise<Uint8Array> {
  const op = 'safetensors.save';
  const kinds = { metadata: metadataKind };
  const { metadata } = parseArgs<SafetensorsOptions>(op, [], { metadata: null }, args, kinds);
  const parts = await pieces(op, tensors, metadata);
  return new Uint8Array(await new Blob([...parts] as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

async function pieces(
  op: string,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> | null,
): Promise<Iterable<Uint8Array>> {
  if (!isPlainObject(tensors)) throw new ArgumentError(`${op}: expected tensors by name, but got ${kindOf(tensors)}`);
  for (const [name, tensor] of Object.entries<unknown>(tensors)) {
    if (!(tensor instanceof Tensor)) {
      throw new ArgumentError(`${op}: expected a tensor for ${shown(name)}, but got ${kindOf(tensor)}`);
    }
  }
  for (const [name, text] of Object.entries<unknown>(metadata ?? {})) {
    if (typeof text !== 'string') {
      throw new ArgumentError(`${op}: expected metadata of strings, but ${shown(name)} is ${kindOf(text)}`);
    }
  }
  const contents = await readTensors(Object.values(tensors));
  return writeSafetensors(
    Object.keys(tensors).map((name, i) => [name, contents[i]!] as const),
    metadata ?? undefined,
  );
}
