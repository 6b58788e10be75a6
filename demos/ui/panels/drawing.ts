// A canvas that one draws on: by a finger, a pen or the mouse, or by the keyboard with a brush that is moved and set down.
import { make } from 'lamplight-notebook/ui/dom';
import { type PictureValues, planesOf } from '../planes';

export interface DrawingOptions {
  /** Pixels of a side. */
  readonly size: number;
  /** What it is for, in a few words: how to draw by the keyboard is said after it. */
  readonly label: string;
  /** What is drawn on. */
  readonly ground: string;
  readonly color: string;
  /** Pixels that a stroke is wide. */
  readonly width: number;
  readonly changed: (picture: PictureValues) => void;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Moves of the brush that cross the canvas. */
const MOVES = 32;

export class Drawing {
  readonly element: HTMLElement;
  readonly context: CanvasRenderingContext2D;
  color: string;
  readonly #canvas: HTMLCanvasElement;
  /** Where the brush is, for those who move it by the keyboard. */
  readonly #mark = make('span', { className: 'brush', ariaHidden: 'true' });
  #width: number;
  #brush: Spot;
  /** Where a stroke goes on; none is drawn where there is none. */
  #last: Spot | null = null;

  constructor(private readonly options: DrawingOptions) {
    const { size, label, color, width } = options;
    const canvas = make('canvas', { className: 'ink', width: size, height: size, tabIndex: 0 });
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', `${label}. Arrow keys move the brush, Enter sets it down and lifts it.`);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('expected the canvas to have a 2D context, but got none');
    this.context = context;
    this.#canvas = canvas;
    this.color = color;
    this.#width = width;
    this.#brush = { x: size / 2, y: size / 2 };
    this.element = make('div', { className: 'canvas-box' }, canvas, this.#mark);
    this.#listen();
    this.blank();
    this.#showBrush();
  }

  set width(width: number) {
    this.#width = width;
    this.#showBrush();
  }

  /** Nothing but the ground; `tell` tells of it. */
  blank(): void {
    const { ground, size } = this.options;
    this.context.fillStyle = ground;
    this.context.fillRect(0, 0, size, size);
  }

  /** Tells of the picture as it is now. */
  tell(): void {
    const { size, changed } = this.options;
    changed(planesOf(this.context.getImageData(0, 0, size, size)));
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.buttons !== 1) return;
      canvas.setPointerCapture(event.pointerId);
      this.#last = null;
      this.#stroke(this.#placeOf(event));
    });
    canvas.addEventListener('pointermove', (event) => event.buttons === 1 && this.#stroke(this.#placeOf(event)));
    canvas.addEventListener('pointerup', () => {
      this.#last = null;
      this.#showBrush();
    });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  #placeOf({ clientX, clientY }: PointerEvent): Spot {
    const { left, top, width } = this.#canvas.getBoundingClientRect();
    const scale = this.options.size / width;
    return { x: (clientX - left) * scale, y: (clientY - top) * scale };
  }

  #stroke(at: Spot): void {
    const context = this.context;
    const from = this.#last;
    context.beginPath();
    if (from) {
      context.strokeStyle = this.color;
      context.lineWidth = this.#width;
      context.lineCap = 'round';
      context.moveTo(from.x, from.y);
      context.lineTo(at.x, at.y);
      context.stroke();
    } else {
      // A line of no length would be nothing: a tap leaves a dot.
      context.fillStyle = this.color;
      context.arc(at.x, at.y, this.#width / 2, 0, 2 * Math.PI);
      context.fill();
    }
    this.#last = at;
    this.tell();
  }

  /** Arrows move the brush; after Enter it is down, and they draw, until Enter lifts it. */
  #key(event: KeyboardEvent): void {
    const { size } = this.options;
    const step = size / MOVES;
    const moves: Record<string, Spot> = {
      ArrowLeft: { x: -step, y: 0 },
      ArrowRight: { x: step, y: 0 },
      ArrowUp: { x: 0, y: -step },
      ArrowDown: { x: 0, y: step },
    };
    const move = moves[event.key];
    if (move) {
      const within = (value: number) => Math.min(size, Math.max(0, value));
      this.#brush = { x: within(this.#brush.x + move.x), y: within(this.#brush.y + move.y) };
      if (this.#last) this.#stroke(this.#brush);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (this.#last) this.#last = null;
      else this.#stroke(this.#brush);
    } else return;
    this.#showBrush();
    event.preventDefault();
  }

  #showBrush(): void {
    const percent = (value: number) => `${(100 * value) / this.options.size}%`;
    const { x, y } = this.#brush;
    Object.assign(this.#mark.style, { left: percent(x), top: percent(y), width: percent(this.#width) });
    this.#mark.classList.toggle('down', this.#last !== null);
  }
}
