// Owns drawing on canvases: the pen, axes with ticks, lines, pictures enlarged without blur, and bars of colours.
import { ArgumentError } from '../errors';
import { kindOf } from '../tensor/options';
import type { Pixels } from './colormap';

/** What is needed of a canvas to draw on it: one of a page, of a worker, or of a package for Node. */
export interface PlotCanvas {
  width: number;
  height: number;
  getContext(kind: '2d'): unknown;
}

/** What draws on a canvas. */
export type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A rectangle of a canvas, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The least and the greatest value of an axis. */
export type Range = readonly [low: number, high: number];

export const FONT = '12px system-ui, sans-serif';
const INK = '#222';
const FRAME = '#888';

/** The canvas given, or one that no page shows. @throws ArgumentError where there is none to be had */
export function canvasFor(op: string, canvas: PlotCanvas | null): PlotCanvas {
  if (canvas !== null) return canvas;
  if (typeof OffscreenCanvas === 'undefined') {
    throw new ArgumentError(`${op}: expected a canvas, which cannot be made here; pass { canvas }`);
  }
  return new OffscreenCanvas(1, 1);
}

/** The pen of a canvas; with a size the canvas takes it, and is white. @throws ArgumentError for what cannot be drawn on */
export function penOf(op: string, canvas: PlotCanvas, size?: { readonly width: number; readonly height: number }): Pen {
  if (typeof canvas?.getContext !== 'function') {
    throw new ArgumentError(`${op}: expected a canvas, but got ${kindOf(canvas)}`);
  }
  const pen = canvas.getContext('2d') as Pen | null;
  if (!pen) {
    throw new ArgumentError(
      `${op}: expected a canvas with a 2d context, but it has one of another kind already; use a canvas of its own`,
    );
  }
  if (size) {
    canvas.width = size.width;
    canvas.height = size.height;
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, size.width, size.height);
  }
  pen.font = FONT;
  return pen;
}

/** Paints pixels, each as a square of `zoom` pixels of the canvas. They replace what is there. */
export function paintPixels(
  pen: Pen,
  { width, height, rgba }: Pixels,
  { left, top }: Pick<Box, 'left' | 'top'>,
  zoom = 1,
): void {
  const image = pen.createImageData(width * zoom, height * zoom);
  const from = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const to = new Uint32Array(image.data.buffer, image.data.byteOffset, width * zoom * height * zoom);
  for (let y = 0, at = 0; y < height * zoom; y++) {
    const row = Math.floor(y / zoom) * width;
    for (let x = 0; x < width; x++, at += zoom) to.fill(from[row + x]!, at, at + zoom);
  }
  pen.putImageData(image, left, top);
}

/** Writes a line of text about (x, y); its colour is dark unless `color` says otherwise. */
export function write(
  pen: Pen,
  text: string,
  x: number,
  y: number,
  { align = 'left', baseline = 'alphabetic', color = INK }: TextStyle = {},
): void {
  pen.textAlign = align;
  pen.textBaseline = baseline;
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}

export interface TextStyle {
  readonly align?: CanvasTextAlign;
  readonly baseline?: CanvasTextBaseline;
  readonly color?: string;
}

/** Draws a line through points; it breaks where a coordinate is not finite. */
export function drawLine(
  pen: Pen,
  points: Iterable<readonly [x: number, y: number]>,
  { color, width = 1.5 }: { readonly color: string; readonly width?: number },
): void {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  let isOpen = false;
  for (const [x, y] of points) {
    const isPlace = Number.isFinite(x) && Number.isFinite(y);
    if (isPlace) pen[isOpen ? 'lineTo' : 'moveTo'](x, y);
    isOpen = isPlace;
  }
  pen.stroke();
}

