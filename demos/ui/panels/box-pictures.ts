// Pictures in colours side by side, with boxes over them: what a detector finds, and what is there.
import { make } from 'lamplight-notebook/ui/dom';
import { onThemeChange, themeCss } from 'lamplight-notebook/ui/theme';
import { pixelsOf } from '../planes';
import { Waiting } from './waiting';

export interface DrawnBox {
  /** Which of the pictures it lies in. */
  readonly picture: number;
  /** Left, upper, right and lower edge, in pixels of the picture. */
  readonly corners: readonly [number, number, number, number];
  /** A colour token such as `--flame`. */
  readonly color: string;
  /** Stands at the box, where there is room. */
  readonly text?: string;
  /** `dashed` for what is there, `faint` for what has been left out. Default: `solid`. */
  readonly line?: 'solid' | 'dashed' | 'faint';
}

export interface BoxPicturesOptions {
  /** What the pictures are, for those who cannot see them. */
  readonly label: string;
  /** Stands there until pictures are shown. */
  readonly waiting: string;
  /** Pictures of a row at most. */
  readonly columns: number;
  /** Pixels of the page that a picture is wide at least. */
  readonly least: number;
}

interface Pictures {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly images: readonly CanvasImageSource[];
}

const GAP = 6;
/** Pixels of the page from which a picture's boxes are lettered. */
const LETTERED = 130;
/** Screen pixels for a pixel of the picture, from which pixels are seen as squares. */
const COARSE = 2;

/** Pictures of a reading [N, 3, H, W] with values of 0 to 1. */
function imagesOf([count = 1, , height = 1, width = 1]: readonly number[], data: ArrayLike<number>): Pictures {
  const images = Array.from({ length: count }, (_, n) => {
    const canvas = new OffscreenCanvas(width, height);
    const pixels = pixelsOf({ height, width, values: data }, { from: 3 * n * height * width });
    canvas.getContext('2d')?.putImageData(pixels, 0, 0);
    return canvas;
  });
  return { count, height, width, images };
}

export class BoxPictures {
  readonly element: HTMLElement;
  readonly #canvas = make('canvas', { className: 'box-pictures' });
  readonly #waiting: Waiting;
  #pictures: Pictures | null = null;
  #boxes: readonly DrawnBox[] = [];

  constructor(private readonly options: BoxPicturesOptions) {
    this.#canvas.setAttribute('role', 'img');
    this.#waiting = new Waiting(this.#canvas, options.waiting);
    this.element = make('div', {}, this.#waiting.element, this.#canvas);
    this.label = options.label;
    onThemeChange(() => this.#paint());
    new ResizeObserver(() => this.#paint()).observe(this.element);
  }

  set label(text: string) {
    this.#canvas.setAttribute('aria-label', text);
  }

  /** Shows pictures [N, 3, H, W] with values of 0 to 1, without boxes. */
  show(shape: readonly number[], data: ArrayLike<number>): void {
    this.#begin(imagesOf(shape, data));
  }

  /** Shows one picture, without boxes. */
  showImage(image: ImageBitmap): void {
    const { height, width } = image;
    this.#begin({ count: 1, height, width, images: [image] });
  }

  #begin(pictures: Pictures): void {
    [this.#pictures, this.#boxes] = [pictures, []];
    this.#waiting.isDrawn = true;
    this.#paint();
  }

  /** Draws these boxes over the pictures, in the place of those before. */
  draw(boxes: readonly DrawnBox[]): void {
    this.#boxes = boxes;
    this.#paint();
  }

  #paint(): void {
    const shown = this.element.clientWidth;
    const context = this.#canvas.getContext('2d');
    if (!this.#pictures || !context || shown === 0) return;
    const { count, height, width, images } = this.#pictures;
    const { columns: most, least } = this.options;
    const columns = Math.max(1, Math.min(most, count, Math.floor((shown + GAP) / (least + GAP))));
    const side = (shown - (columns - 1) * GAP) / columns;
    const scale = side / width;
    const rows = Math.ceil(count / columns);
    const density = devicePixelRatio;
    this.#canvas.width = Math.round(shown * density);
    this.#canvas.height = Math.round((rows * (height * scale + GAP) - GAP) * density);
    context.scale(density, density);
    context.imageSmoothingEnabled = scale < COARSE;
    const placeOf = (picture: number) => ({
      left: (picture % columns) * (side + GAP),
      top: Math.floor(picture / columns) * (height * scale + GAP),
    });
    images.forEach((image, i) => {
      const { left, top } = placeOf(i);
      context.drawImage(image, left, top, side, height * scale);
    });
    for (const box of this.#boxes) {
      const { left, top } = placeOf(box.picture);
      context.save();
      context.beginPath();
      context.rect(left, top, side, height * scale);
      context.clip();
      const [x1, y1, x2, y2] = box.corners.map((at, i) => at * scale + (i % 2 === 0 ? left : top));
      drawBox(context, box, [x1 ?? 0, y1 ?? 0, x2 ?? 0, y2 ?? 0], side >= LETTERED, { left, top, right: left + side });
      context.restore();
    }
  }
}

/** A box as a line of its colour on a dark one, so that it stands out on any picture, and its text in its upper left corner. */
function drawBox(
  context: CanvasRenderingContext2D,
  { color, text, line = 'solid' }: DrawnBox,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  isLettered: boolean,
  bounds: { readonly left: number; readonly top: number; readonly right: number },
): void {
  const strokes = line === 'faint' ? ([[color, 1]] as const) : ([['', 4] as const, [color, 2] as const] as const);
  context.globalAlpha = line === 'faint' ? 0.55 : 1;
  context.setLineDash(line === 'dashed' ? [5, 4] : []);
  for (const [token, width] of strokes) {
    context.lineWidth = width;
    context.strokeStyle = token ? themeCss(token) : 'rgb(8 14 18 / 65%)';
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  }
  if (!text || !isLettered) return;
  const height = 15;
  context.setLineDash([]);
  context.font = `600 11px ${getComputedStyle(context.canvas).fontFamily}`;
  const width = context.measureText(text).width + 8;
  const left = Math.max(bounds.left, Math.min(x1 - 1, bounds.right - width));
  const top = Math.max(bounds.top, y1 - height);
  context.fillStyle = 'rgb(8 14 18 / 82%)';
  context.fillRect(left, top, width, height);
  context.fillStyle = '#f5f2e8';
  context.textBaseline = 'middle';
  context.fillText(text, left + 4, top + height / 2);
}
