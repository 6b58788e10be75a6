// The view of all pictures: each at its place in the plane, in the colour of its class; by pointer or keys from one to the next.
import { byId, formatShare, make } from 'lamplight-notebook/ui/dom';
import { isDark, onThemeChange, themeCss } from 'lamplight-notebook/ui/theme';
import { numberOf, type Reading, readingOf, type Values } from '../page';

/** The side of a picture on the page, and of the one that is pointed at. */
const SMALL = 17;
const LARGE = 72;
const CLASSES = 10;
/** Pictures of a row of the sheet. */
const SHEET = 32;

/** The place of a picture, in pixels of the page. */
interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface ChartOptions {
  /** A picture was pressed, by its number. */
  readonly chosen: (picture: number) => void;
}

const colorOf = (label: number): string => `hsl(${(360 * label) / CLASSES + 20} ${isDark() ? '75% 66%' : '70% 36%'})`;

export class Chart {
  readonly #canvas = make('canvas');
  readonly #box = make('div', { className: 'chart' }, this.#canvas);
  #pictures: Reading | null = null;
  #labels: readonly number[] = [];
  #guesses: readonly number[] = [];
  #places: Reading | null = null;
  #spots: Spot[] = [];
  /** All pictures beside each other, each in its colour. */
  #sheet: OffscreenCanvas | null = null;
  #at: number | null = null;

