// A plane of numbers as coloured squares, with the numbers in them where there is room; its squares can be pointed at, and changed where they are one's own.

import { make } from 'lamplight-notebook/ui/dom';
import { onThemeChange, themeColor, themeCss } from 'lamplight-notebook/ui/theme';
import { largest, paintPlanes, type ScaleKind } from '../colormap';
import { pixelsOf } from '../planes';

export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
  /** The values are red, green and blue planes, one after another, of 0 to 1. */
  readonly colors?: boolean;
  /** Values painted over a picture in colours, by their sign and size; `range` is the one painted fully. */
  readonly over?: { readonly values: ArrayLike<number>; readonly range: number };
}

export interface MatrixOptions {
  /** What it is, for those who cannot see it. */
  readonly label: string;
  /** `diverging` colours by sign. Default: `sequential`, from 0 to the greatest value. */
  readonly kind?: ScaleKind;
  /** The pointer is over a square, or over none. */
  readonly pointed?: (at: Place | null) => void;
  /** A square is pressed, stroked over, or pressed with Enter. */
  readonly pressed?: (at: Place, first: boolean) => void;
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Squares that are framed: rows and columns from a place on. */
export interface Frame {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
  /** Only every so many squares. */
  readonly step?: number;
}

/** Pixels of a square from which its number is written. */
const READABLE = 22;
const WIDEST = 460;

const short = (value: number): string => {
  if (!Number.isFinite(value)) return String(value);
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Number.isInteger(value) ? 0 : 1);
  return text.replace('-', '−');
};

/** Paints three planes as a picture. Values of both signs, as those of an edge filter, are drawn around grey. */
export function paintColors(canvas: HTMLCanvasElement, plane: Plane): void {
  const { values, over } = plane;
  canvas.width = plane.width;
  canvas.height = plane.height;
  let least = 0;
  for (let i = 0; i < values.length; i++) least = Math.min(least, values[i] ?? 0);
  const image = pixelsOf(plane, least < -0.05 ? { bright: (value) => 127 * value + 128 } : {});
  if (over) mixOver(image.data, over);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** How bright a picture stays below what is painted over it. */
const BELOW = 0.6;

function mixOver(pixels: Uint8ClampedArray, { values, range }: NonNullable<Plane['over']>): void {
  const ends = [themeColor('--diverge-negative'), themeColor('--diverge-positive')] as const;
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] ?? 0) / range;
    const share = Math.min(1, Math.abs(value));
    const color = ends[value < 0 ? 0 : 1];
    for (let channel = 0; channel < 3; channel++) {
      const below = BELOW * (pixels[4 * i + channel] ?? 0);
      pixels[4 * i + channel] = below + ((color[channel] ?? 0) - below) * share;
    }
  }
}

export class Matrix {
  readonly element: HTMLElement;
  readonly #canvas = make('canvas');
  readonly #overlay = make('canvas', { className: 'overlay' });
  readonly #box = make('div', { className: 'matrix undrawn' }, this.#canvas, this.#overlay);
  /** Before the first is drawn there is no value, and so nothing in the box. */
  #plane: Plane = { height: 1, width: 1, values: [] };
  #frames: readonly Frame[] = [];
  #at: Place | null = null;
  #pressedAt = '';

