// Owns the files that a visitor has added, and those that cells offer.

import type { FileContents } from '../builtins';
import type { RunOutputs } from './outputs';

const isContents = (value: unknown): value is FileContents =>
  typeof value === 'string' || value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);

/** Offers a file below the cell. @throws TypeError where there is nothing to save */
export function offer(outputs: RunOutputs, name: string, contents: FileContents): void {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`download: expected the file's name and what is in it, but got ${String(name)} for the name`);
  }
  if (!isContents(contents)) {
    const awaited = (contents as unknown) instanceof Promise ? '; await it first' : '';
    throw new TypeError(
      `download: expected a text, bytes or a Blob for ${name}, but got ${Object.prototype.toString.call(contents).slice(8, -1)}${awaited}`,
    );
  }
  const slot = outputs.files.get(name) ?? outputs.slot();
  outputs.files.set(name, slot);
  // Of no type, so that no browser opens it in place of saving it.
  slot.put({ kind: 'file', name, contents: new Blob([contents as BlobPart], { type: 'application/octet-stream' }) });
}

/** There is no file of a name. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(
    name: string,
    readonly remedy: string,
  ) {
    super(`there is no file ${JSON.stringify(name)} here`);
  }
}

export class Files {
  readonly #files = new Map<string, File>();

  add(file: File): void {
    this.#files.set(file.name, file);
  }

  remove(name: string): void {
    this.#files.delete(name);
  }

  names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** @throws FileError */
  async get(name: string): Promise<File> {
    const file = this.#files.get(name);
    if (file) return file;
    const others = this.names();
    const known = others.length > 0 ? ` So far there are ${others.join(', ')}.` : '';
    throw new FileError(name, `Drag it onto this page, or choose it under Files, and run the cell again.${known}`);
  }
}
