// A chart whose lines come as they are named: runs beside each other, drawn as plots below cells are.
import { PlotView } from 'lamplight-notebook/outputs/plot';
import type { PlotOutput } from 'lamplight-notebook/protocol';
import { make } from 'lamplight-notebook/ui/dom';
import { Waiting } from './waiting';

export interface ChartOptions {
  readonly x: string;
  readonly y: string;
  /** Whether the upright axis goes by factors. Default: false. */
  readonly log?: boolean;
  /** Whether the level axis goes by factors. Default: false. */
  readonly logX?: boolean;
}

export class Chart {
  readonly element: HTMLElement;
  readonly #lines = new Map<string, { x: number[]; y: number[] }>();
  readonly #view: PlotView;
  readonly #waiting: Waiting;

  constructor(private readonly options: ChartOptions) {
    this.#view = new PlotView(this.#output());
    this.#waiting = new Waiting(this.#view.element, 'The curve begins with the first step.');
    this.element = make('div', {}, this.#waiting.element, this.#view.element);
  }

  /** Adds a point to a line, which begins with its first. */
  add(name: string, x: number, y: number): void {
    if (!Number.isFinite(y)) return;
    const line = this.#lines.get(name) ?? { x: [], y: [] };
    line.x.push(x);
    line.y.push(y);
    this.#lines.set(name, line);
    this.#show();
  }

  /** Puts points [x, y] in the place of a line, or begins it with them. */
  set(name: string, points: readonly (readonly [x: number, y: number])[]): void {
    this.#lines.set(name, { x: points.map(([x]) => x), y: points.map(([, y]) => y) });
    this.#show();
  }

  clear(): void {
    this.#lines.clear();
    this.#show();
  }

  #show(): void {
    this.#waiting.isDrawn = this.#lines.size > 0;
    this.#view.update(this.#output());
  }

  #output(): PlotOutput {
    const { x, y, log = false, logX = false } = this.options;
    const lines = [...this.#lines].map(([name, line]) => ({
      name,
      x: Float64Array.from(line.x),
      y: Float64Array.from(line.y),
    }));
    return { kind: 'plot', style: 'line', title: '', x, y, log, logX, lines, ticks: null };
  }
}
