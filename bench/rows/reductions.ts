// Rows that reduce one dimension of a tall matrix: sums over each, and the place of the greatest element.
import { normal } from '../inputs';
import type { FunctionRow } from './row';

const rows = 8192;
const cols = 300;

/** The row of [8192, 300] reduced over `dim`. */
const reduction = (
  [name, title]: readonly [name: string, title: string],
  dim: 0 | 1,
  words: Pick<FunctionRow, 'lamplight' | 'tfjs' | 'jax'>,
): FunctionRow => ({
  kind: 'forward',
  name: `reductions-${name}`,
  title: `${title} dim of [${rows},${cols}]`,
  bytes: 4 * rows * cols,
  tolerance: 1e-5,
  goal: 1,
  inputs: () => [normal(1, [rows, cols])],
  output: { shape: [dim === 0 ? cols : rows] },
  ...words,
});

export const reductions: readonly FunctionRow[] = [
  reduction(['sum-first', 'sum over the first'], 0, {
    lamplight: (x) => x!.sum(0),
    tfjs: (_, x) => x!.sum(0),
    jax: (_, x) => x!.sum(0),
  }),
  reduction(['sum-last', 'sum over the last'], 1, {
    lamplight: (x) => x!.sum(1),
    tfjs: (_, x) => x!.sum(1),
    jax: (_, x) => x!.sum(1),
  }),
  reduction(['argmax', 'argmax over the last'], 1, {
    lamplight: (x) => x!.argmax(1),
    tfjs: (tf, x) => tf.argMax(x!, 1),
    jax: ({ numpy: np }, x) => np.argmax(x!, 1),
  }),
];
