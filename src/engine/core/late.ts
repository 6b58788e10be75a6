// Parts of the library that are loaded when they are first needed, such as the code that chooses kernels, and their
// WGSL.
import { FetchError } from './errors';

/** A part of the library that is loaded once, when it is first needed. */
export class LatePart<T> {
  #here: T | undefined;
  #loading: Promise<void> | undefined;

  constructor(
    /** The part's name in the error if it cannot be loaded. */
    readonly name: string,
    private readonly ask: () => Promise<T>,
  ) {}

  /** The part; undefined until it has been loaded. */
  get here(): T | undefined {
    return this.#here;
  }

  /** The part, for use inside `whenLoaded`. @throws MissingParts until it has been loaded */
  get now(): T {
    if (this.#here === undefined) throw new MissingParts([this]);
    return this.#here;
  }

  /** Loads the part. If that fails, the next call tries again. @throws FetchError if the file cannot be loaded */
  load(): Promise<void> {
    this.#loading ??= this.ask().then(
      (part) => {
        this.#here = part;
      },
      (cause) => {
        this.#loading = undefined;
        throw new FetchError(
          `kernels: the file for '${this.name}' could not be loaded; check that all files of the library are beside the page`,
          { cause },
        );
      },
    );
    return this.#loading;
  }
}

/** Thrown by a computation that needs parts that are not loaded yet. */
export class MissingParts extends Error {
  constructor(readonly parts: readonly LatePart<unknown>[]) {
    super(`internal: not loaded: ${parts.map(({ name }) => name).join(', ')}; await whenLoaded first`);
  }
}

/**
 * The results of the functions, in order. @throws MissingParts if a part is missing; the error names all the parts that
 * the functions need, and those in `besides`
 */
export function allHere<T>(functions: readonly (() => T)[], besides: readonly LatePart<unknown>[] = []): T[] {
  const missing = new Set<LatePart<unknown>>();
  const results = functions.flatMap((make) => {
    try {
      return [make()];
    } catch (error) {
      if (!(error instanceof MissingParts)) throw error;
      for (const part of error.parts) missing.add(part);
      return [];
    }
  });
  if (missing.size > 0) throw new MissingParts([...missing, ...besides]);
  return results;
}

/**
 * The result of `make`. If parts are missing, they are loaded, and `make` runs again, so it must not have had any
 * effect before that.
 */
export async function whenLoaded<T>(make: () => T): Promise<T> {
  for (;;) {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof MissingParts)) throw error;
      await Promise.all(error.parts.map((part) => part.load()));
    }
  }
}
