// Rows of 2-D convolutions with a 3×3 kernel and padding 1: forward, and with both gradients.
import { convForward, convGradients } from '../kernels/conv2d';
import { convolution, type Geometry } from './convolution';
import type { FunctionRow } from './row';

const cases: Record<string, Geometry> = {
  a: { batch: 32, from: 16, to: 32, size: 28, kernel: 3, padding: 1 },
  b: { batch: 8, from: 64, to: 64, size: 28, kernel: 3, padding: 1 },
};

const row = (kind: FunctionRow['kind'], letter: string, geometry: Geometry): FunctionRow => {
  const { batch, from, to, size } = geometry;
  const forward = kind === 'forward';
  return convolution(kind, geometry, {
    name: forward ? `conv-${letter}` : `conv-${letter}-gradients`,
    title: `conv2d ${forward ? 'forward' : 'forward + both gradients'} (${letter}) x[${batch},${from},${size},${size}] w[${to},${from},3,3]`,
    goal: forward ? 2 : 2.7,
    handWritten: () => (forward ? convForward(geometry) : convGradients(geometry)),
  });
};

export const convolutions = [
  ...Object.entries(cases).map(([letter, geometry]) => row('forward', letter, geometry)),
  ...Object.entries(cases).map(([letter, geometry]) => row('gradients', letter, geometry)),
];
