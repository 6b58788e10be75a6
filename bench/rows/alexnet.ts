// Rows of AlexNet's five convolutions as torchvision has them, for a batch of eight images of 224².
import { convolution, type Geometry } from './convolution';
import type { FunctionRow } from './row';

const layers: Geometry[] = [
  { batch: 8, from: 3, to: 64, size: 224, kernel: 11, stride: 4, padding: 2 },
  { batch: 8, from: 64, to: 192, size: 27, kernel: 5, padding: 2 },
  { batch: 8, from: 192, to: 384, size: 13, kernel: 3, padding: 1 },
  { batch: 8, from: 384, to: 256, size: 13, kernel: 3, padding: 1 },
  { batch: 8, from: 256, to: 256, size: 13, kernel: 3, padding: 1 },
];

/** The row of each layer. */
export const alexNet = layers.map((geometry, i) => (kind: FunctionRow['kind']): FunctionRow => {
  const { from, to, size, kernel } = geometry;
  return convolution(kind, geometry, {
    name: `alexnet-${i + 1}${kind === 'forward' ? '' : '-gradients'}`,
    title: `AlexNet's layer ${i + 1}, ${kind}: x[8,${from},${size},${size}] w[${to},${from},${kernel},${kernel}]`,
    goal: 1,
    missingOnProcessor: i === 1 && kind === 'gradients' ? { tfjs: 'a step takes over half a minute' } : {},
    // By a reference in float64, 0.8 of the largest element; at smaller sizes of the same geometry it is right.
    missing: i === 0 && kind === 'gradients' ? { 'jax-js': 'its gradient by the weight is wrong at this size' } : {},
  });
});
