// Doodles that the page makes, so that there is something to learn without a file or a camera: white lines on black, no two alike.
import { bytePlanesOf, type LabelledPicture, type PictureSet } from './picture-set';

/** Draws within a field of -1 to 1. */
type Drawing = (pen: Pen) => void;

class Pen {
  constructor(
    private readonly context: OffscreenCanvasRenderingContext2D,
    readonly random: () => number,
  ) {}

  /** A number between two. */
  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** A line through points, each a little beside where it was meant to be, as of a hand. */
  line(...points: readonly (readonly [number, number])[]): void {
    this.context.beginPath();
    for (const [x, y] of points) this.context.lineTo(x + this.between(-0.06, 0.06), y + this.between(-0.06, 0.06));
    this.context.stroke();
  }

  arc(x: number, y: number, radius: number, from = 0, to = 2 * Math.PI, flat = 1): void {
    this.context.beginPath();
    this.context.ellipse(x, y, radius, radius * flat * this.between(0.88, 1.12), 0, from, to);
    this.context.stroke();
  }
}

const DRAWINGS: Readonly<Record<string, Drawing>> = {
  sun(pen) {
    const radius = pen.between(0.3, 0.45);
    const rays = Math.round(pen.between(6, 11));
    const first = pen.between(0, 1);
    pen.arc(0, 0, radius);
    for (let i = 0; i < rays; i++) {
      const [x, y] = [Math.cos(first + (2 * Math.PI * i) / rays), Math.sin(first + (2 * Math.PI * i) / rays)];
      const [near, far] = [radius + 0.15, pen.between(0.75, 0.95)];
      pen.line([near * x, near * y], [far * x, far * y]);
    }
  },
  house(pen) {
    const [side, eaves] = [pen.between(0.5, 0.75), pen.between(-0.25, 0.1)];
    pen.line([-side, eaves], [-side, 0.8], [side, 0.8], [side, eaves], [-side, eaves]);
    pen.line([-side - 0.1, eaves], [0, pen.between(-0.9, -0.6)], [side + 0.1, eaves]);
    const door = pen.between(-0.3, 0.3);
    pen.line([door - 0.14, 0.8], [door - 0.14, 0.35], [door + 0.14, 0.35], [door + 0.14, 0.8]);
  },
  fish(pen) {
    const way = pen.random() < 0.5 ? -1 : 1;
    const flat = pen.between(0.5, 0.75);
    pen.arc(0.15 * way, 0, 0.6, 0, 2 * Math.PI, flat);
    pen.line([-0.4 * way, 0], [-0.9 * way, -0.4], [-0.9 * way, 0.4], [-0.4 * way, 0]);
    pen.arc(0.45 * way, -0.1, 0.06);
  },
  tree(pen) {
    const layers = Math.round(pen.between(2, 4));
    for (let i = 0; i < layers; i++) {
      const [top, width] = [-0.9 + (1.1 * i) / layers, 0.35 + (0.35 * i) / layers];
      pen.line([-width, top + 0.65], [0, top], [width, top + 0.65], [-width, top + 0.65]);
    }
    pen.line([0, 0.5], [0, 0.95]);
  },
  face(pen) {
    pen.arc(0, 0, pen.between(0.75, 0.9));
    for (const x of [-0.3, 0.3]) pen.arc(x, -0.25, pen.between(0.05, 0.12));
    const smiles = pen.random() < 0.7;
    if (smiles) pen.arc(0, 0.15, 0.4, 0.2, Math.PI - 0.2, 0.8);
    else pen.arc(0, 0.65, 0.35, Math.PI + 0.3, -0.3, 0.7);
    pen.line([0, -0.1], [0, 0.1]);
  },
  boat(pen) {
    const deck = pen.between(0.25, 0.4);
    pen.line([-0.85, deck], [-0.55, 0.8], [0.55, 0.8], [0.85, deck], [-0.85, deck]);
    const mast = pen.between(-0.15, 0.15);
    const way = pen.random() < 0.5 ? -1 : 1;
    pen.line([mast, deck], [mast, -0.9]);
    pen.line([mast, -0.85], [mast + 0.65 * way, deck - 0.15], [mast, deck - 0.15]);
  },
};

export const DOODLE_SIZE = 32;

/** A doodle of a kind: moved, turned, larger or smaller, and with a finer or broader pen. */
function doodle(kind: string, random: () => number): ImageData {
  const size = DOODLE_SIZE;
  const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('expected a canvas to draw on, but the browser gave none');
  const between = (low: number, high: number) => low + (high - low) * random();
  const scale = between(0.3, 0.44) * size;
  context.fillStyle = '#000';
  context.fillRect(0, 0, size, size);
  context.translate(between(0.42, 0.58) * size, between(0.42, 0.58) * size);
  context.rotate(between(-0.3, 0.3));
  context.scale(scale, scale * between(0.85, 1.15));
  context.strokeStyle = '#fff';
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = between(0.09, 0.17);
  DRAWINGS[kind]?.(new Pen(context, random));
  return context.getImageData(0, 0, size, size);
}

/** A doodle of any kind, as a picture that the networks are asked about. */
export function anyDoodle(): { readonly kind: string; readonly planes: Uint8Array } {
  const kinds = Object.keys(DRAWINGS);
  const kind = kinds[Math.floor(Math.random() * kinds.length)] ?? 'sun';
  return { kind, planes: bytePlanesOf(doodle(kind, Math.random)) };
}

/** As many doodles of each kind; the same ones each time. */
export function doodles(each: number): PictureSet {
  const random = sequence();
  const classes = Object.keys(DRAWINGS);
  const pictures: LabelledPicture[] = [];
  for (let i = 0; i < each; i++) {
    classes.forEach((kind, label) => {
      pictures.push({ planes: bytePlanesOf(doodle(kind, random)), label });
    });
  }
  return { size: DOODLE_SIZE, classes, pictures };
}

/** Numbers of 0 to 1 that are the same each time. Source: mulberry32, Tommy Ettinger 2017 (public domain). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
