// Draws figures of Matplotlib's stand-in on a canvas: for files, for films, and for what the notebook's own plots have no form for.
import { type Tensor, vision } from 'lamplight';
import { level, upright } from '../../outputs/scales';
import type { RunOutputs } from '../outputs';
import { pictureOf } from '../pictures';
import type { Words } from './words-on-pictures';

type Place = readonly [x: number, y: number];

interface Line {
  readonly name: string;
  readonly style: 'line' | 'points' | 'bars';
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly color: string;
}

/** A shape through points, a dot or words at one of them. */
interface Item {
  readonly points: readonly Place[];
  readonly stroke?: string | null;
  readonly fill?: string | null;
  readonly width?: number;
  readonly alpha?: number | null;
  readonly isClosed?: boolean;
  readonly radius?: number;
  readonly text?: string;
  readonly size?: number;
  readonly align?: CanvasTextAlign;
}

type Named = readonly [at: number, name: string];

interface Axes {
  readonly cell: readonly [row: number, column: number, rows: number, columns: number];
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly log: boolean;
  readonly ticks: readonly string[] | null;
  /** `at`: the place among the pictures. */
  readonly images: readonly {
    readonly at: number;
    readonly alpha: number;
    readonly cmap: string;
    readonly vmin?: number | null;
    readonly vmax?: number | null;
  }[];
  readonly lines: readonly Line[];
  readonly items: readonly Item[];
  readonly texts: readonly Words[];
  /** Names beside a picture, by places in its pixels. */
  readonly along?: readonly Named[];
  readonly upright?: readonly Named[];
  /** Places of items are shares of the axes, from the upper left. */
  readonly isUnit: boolean;
}

export interface Figure {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels of an inch. */
  readonly inch: number;
  readonly title: string;
  readonly axes: readonly Axes[];
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

type Onto = (x: number, y: number) => Place;

/** Points of an inch, by which Matplotlib measures letters and lines. */
const POINTS = 72;

class Drawing {
  readonly canvas: OffscreenCanvas;
  readonly #pen: OffscreenCanvasRenderingContext2D;
  /** Pixels of a point. */
  readonly #point: number;

  constructor(private readonly figure: Figure) {
    this.#point = figure.inch / POINTS;
    this.canvas = new OffscreenCanvas(Math.round(figure.width), Math.round(figure.height));
    this.#pen = this.canvas.getContext('2d')!;
    this.#pen.fillStyle = 'white';
    this.#pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.#pen.lineJoin = 'round';
  }

  async all(pictures: readonly Tensor[]): Promise<void> {
    const { title, axes } = this.figure;
    if (title) this.#words(title, [this.canvas.width / 2, 15 * this.#point], 12, 'center');
    for (const each of axes) await this.#axes(each, pictures);
  }

  #words(
    text: string,
    [x, y]: Place,
    size: number,
    align: CanvasTextAlign,
    baseline: CanvasTextBaseline = 'middle',
    color = 'black',
  ): void {
    this.#pen.font = `${size * this.#point}px system-ui, sans-serif`;
    this.#pen.textAlign = align;
    this.#pen.textBaseline = baseline;
    this.#pen.fillStyle = color;
    this.#pen.fillText(text, x, y);
  }

