// Live curves over a shared x axis: uPlot in the colours of the page, drawn at most once a frame, with readings in a key.

import { make } from 'lamplight-notebook/ui/dom';
import { onThemeChange, themeCss } from 'lamplight-notebook/ui/theme';
import uPlot from 'uplot';

export interface CurveSeries {
  readonly label: string;
  /** A colour token such as `--flame`. */
  readonly color: string;
  /** Whether every value is a step of a fine line; otherwise each is a point of its own, joined to the next. */
  readonly line: boolean;
  readonly format: (value: number) => string;
}

export interface CurveOptions {
  readonly series: readonly CurveSeries[];
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  /** What the chart shows, for those who cannot see it. */
  readonly describe: string;
  /** The y axis for the lowest and highest value in view. */
  readonly range: (low: number, high: number) => [number, number];
  readonly tick?: (value: number) => string;
}

type Values = (number | null)[];

export class Curves {
  private readonly xs: number[] = [];
  private readonly ys: Values[];
  private readonly readings: HTMLElement[];
  private plot: uPlot | undefined;
  private scheduled = false;

  constructor(
    private readonly root: HTMLElement,
    keys: HTMLElement,
    private readonly options: CurveOptions,
  ) {
    this.ys = options.series.map(() => []);
    this.readings = options.series.map(({ label, color }) => {
      const reading = make('b');
      const key = make('span', {}, label, reading);
      key.style.setProperty('--key', `var(${color})`);
      keys.append(key);
      return reading;
    });
    root.setAttribute('role', 'img');
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(root);
    onThemeChange(() => {
      this.plot?.destroy();
      this.plot = undefined;
      this.draw();
    });
    this.clear();
  }

  /** Adds values at x. Points at x and beyond, from a stretch that is gone over again, give way. */
  add(x: number, values: Values): void {
    while ((this.xs.at(-1) ?? -1) >= x) {
      this.xs.pop();
      for (const series of this.ys) series.pop();
    }
    this.xs.push(x);
    values.forEach((value, i) => {
      this.ys[i]?.push(value);
    });
  }

  /** Adds values at the last x that is there. */
  amendLast(values: Values): void {
    values.forEach((value, i) => {
      if (value !== null) this.ys[i]?.splice(-1, 1, value);
    });
  }

  clear(): void {
    this.xs.length = 0;
    for (const values of this.ys) values.length = 0;
    this.plot?.destroy();
    this.plot = undefined;
    this.root.classList.add('empty');
    this.root.replaceChildren(make('span', {}, 'The curve begins with the first batch.'));
    this.read(null);
  }

  /** Shows what was added, in the next frame. */
  draw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      if (this.xs.length > 0) this.render();
    });
  }

  private render(): void {
    const data: uPlot.AlignedData = [this.xs, ...this.ys];
    if (this.plot) {
      this.plot.setData(data);
    } else {
      this.root.classList.remove('empty');
      this.root.replaceChildren();
      this.plot = new uPlot(this.configuration(), data, this.root);
    }
    this.read(this.plot.cursor.idx ?? null);
  }

  /** Writes the values at `index` into the key, or the latest ones. */
  private read(index: number | null): void {
    const latest: string[] = [];
    this.readings.forEach((reading, i) => {
      const values = this.ys[i] ?? [];
      let at = index ?? values.length - 1;
      while (at >= 0 && (values[at] ?? null) === null) at--;
      const value = values[at] ?? null;
      const { format, label } = this.options.series[i] as CurveSeries;
      reading.textContent = value === null ? '–' : format(value);
      latest.push(`${label} ${reading.textContent}`);
    });
    this.root.setAttribute('aria-label', `${this.options.describe}: ${latest.join(', ')}`);
  }

  private size() {
    return { width: Math.max(120, this.root.clientWidth), height: this.root.clientHeight };
  }

  private configuration(): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: themeCss('--text-muted'),
      grid: { stroke: themeCss('--line', 0.7), width: 1 },
      ticks: { show: false },
      font: `12px ${getComputedStyle(this.root).fontFamily}`,
      gap: 6,
      labelFont: `12px ${getComputedStyle(this.root).fontFamily}`,
      labelSize: 18,
      labelGap: 0,
    };
    const { range, series, tick, x, y } = this.options;
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 } },
      scales: {
        // The axis always shows a whole number of epochs, at least one.
        x: { time: false, range: (_plot, _low, high) => [0, Math.max(1, Math.ceil(high - 1e-9))] },
        y: { range: (_plot, low, high) => range(low, high) },
      },
      axes: [
        {
          ...axis,
          label: x,
          space: 60,
          size: 24,
          incrs: [0.1, 0.2, 0.5, ...[1, 10, 100, 1000, 10_000].flatMap((unit) => [unit, 2 * unit, 5 * unit])],
        },
        { ...axis, label: y, size: 42, values: tick ? (_plot, ticks) => ticks.map(tick) : undefined },
      ],
      series: [
        {},
        ...series.map(({ color, line }) => ({
          stroke: themeCss(color),
          width: line ? 1.5 : 2,
          spanGaps: true,
          points: line
            ? { show: false }
            : { show: true, size: 8, fill: themeCss(color), stroke: themeCss('--surface') },
        })),
      ],
      hooks: { setCursor: [(plot) => this.read(plot.cursor.idx ?? null)] },
    };
  }
}
