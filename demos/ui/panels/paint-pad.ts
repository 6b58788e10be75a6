// A small canvas to paint on in colours, with a brush of several widths; by the keyboard, a brush that is moved and set down.
import { make } from '../dom';
import { type PictureValues, planesOf } from '../planes';

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

export class PaintPad {
  readonly element = make('div', { className: 'paint-pad' });
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  /** Where the brush is, for those who move it by the keyboard. */
  readonly #mark = make('span', { className: 'brush', ariaHidden: 'true' });
  #color: string;
  #width = 8;
  #last: { readonly x: number; readonly y: number } | null = null;
  #brush: { x: number; y: number };

  constructor(private readonly options: PaintPadOptions) {
    const { size, colors } = options;
    this.#canvas = make('canvas', { width: size, height: size, tabIndex: 0 });
    this.#canvas.setAttribute('role', 'application');
    this.#canvas.setAttribute(
      'aria-label',
      'A place to paint. Arrow keys move the brush, Enter sets it down and lifts it.',
    );
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('expected the canvas to have a 2D context, but got none');
    this.#context = context;
    this.#color = Object.values(colors)[0] ?? '#fff';
    this.#brush = { x: size / 2, y: size / 2 };
    const brushes = Object.entries(colors).map(([name, color]) => this.#swatch(name, color));
    const width = make('input', { type: 'range', min: '2', max: '20', value: String(this.#width) });
    width.addEventListener('input', () => {
      this.#width = Number(width.value);
      this.#showBrush();
    });
    const clear = make('button', { type: 'button', className: 'button' }, 'Clear');
    clear.addEventListener('click', () => this.clear());
    const example = make('button', { type: 'button', className: 'button' }, 'Paint an example');
    example.addEventListener('click', () => this.example());
    this.element.append(
      make('div', { className: 'canvas-box' }, this.#canvas, this.#mark),
      make('div', { className: 'swatches' }, ...brushes),
      make('label', { className: 'field range' }, make('span', {}, 'Brush'), width),
      make('p', { className: 'run-row' }, example, clear),
    );
    this.#listen();
    this.#blank();
    this.#showBrush();
  }

  clear(): void {
    this.#blank();
    this.#tell();
  }

  /** Paints an example in the place of what was painted. */
  example(): void {
    this.#blank();
    this.options.example(this.#context, this.options.size);
    this.#tell();
  }

  #blank(): void {
    this.#context.fillStyle = this.options.ground;
    this.#context.fillRect(0, 0, this.options.size, this.options.size);
  }

  #swatch(name: string, color: string): HTMLButtonElement {
    const button = make('button', { type: 'button', className: 'swatch' });
    button.style.setProperty('--swatch', color);
    button.setAttribute('aria-label', name);
    button.setAttribute('aria-pressed', String(color === this.#color));
    button.addEventListener('click', () => {
      this.#color = color;
      for (const other of this.element.querySelectorAll('.swatch'))
        other.setAttribute('aria-pressed', String(other === button));
    });
    return button;
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = null;
      this.#stroke(this.#placeOf(event));
    });
    canvas.addEventListener('pointermove', (event) => event.buttons === 1 && this.#stroke(this.#placeOf(event)));
    canvas.addEventListener('pointerup', () => {
      this.#last = null;
    });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  #placeOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const { left, top, width } = this.#canvas.getBoundingClientRect();
    const scale = this.options.size / width;
    return { x: (clientX - left) * scale, y: (clientY - top) * scale };
  }

  #stroke(at: { readonly x: number; readonly y: number }): void {
    const context = this.#context;
    const from = this.#last ?? at;
    context.strokeStyle = this.#color;
    context.lineWidth = this.#width;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(at.x, at.y);
    context.stroke();
    this.#last = at;
    this.#tell();
  }

  /** Arrows move the brush; after Enter it is down, and they paint, until Enter lifts it. */
  #key(event: KeyboardEvent): void {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-2, 0],
      ArrowRight: [2, 0],
      ArrowUp: [0, -2],
      ArrowDown: [0, 2],
    };
    const move = moves[event.key];
    const { size } = this.options;
    if (move) {
      const within = (value: number) => Math.min(size, Math.max(0, value));
      this.#brush = { x: within(this.#brush.x + move[0]), y: within(this.#brush.y + move[1]) };
      this.#showBrush();
      if (this.#last) this.#stroke(this.#brush);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (this.#last) this.#last = null;
      else this.#stroke(this.#brush);
      this.#showBrush();
    } else return;
    event.preventDefault();
  }

  #showBrush(): void {
    const percent = (value: number) => `${(100 * value) / this.options.size}%`;
    const { x, y } = this.#brush;
    Object.assign(this.#mark.style, { left: percent(x), top: percent(y), width: percent(this.#width) });
    this.#mark.classList.toggle('down', this.#last !== null);
  }

  #tell(): void {
    const { size, changed } = this.options;
    changed(planesOf(this.#context.getImageData(0, 0, size, size)));
  }
}
