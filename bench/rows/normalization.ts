// Rows that normalise the last dimension of a matrix: softmax and layer norm.
import { nn } from 'lamplight';
import { normal } from '../inputs';
import { layerNormProgram, softmaxProgram } from '../kernels/normalization';
import type { FunctionRow } from './row';

const rows = 4096;
const features = 512;
const shape = [rows, features];
const bytes = 2 * 4 * rows * features;

export const softmax: FunctionRow = {
  kind: 'forward',
  name: 'softmax',
  title: 'softmax over the last dim of [4096,512]',
  bytes,
  tolerance: 1e-4,
  goal: 2,
  inputs: () => [normal(1, shape)],
  output: { shape },
  lamplight: (x) => x!.softmax(-1),
  tfjs: (tf, x) => tf.softmax(x!),
  jax: ({ nn: { softmax } }, x) => softmax(x!, -1),
  handWritten: () => softmaxProgram(rows, features),
};

export const layerNorm: FunctionRow = {
  kind: 'forward',
  name: 'layer-norm',
  title: 'layer norm over the last dim of [4096,512]',
  bytes,
  tolerance: 1e-4,
  goal: 1.5,
  inputs: () => [normal(1, shape), normal(2, [features]), normal(3, [features])],
  output: { shape },
  lamplight: (x, weight, bias) => nn.functional.layerNorm(x!, [features], { weight, bias }),
  tfjs: (tf, x, weight, bias) => {
    const { mean, variance } = tf.moments(x!, -1, true);
    return x!.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(weight!).add(bias!);
  },
  jax: (jax, x, weight, bias) => jax.nn.standardize(x!, -1).mul(weight!).add(bias!),
  handWritten: () => layerNormProgram(rows, features),
};
