// A row of pointwise operations that end in a sum.
import { normal } from '../inputs';
import { elementwiseProgram } from '../kernels/elementwise';
import type { FunctionRow } from './row';

const shape = [1024, 1024];
const count = 1024 * 1024;

export const elementwise: FunctionRow = {
  kind: 'forward',
  name: 'elementwise',
  title: 'Σ relu(x·a + b)·sigmoid(x) + c, 1 M elements',
  bytes: 4 * 4 * count,
  tolerance: 1e-4,
  goal: 1.25,
  inputs: () => [1, 2, 3, 4].map((seed) => normal(seed, shape)),
  output: { shape: [] },
  lamplight: (x, a, b, c) => x!.mul(a!).add(b!).relu().mul(x!.sigmoid()).add(c!).sum(),
  tfjs: (_, x, a, b, c) => x!.mul(a!).add(b!).relu().mul(x!.sigmoid()).add(c!).sum(),
  handWritten: () => elementwiseProgram(count),
  jax: ({ nn }, x, a, b, c) => nn.relu(x!.ref.mul(a!).add(b!)).mul(nn.sigmoid(x!)).add(c!).sum(),
};
