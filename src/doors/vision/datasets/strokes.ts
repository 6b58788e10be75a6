// Draws the strokes of Quick, Draw! in the way of its published bitmaps. Source:
// github.com/googlecreativelab/quickdraw-dataset, issue 19: round lines 16 units wide, white on black, the drawing
// centred in a square of 256 units with 24 units on each side, which is scaled to 28 pixels.

/** A stroke of a drawing: the x and the y coordinates of its points, and in raw drawings also their times. */
export type Stroke = readonly [xs: readonly number[], ys: readonly number[], ...rest: readonly (readonly number[])[]];

const SIDE = 256;
const RADIUS = 8;
const MARGIN = 24;
/** Sample points in each direction with which the covered part of a pixel is measured. */
const SAMPLES = 16;

/** A drawing as grey levels of `side` × `side` pixels, row by row. */
export function drawStrokes(strokes: readonly Stroke[], side = 28): Uint8Array {
  const fitted = strokes.some(needsFitting) ? fitToSquare(strokes) : strokes;
  const scale = side / (SIDE + 2 * MARGIN);
  const [right, bottom] = cornerOf(fitted);
  const [left, top] = [(SIDE - right) / 2 + MARGIN, (SIDE - bottom) / 2 + MARGIN];
  const level = new Float32Array(side * side);
  for (const [xs, ys] of fitted) {
    const points = xs.map((x, i) => [(x + left) * scale, (ys[i]! + top) * scale] as const);
    const covered = coverage(points, RADIUS * scale, side);
    // Each stroke is painted over the previous ones.
    for (let i = 0; i < level.length; i++) level[i]! += covered[i]! * (1 - level[i]!);
  }
  return Uint8Array.from(level, (part) => Math.round(part * 255));
}

/** Raw drawings have times, and coordinates outside the square. */
const needsFitting = (stroke: Stroke): boolean =>
  stroke.length > 2 || stroke.slice(0, 2).some((values) => values.some((value) => value < 0 || value >= SIDE));

/**
 * Moves and scales a drawing to the upper left of a square of 256 units, as large as fits. Simplified drawings are
 * stored like this.
 */
function fitToSquare(strokes: readonly Stroke[]): Stroke[] {
  const all = (k: 0 | 1) => strokes.flatMap((stroke) => stroke[k]);
  const [xs, ys] = [all(0), all(1)];
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const [x0, y0] = [least(xs), least(ys)];
  const factor = (SIDE - 1) / Math.max(most(xs) - x0, most(ys) - y0, Number.MIN_VALUE);
  const move = (values: readonly number[], from: number) =>
    values.map((value) => Math.round((value - from) * Math.min(factor, SIDE)));
  return strokes.map(([x, y]) => [move(x, x0), move(y, y0)]);
}

function cornerOf(strokes: readonly Stroke[]): [right: number, bottom: number] {
  let [right, bottom] = [0, 0];
  for (const [xs, ys] of strokes) {
    for (const x of xs) right = Math.max(right, x);
    for (const y of ys) bottom = Math.max(bottom, y);
  }
  return [right, bottom];
}

type Point = readonly [x: number, y: number];

/** The fraction of each pixel that lies within `radius` of the line through the points. */
function coverage(points: readonly Point[], radius: number, side: number): Float32Array {
  const near: number[][] = Array.from({ length: side * side }, () => []);
  points.forEach((a, i) => {
    const b = points[Math.min(i + 1, points.length - 1)]!;
    const clamp = (value: number) => Math.min(side, Math.max(0, value));
    const [x0, x1] = [
      clamp(Math.floor(Math.min(a[0], b[0]) - radius)),
      clamp(Math.ceil(Math.max(a[0], b[0]) + radius)),
    ];
    const [y0, y1] = [
      clamp(Math.floor(Math.min(a[1], b[1]) - radius)),
      clamp(Math.ceil(Math.max(a[1], b[1]) + radius)),
    ];
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) near[y * side + x]!.push(i);
  });
  return Float32Array.from(near, (segments, pixel) => {
    if (segments.length === 0) return 0;
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    let inside = 0;
    for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
      const px = x + ((sample % SAMPLES) + 0.5) / SAMPLES;
      const py = y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
      if (segments.some((i) => isNear(px, py, points[i]!, points[i + 1] ?? points[i]!, radius))) inside++;
    }
    return inside / (SAMPLES * SAMPLES);
  });
}

/** Whether a point lies within `radius` of the segment from a to b. */
function isNear(x: number, y: number, a: Point, b: Point, radius: number): boolean {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / length));
  const [ex, ey] = [x - a[0] - along * dx, y - a[1] - along * dy];
  return ex * ex + ey * ey <= radius * radius;
}
