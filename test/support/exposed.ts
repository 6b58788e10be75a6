// What the tests of `lamplight/worker` call on the other side.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { type Proxied, proxy, transfer } from 'lamplight/worker';

export class Counter {
  count = 0;
  #secret = 1;

  constructor(readonly name: string) {
    if (name === '') throw new torch.ArgumentError('Counter: expected a name');
  }

  add(n: number): number {
    this.count += n * this.#secret;
    return this.count;
  }
}

export class MyError extends torch.ShapeError {
  readonly code = 7;
}

export const exposed = {
  Counter,
  version: 3,
  nested: { deep: new Counter('deep') },

  echo: (value: unknown): unknown => value,
  scale: (x: Tensor, by: number): Tensor => x.mul(by),
  describe: (x: Tensor): string => `${x.constructor.name} ${x.dtype} [${x.shape}] ${x.isContiguous()}`,
  counter: (name: string): Proxied<Counter> => proxy(new Counter(name)),
  counted: (counter: Counter): string => `${counter instanceof Counter} ${counter.name} ${counter.count}`,

  fail(kind: string): never {
    if (kind === 'shape') torch.ones(2, 3).matmul(torch.ones(2, 3));
    if (kind === 'own') throw new MyError('mine', { cause: new RangeError('below') });
    if (kind === 'fetch') throw new torch.FetchError('gone', { status: 404 });
    if (kind === 'text') throw 'a text';
    throw new TypeError('of JavaScript');
  },

  /** Reports, and waits for nobody. */
  report(steps: number, onStep: (step: number, loss: Tensor) => void): string {
    for (let step = 0; step < steps; step++) onStep(step, torch.tensor([step / 2]));
    return 'done';
  },

  async reportSlowly(steps: number, onStep: (step: number) => void): Promise<number> {
    for (let step = 0; step < steps; step++) {
      onStep(step);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return steps;
  },

  async ask(question: (n: number) => Promise<number>): Promise<number> {
    return (await question(20)) + (await question(1));
  },

  async askSafely(question: () => Promise<number>): Promise<string> {
    try {
      return `${await question()}`;
    } catch (error) {
      return `${error instanceof torch.ShapeError} ${(error as Error).message}`;
    }
  },

  async untilStopped({ signal }: { signal: AbortSignal }): Promise<number> {
    let steps = 0;
    while (!signal.aborted) {
      steps++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (signal.reason === 'enough') return steps;
    throw signal.reason;
  },

  async *countdown(from: number): AsyncGenerator<{ n: number; x: Tensor }, string> {
    try {
      for (let n = from; n > 0; n--) yield { n, x: torch.tensor([n]) };
      return 'over';
    } finally {
      exposed.closed++;
    }
  },
  closed: 0,

  /** Gives the memory back that it was given. */
  moved: (bytes: Uint8Array): Uint8Array => transfer(bytes),
  size: (buffer: ArrayBuffer): number => buffer.byteLength,
  unsendable: () => new Counter('x'),
  uncloned: () => ({ map: new WeakMap() }),
  never: (): Promise<void> => new Promise(() => undefined),
};

export type Exposed = typeof exposed;
