// Parts of the library that arrive when a plan first needs them: the code of kernels, and their texts.
import { FetchError } from './errors';

/** A part that is loaded once, when it is first needed. */
export class LatePart<T> {
  #here: T | undefined;
  #loading: Promise<void> | undefined;

  constructor(
    /** Named by the error where it cannot be loaded. */
    readonly name: string,
    private readonly ask: () => Promise<T>,
  ) {}

  /** Undefined until it has been loaded. */
  get here(): T | undefined {
    return this.#here;
  }

  /** The part, within `whenLoaded`. @throws MissingParts until it has been loaded */
  get now(): T {
    if (this.#here === undefined) throw new MissingParts([this]);
    return this.#here;
  }

  /** Loads it. After a failure the next call tries again. @throws FetchError where its file cannot be loaded */
  load(): Promise<void> {
    this.#loading ??= this.ask().then(
      (part) => {
        this.#here = part;
      },
      (cause) => {
        this.#loading = undefined;
        throw new FetchError(
          `kernels: the file with those for '${this.name}' could not be loaded; see whether all files of the library are beside the page`,
          { cause },
        );
      },
    );
    return this.#loading;
  }
}

/** Thrown by a computation that needs parts which are not loaded. */
export class MissingParts extends Error {
  constructor(readonly parts: readonly LatePart<unknown>[]) {
    super(`internal: not loaded: ${parts.map(({ name }) => name).join(', ')}; await whenLoaded first`);
  }
}

/** The result of each function, in order. @throws MissingParts for all parts that any of them misses, and with these for those `besides` */
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

/** The result of `make`. Where parts are missing they are loaded, and it begins again: it must not have done anything by then. */
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
