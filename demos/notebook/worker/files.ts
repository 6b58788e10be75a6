// Owns the files that a visitor has added, and those that the site carries.

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
