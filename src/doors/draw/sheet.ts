// The sheet on which plots are drawn: a canvas measured in CSS pixels, sharp on screens of any density, in the colours
// of its page.

import { ArgumentError } from '../../torch';
import { display, kinds, type PlotCanvas } from '../../torch/inside';

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

/** Draws into an area, and returns a description of the drawing in words. */
export type Drawing = (sheet: Sheet, area: Area) => string;

/** A canvas that is ready to be drawn on. Lengths are CSS pixels. */
export interface Sheet {
  readonly pen: Pen;
  readonly width: number;
  readonly height: number;
  /** The colour of text and of axes. */
  readonly ink: string;
  /** Colours for data that are distinct from the background and from each other. */
  readonly colors: readonly string[];
}

/** The size of text, in pixels. */
export const TEXT = 12;

const onLight = '#1f77b4 #d95f02 #2a8f2a #c62839 #7a52ab #8c564b #c23b94 #5f5f5f #8a8b14 #0f8a99'.split(' ');
const onDark = '#6cb4ee #ffa657 #7ddc7d #ff8a8a #c7a8f0 #d3a79b #f5a3d7 #c0c0c0 #d9da6a #6fdbe8'.split(' ');

interface Size {
  readonly width: number;
  readonly height: number;
}

/** For canvases that were drawn on, their sizes in CSS pixels and in device pixels. */
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

/** Gives the canvas one pixel for each device pixel; its size in the page does not change. */
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

/** The text colour of the page around a canvas; null if the canvas is not in a page. */
function pageInk(canvas: PlotCanvas): string | null {
  const element = elementOf(canvas);
  if (!element?.isConnected) return null;
  return element.ownerDocument.defaultView?.getComputedStyle(element).color ?? null;
}

/** The brightness of an `rgb(…)` colour, from 0 to 1. */
const brightness = (color: string): number => {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
};

/** The grey level of the background of a canvas: 0 (black) if the page around has bright text, else 255 (white). */
export function paperOf(canvas: PlotCanvas): number {
  const ink = pageInk(canvas);
  return ink !== null && brightness(ink) > 0.5 ? 0 : 255;
}

/** The kind of an option `canvas`. */
export const canvasOrNull: kinds.Kind = kinds.orNull({
  words: 'a canvas',
  fits: (value) => typeof (value as PlotCanvas | null | undefined)?.getContext === 'function',
});

/**
 * The 2d context of a canvas.
 * @throws ArgumentError if the value is not a canvas, or already has a context of another kind
 */
export function penOf(owner: string, canvas: PlotCanvas): Pen {
  if (typeof canvas?.getContext !== 'function') {
    throw new ArgumentError(
      `${owner}: expected a canvas to draw on, but got none; pass { canvas: document.querySelector('canvas') }, or an OffscreenCanvas`,
    );
  }
  const pen = canvas.getContext('2d') as Pen | null;
  if (!pen) {
    throw new ArgumentError(
      `${owner}: expected a canvas with a 2d context, but it already has a context of another kind; use another canvas`,
    );
  }
  return pen;
}

/**
 * Clears a canvas for a plot. In a page, it is transparent and uses the page's text colour; elsewhere, the background
 * is white.
 */
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

/** Sets the size and weight of text from here on. */
export function write(pen: Pen, size: number, weight = ''): void {
  pen.font = `${weight} ${size}px system-ui, sans-serif`.trimStart();
}

/** Describes a canvas for screen readers, unless the page has labelled the canvas itself. */
export function describe(canvas: PlotCanvas, text: string): void {
  const element = elementOf(canvas);
  if (!element || (element.hasAttribute('aria-label') && !described.has(canvas))) return;
  described.add(canvas);
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', text);
}

/** Splits an area into equal parts, in a grid that is about square. */
export function grid({ left, top, right, bottom }: Area, parts: number): Area[] {
  const columns = Math.ceil(Math.sqrt(parts));
  const [width, height] = [(right - left) / columns, (bottom - top) / Math.ceil(parts / columns)];
  return Array.from({ length: parts }, (_, i) => {
    const [x, y] = [left + (i % columns) * width, top + Math.floor(i / columns) * height];
    return { left: x, top: y, right: x + width, bottom: y + height };
  });
}

/**
 * The given canvas, or a new OffscreenCanvas.
 * @throws ArgumentError if none is given and the environment has no OffscreenCanvas
 */
export function canvasOr(owner: string, given: PlotCanvas | null): PlotCanvas {
  if (given) return given;
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(640, 480);
  throw new ArgumentError(
    `${owner}: expected a canvas to draw on, since there is no OffscreenCanvas here; pass { canvas }`,
  );
}

/**
 * Draws one or several drawings side by side on a canvas, and returns the canvas. If none is given, it is an
 * OffscreenCanvas of 640 × 480 pixels.
 * @throws ArgumentError if the canvas cannot be drawn on
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
