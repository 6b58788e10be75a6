// Draws a plot that cells give, with uPlot in the colours of the page, and draws it again as it grows.
import uPlot from 'uplot';
import type { PlotOutput } from '../protocol';
import { make } from '../ui/dom';
import { onThemeChange, themeCss } from '../ui/theme';
import { colorOf, inWords, isPlain, keysOf, short } from './plot-words';

const HEIGHT = 260;

export class PlotView {
  readonly element: HTMLElement;
  private readonly keys = make('p', { className: 'plot-keys' });
  private readonly box = make('div', { className: 'plot-box' });
  private readonly caption = make('figcaption');
  private plot: uPlot | undefined;
  private shape = '';
  private scheduled = false;
  private readonly resized = new ResizeObserver(() => this.plot?.setSize(this.size()));
  private readonly offTheme = onThemeChange(() => {
    this.shape = '';
    this.update(this.output);
  });

  constructor(private output: PlotOutput) {
    this.element = make('figure', { className: 'out plot' }, this.caption, this.box, this.keys);
    this.box.setAttribute('role', 'img');
    this.resized.observe(this.box);
    this.update(output);
  }

  close(): void {
    this.resized.disconnect();
    this.offTheme();
    this.plot?.destroy();
    this.plot = undefined;
  }

  update(output: PlotOutput): void {
    this.output = output;
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      if (this.element.isConnected) this.draw();
    });
  }

  private draw(): void {
    const { lines, title, style, log, logX, x, y, ticks } = this.output;
    this.caption.textContent = title;
    this.caption.hidden = title === '';
    const data = aligned(this.output);
    const shape = JSON.stringify([lines.map(({ name }) => name), style, log, logX, x, y, ticks, title]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.plot?.destroy();
      this.plot = new uPlot(this.configuration(), data, this.box);
    } else {
      this.plot?.setData(data);
    }
    this.keys.replaceChildren(...keysOf(this.output));
    this.keys.hidden = isPlain(this.output);
    this.box.setAttribute('aria-label', inWords(this.output));
  }

  private size() {
    return { width: Math.max(160, this.box.clientWidth), height: HEIGHT };
  }

  private configuration(): uPlot.Options {
    const { style, lines, log, logX, x, y, ticks } = this.output;
    const font = `12px ${getComputedStyle(this.box).fontFamily}`;
    const axis: uPlot.Axis = {
      stroke: themeCss('--text-muted'),
      grid: { stroke: themeCss('--line', 0.7), width: 1 },
      ticks: { show: false },
      font,
      labelFont: font,
      labelSize: 20,
      gap: 6,
    };
    const bars = style === 'bars' ? uPlot.paths.bars?.({ size: [0.7, 60] }) : undefined;
    const last = lines[0]?.x.length ?? 0;
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, distr: logX ? 3 : 1, ...(style === 'bars' && ticks ? { range: [-0.6, last - 0.4] } : {}) },
        y: {
          distr: log ? 3 : 1,
          ...(style === 'bars' ? { range: (_plot, low, high) => [Math.min(0, low), high * 1.06 || 1] } : {}),
        },
      },
      axes: [
        {
          ...axis,
          size: 30,
          ...(x && { label: x }),
          ...(logX && { values: (_plot, places) => places.map((v) => (v === null ? '' : short(v))) }),
          ...(ticks && {
            splits: ticks.map((_, i) => i),
            values: (_plot, places) => places.map((i) => ticks[i] ?? ''),
          }),
        },
        {
          ...axis,
          size: 56,
          ...(y && { label: y }),
          values: (_plot, places) => places.map((v) => (v === null ? '' : short(v))),
        },
      ],
      series: [
        {},
        ...lines.map((_, i): uPlot.Series => {
          const stroke = themeCss(colorOf(i));
          if (bars) return { stroke, fill: themeCss(colorOf(i), 0.75), paths: bars, points: { show: false } };
          if (style === 'points')
            return { stroke, paths: () => null, points: { show: true, size: 6, fill: stroke, stroke } };
          return {
            stroke,
            width: 2,
            spanGaps: true,
            // A line that begins with one point loses its dot with the second.
            points: { show: () => (this.output.lines[i]?.x.length ?? 0) < 2, size: 7, fill: stroke },
          };
        }),
      ],
    };
  }
}

/** Lines of their own x become columns over one x. */
function aligned({ lines, style }: PlotOutput): uPlot.AlignedData {
  if (style === 'points' || lines.some(({ x }) => !sameAs(x, lines[0]?.x))) {
    const tables = lines.map(({ x, y }): uPlot.AlignedData => {
      const order = Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
      return [order.map((i) => x[i] ?? 0), order.map((i) => finite(y[i]))];
    });
    return tables.length > 1 ? uPlot.join(tables) : (tables[0] ?? [[]]);
  }
  return [Array.from(lines[0]?.x ?? []), ...lines.map(({ y }) => Array.from(y, finite))];
}

const finite = (value: number | undefined): number | null => (Number.isFinite(value) ? (value as number) : null);

function sameAs(a: Float64Array, b: Float64Array | undefined): boolean {
  return a === b || (b !== undefined && a.length === b.length && a.every((value, i) => value === b[i]));
}
