// A small data set for detectors: discs, squares and triangles on grainy grounds, drawn from a seed.
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import type { detection } from 'lamplight/vision';

/** Pixels along each side of a picture. */
export const SIDE = 56;

/** The classes, by label. */
export const kinds = ['disc', 'square', 'triangle'] as const;

/** A picture uint8 [3, SIDE, SIDE], and the box and the label of each shape in it. */
export interface Picture {
  readonly image: Tensor;
  readonly target: detection.DetectionTarget;
}

/** Sides of shapes, in pixels. */
const [LEAST, MOST] = [16, 32];
/** Shapes of a picture at most. */
const SHAPES = 3;
/** How often a place for another shape is looked for. */
const TRIES = 30;
/** Pixels between the boxes of two shapes. */
const GAP = 1;
/** In one channel at least, a shape differs from its ground by this much. */
const CONTRAST = 0.4;
const GRAIN = 0.12;

/** Numbers in [0, 1) from a seed: mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

const areApart = (a: Box, b: Box): boolean =>
  a[2] + GAP < b[0] || b[2] + GAP < a[0] || a[3] + GAP < b[1] || b[3] + GAP < a[1];

/** Whether a pixel, `dx` and `dy` from the middle of the box in halves of its side, is of the shape. */
const covers = [
  (dx: number, dy: number) => dx * dx + dy * dy <= 1,
  () => true,
  (dx: number, dy: number) => 2 * Math.abs(dx) <= 1 + dy,
] as const;

function drawn(seed: number): Picture {
  const random = randomNumbers(seed);
  const ground = [0, 1, 2].map(() => 0.1 + 0.35 * random());
  const pixels = Float32Array.from(
    { length: 3 * SIDE * SIDE },
    (_, i) => ground[Math.floor(i / SIDE ** 2)]! + GRAIN * (random() - 0.5),
  );
  const wanted = 1 + Math.floor(SHAPES * random());
  const boxes: Box[] = [];
  const labels: number[] = [];
  for (let tries = 0; boxes.length < wanted && tries < TRIES; tries++) {
    const side = LEAST + Math.floor((MOST - LEAST + 1) * random());
    const [left, top] = [Math.floor((SIDE - side) * random()), Math.floor((SIDE - side) * random())];
    const box = [left, top, left + side, top + side] as const;
    if (!boxes.every((other) => areApart(box, other))) continue;
    const label = Math.floor(kinds.length * random());
    const color = contrasting(ground, random);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        if (!covers[label]!((2 * x + 1) / side - 1, (2 * y + 1) / side - 1)) continue;
        for (let c = 0; c < 3; c++) pixels[(c * SIDE + top + y) * SIDE + left + x] = color[c]!;
      }
    }
    boxes.push(box);
    labels.push(label);
  }
  const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value));
  return {
    image: torch.tensor(bytes).view(3, SIDE, SIDE),
    target: {
      boxes: torch.tensor(boxes, { dtype: torch.float32 }),
      labels: torch.tensor(labels, { dtype: torch.int64 }),
    },
  };
}

function contrasting(ground: readonly number[], random: () => number): number[] {
  while (true) {
    const color = [0, 1, 2].map(() => 0.15 + 0.85 * random());
    if (color.some((value, c) => Math.abs(value - ground[c]!) > CONTRAST)) return color;
  }
}

/** `length` pictures; those of two seeds differ. */
export class DrawnShapes extends data.Dataset<Picture> {
  readonly length: number;
  private readonly pictures: readonly Picture[];

  constructor(length: number, seed: number) {
    super();
    this.length = length;
    this.pictures = Array.from({ length }, (_, i) => drawn(100_003 * seed + i));
  }

  override get(index: number): Picture {
    return this.pictures[index]!;
  }
}
