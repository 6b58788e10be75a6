// The immediate result of a call to the other side: a promise, which can also be iterated if the result is an iterator.

/**
 * A promise that knows whether anything awaits it, so that an error that no caller sees can be reported in another way.
 */
export class Reply<T> extends Promise<T> {
  #isHeard = false;

  // Promises derived from a reply are ordinary promises.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  get isHeard(): boolean {
    return this.#isHeard;
  }

  // biome-ignore lint/suspicious/noThenProperty: this class is a promise.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isHeard = true;
    return super.then(fulfilled, rejected);
  }

  /** Calls a function with the outcome, without counting as a caller that awaits it. */
  watch(fulfilled: (value: T) => void, rejected: (error: unknown) => void): void {
    void super.then(fulfilled, rejected);
  }

  async next(...args: [] | [unknown]): Promise<IteratorResult<unknown>> {
    return (await this.#iterator()).next(...args);
  }

  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    return (await this.#iterator()).return(value);
  }

  async throw(error?: unknown): Promise<IteratorResult<unknown>> {
    return (await this.#iterator()).throw(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #iterator(): Promise<AsyncGenerator<unknown>> {
    return (await this) as AsyncGenerator<unknown>;
  }
}
