// Rows of growing work: a convolution forward and with both gradients, by batch size, image size and channels.
import { convolution, type Geometry } from './convolution';
import type { FunctionRow } from './row';

const base: Geometry = { batch: 4, from: 16, to: 16, size: 28, kernel: 3, padding: 1 };

const series: Record<string, { name: string; sizes: number[]; geometry(size: number): Geometry }> = {
  'batch size': { name: 'batch', sizes: [1, 2, 4, 8, 16, 32], geometry: (batch) => ({ ...base, batch }) },
  'image size': { name: 'image', sizes: [7, 14, 28, 56, 112], geometry: (size) => ({ ...base, size }) },
  channels: { name: 'channels', sizes: [4, 8, 16, 32, 64], geometry: (n) => ({ ...base, from: n, to: n }) },
};

export const scalingRows: readonly FunctionRow[] = Object.entries(series).flatMap(
  ([title, { name, sizes, geometry }]) =>
    sizes.map((size) =>
      convolution('gradients', geometry(size), {
        name: `${name}-${size}`,
        title: `${title} ${size}`,
        goal: 1,
        point: { series: title, size },
      }),
    ),
);
