// A row of an embedding's gradient: what was looked up several times is added up in its table's rows.
import { nn } from 'lamplight';
import { indices, normal } from '../inputs';
import type { FunctionRow } from './row';

const { embedding: lookUp } = nn.functional;

const rows = 5000;
const width = 64;
const count = 2048;

export const embedding: FunctionRow = {
  kind: 'forward',
  name: 'embedding',
  title: `Σ grad² of an embedding [${rows},${width}] by ${count} indices`,
  bytes: 4 * width * (rows + 2 * count),
  tolerance: 1e-4,
  goal: 1,
  inputs: () => [normal(1, [rows, width]), indices(2, count, rows)],
  output: { shape: [] },
  lamplight(table, index) {
    const weight = table!.detach().requiresGrad_();
    lookUp(index!, weight).square().sum().mul(0.5).backward();
    return weight.grad!.square().sum();
  },
  tfjs: (tf, table, index) =>
    tf
      .grad((weight) => tf.gather(weight, index!).square().sum().mul(0.5))(table!)
      .square()
      .sum(),
  jax({ grad, numpy: np }, table, index) {
    const loss = (weight: typeof table) =>
      np
        .square(np.take(weight!, index!, 0))
        .sum()
        .mul(0.5);
    return np.square(grad(loss)(table!)).sum();
  },
};