/** About `count` round numbers within a range: steps of 1, 2 or 5 times a power of ten. */
export function ticks([low, high]: Range, count = 5): number[] {
  if (!(high > low && Number.isFinite(high - low))) return Number.isFinite(low) ? [low] : [];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** A number as a tick shows it. */
export const tickText = (value: number): string => String(Number(value.toPrecision(4)));

/** From the least to the greatest finite value, a twentieth of that wider at both ends, as Matplotlib leaves room. */
export function rangeOf(values: Iterable<number>, margin = 0.05): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const room = (high - low || Math.abs(low) || 1) * margin;
  return [low - room, high + room];
}

/** Axes in a box of a canvas: where values lie, and a frame with ticks. Values grow to the right and upward. */
export class Axes {
  constructor(
    private readonly pen: Pen,
    readonly box: Box,
    readonly xs: Range,
    readonly ys: Range,
  ) {}

  x(value: number): number {
    const [low, high] = this.xs;
    return this.box.left + ((value - low) / (high - low || 1)) * this.box.width;
  }

  y(value: number): number {
    const [low, high] = this.ys;
    return this.box.top + (1 - (value - low) / (high - low || 1)) * this.box.height;
  }

  /** A line through values. */
  line(xs: ArrayLike<number>, ys: ArrayLike<number>, style: { readonly color: string; readonly width?: number }): void {
    const points = Array.from(ys, (y, i): [number, number] => [this.x(xs[i]!), this.y(y)]);
    drawLine(this.pen, points, style);
  }

  /** The frame, its ticks and what they count: `xLabel` below, `yLabel` upright at the left. */
  frame({
    xTicks = ticks(this.xs),
    yTicks = ticks(this.ys),
    xLabel = '',
    yLabel = '',
    title = '',
  }: FrameText = {}): void {
    const { pen, box } = this;
    const bottom = box.top + box.height;
    pen.strokeStyle = FRAME;
    pen.lineWidth = 1;
    pen.strokeRect(box.left, box.top, box.width, box.height);
    for (const tick of xTicks) {
      drawLine(
        pen,
        [
          [this.x(tick), bottom],
          [this.x(tick), bottom + 4],
        ],
        { color: FRAME, width: 1 },
      );
      write(pen, tickText(tick), this.x(tick), bottom + 6, { align: 'center', baseline: 'top' });
    }
    for (const tick of yTicks) {
      drawLine(
        pen,
        [
          [box.left - 4, this.y(tick)],
          [box.left, this.y(tick)],
        ],
        { color: FRAME, width: 1 },
      );
      write(pen, tickText(tick), box.left - 6, this.y(tick), { align: 'right', baseline: 'middle' });
    }
    if (xLabel) write(pen, xLabel, box.left + box.width / 2, bottom + 22, { align: 'center', baseline: 'top' });
    if (title) write(pen, title, box.left + box.width / 2, box.top - 8, { align: 'center' });
    if (!yLabel) return;
    pen.save();
    pen.translate(box.left - 44, box.top + box.height / 2);
    pen.rotate(-Math.PI / 2);
    write(pen, yLabel, 0, 0, { align: 'center' });
    pen.restore();
  }
}

export interface FrameText {
  readonly xTicks?: readonly number[];
  readonly yTicks?: readonly number[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly title?: string;
}

/** A level bar of the 256 colours of a table, three bytes each, with numbers at its ends and its middle. `alpha` is laid over white. */
export function colorBar(pen: Pen, box: Box, table: Uint8Array, [low, high]: Range, alpha = 1): void {
  const [width, height] = [Math.round(box.width), Math.round(box.height)];
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const level = 3 * Math.min(255, Math.floor(((i % width) / width) * 256));
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = table[level + c]! * alpha + 255 * (1 - alpha);
    rgba[4 * i + 3] = 255;
  }
  paintPixels(pen, { width, height, rgba }, box);
  const places = [
    [low, 0, 'left'],
    [(low + high) / 2, width / 2, 'center'],
    [high, width, 'right'],
  ] as const;
  for (const [value, x, align] of places) {
    write(pen, tickText(value), box.left + x, box.top + height + 4, { align, baseline: 'top' });
  }
}
