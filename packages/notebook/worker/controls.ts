// Owns what passes between cells and the panels of a page: what these are set to, and what cells report to them.
import type { Controls } from '../builtins';
import type { Reading, Values } from '../protocol';
import type { Post, RunOutputs } from './outputs';
import { outputOf } from './show';
import { isTensor } from './texts';

/** A value as the page gets it: tensors are read. */
async function plain(value: unknown): Promise<unknown> {
  if (isTensor(value)) {
    const data = await value.data();
    return { shape: [...value.shape], data: data as Reading['data'] } satisfies Reading;
  }
  if (Array.isArray(value) && value.some(isTensor)) return Promise.all(value.map(plain));
  return value;
}

/** A promise, and what resolves it. */
function signal(): { readonly heard: Promise<void>; say(): void } {
  let say = () => {};
  const heard = new Promise<void>((resolve) => {
    say = resolve;
  });
  return { heard, say };
}

export class Panels {
  #values: Values = {};
  /** Grows with each change. */
  #version = 0;
  #changed = signal();

  /** `post`: null where the page has no panels. */
  constructor(private readonly post: Post | null) {}

  set(values: Values): void {
    this.#values = values;
    this.#version++;
    this.#changed.say();
    this.#changed = signal();
  }

  controls<T extends object>(defaults: T): Controls<T> {
    const panels = this;
    const now = () => ({ ...defaults, ...panels.#values });
    return {
      get now() {
        return now();
      },
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const seen = panels.#version;
          yield now();
          if (!panels.post) return;
          while (panels.#version === seen) await panels.#changed.heard;
        }
      },
    };
  }

  async report(outputs: RunOutputs, values: Values): Promise<void> {
    if (!this.post) return this.#show(outputs, values);
    const read = await Promise.all(Object.entries(values).map(async ([name, value]) => [name, await plain(value)]));
    this.post({ type: 'report', values: Object.fromEntries(read) });
  }

  async #show(outputs: RunOutputs, values: Values): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      const slot = outputs.reports.get(name) ?? outputs.slot();
      outputs.reports.set(name, slot);
      slot.put(await outputOf(value, { title: name }));
    }
  }
}
