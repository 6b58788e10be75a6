// Owns the sheet that plots are drawn on: a canvas in CSS pixels, sharp on a screen of any density, in the colours of its page.

import { type Kind, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { display } from './display';

/** The members of a canvas needed to draw on it: that of a page, or an OffscreenCanvas. */
export interface PlotCanvas {
  width: number;
  height: number;
  getContext(kind: '2d'): unknown;
}

/** The drawing context. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'arc'
  | 'beginPath'
  | 'clearRect'
  | 'clip'
  | 'drawImage'
  | 'fill'
  | 'fillRect'
  | 'fillStyle'
  | 'fillText'
  | 'font'
  | 'globalAlpha'
  | 'lineJoin'
  | 'lineTo'
  | 'lineWidth'
  | 'measureText'
  | 'moveTo'
  | 'rect'
  | 'restore'
  | 'rotate'
  | 'save'
  | 'setLineDash'
  | 'setTransform'
  | 'stroke'
  | 'strokeRect'
  | 'strokeStyle'
  | 'textAlign'
  | 'textBaseline'
  | 'translate'
>;

/** A rectangle of a sheet. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Draws into an area, and says in words what there is to see. */
export type Drawing = (sheet: Sheet, area: Area) => string;

/** A canvas that is ready to be drawn on. Lengths are CSS pixels. */
export interface Sheet {
  readonly pen: Pen;
  readonly width: number;
  readonly height: number;
  /** Text and lines of axes. */
  readonly ink: string;
  /** Colours that stand out from the paper, and from each other. */
  readonly colors: readonly string[];
}

/** Pixels of text. */
export const TEXT = 12;

const onLight = '#1f77b4 #d95f02 #2a8f2a #c62839 #7a52ab #8c564b #c23b94 #5f5f5f #8a8b14 #0f8a99'.split(' ');
const onDark = '#6cb4ee #ffa657 #7ddc7d #ff8a8a #c7a8f0 #d3a79b #f5a3d7 #c0c0c0 #d9da6a #6fdbe8'.split(' ');

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The sizes in CSS pixels of canvases that were drawn on, with their sizes in pixels. */
const fitted = new WeakMap<PlotCanvas, { readonly shown: Size; readonly pixels: Size }>();
const described = new WeakSet<PlotCanvas>();

const elementOf = (canvas: PlotCanvas): HTMLCanvasElement | null =>
  'ownerDocument' in canvas && 'style' in canvas ? (canvas as HTMLCanvasElement) : null;

function shownSize(canvas: PlotCanvas, element: HTMLCanvasElement | null): Size {
  if (element && element.clientWidth > 0 && element.clientHeight > 0) {
    return { width: element.clientWidth, height: element.clientHeight };
  }
  const before = fitted.get(canvas);
  const isOurs = before?.pixels.width === canvas.width && before.pixels.height === canvas.height;
  return isOurs ? before.shown : { width: canvas.width, height: canvas.height };
}

/** Gives the canvas a pixel for each of the screen's; in the page it stays as large as it is. */
function resized(canvas: PlotCanvas): Size & { readonly density: number } {
  const element = elementOf(canvas);
  const { width, height } = shownSize(canvas, element);
  const density = Math.max(1, element?.ownerDocument.defaultView?.devicePixelRatio ?? 1);
  const pixels = { width: Math.round(width * density), height: Math.round(height * density) };
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  if (element && (element.clientWidth !== width || element.clientHeight !== height)) {
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
  }
  fitted.set(canvas, { shown: { width, height }, pixels });
  return { width, height, density };
}

/** The colour of the text around a canvas of a page; null elsewhere. */
function pageInk(canvas: PlotCanvas): string | null {
  const element = elementOf(canvas);
  if (!element?.isConnected) return null;
  return element.ownerDocument.defaultView?.getComputedStyle(element).color ?? null;
}

/** How bright an `rgb(…)` is, from 0 to 1. */
const brightness = (color: string): number => {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
};

/** The grey, from 0 to 255, of the paper below a canvas: black where the page around it writes brightly, else white. */
export function paperOf(canvas: PlotCanvas): number {
  const ink = pageInk(canvas);
  return ink !== null && brightness(ink) > 0.5 ? 0 : 255;
}

/** What an option `canvas` takes. */
export const canvasOrNull: Kind = orNull({
  words: 'a canvas',
  fits: (value) => typeof (value as PlotCanvas | null | undefined)?.getContext === 'function',
});

/** The context that draws on a canvas. @throws ArgumentError if the value is no canvas, or has a context of another kind */
export function penOf(owner: string, canvas: PlotCanvas): Pen {
  if (typeof canvas?.getContext !== 'function') {
    throw new ArgumentError(
      `${owner}: expected a canvas to draw on, but got none; pass { canvas: document.querySelector('canvas') }, or an OffscreenCanvas`,
    );
  }
  const pen = canvas.getContext('2d') as Pen | null;
  if (!pen) {
    throw new ArgumentError(
      `${owner}: expected a canvas with a 2d context, but it has one of another kind already; use a canvas of its own`,
    );
  }
  return pen;
}

/** Clears a canvas for a plot. In a page its paper is the page's, and its ink that of the text around it; elsewhere paper is white. */
function sheetOf(owner: string, canvas: PlotCanvas): Sheet {
  const pen = penOf(owner, canvas);
  const { width, height, density } = resized(canvas);
  const page = pageInk(canvas);
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  if (page === null) {
    pen.fillStyle = '#ffffff';
    pen.fillRect(0, 0, width, height);
  }
  const ink = page ?? 'rgb(34, 34, 34)';
  pen.lineJoin = 'round';
  write(pen, TEXT);
  return { pen, width, height, ink, colors: brightness(ink) > 0.5 ? onDark : onLight };
}

/** Text of a size from here on. */
export function write(pen: Pen, size: number, weight = ''): void {
  pen.font = `${weight} ${size}px system-ui, sans-serif`.trimStart();
}

/** Says what a canvas shows, for those who do not see it, unless the page says so itself. */
export function describe(canvas: PlotCanvas, text: string): void {
  const element = elementOf(canvas);
  if (!element || (element.hasAttribute('aria-label') && !described.has(canvas))) return;
  described.add(canvas);
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', text);
}

/** Equal parts of an area in rows, as square as may be. */
export function grid({ left, top, right, bottom }: Area, parts: number): Area[] {
  const columns = Math.ceil(Math.sqrt(parts));
  const [width, height] = [(right - left) / columns, (bottom - top) / Math.ceil(parts / columns)];
  return Array.from({ length: parts }, (_, i) => {
    const [x, y] = [left + (i % columns) * width, top + Math.floor(i / columns) * height];
    return { left: x, top: y, right: x + width, bottom: y + height };
  });
}

/** The canvas that is given, or a new one without a page. @throws ArgumentError where there is none to be had */
export function canvasOr(owner: string, given: PlotCanvas | null): PlotCanvas {
  if (given) return given;
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(640, 480);
  throw new ArgumentError(
    `${owner}: expected a canvas to draw on, as there are none of their own here; pass { canvas }`,
  );
}

/**
 * Draws on a canvas, several drawings side by side; the canvas. Where none is given, one of 640 × 480 pixels without a page.
 * @throws ArgumentError for what cannot be drawn on
 */
export function drawOn(owner: string, given: PlotCanvas | null, drawings: readonly Drawing[]): PlotCanvas {
  const draw = (canvas: PlotCanvas): void => {
    const sheet = sheetOf(owner, canvas);
    const whole = { left: 4, top: 4, right: sheet.width - 4, bottom: sheet.height - 2 };
    const areas = grid(whole, drawings.length);
    const words = drawings.map((drawing, i) => drawing(sheet, areas[i]!));
    describe(canvas, words.join('. '));
  };
  const canvas = canvasOr(owner, given);
  draw(canvas);
  if (!given) display()?.plot?.(canvas, draw);
  return canvas;
}
