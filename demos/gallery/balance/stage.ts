// Draws carts and their poles: the rounds of many carts as they were, one cart as it is now.
import { make } from 'lamplight-notebook/ui/dom';
import { onThemeChange, themeCss } from 'lamplight-notebook/ui/theme';
import type { Reading } from '../page';

/** Moves of a second. */
export const RATE = 50;
/** Metres from the middle to the end of the track, at which a cart has left it. */
const END = 2.4;
const CART = { width: 0.5, height: 0.26 } as const;
const POLE = 1;
/** Metres that are shown. */
const VIEW = { width: 5.6, height: 1.75 } as const;
/** Seconds for which fallen poles are seen. */
const REST = 0.5;

/** Place and angle of a cart. */
interface Pose {
  readonly x: number;
  readonly angle: number;
}

/** A round: states of all carts at all moves, [moves, carts, 4], and how many moves each cart stood. */
export interface Round {
  readonly states: Reading;
  readonly lengths: ArrayLike<number>;
}

export class Stage {
  readonly element = make('div', { className: 'track-stage' });
  readonly #canvas = make('canvas');
  #playing: { readonly round: Round; readonly begun: number } | null = null;
  #next: Round | null = null;
  #now: Pose | null = null;
  #isAwaited = false;
  /** Newtons with which somebody blows. */
  wind = 0;

  constructor() {
    this.element.append(this.#canvas);
    this.element.setAttribute('role', 'img');
    this.label = 'A cart with a pole on a track; nothing moves yet';
    onThemeChange(() => this.#ask());
    new ResizeObserver(() => this.#ask()).observe(this.element);
  }

  set label(text: string) {
    this.element.setAttribute('aria-label', text);
  }

  /** Shows a round at the pace of a clock, as soon as the present one has ended. */
  play(round: Round): void {
    this.#now = null;
    this.#next = round;
    this.#ask();
  }

  /** Shows one cart as it is now. */
  show(state: ArrayLike<number>): void {
    this.#playing = null;
    this.#next = null;
    this.#now = { x: state[0] ?? 0, angle: state[2] ?? 0 };
    this.#ask();
  }

  #ask(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    requestAnimationFrame((time) => {
      this.#isAwaited = false;
      this.#draw(time / 1000);
    });
  }

  #draw(time: number): void {
    const density = devicePixelRatio;
    const width = this.element.clientWidth;
    const scale = width / VIEW.width;
    const height = VIEW.height * scale;
    const canvas = this.#canvas;
    canvas.width = Math.max(1, Math.round(width * density));
    canvas.height = Math.max(1, Math.round(height * density));
    const context = canvas.getContext('2d');
    if (!context) return;
    // Metres from the middle of the track, upwards.
    context.setTransform(
      scale * density,
      0,
      0,
      -scale * density,
      canvas.width / 2,
      canvas.height - 0.3 * scale * density,
    );
    this.#drawTrack(context);
    if (this.#now) this.#drawCart(context, this.#now, 1);
    else if (!this.#playing && !this.#next) this.#drawCart(context, { x: 0, angle: 0.05 }, 1);
    else this.#drawRound(context, time);
    if (this.wind !== 0) this.#drawWind(context);
  }

  #drawRound(context: CanvasRenderingContext2D, time: number): void {
    const first = this.#playing?.round.lengths[0] ?? 0;
    if (this.#next && (!this.#playing || time - this.#playing.begun > first / RATE + REST)) {
      this.#playing = { round: this.#next, begun: time };
      this.#next = null;
    }
    if (!this.#playing) return;
    const { round, begun } = this.#playing;
    const move = Math.floor((time - begun) * RATE);
    const carts = round.states.shape[1] ?? 1;
    let isMoving = false;
    for (let cart = carts - 1; cart >= 0; cart--) {
      const length = round.lengths[cart] ?? 0;
      isMoving ||= move < length + REST * RATE;
      if (cart > 0 && move >= length) continue;
      const at = (Math.min(move, Math.max(0, length - 1)) * carts + cart) * 4;
      const pose = { x: round.states.data[at] ?? 0, angle: round.states.data[at + 2] ?? 0 };
      this.#drawCart(context, pose, cart > 0 ? 0.13 : 1, move >= length);
    }
    if (isMoving || this.#next) this.#ask();
  }

  #drawTrack(context: CanvasRenderingContext2D): void {
    context.lineCap = 'round';
    context.lineWidth = 0.02;
    context.strokeStyle = themeCss('--line-strong');
    context.beginPath();
    context.moveTo(-END, 0);
    context.lineTo(END, 0);
    for (const end of [-END, END]) {
      context.moveTo(end, -0.06);
      context.lineTo(end, 0.12);
    }
    context.stroke();
  }

  #drawCart(context: CanvasRenderingContext2D, { x, angle }: Pose, alpha: number, hasFallen = false): void {
    context.save();
    context.globalAlpha = hasFallen ? 0.5 : alpha;
    context.translate(x, 0.06);
    context.fillStyle = themeCss('--dusk');
    context.beginPath();
    context.roundRect(-CART.width / 2, 0, CART.width, CART.height, 0.05);
    context.fill();
    context.translate(0, CART.height);
    context.rotate(-angle);
    context.strokeStyle = themeCss(hasFallen ? '--error' : '--flame');
    context.lineWidth = 0.09;
    context.beginPath();
    context.moveTo(0, 0);
    context.lineTo(0, POLE);
    context.stroke();
    context.restore();
  }

  /** Arrows that point where the wind goes. */
  #drawWind(context: CanvasRenderingContext2D): void {
    const way = Math.sign(this.wind);
    context.strokeStyle = themeCss('--text-muted');
    context.lineWidth = 0.025;
    context.beginPath();
    for (const y of [0.5, 0.8, 1.1]) {
      const from = -way * (END - 0.1);
      context.moveTo(from, y);
      context.lineTo(from + way * 0.6, y);
      context.lineTo(from + way * 0.5, y + 0.06);
      context.moveTo(from + way * 0.6, y);
      context.lineTo(from + way * 0.5, y - 0.06);
    }
    context.stroke();
  }
}
