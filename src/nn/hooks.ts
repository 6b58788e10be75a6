// Owns lists of hooks and the handles that take a hook away again.

/** What registering a hook returns. */
export interface RemovableHandle {
  /** Takes the hook away; a second call does nothing. */
  remove(): void;
}

/** Hooks in the order in which they were registered. */
export class HookList<H> {
  readonly #hooks = new Set<{ readonly hook: H }>();

  add(hook: H): RemovableHandle {
    const entry = { hook };
    this.#hooks.add(entry);
    return { remove: () => void this.#hooks.delete(entry) };
  }

  /** A list of the same hooks. */
  copy(): HookList<H> {
    const copy = new HookList<H>();
    for (const hook of this) copy.add(hook);
    return copy;
  }

  get size(): number {
    return this.#hooks.size;
  }

  *[Symbol.iterator](): Iterator<H> {
    for (const { hook } of [...this.#hooks]) yield hook;
  }
}
