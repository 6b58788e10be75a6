// Owns `plot`: lines that grow while a cell runs.
import { type Tensor as AnyTensor, gpu } from 'lamplight';
import type { LivePlot, Numbers, PlotOptions, Points } from '../builtins';
import type { PlotLine, PlotOutput } from '../protocol';
import type { RunOutputs, Slot } from './outputs';
import { isTensor } from './texts';

/** Milliseconds between two pictures of a plot. */
const PACE = 150;
/** Points of a line beyond which it is thinned out: the least and the greatest of each stretch stay. */
const MOST = 2000;

const optionNames = new Set(['title', 'x', 'y', 'style', 'log', 'ticks']);

async function numbersOf(numbers: Numbers): Promise<Float64Array> {
  if (isTensor(numbers)) return Float64Array.from(await numbers.detach().data(), Number);
  return Float64Array.from(numbers as ArrayLike<number>);
}

const isNumbers = (value: unknown): value is Numbers =>
  isTensor(value) ||
  ArrayBuffer.isView(value) ||
  (Array.isArray(value) && value.every((one) => typeof one === 'number'));

const isPoints = (value: unknown): value is Points =>
  isNumbers(value) ||
  (typeof value === 'object' &&
    value !== null &&
    isNumbers((value as { x?: unknown }).x) &&
    isNumbers((value as { y?: unknown }).y));

/** Whether an object is options, and not lines by name. */
const isOptions = (value: object): value is PlotOptions =>
  Object.entries(value).every(([name, one]) => optionNames.has(name) && !(name !== 'ticks' && isPoints(one)));

interface Line {
  x: number[];
  y: number[];
}

/** A point whose place is still on the GPU. */
interface Unread {
  readonly line: Line;
  readonly at: number;
  readonly value: AnyTensor;
}

function thinned(name: string, { x, y }: Line, style: PlotOutput['style']): PlotLine {
  if (style !== 'line' || x.length <= MOST) return { name, x: Float64Array.from(x), y: Float64Array.from(y) };
  const stretch = Math.ceil((2 * x.length) / MOST);
  const kept: number[] = [];
  for (let from = 0; from < x.length; from += stretch) {
    const to = Math.min(from + stretch, x.length);
    let [low, high] = [from, from];
    for (let i = from; i < to; i++) {
      if (y[i]! < y[low]!) low = i;
      if (y[i]! > y[high]!) high = i;
    }
    kept.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return { name, x: Float64Array.from(kept, (i) => x[i]!), y: Float64Array.from(kept, (i) => y[i]!) };
}

export class Plot implements LivePlot {
  readonly #lines = new Map<string, Line>();
  #unread: Unread[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #drawing: Promise<void> = Promise.resolve();

  constructor(
    private readonly outputs: RunOutputs,
    private readonly slot: Slot,
    private readonly options: PlotOptions,
  ) {
    outputs.atEnd(this, () => this.drawn());
  }

  add(x: number, values: Readonly<Record<string, number | AnyTensor>>): void {
    if (gpu.isRehearsing()) return;
    for (const [name, value] of Object.entries(values)) {
      const line = this.#line(name);
      line.x.push(Number(x));
      if (isTensor(value)) this.#unread.push({ line, at: line.y.length, value: value.detach() });
      line.y.push(isTensor(value) ? Number.NaN : Number(value));
    }
    this.#soon();
  }

  drawn(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#drawing = this.#drawing.then(() => this.#draw());
    return this.#drawing;
  }

  /** Whole lines at once. */
  async lines(lines: Readonly<Record<string, Points>>): Promise<void> {
    const read = await Promise.all(
      Object.entries(lines).map(async ([name, points]): Promise<readonly [string, Line]> => {
        const { x, y } = isNumbers(points) ? { x: null, y: points } : points;
        const upright = await numbersOf(y);
        const along = x === null ? upright.map((_, i) => i) : await numbersOf(x);
        return [name, { x: [...along], y: [...upright] }];
      }),
    );
    for (const [name, line] of read) this.#lines.set(name, line);
    await this.drawn();
  }

  #line(name: string): Line {
    const line = this.#lines.get(name) ?? { x: [], y: [] };
    this.#lines.set(name, line);
    return line;
  }

  #soon(): void {
    this.outputs.atEnd(this, () => this.drawn());
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.drawn();
    }, PACE);
  }

  async #draw(): Promise<void> {
    const unread = this.#unread;
    this.#unread = [];
    const numbers = await Promise.allSettled(unread.map(({ value }) => value.item()));
    for (const [i, { line, at }] of unread.entries()) {
      const number = numbers[i]!;
      if (number.status === 'fulfilled') line.y[at] = Number(number.value);
    }
    const { title = '', x = '', y = '', style = 'line', log = false, ticks = null } = this.options;
    const lines = [...this.#lines].map(([name, line]) => thinned(name, line, style));
    this.slot.put({ kind: 'plot', style, title, x, y, log, lines, ticks });
  }
}

type Lines = Readonly<Record<string, Points>> | Points | PlotOptions;

/** `plot(lines, options)`, or `plot(options)` for one that is yet to grow. */
export function plot(outputs: RunOutputs, lines: Lines, options?: PlotOptions): Plot {
  if (isPoints(lines)) return withLines(outputs, { '': lines }, options ?? {});
  if (options === undefined && isOptions(lines)) return new Plot(outputs, outputs.slot(), lines);
  const wrong = Object.entries(lines).find(([, points]) => !isPoints(points));
  if (wrong) {
    throw new TypeError(
      `plot: expected numbers, a tensor of one dimension, or { x, y } of these for each line, but got something else for '${wrong[0]}'`,
    );
  }
  return withLines(outputs, lines as Readonly<Record<string, Points>>, options ?? {});
}

function withLines(outputs: RunOutputs, lines: Readonly<Record<string, Points>>, options: PlotOptions): Plot {
  const plotted: { plot?: Plot } = {};
  void outputs.later((slot) => {
    plotted.plot = new Plot(outputs, slot, options);
    return plotted.plot.lines(lines);
  });
  return plotted.plot!;
}
