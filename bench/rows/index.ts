// The rows of the benchmark, in the order of the report.
import { transposedConvolutions } from './conv-transpose';
import { convolutions } from './conv2d';
import { elementwise } from './elementwise';
import { matmuls } from './matmul';
import { cnn, complexCnn, mlp } from './networks';
import { layerNorm, softmax } from './normalization';
import type { Row } from './row';

export const rows: readonly Row[] = [
  ...matmuls,
  elementwise,
  ...convolutions,
  mlp,
  cnn,
  complexCnn,
  ...transposedConvolutions,
  softmax,
  layerNorm,
];
