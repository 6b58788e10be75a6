// Turns a drawing into what MNIST's makers would have made of it: cropped, fitted into 20×20, centred by its mass in 28×28.
// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits": size-normalised to a 20×20 box keeping the
// aspect, grey through anti-aliasing, then moved so that the centre of mass lies at the centre of the 28×28 field.

/** Pixels of a side. */
const SIDE = 28;
const BOX = 20;
/** Ink below this share of full is the soft edge of a stroke, not its extent. */
const EDGE = 0.05;

/** Ink of 0…1, row by row. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly ink: Float32Array;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** [28, 28] grey levels of 0…1, or null when nothing is drawn. */
export function toMnist(drawing: Drawing): Float32Array | null {
  const box = boundingBox(drawing);
  if (!box) return null;
  const scale = BOX / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  const small = shrink(drawing, box, width, height);
  const [x, y] = centreOfMass(small, width, height);
  // A pixel's middle lies half a pixel into it, and the field's centre at 14.
  const left = clamp(Math.round(SIDE / 2 - (x + 0.5)), 0, SIDE - width);
  const top = clamp(Math.round(SIDE / 2 - (y + 0.5)), 0, SIDE - height);
  const field = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < height; row++) {
    field.set(small.subarray(row * width, (row + 1) * width), (top + row) * SIDE + left);
  }
  return field;
}

function boundingBox({ width, height, ink }: Drawing): Box | null {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((ink[y * width + x] ?? 0) < EDGE) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Means over the area that each small pixel covers, which is the anti-aliasing. */
function shrink(drawing: Drawing, box: Box, width: number, height: number): Float32Array {
  const small = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const top = box.top + (row * box.height) / height;
    const bottom = box.top + ((row + 1) * box.height) / height;
    for (let column = 0; column < width; column++) {
      const left = box.left + (column * box.width) / width;
      const right = box.left + ((column + 1) * box.width) / width;
      small[row * width + column] = areaMean(drawing, left, right, top, bottom);
    }
  }
  return small;
}

function areaMean({ width, height, ink }: Drawing, left: number, right: number, top: number, bottom: number): number {
  let sum = 0;
  for (let y = Math.floor(top); y < Math.min(height, Math.ceil(bottom)); y++) {
    const tall = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.floor(left); x < Math.min(width, Math.ceil(right)); x++) {
      sum += (ink[y * width + x] ?? 0) * tall * (Math.min(x + 1, right) - Math.max(x, left));
    }
  }
  return sum / ((right - left) * (bottom - top));
}

function centreOfMass(values: Float32Array, width: number, height: number): [x: number, y: number] {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const value = values[i] ?? 0;
    mass += value;
    x += value * (i % width);
    y += value * Math.floor(i / width);
  }
  return mass > 0 ? [x / mass, y / mass] : [(width - 1) / 2, (height - 1) / 2];
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
