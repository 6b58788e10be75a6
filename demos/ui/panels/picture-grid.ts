// Pictures of one channel side by side, in the colours of the page, painted anew as they change.

import { make } from 'lamplight-notebook/ui/dom';
import { onThemeChange } from 'lamplight-notebook/ui/theme';
import { type PaintOptions, paintPlanes, type ScaleKind } from '../colormap';
import { Waiting } from './waiting';

export interface PictureGridOptions {
  /** What the pictures are, for those who cannot see them. */
  readonly label: string;
  /** Stands there until pictures are drawn. Default: the label. */
  readonly waiting?: string;
  /** Pictures of a row. */
  readonly columns: number;
  /** `sequential` paints values of 0 to 1, `diverging` those of -1 to 1. Default: `sequential`. */
  readonly kind?: ScaleKind;
  /** A picture was clicked, by its number; what it does is to be done by keys elsewhere. */
  readonly picked?: (picture: number) => void;
}

export class PictureGrid {
  readonly element: HTMLElement;
  readonly #canvas = make('canvas', { className: 'picture-grid' });
  readonly #waiting: Waiting;
  #planes: Parameters<typeof paintPlanes>[1] | null = null;

  constructor(private readonly options: PictureGridOptions) {
    this.#canvas.setAttribute('role', 'img');
    this.#waiting = new Waiting(this.#canvas, options.waiting ?? `${options.label}.`);
    this.element = make('div', { className: 'picture-grid-box' }, this.#waiting.element, this.#canvas);
    this.label = options.label;
    const { picked } = options;
    if (picked) this.#canvas.addEventListener('click', (event) => picked(this.#numberAt(event)));
    onThemeChange(() => this.#paint());
  }

  set label(text: string) {
    this.#canvas.setAttribute('aria-label', text);
  }

  /** @param shape [count, 1, height, width] */
  draw(shape: readonly number[], values: ArrayLike<number>): void {
    const [count = 1, , height = 1, width = 1] = shape;
    this.#planes = { count, height, width, values: Float32Array.from(values) };
    this.#waiting.isDrawn = true;
    this.#paint();
  }

  /** The picture under a pointer, or the nearest one. */
  #numberAt({ offsetX, offsetY }: MouseEvent): number {
    const count = this.#planes?.count ?? 1;
    const columns = Math.min(this.options.columns, count);
    const column = Math.floor((offsetX / this.#canvas.clientWidth) * columns);
    const row = Math.floor((offsetY / this.#canvas.clientHeight) * Math.ceil(count / columns));
    return Math.min(count - 1, row * columns + column);
  }

  #paint(): void {
    if (!this.#planes) return;
    const { columns, kind = 'sequential' } = this.options;
    const paint: PaintOptions = { kind, columns: Math.min(columns, this.#planes.count), gap: 2, zoom: 2, range: 1 };
    paintPlanes(this.#canvas, this.#planes, paint);
  }
}