  /** The room of axes in the figure, with what is written around them. */
  #roomOf(axes: Axes): Box {
    const {
      cell: [row, column, rows, columns],
      title,
      x,
      y,
      images,
      isUnit,
    } = axes;
    const p = this.#point;
    const above = this.figure.title ? 26 * p : 4 * p;
    const [across, down] = [this.canvas.width / columns, (this.canvas.height - above) / rows];
    const isBare = images.length > 0 || isUnit;
    const beside = images.length > 0 ? this.#besides(axes) : null;
    const left = beside?.left ?? (isBare ? 6 : y ? 56 : 44) * p;
    const [top, bottom] = [(title ? 22 : 8) * p, beside?.below ?? (isBare ? 6 : x ? 40 : 26) * p];
    return {
      left: column * across + left,
      top: above + row * down + top,
      width: Math.max(1, across - left - (isBare ? 6 : 12) * p),
      height: Math.max(1, down - top - bottom),
    };
  }

  /** The room that names beside a picture take, on the left and below it. */
  #besides({ x, y, along = [], upright = [] }: Axes): { readonly left: number; readonly below: number } {
    const p = this.#point;
    const [lower, side] = [this.#widest(along), this.#widest(upright)];
    const left = 6 * p + side + (side > 0 ? 4 * p : 0) + (y ? 14 * p : 0);
    const below = 6 * p + (lower > 0 ? Math.max(14 * p, 0.75 * lower) : 0) + (x ? 14 * p : 0);
    return { left, below };
  }

  #widest(names: readonly Named[]): number {
    this.#pen.font = `${9 * this.#point}px system-ui, sans-serif`;
    return Math.max(0, ...names.map(([, name]) => this.#pen.measureText(name).width));
  }

  /** Names on the left of a picture and below it; those below are turned where they would touch. */
  #named({ x, y, along = [], upright = [] }: Axes, box: Box, onto: Onto): void {
    const p = this.#point;
    const floor = box.top + box.height;
    for (const [at, name] of upright) this.#words(name, [box.left - 4 * p, onto(0, at)[1]], 9, 'right');
    const step = along.length > 1 ? Math.abs(onto(along[1]![0], 0)[0] - onto(along[0]![0], 0)[0]) : box.width;
    const lower = this.#widest(along);
    const isTurned = lower + 4 * p > step;
    for (const [at, name] of along) {
      const place: Place = [onto(at, 0)[0], floor + 9 * p];
      if (isTurned) this.#turned(name, [place[0] + 4 * p, floor + 4 * p], 9, 'right', -Math.PI / 4);
      else this.#words(name, place, 9, 'center');
    }
    const under = lower > 0 ? Math.max(14 * p, isTurned ? 0.75 * lower : 0) : 0;
    if (x) this.#words(x, [box.left + box.width / 2, floor + under + 9 * p], 10, 'center');
    const side = this.#widest(upright);
    const place: Place = [box.left - side - (side > 0 ? 4 * p : 0) - 9 * p, box.top + box.height / 2];
    if (y) this.#turned(y, place, 10, 'center', -Math.PI / 2);
  }

  #turned(text: string, [x, y]: Place, size: number, align: CanvasTextAlign, angle: number): void {
    this.#pen.save();
    this.#pen.translate(x, y);
    this.#pen.rotate(angle);
    this.#words(text, [0, 0], size, align);
    this.#pen.restore();
  }

  async #axes(axes: Axes, pictures: readonly Tensor[]): Promise<void> {
    const room = this.#roomOf(axes);
    const [first] = axes.images;
    let [box, onto]: [Box, Onto] = [room, (x, y) => [room.left + x * room.width, room.top + y * room.height]];
    if (first) [box, onto] = await this.#images(axes, room, pictures);
    else if (!axes.isUnit) onto = this.#frame(axes, room);
    this.#pen.save();
    if (!axes.isUnit) {
      this.#pen.beginPath();
      this.#pen.rect(box.left, box.top, box.width, box.height);
      this.#pen.clip();
    }
    for (const line of axes.lines) this.#line(line, onto, axes);
    for (const item of axes.items) this.#item(item, onto);
    this.#pen.restore();
    for (const { x, y, text, size, align, baseline, color } of axes.texts) {
      this.#words(text, onto(x, y), size, align, baseline, color);
    }
    if (axes.title) this.#words(axes.title, [box.left + box.width / 2, box.top - 10 * this.#point], 12, 'center');
    if (first) this.#named(axes, box, onto);
    else if (!axes.isUnit) this.#key(axes, box);
  }

  /** Pictures that lie on each other, as large as the room lets them be. */
  async #images(axes: Axes, room: Box, pictures: readonly Tensor[]): Promise<[Box, Onto]> {
    const drawn = await Promise.all(
      axes.images.map(async ({ at, alpha, cmap, vmin = null, vmax = null }) => {
        const canvas = new OffscreenCanvas(1, 1);
        await vision.io.draw(pictures[at]!, canvas, { cmap: cmap as vision.io.Colormap, vmin, vmax });
        return { canvas, alpha };
      }),
    );
    const { width, height } = drawn[0]!.canvas;
    const zoom = Math.min(room.width / width, room.height / height);
    const size = { width: width * zoom, height: height * zoom };
    const box = {
      left: room.left + (room.width - size.width) / 2,
      top: room.top + (room.height - size.height) / 2,
      ...size,
    };
    this.#pen.imageSmoothingEnabled = zoom < 1;
    for (const { canvas, alpha } of drawn) {
      this.#pen.globalAlpha = alpha;
      this.#pen.drawImage(canvas, box.left, box.top, box.width, box.height);
    }
    this.#pen.globalAlpha = 1;
    // The middle of a pixel has its number.
    return [box, (x, y) => [box.left + (x + 0.5) * zoom, box.top + (y + 0.5) * zoom]];
  }

  /** The axes of a plot, with numbers, names and a grid; the way from its numbers to places. */
  #frame({ lines, log, ticks, x, y }: Axes, box: Box): Onto {
    const p = this.#point;
    const style = lines.some((line) => line.style === 'bars')
      ? 'bars'
      : lines.some((line) => line.style === 'points')
        ? 'points'
        : 'line';
    const scaled = { lines, log, ticks, style } as const;
    const [up, { scale: across }] = [upright(scaled), level(scaled)];
    const onto: Onto = (a, b) => [box.left + across.at(a) * box.width, box.top + (1 - up.at(b)) * box.height];
    this.#pen.lineWidth = 0.8 * p;
    this.#pen.strokeStyle = '#e4e4e4';
    for (const [at, text] of up.ticks) {
      const level = box.top + (1 - at) * box.height;
      this.#stroke([
        [box.left, level],
        [box.left + box.width, level],
      ]);
      this.#words(text, [box.left - 4 * p, level], 9, 'right');
    }
    for (const [at, text] of across.ticks) {
      this.#words(text, [box.left + at * box.width, box.top + box.height + 10 * p], 9, 'center');
    }
    this.#pen.strokeStyle = 'black';
    this.#pen.strokeRect(box.left, box.top, box.width, box.height);
    if (x) this.#words(x, [box.left + box.width / 2, box.top + box.height + 26 * p], 10, 'center');
    if (y) this.#turned(y, [box.left - 44 * p, box.top + box.height / 2], 10, 'center', -Math.PI / 2);
    return onto;
  }

  #stroke(points: readonly Place[], isClosed = false): void {
    this.#path(points, isClosed);
    this.#pen.stroke();
  }

  #path(points: readonly Place[], isClosed: boolean): void {
    this.#pen.beginPath();
    for (const [i, [x, y]] of points.entries()) {
      if (i === 0) this.#pen.moveTo(x, y);
      else this.#pen.lineTo(x, y);
    }
    if (isClosed) this.#pen.closePath();
  }

  #line({ style, x, y, color }: Line, onto: Onto, { lines }: Axes): void {
    const p = this.#point;
    const places = x.flatMap((value, i) =>
      Number.isFinite(value) && Number.isFinite(y[i]) ? [[value, y[i]!] as const] : [],
    );
    this.#pen.strokeStyle = color;
    this.#pen.fillStyle = color;
    this.#pen.lineWidth = 1.5 * p;
    if (style === 'line') this.#stroke(places.map(([a, b]) => onto(a, b)));
    else if (style === 'points') for (const [a, b] of places) this.#dot(onto(a, b), 2.6 * p);
    else this.#bars(places, onto, lines.length > 1);
  }

  #bars(places: readonly Place[], onto: Onto, isOneOfMany: boolean): void {
    const steps = places.slice(1).map(([a], i) => Math.abs(a - places[i]![0]));
    const step = steps.length > 0 ? Math.min(...steps) : 1;
    this.#pen.globalAlpha = isOneOfMany ? 0.75 : 1;
    for (const [a, b] of places) {
      const [[left, top], [right, floor]] = [onto(a - 0.4 * step, b), onto(a + 0.4 * step, 0)];
      this.#pen.fillRect(left, Math.min(top, floor), right - left, Math.abs(floor - top));
    }
    this.#pen.globalAlpha = 1;
  }

  #dot([x, y]: Place, radius: number): void {
    this.#pen.beginPath();
    this.#pen.arc(x, y, radius, 0, 2 * Math.PI);
    this.#pen.fill();
  }

  #item(item: Item, onto: Onto): void {
    const { points, stroke, fill, width = 1, alpha, isClosed = false, radius, text, size = 10, align = 'left' } = item;
    const places = points.map(([x, y]) => onto(x, y));
    this.#pen.globalAlpha = alpha ?? 1;
    if (text !== undefined) {
      this.#words(text, places[0]!, size, align, 'middle', fill ?? 'black');
    } else if (radius !== undefined) {
      this.#pen.fillStyle = fill ?? 'black';
      this.#dot(places[0]!, radius * this.#point);
    } else {
      if (fill) {
        this.#pen.fillStyle = fill;
        this.#path(places, true);
        this.#pen.fill();
      }
      if (stroke) {
        this.#pen.strokeStyle = stroke;
        this.#pen.lineWidth = width * this.#point;
        this.#stroke(places, isClosed);
      }
    }
    this.#pen.globalAlpha = 1;
  }

  /** Names of lines with their colours, in the upper right corner. */
  #key({ lines }: Axes, box: Box): void {
    const p = this.#point;
    const named = lines.filter(({ name }) => name !== '');
    for (const [i, { name, color }] of named.entries()) {
      const place: Place = [box.left + box.width - 8 * p, box.top + (12 + 14 * i) * p];
      this.#words(name, place, 10, 'right');
      const end = place[0] - this.#pen.measureText(name).width - 5 * p;
      this.#pen.strokeStyle = color;
      this.#pen.lineWidth = 2 * p;
      this.#stroke([
        [end - 16 * p, place[1]],
        [end, place[1]],
      ]);
    }
  }
}

