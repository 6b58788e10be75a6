// Rows that fill a real GPU: large products, and AlexNet's convolutions.
import { alexNet } from './alexnet';
import { product } from './matmul';
import type { FunctionRow } from './row';

export const largeRows: readonly FunctionRow[] = [
  product([2048, 2048, 2048]),
  product([4096, 4096, 4096], { tolerance: 2e-5 }),
  ...alexNet.flatMap((layer) => [layer('forward'), layer('gradients')]),
];
