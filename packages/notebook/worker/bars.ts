// Owns bars of how far loops of cells are.
import { data } from 'lamplight';
import type { Bar } from '../protocol';
import type { RunOutputs } from './outputs';

/** Milliseconds between two pictures of a bar; a loop that is shorter has none. */
const PACE = 120;

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

/** A bar in words: how much, the time so far and to come, the rate. */
function textOf({ title, done, total, seconds }: Omit<Bar, 'text'>): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const count = total === null ? `${done}` : `${done} of ${total}`;
  const toCome = total === null || rate === 0 ? '' : `, ${clock((total - done) / rate)} to go`;
  const speed = rate === 0 ? '' : rate >= 1 ? `, ${rate.toFixed(1)} a second` : `, ${(1 / rate).toFixed(1)} s each`;
  return `${title ? `${title}: ` : ''}${count} in ${clock(seconds)}${toCome}${speed}`;
}

interface Pass {
  readonly title: string;
  readonly total: number | null;
  /** What the bar belongs to: a second loop over the same takes its place. */
  readonly owner: object;
}

class Counter {
  #done = 0;
  readonly #begun = performance.now();
  #drawnAt = performance.now();

  constructor(
    private readonly outputs: RunOutputs,
    private readonly pass: Pass,
  ) {}

  step(): void {
    this.#done++;
    if (performance.now() - this.#drawnAt >= PACE) this.#draw();
  }

  end(): void {
    if (this.outputs.bars.has(this.pass.owner)) this.#draw();
  }

  #draw(): void {
    this.#drawnAt = performance.now();
    const { title, total, owner } = this.pass;
    const seconds = (this.#drawnAt - this.#begun) / 1000;
    barIn(this.outputs, owner, { title, done: this.#done, total, seconds });
  }
}

/** Draws a bar in the place of the one that its owner had. */
export function barIn(outputs: RunOutputs, owner: object, bar: Omit<Bar, 'text'>): void {
  const slot = outputs.bars.get(owner) ?? outputs.slot();
  outputs.bars.set(owner, slot);
  slot.put({ kind: 'bars', bars: [{ ...bar, text: textOf(bar) }] });
}

const countOf = (items: object): number | null => {
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown };
  const count = length ?? size;
  return typeof count === 'number' ? count : null;
};

/** A loop over a `DataLoader` has a bar by itself. */
export const hasBar = (items: unknown): items is object => items instanceof data.DataLoader;

export async function* counted<T>(
  outputs: RunOutputs,
  items: AsyncIterable<T>,
  title: string,
): AsyncGenerator<T, void, void> {
  const counter = new Counter(outputs, { title, total: countOf(items), owner: items });
  try {
    for await (const item of items) {
      yield item;
      counter.step();
    }
  } finally {
    counter.end();
  }
}

export function* countedNow<T>(outputs: RunOutputs, items: Iterable<T>, title: string): Generator<T, void, void> {
  const counter = new Counter(outputs, { title, total: countOf(items), owner: items });
  try {
    for (const item of items) {
      yield item;
      counter.step();
    }
  } finally {
    counter.end();
  }
}
