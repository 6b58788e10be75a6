// Upsamples a component that has fewer samples than the picture. If it has half as many, the weights are 3 : 1, bit for
// bit as the IJG's "fancy" method; else samples are repeated.

export interface Plane {
  readonly samples: Uint8ClampedArray;
  readonly stride: number;
  /** Size of the component, without the padding of its last blocks. */
  readonly width: number;
  readonly height: number;
}

/** Upsamples a plane to `width` × `height` samples; each sample becomes `h` × `v` samples. */
export function upsampled(plane: Plane, h: number, v: number, width: number, height: number): Plane {
  if (h === 1 && v === 1) return plane;
  const stride = plane.width * h;
  const to = new Uint8ClampedArray(stride * plane.height * v);
  const made = { samples: to, stride, width, height };
  const fancyColumns = h === 2 && plane.width > 2;
  if (h === 2 && v === 1 && fancyColumns) {
    for (let y = 0; y < plane.height; y++) widen(plane, y, to.subarray(y * stride));
  } else if (h === 1 && v === 2) {
    for (let y = 0; y < 2 * plane.height; y++) {
      const [near, far] = neighbours(plane, y);
      const bias = y % 2 === 0 ? 1 : 2;
      for (let x = 0; x < plane.width; x++) to[y * stride + x] = (3 * near[x]! + far[x]! + bias) >> 2;
    }
  } else if (h === 2 && v === 2 && fancyColumns) {
    for (let y = 0; y < 2 * plane.height; y++) widenBoth(plane, y, to.subarray(y * stride));
  } else {
    for (let y = 0; y < plane.height * v; y++) {
      const from = Math.floor(y / v) * plane.stride;
      for (let x = 0; x < stride; x++) to[y * stride + x] = plane.samples[from + Math.floor(x / h)]!;
    }
  }
  return made;
}

const rowOf = ({ samples, stride }: Plane, y: number): Uint8ClampedArray =>
  samples.subarray(y * stride, (y + 1) * stride);

/** For a row of the doubled plane: the row that contains it, and its nearer neighbour. */
function neighbours(plane: Plane, y: number): [near: Uint8ClampedArray, far: Uint8ClampedArray] {
  const own = y >> 1;
  const other = Math.min(Math.max(own + (y % 2 === 0 ? -1 : 1), 0), plane.height - 1);
  return [rowOf(plane, own), rowOf(plane, other)];
}

function widen(plane: Plane, y: number, to: Uint8ClampedArray): void {
  const row = rowOf(plane, y);
  const last = plane.width - 1;
  for (let x = 0; x <= last; x++) {
    const value = row[x]!;
    to[2 * x] = x === 0 ? value : (3 * value + row[x - 1]! + 1) >> 2;
    to[2 * x + 1] = x === last ? value : (3 * value + row[x + 1]! + 2) >> 2;
  }
}

function widenBoth(plane: Plane, y: number, to: Uint8ClampedArray): void {
  const [near, far] = neighbours(plane, y);
  const last = plane.width - 1;
  const sum = (x: number): number => 3 * near[x]! + far[x]!;
  for (let x = 0; x <= last; x++) {
    const own = sum(x);
    to[2 * x] = x === 0 ? (4 * own + 8) >> 4 : (3 * own + sum(x - 1) + 8) >> 4;
    to[2 * x + 1] = x === last ? (4 * own + 7) >> 4 : (3 * own + sum(x + 1) + 7) >> 4;
  }
}
