// The roofline of a device (Williams, Waterman, Patterson 2009): the operations a second that a kernel can reach at most, by its operations a byte.
import { make } from 'lamplight-notebook/ui/dom';
import { onThemeChange } from 'lamplight-notebook/ui/theme';
import { Waiting } from '../../ui/panels/waiting';
import { type Result, titleOf } from './rows';

const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Pixels from one name to the next below it. */
const LINE = 14;
const MARGIN = { left: 62, right: 20, top: 14, bottom: 44 };
/** Below it, a clock that pages may read to a tenth of a millisecond says nothing. */
const LEAST = 0.02;

interface Point {
  readonly name: string;
  /** Operations a byte. */
  readonly intensity: number;
  /** Operations a second. */
  readonly speed: number;
}

/** Milliseconds of a row's kernels, as near as can be known: without the GPU's clock, a step less the reading of a number. */
const kernelTime = ({ gpu, milliseconds }: Result, reading: number): number =>
  gpu !== null && gpu >= LEAST ? gpu : Math.max(milliseconds - reading, LEAST);

export interface Roof {
  readonly points: readonly Point[];
  /** Bytes and operations a second of the fastest kernels. */
  readonly bandwidth: number;
  readonly peak: number;
}

/** @param reading milliseconds that the reading of a number takes */
export function roofOf(results: Readonly<Record<string, Result>>, reading: number): Roof | null {
  const points = Object.entries(results).flatMap(([name, result]): Point[] => {
    const { flops, bytes } = result;
    if (!flops || !bytes) return [];
    return [{ name, intensity: flops / bytes, speed: (1000 * flops) / kernelTime(result, reading) }];
  });
  if (points.length === 0) return null;
  return {
    points,
    bandwidth: Math.max(...points.map(({ intensity, speed }) => speed / intensity)),
    peak: Math.max(...points.map(({ speed }) => speed)),
  };
}

/** 3.2e12 as "3.2 T". */
export function formatLarge(value: number): string {
  const [unit, factor] = (
    [
      ['T', 1e12],
      ['G', 1e9],
      ['M', 1e6],
    ] as const
  ).find(([, least]) => value >= least) ?? ['k', 1e3];
  return `${Number((value / factor).toPrecision(2))}\u202f${unit}`;
}

function part(name: string, attributes: Readonly<Record<string, string | number>>, text = ''): SVGElement {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}

export class Roofline {
  readonly #drawing = part('svg', { class: 'roofline', role: 'img' }) as SVGSVGElement;
  readonly #box = make('div', {}, this.#drawing);
  readonly #waiting = new Waiting(this.#box, 'The line is drawn once a kernel has been timed.');
  readonly element = make('div', {}, this.#waiting.element, this.#box);
  #roof: Roof | null = null;

  constructor() {
    new ResizeObserver(() => this.#paint()).observe(this.#box);
    onThemeChange(() => this.#paint());
    this.draw(null);
  }

  draw(roof: Roof | null): void {
    this.#roof = roof;
    this.#drawing.setAttribute('aria-label', inWords(roof));
    this.#waiting.isDrawn = roof !== null;
    this.#paint();
  }

  #paint(): void {
    const { clientWidth: width, clientHeight: height } = this.#drawing;
    this.#drawing.replaceChildren();
    if (!this.#roof || width === 0) return;
    const { points, bandwidth, peak } = this.#roof;
    const xs = decades(
      points.map(({ intensity }) => intensity),
      peak / bandwidth,
    );
    const ys = decades(
      points.map(({ speed }) => speed),
      peak,
    );
    const along = (value: number, [low, high]: readonly [number, number]) => (Math.log10(value) - low) / (high - low);
    const x = (value: number) => MARGIN.left + along(value, xs) * (width - MARGIN.left - MARGIN.right);
    const y = (value: number) => height - MARGIN.bottom - along(value, ys) * (height - MARGIN.top - MARGIN.bottom);
    const put = (...args: Parameters<typeof part>) => this.#drawing.append(part(...args));
    const [left, right] = [10 ** xs[0], 10 ** xs[1]];
    for (let power = xs[0]; power <= xs[1]; power++) {
      const at = x(10 ** power);
      put('path', { class: 'grid', d: `M${at} ${MARGIN.top}V${height - MARGIN.bottom}` });
      put('text', { x: at, y: height - MARGIN.bottom + 16, 'text-anchor': 'middle' }, String(10 ** power));
    }
    for (let power = ys[0]; power <= ys[1]; power++) {
      const at = y(10 ** power);
      put('path', { class: 'grid', d: `M${MARGIN.left} ${at}H${width - MARGIN.right}` });
      put('text', { x: MARGIN.left - 8, y: at + 4, 'text-anchor': 'end' }, formatLarge(10 ** power));
    }
    put('text', { x: (MARGIN.left + width) / 2, y: height - 8, 'text-anchor': 'middle' }, 'operations a byte');
    // Below the lowest decade, the slope is cut off.
    const start = Math.max(left, 10 ** ys[0] / bandwidth);
    const roof = `M${x(start)} ${y(start * bandwidth)}L${x(peak / bandwidth)} ${y(peak)}H${x(right)}`;
    put('path', { class: 'roof', d: roof });
    for (const isLeft of [false, true]) {
      const side = points
        .map(({ name, intensity, speed }) => ({ name, cx: x(intensity), cy: y(speed) }))
        .filter(({ cx }) => cx > width / 2 === isLeft)
        .sort((a, b) => a.cy - b.cy);
      // A name that would lie on the one above it goes below that.
      let free = Number.NEGATIVE_INFINITY;
      for (const { name, cx, cy } of side) {
        put('circle', { cx, cy, r: 5 });
        const at = Math.max(cy + 4, free);
        free = at + LINE;
        put(
          'text',
          { class: 'label', x: cx + (isLeft ? -9 : 9), y: at, 'text-anchor': isLeft ? 'end' : 'start' },
          name,
        );
      }
    }
  }
}

/** Whole powers of ten about the values. */
function decades(values: readonly number[], other: number): readonly [number, number] {
  const all = [...values, other].map(Math.log10);
  return [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all) + 0.01)];
}

function inWords(roof: Roof | null): string {
  if (!roof) return 'The roofline is drawn once kernels have been timed.';
  const kernels = roof.points.map(({ name, speed }) => `${titleOf(name)}: ${formatLarge(speed)} operations a second`);
  return `Roofline: ${formatLarge(roof.bandwidth)}B and ${formatLarge(roof.peak)} operations a second at most. ${kernels.join('; ')}`;
}