async function drawn(figure: Figure, pictures: readonly Tensor[]): Promise<OffscreenCanvas> {
  const drawing = new Drawing(figure);
  await drawing.all(pictures);
  return drawing.canvas;
}

/** A figure as a file of this type. */
export async function figureFile(figure: string, pictures: readonly Tensor[], type: string): Promise<Uint8Array> {
  const canvas = await drawn(JSON.parse(figure), pictures);
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.92 })).arrayBuffer());
}

/** Shows a figure of so many pixels for one of the page. */
export function showFigure(outputs: RunOutputs, figure: string, pictures: readonly Tensor[], density: number): void {
  void outputs.later(async (slot) => {
    const told = JSON.parse(figure) as Figure;
    const titles = [told.title, ...told.axes.map(({ title }) => title)].filter(Boolean);
    const alt = `figure${titles.length > 0 ? ` “${titles.join(', ')}”` : ''}`;
    slot.put(await pictureOf(await drawn(told, pictures), { zoom: 1 / density, title: '', alt }));
  });
}

interface ReelOptions {
  readonly interval: number;
  readonly repeats: boolean;
  readonly title: string;
}

async function dataUrl(canvas: OffscreenCanvas): Promise<string> {
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
  let text = '';
  for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
  return `data:${blob.type};base64,${btoa(text)}`;
}

/** Shows figures as a film. */
export function showReel(
  outputs: RunOutputs,
  figures: string,
  pictures: readonly Tensor[],
  options: ReelOptions,
): void {
  void outputs.later(async (slot) => {
    const frames: string[] = [];
    let size = { width: 1, height: 1 };
    for (const figure of JSON.parse(figures) as Figure[]) {
      const canvas = await drawn(figure, pictures);
      size = { width: canvas.width, height: canvas.height };
      frames.push(await dataUrl(canvas));
    }
    slot.put({ kind: 'panel', data: { panel: 'reel', ...options, ...size, frames } });
  });
}
