// A small canvas to paint on in colours, with a brush of several widths.
import { make } from 'lamplight-notebook/ui/dom';
import type { PictureValues } from '../planes';
import { Drawing } from './drawing';

export interface PaintPadOptions {
  /** Pixels of a side. */
  readonly size: number;
  /** What is painted on. */
  readonly ground: string;
  /** Colours with their names. */
  readonly colors: Readonly<Record<string, string>>;
  /** Paints something to begin with, another each time. */
  readonly example: (context: CanvasRenderingContext2D, size: number) => void;
  readonly changed: (picture: PictureValues) => void;
}

/** Pixels that the brush is wide at first. */
const WIDTH = 8;

export class PaintPad {
  readonly element = make('div', { className: 'paint-pad' });
  readonly #drawing: Drawing;

  constructor(private readonly options: PaintPadOptions) {
    const { size, ground, colors, changed } = options;
    const color = Object.values(colors)[0] ?? '#fff';
    this.#drawing = new Drawing({ size, label: 'A place to paint', ground, color, width: WIDTH, changed });
    const brushes = Object.entries(colors).map(([name, each]) => this.#swatch(name, each));
    const width = make('input', { type: 'range', min: '2', max: '20', value: String(WIDTH) });
    width.addEventListener('input', () => {
      this.#drawing.width = Number(width.value);
    });
    const clear = make('button', { type: 'button', className: 'button' }, 'Clear');
    clear.addEventListener('click', () => this.clear());
    const example = make('button', { type: 'button', className: 'button' }, 'Paint an example');
    example.addEventListener('click', () => this.example());
    this.element.append(
      this.#drawing.element,
      make('div', { className: 'swatches' }, ...brushes),
      make('label', { className: 'field range' }, make('span', {}, 'Brush'), width),
      make('p', { className: 'run-row' }, example, clear),
    );
  }

  clear(): void {
    this.#drawing.blank();
    this.#drawing.tell();
  }

  /** Paints an example in the place of what was painted. */
  example(): void {
    this.#drawing.blank();
    this.options.example(this.#drawing.context, this.options.size);
    this.#drawing.tell();
  }

  #swatch(name: string, color: string): HTMLButtonElement {
    const button = make('button', { type: 'button', className: 'swatch' });
    button.style.setProperty('--swatch', color);
    button.setAttribute('aria-label', name);
    button.setAttribute('aria-pressed', String(color === this.#drawing.color));
    button.addEventListener('click', () => {
      this.#drawing.color = color;
      for (const other of this.element.querySelectorAll('.swatch'))
        other.setAttribute('aria-pressed', String(other === button));
    });
    return button;
  }
}
