// What a call to the other side gives at once: a promise of its result, which can also be iterated where that is an iterator.

/** Knows whether anybody waits for it, so that an error that no caller sees can be reported in another way. */
export class Reply<T> extends Promise<T> {
  #isHeard = false;

  // A promise derived from it is a plain one.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  get isHeard(): boolean {
    return this.#isHeard;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise is what it is.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isHeard = true;
    return super.then(fulfilled, rejected);
  }

  /** Looks on, which does not count as hearing. */
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
