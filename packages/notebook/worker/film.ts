// Owns `filmOf`: small maps that are read while a loop goes on, of which so many are kept as a page can show.
import { type Tensor as AnyTensor, gpu } from 'lamplight';
import type { Film } from '../builtins';
import type { FilmData } from '../panels/data';
import { FULL } from '../panels/film';
import type { RunOutputs, Slot } from './outputs';
import { isTensor } from './texts';

/** Milliseconds between two pictures of a film. */
const PACE = 400;
/** Frames from which every second one is let go, and of those to come every second one alone is read. */
const MOST_FRAMES = 240;
/** Numbers that all frames hold together, and a frame at most. */
const MOST_NUMBERS = 400_000;
const MOST_OF_A_FRAME = 4096;
const MOST_MAPS = 64;
/** Maps in a row, where their number says none. */
const ROW = 8;

interface Frame {
  readonly step: number;
  values: Float32Array | null;
}

/** How a tensor is maps. */
interface Layout extends Pick<FilmData, 'count' | 'columns' | 'height' | 'width' | 'of'> {}

function layoutOf({ shape }: AnyTensor): Layout {
  const [height = 1, width = 1] = shape.slice(-2);
  const before = shape.slice(0, -2);
  const of = before.reduce((all, size) => all * size, 1);
  const isShown =
    shape.length >= 2 && shape.length <= 4 && of > 0 && height * width > 0 && height * width <= MOST_OF_A_FRAME;
  if (!isShown) {
    throw new TypeError(
      `film: expected maps [out, in, height, width], [count, height, width] or [height, width] of at most ${MOST_OF_A_FRAME} numbers each, but got a tensor of shape [${shape.join(', ')}]`,
    );
  }
  const count = Math.min(of, MOST_MAPS, Math.floor(MOST_OF_A_FRAME / (height * width)));
  const inputs = before.at(-1) ?? 1;
  return { of, count, height, width, columns: before.length === 2 && inputs > 1 && inputs <= ROW ? inputs : ROW };
}

export class TensorFilm implements Film {
  #frames: Frame[] = [];
  #layout: Layout | null = null;
  /** Every so many frames one is read. */
  #every = 1;
  #seen = 0;
  readonly #reading = new Set<Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly outputs: RunOutputs,
    private readonly slot: Slot,
    private readonly title: string,
  ) {}

  add(step: number, maps: AnyTensor): void {
    if (!isTensor(maps)) throw new TypeError(`film: expected a tensor of maps, but got ${typeof maps}`);
    if (gpu.isRehearsing()) return;
    const layout = layoutOf(maps);
    const known = this.#layout;
    if (known && (known.of !== layout.of || known.height !== layout.height || known.width !== layout.width)) {
      throw new TypeError(
        `film: expected maps as those before, ${known.of} of ${known.height} × ${known.width}, but got ${layout.of} of ${layout.height} × ${layout.width}; begin another film for these`,
      );
    }
    this.#layout = layout;
    if (this.#seen++ % this.#every !== 0) return;
    const frame: Frame = { step: Number(step), values: null };
    this.#frames.push(frame);
    this.#thin(layout);
    // A copy: a step of the optimizer writes to the weights themselves.
    const reading = maps
      .detach()
      .clone()
      .data()
      .then((values) => {
        frame.values = Float32Array.from(values.subarray(0, layout.count * layout.height * layout.width), Number);
      })
      .catch(() => {});
    this.#reading.add(reading);
    void reading.then(() => this.#reading.delete(reading));
    this.outputs.atEnd(this, () => this.#drawn());
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, PACE);
  }

  #thin({ count, height, width }: Layout): void {
    const most = Math.max(8, Math.min(MOST_FRAMES, Math.floor(MOST_NUMBERS / (count * height * width))));
    if (this.#frames.length <= most) return;
    this.#frames = this.#frames.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  async #drawn(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await Promise.all(this.#reading);
    this.#draw();
  }

  #draw(): void {
    if (!this.#layout) return;
    const read = this.#frames.flatMap(({ step, values }) => (values ? [{ step, values }] : []));
    const range = read.reduce(
      (most, { values }) => values.reduce((max, value) => Math.max(max, Math.abs(value)), most),
      0,
    );
    const scale = range > 0 ? FULL / range : 0;
    const frames = read.map(({ step, values }) => ({
      step,
      values: Array.from(values, (value) => Math.round(value * scale)),
    }));
    const data: FilmData = { panel: 'film', title: this.title, range, frames, ...this.#layout };
    this.slot.put({ kind: 'panel', data });
  }
}
