// Which numbers of the input a number of the output is made of, in words and as frames; what is computed is the program's.
import type { Frame, Place } from '../../ui/panels/matrix';
import type { Reading } from '../page';

export interface SumOptions {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly transposed: boolean;
}

export interface Term {
  readonly input: number;
  readonly weight: number;
}

export interface Sum {
  readonly x: Reading;
  readonly y: Reading;
  readonly kernel: Reading;
  /** Planes of the output stand below one another. */
  readonly at: Place;
  readonly options: SumOptions;
}

export function termsOf({ x, y, kernel, at, options }: Sum): { terms: Term[]; frames: Frame[] } {
  const { stride, padding, dilation, groups, transposed } = options;
  const [, channels = 1, height = 1, width = 1] = x.shape;
  const [, outputs = 1, outHeight = 1] = y.shape;
  const [, perGroup = 1, rows = 3, columns = 3] = kernel.shape;
  const [plane, row] = [Math.floor(at.row / outHeight), at.row % outHeight];
  const inGroup = channels / groups;
  const first = Math.floor(plane / (outputs / groups)) * inGroup;
  const terms: Term[] = [];
  const frames: Frame[] = [];
  for (let c = 0; c < inGroup; c++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const place = (out: number, k: number) =>
          transposed ? (out + padding - k * dilation) / stride : out * stride - padding + k * dilation;
        const [r, q] = [place(row, i), place(at.column, j)];
        if (!Number.isInteger(r) || !Number.isInteger(q) || r < 0 || q < 0 || r >= height || q >= width) continue;
        const channel = first + c;
        const [a, b] = transposed ? [channel, plane % perGroup] : [plane, c];
        terms.push({
          input: x.data[(channel * height + r) * width + q] ?? 0,
          weight: kernel.data[((a * perGroup + b) * rows + i) * columns + j] ?? 0,
        });
        frames.push({ row: channel * height + r, column: q, height: 1, width: 1 });
      }
    }
  }
  return { terms, frames };
}