  constructor(
    caption: string,
    private readonly options: MatrixOptions,
  ) {
    const { pointed, pressed } = options;
    // Its colours are read back, to write numbers that stand out on them.
    this.#canvas.getContext('2d', { willReadFrequently: true });
    this.element = make('figure', { className: 'matrix-figure' }, make('figcaption', {}, caption), this.#box);
    const box = this.#box;
    box.setAttribute('role', pointed || pressed ? 'application' : 'img');
    box.setAttribute('aria-label', options.label);
    if (pointed || pressed) {
      box.tabIndex = 0;
      box.addEventListener('pointermove', (event) => this.#move(event));
      box.addEventListener('pointerleave', () => this.#point(null));
      box.addEventListener('pointerdown', (event) => this.#down(event));
      box.addEventListener('keydown', (event) => this.#key(event));
      box.addEventListener('blur', () => this.#point(null));
    }
    onThemeChange(() => this.draw(this.#plane, this.#frames));
    new ResizeObserver(() => this.draw(this.#plane, this.#frames)).observe(box);
  }

  get plane(): Plane {
    return this.#plane;
  }

  set caption(text: string) {
    this.element.querySelector('figcaption')?.replaceChildren(text);
  }

  set label(text: string) {
    this.#box.setAttribute('aria-label', text);
  }

  /** Draws a plane, and frames in it. */
  draw(plane: Plane, frames: readonly Frame[] = []): void {
    [this.#plane, this.#frames] = [plane, frames];
    const { height, width, values } = plane;
    const { kind = 'sequential' } = this.options;
    if (values.length === 0) return;
    this.#box.classList.remove('undrawn');
    if (plane.colors) paintColors(this.#canvas, plane);
    else {
      const planes = { count: 1, height, width, values: Float32Array.from(values) };
      paintPlanes(this.#canvas, planes, { kind, gap: 0, range: Math.max(largest(values), 1e-9) });
    }
    this.#box.style.setProperty('--shape', `${width} / ${height}`);
    this.#drawOver();
  }

  /** Frames squares without painting the plane again. */
  frame(frames: readonly Frame[]): void {
    this.#frames = frames;
    this.#drawOver();
  }

  #drawOver(): void {
    const { height, width, values } = this.#plane;
    const shown = Math.min(this.#box.clientWidth, WIDEST) || 1;
    const density = devicePixelRatio;
    const size = shown / width;
    const overlay = this.#overlay;
    overlay.width = Math.max(1, Math.round(shown * density));
    overlay.height = Math.max(1, Math.round(((shown * height) / width) * density));
    const context = overlay.getContext('2d');
    if (!context) return;
    context.scale(density, density);
    if (size >= READABLE && !this.#plane.colors) this.#write(context, size, Array.from(values), width);
    context.strokeStyle = themeCss('--focus');
    context.lineWidth = 2.5;
    for (const { row, column, height: rows, width: columns, step = 1 } of this.#frames) {
      if (step === 1) context.strokeRect(column * size, row * size, columns * size, rows * size);
      else {
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            context.strokeRect((column + x * step) * size + 1, (row + y * step) * size + 1, size - 2, size - 2);
          }
        }
      }
    }
    if (this.#at && document.activeElement === this.#box) {
      context.setLineDash([4, 3]);
      context.strokeRect(this.#at.column * size + 1, this.#at.row * size + 1, size - 2, size - 2);
    }
  }

  #write(context: CanvasRenderingContext2D, size: number, values: readonly number[], width: number): void {
    const pixels = this.#canvas.getContext('2d')?.getImageData(0, 0, this.#canvas.width, this.#canvas.height).data;
    if (!pixels) return;
    context.font = `500 ${Math.min(14, size * 0.36)}px ${getComputedStyle(document.documentElement).getPropertyValue('--mono')}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    values.forEach((value, i) => {
      const [red = 0, green = 0, blue = 0] = pixels.subarray(4 * i, 4 * i + 3);
      context.fillStyle = 0.3 * red + 0.59 * green + 0.11 * blue > 128 ? '#0b1418' : '#f5f2e8';
      context.fillText(short(value), ((i % width) + 0.5) * size, (Math.floor(i / width) + 0.5) * size);
    });
  }

  #placeOf({ clientX, clientY }: PointerEvent): Place {
    const { left, top, width, height } = this.#overlay.getBoundingClientRect();
    const within = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    return {
      row: within((clientY - top) / height, this.#plane.height),
      column: within((clientX - left) / width, this.#plane.width),
    };
  }

  #point(at: Place | null): void {
    if (at?.row === this.#at?.row && at?.column === this.#at?.column) return;
    this.#at = at;
    this.options.pointed?.(at);
    this.#drawOver();
  }

  #move(event: PointerEvent): void {
    const at = this.#placeOf(event);
    this.#point(at);
    if (event.buttons === 1) this.#press(at, false);
  }

  #down(event: PointerEvent): void {
    this.#box.setPointerCapture(event.pointerId);
    this.#pressedAt = '';
    const at = this.#placeOf(event);
    this.#point(at);
    this.#press(at, true);
  }

  #press(at: Place, first: boolean): void {
    const place = `${at.row} ${at.column}`;
    if (place === this.#pressedAt) return;
    this.#pressedAt = place;
    this.options.pressed?.(at, first);
  }

  #key(event: KeyboardEvent): void {
    const { row, column } = this.#at ?? { row: 0, column: 0 };
    const { height, width } = this.#plane;
    const moves: Record<string, Place> = {
      ArrowLeft: { row, column: Math.max(0, column - 1) },
      ArrowRight: { row, column: Math.min(width - 1, column + 1) },
      ArrowUp: { row: Math.max(0, row - 1), column },
      ArrowDown: { row: Math.min(height - 1, row + 1), column },
    };
    const to = moves[event.key];
    if (to) this.#point(to);
    else if ((event.key === 'Enter' || event.key === ' ') && this.options.pressed) {
      this.#pressedAt = '';
      this.#press({ row, column }, true);
    } else return;
    event.preventDefault();
  }
}
