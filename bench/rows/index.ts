// The tables of the benchmark and their rows, in the order of the report.
import type { LibraryName } from '../libraries/library';
import { transposedConvolutions } from './conv-transpose';
import { convolutions } from './conv2d';
import { elementwise } from './elementwise';
import { embedding } from './embedding';
import { interpretRows } from './interpret';
import { largeRows } from './large';
import { matmuls } from './matmul';
import { modelRows } from './models';
import { cnn, complexCnn, mlp } from './networks';
import { layerNorm, softmax } from './normalization';
import { oddRows } from './odd';
import { reductions } from './reductions';
import type { Row } from './row';
import { scalingRows } from './scaling';

export const tableNames = ['main', 'odd', 'scaling', 'large', 'networks', 'interpret'] as const;
export type TableName = (typeof tableNames)[number];

export interface Table {
  readonly rows: readonly Row[];
  /** Those that run unless others are asked for. */
  readonly libraries: readonly LibraryName[];
  /** Measured steps a row and library, unless another number is asked for. */
  readonly repeats: number;
  /** Milliseconds of measured steps after which a library does no more of them in a row. */
  readonly budget: number;
}

const peers: readonly LibraryName[] = ['tfjs', 'jax-js', 'lamplight'];

export const tables: Record<TableName, Table> = {
  main: {
    rows: [
      ...matmuls,
      elementwise,
      ...convolutions,
      mlp,
      cnn,
      complexCnn,
      ...transposedConvolutions,
      softmax,
      layerNorm,
      ...reductions,
      embedding,
    ],
    libraries: [...peers, 'hand-written'],
    repeats: 9,
    budget: 60_000,
  },
  odd: { rows: oddRows, libraries: peers, repeats: 5, budget: 1_500 },
  scaling: { rows: scalingRows, libraries: peers, repeats: 5, budget: 1_500 },
  networks: {
    rows: modelRows,
    libraries: [...peers.slice(0, 2), 'ort-webgpu', 'ort-wasm', 'lamplight'],
    repeats: 5,
    budget: 3_000,
  },
  interpret: { rows: interpretRows, libraries: ['lamplight', 'plain-loop'], repeats: 5, budget: 20_000 },
  large: { rows: largeRows, libraries: ['lamplight'], repeats: 9, budget: 20_000 },
};