  constructor(private readonly options: ChartOptions) {
    const box = this.#box;
    box.tabIndex = 0;
    box.setAttribute('role', 'application');
    box.setAttribute('aria-label', 'Map of digits. Arrow keys go from one to the next, Enter looks into it.');
    box.addEventListener('pointermove', ({ offsetX, offsetY }) =>
      this.#point(this.#nearest({ x: offsetX, y: offsetY })),
    );
    box.addEventListener('pointerleave', () => this.#point(null));
    box.addEventListener('click', () => this.#choose());
    box.addEventListener('keydown', (event) => this.#key(event));
    byId('chart', HTMLElement).append(box);
    new ResizeObserver(() => this.#draw()).observe(box);
    onThemeChange(() => {
      this.#sheet = null;
      this.#draw();
    });
  }

  draw(report: Values): void {
    const said = byId('map-shown', HTMLElement);
    const [pictures, labels, guesses, places] = [report.pictures, report.told, report.guesses, report.places].map(
      readingOf,
    );
    if (pictures && labels && guesses) {
      this.#pictures = pictures;
      this.#labels = Array.from(labels.data);
      this.#guesses = Array.from(guesses.data);
      this.#places = null;
      this.#sheet = null;
      this.#at = null;
      said.textContent = 'The neighbours of each digit are looked for …';
    }
    const forming = readingOf(report.forming);
    if (report.progress && forming && !places) {
      const { iteration, klDivergence } = report.progress as { iteration: number; klDivergence: number };
      this.#places = forming;
      said.textContent = `t-SNE: step ${iteration}, divergence ${klDivergence.toFixed(2)}`;
    }
    if (places) {
      this.#places = places;
      const purity = numberOf(report.purity);
      said.textContent = `Of ${this.#labels.length} digits, each a point of ${numberOf(report.channels)} numbers: of the ten nearest, ${formatShare(purity)} are the same digit`;
    }
    this.#draw();
  }

  #draw(): void {
    const density = devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = this.#box;
    const canvas = this.#canvas;
    canvas.width = Math.max(1, Math.round(width * density));
    canvas.height = Math.max(1, Math.round(height * density));
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(density, density);
    context.fillStyle = themeCss('--surface-sunken');
    context.fillRect(0, 0, width, height);
    if (!this.#places || !this.#pictures) return;
    this.#sheet ??= this.#painted(this.#pictures);
    this.#spots = spotsOf(this.#places, width, height);
    this.#spots.forEach((_, i) => {
      this.#drawOne(context, i, SMALL);
    });
    if (this.#at === null) return;
    context.fillStyle = themeCss('--surface', 0.9);
    const { x, y } = this.#spots[this.#at]!;
    context.fillRect(x - LARGE / 2, y - LARGE / 2, LARGE, LARGE);
    this.#drawOne(context, this.#at, LARGE);
    context.strokeStyle = themeCss('--focus');
    context.lineWidth = 2;
    context.strokeRect(x - LARGE / 2, y - LARGE / 2, LARGE, LARGE);
  }

  #drawOne(context: CanvasRenderingContext2D, i: number, size: number): void {
    const side = this.#pictures?.shape[2] ?? 1;
    const { x, y } = this.#spots[i]!;
    const [left, top] = [(i % SHEET) * side, Math.floor(i / SHEET) * side];
    context.drawImage(this.#sheet!, left, top, side, side, x - size / 2, y - size / 2, size, size);
    if (this.#labels[i] === this.#guesses[i] || size === LARGE) return;
    context.strokeStyle = themeCss('--error');
    context.lineWidth = 1;
    context.strokeRect(x - size / 2, y - size / 2, size, size);
  }

  /** Ink in the colour of the class, where the picture is bright. */
  #painted({ shape, data }: Reading): OffscreenCanvas {
    const [count = 1, , side = 1] = shape;
    const sheet = new OffscreenCanvas(SHEET * side, Math.ceil(count / SHEET) * side);
    const context = sheet.getContext('2d')!;
    const image = context.createImageData(side, side);
    for (let i = 0; i < count; i++) {
      for (let pixel = 0; pixel < side * side; pixel++) {
        image.data[4 * pixel + 3] = 255 * (data[i * side * side + pixel] ?? 0);
      }
      const [left, top] = [(i % SHEET) * side, Math.floor(i / SHEET) * side];
      context.putImageData(image, left, top);
      context.globalCompositeOperation = 'source-atop';
      context.fillStyle = colorOf(this.#labels[i] ?? 0);
      context.fillRect(left, top, side, side);
    }
    return sheet;
  }

  #nearest({ x, y }: Spot): number | null {
    let [best, least] = [null as number | null, 24 ** 2];
    this.#spots.forEach((spot, i) => {
      const distance = (spot.x - x) ** 2 + (spot.y - y) ** 2;
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  }

  #point(at: number | null): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#draw();
    const said = byId('pointed', HTMLElement);
    if (at === null) {
      said.textContent = 'Point at a digit, or go from one to the next by the arrow keys; Enter looks into it.';
      return;
    }
    const [label, guess] = [this.#labels[at], this.#guesses[at]];
    said.textContent =
      label === guess
        ? `Number ${at}: a ${label}, and the network says so.`
        : `Number ${at}: a ${label}, which the network takes for a ${guess}.`;
  }

  #choose(): void {
    if (this.#at !== null) this.options.chosen(this.#at);
  }

  #key(event: KeyboardEvent): void {
    const ways: Record<string, Spot> = {
      ArrowLeft: { x: -1, y: 0 },
      ArrowRight: { x: 1, y: 0 },
      ArrowUp: { x: 0, y: -1 },
      ArrowDown: { x: 0, y: 1 },
    };
    const way = ways[event.key];
    if (way && this.#spots.length > 0) this.#point(this.#at === null ? 0 : this.#next(this.#at, way));
    else if (event.key === 'Enter') this.#choose();
    else return;
    event.preventDefault();
  }

  /** The nearest picture in a direction, no further aside than ahead; the same one where there is none. */
  #next(from: number, way: Spot): number {
    const here = this.#spots[from]!;
    let [best, least] = [from, Number.POSITIVE_INFINITY];
    this.#spots.forEach(({ x, y }, i) => {
      const [right, down] = [x - here.x, y - here.y];
      const ahead = right * way.x + down * way.y;
      const aside = Math.abs(right * way.y + down * way.x);
      const distance = right ** 2 + down ** 2;
      if (ahead > 0 && aside <= ahead && distance < least) [best, least] = [i, distance];
    });
    return best;
  }
}

/** Places in pixels, so that all pictures are in the box. */
function spotsOf({ shape, data }: Reading, width: number, height: number): Spot[] {
  const count = shape[0] ?? 0;
  const axis = (from: number, side: number) => {
    const values = Array.from({ length: count }, (_, i) => data[2 * i + from] ?? 0);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => SMALL + ((value - least) / (most - least || 1)) * (side - 2 * SMALL));
  };
  const [xs, ys] = [axis(0, width), axis(1, height)];
  return xs.map((x, i) => ({ x, y: ys[i] ?? 0 }));
}
