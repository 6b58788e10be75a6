// Convolutions, poolings and upsamplings by plain loops, from their equations alone: what the page of the convolution is to show.
import type { Reported } from './expected';

export interface ConvOptions {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly transposed: boolean;
}

type Shape = readonly [batch: number, channels: number, height: number, width: number];

const shapeOf = ({ shape }: Reported): Shape => shape as unknown as Shape;

const zeros = (shape: readonly number[]): { shape: readonly number[]; data: number[] } => ({
  shape,
  data: Array<number>(shape.reduce((product, size) => product * size, 1)).fill(0),
});

/** Where a number of a reading is. */
const at = ({ shape }: Reported, ...place: readonly number[]): number =>
  place.reduce((offset, index, i) => offset * (shape[i] ?? 1) + index, 0);

export interface Convolved {
  readonly y: Reported;
  /** Of the sum of y. */
  readonly inputGrad: Reported;
  readonly kernelGrad: Reported;
}

/** Every product of a number of the picture and one of the kernel goes to one number of the output, if that lies within it. */
export function convolved(x: Reported, w: Reported, options: ConvOptions): Convolved {
  const { stride, padding, dilation, groups, transposed } = options;
  const [batch, channels, height, width] = shapeOf(x);
  const [first, second, rows, columns] = shapeOf(w);
  const outputs = transposed ? second * groups : first;
  const sizeOf = (size: number, side: number) => {
    const reach = dilation * (side - 1) + 1;
    return transposed
      ? (size - 1) * stride - 2 * padding + reach
      : Math.floor((size + 2 * padding - reach) / stride) + 1;
  };
  const y = zeros([batch, outputs, sizeOf(height, rows), sizeOf(width, columns)]);
  const [inputGrad, kernelGrad] = [zeros(x.shape), zeros(w.shape)];
  const [inGroup, outGroup] = [channels / groups, outputs / groups];
  /** The rows of the output to which row r of the picture gives by row k of the kernel: one, or none. */
  const to = (r: number, k: number, size: number): number | null => {
    const scaled = transposed ? r * stride - padding + k * dilation : (r + padding - k * dilation) / stride;
    return Number.isInteger(scaled) && scaled >= 0 && scaled < size ? scaled : null;
  };
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      for (let o = 0; o < outputs; o++) {
        if (Math.floor(c / inGroup) !== Math.floor(o / outGroup)) continue;
        for (let r = 0; r < height; r++) {
          for (let q = 0; q < width; q++) {
            for (let i = 0; i < rows; i++) {
              for (let j = 0; j < columns; j++) {
                const [row, column] = [to(r, i, y.shape[2]!), to(q, j, y.shape[3]!)];
                if (row === null || column === null) continue;
                const from = at(x, b, c, r, q);
                const by = transposed ? at(w, c, o % outGroup, i, j) : at(w, o, c % inGroup, i, j);
                y.data[at(y, b, o, row, column)]! += x.data[from]! * w.data[by]!;
                inputGrad.data[from]! += w.data[by]!;
                kernelGrad.data[by]! += x.data[from]!;
              }
            }
          }
        }
      }
    }
  }
  return { y, inputGrad, kernelGrad };
}

/** Numbers of a reading of another size, each made of the plane that it belongs to. */
function resized(
  x: Reported,
  [height, width]: readonly [number, number],
  make: (plane: (row: number, column: number) => number, row: number, column: number) => number,
): Reported {
  const [batch, channels] = shapeOf(x);
  const y = zeros([batch, channels, height, width]);
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          y.data[at(y, b, c, row, column)] = make((r, q) => x.data[at(x, b, c, r, q)]!, row, column);
        }
      }
    }
  }
  return y;
}

/** The four numbers below a place of a pooled plane. */
const four = (plane: (row: number, column: number) => number, row: number, column: number): number[] =>
  [0, 1].flatMap((i) => [0, 1].map((j) => plane(2 * row + i, 2 * column + j)));

const halved = ({ shape }: Reported): [number, number] => [Math.floor(shape[2]! / 2), Math.floor(shape[3]! / 2)];
const doubled = ({ shape }: Reported): [number, number] => [2 * shape[2]!, 2 * shape[3]!];

export const greatestOfFour = (x: Reported): Reported =>
  resized(x, halved(x), (plane, row, column) => Math.max(...four(plane, row, column)));

export const meanOfFour = (x: Reported): Reported =>
  resized(x, halved(x), (plane, row, column) => four(plane, row, column).reduce((sum, each) => sum + each) / 4);

/** The greatest of each four stays at its place, the first of equal ones; all others are 0. */
export const unpooled = (x: Reported): Reported =>
  resized(x, [x.shape[2]!, x.shape[3]!], (plane, row, column) => {
    const [above, left] = [Math.floor(row / 2), Math.floor(column / 2)];
    const [height, width] = halved(x);
    if (above >= height || left >= width) return 0;
    const values = four(plane, above, left);
    const isFirst = values.indexOf(Math.max(...values)) === 2 * (row % 2) + (column % 2);
    return isFirst ? plane(row, column) : 0;
  });

export const repeated = (x: Reported): Reported =>
  resized(x, doubled(x), (plane, row, column) => plane(Math.floor(row / 2), Math.floor(column / 2)));

/** The middle of each new square lies a quarter from that of the one it is in: three parts of this one, and one of the next. */
export const between = (x: Reported): Reported => {
  const [height, width] = [x.shape[2]!, x.shape[3]!];
  const parts = (i: number, size: number): [number, number][] => {
    const near = Math.floor(i / 2);
    const next = Math.min(size - 1, Math.max(0, i % 2 === 0 ? near - 1 : near + 1));
    return [
      [near, 0.75],
      [next, 0.25],
    ];
  };
  return resized(x, doubled(x), (plane, row, column) =>
    parts(row, height).reduce(
      (sum, [r, a]) => sum + parts(column, width).reduce((all, [q, b]) => all + a * b * plane(r, q), 0),
      0,
    ),
  );
};
