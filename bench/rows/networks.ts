// Rows of training steps: an MLP, a small CNN, and the course's ComplexCNN.
import { nn } from 'lamplight';
import { ComplexCNNModel } from '../../demos/mnist/models';
import { constant, filter, type HostArray, image, linear, linearAfterImage, normal, uniform } from '../inputs';
import type { Jax, Tf, TrainingRow } from './row';

type TfTensor = Parameters<TrainingRow['tfjs']>[2];
type JaxArray = Parameters<TrainingRow['jax']>[2];

const classes = 10;
const learningRate = 1e-3;

const labels = (count: number): Int32Array => {
  const draw = uniform(99);
  return Int32Array.from({ length: count }, () => Math.floor(draw() * classes));
};

const pictures = (batch: number) => ({
  x: normal(7, [batch, 1, 28, 28], 1, { tfjs: image }),
  labels: labels(batch),
});

/** The weight and bias of a 3×3 convolution. */
const conv = (name: string, from: number, to: number): Record<string, HostArray> => ({
  [`${name}.weight`]: normal(10 * to + from, [to, from, 3, 3], Math.sqrt(2 / (9 * from)), { tfjs: filter }),
  [`${name}.bias`]: normal(to, [to], 0.1),
});

/** The weight and bias of the classifier behind a flattened image. */
const classifier = (name: string, c: number, h: number, w: number): Record<string, HostArray> => ({
  [`${name}.weight`]: normal(3, [classes, c * h * w], 1 / Math.sqrt(c * h * w), {
    tfjs: linearAfterImage(classes, c, h, w),
    jax: linear,
  }),
  [`${name}.bias`]: normal(4, [classes], 0.1),
});

const jaxConv = ({ lax }: Jax, x: JaxArray, w: JaxArray, b: JaxArray) =>
  lax
    .convGeneralDilated(
      x,
      w,
      [1, 1],
      [
        [1, 1],
        [1, 1],
      ],
    )
    .add(b.reshape([1, -1, 1, 1]));

const jaxPool = ({ lax, numpy: np }: Jax, x: JaxArray) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);

const tfConv = (tf: Tf, x: TfTensor, w: TfTensor, bias: TfTensor, activation: 'relu' | 'linear') =>
  tf.fused.conv2d({ x, filter: w, strides: 1, pad: 'same', bias, activation });

export const mlp: TrainingRow = {
  kind: 'training',
  name: 'mlp',
  title: 'MLP 784-128-10, batch 64, Adam step',
  tolerance: 1e-3,
  goal: 2,
  classes,
  learningRate,
  parameters: () => ({
    '0.weight': normal(1, [128, 784], 1 / 28, { tfjs: linear, jax: linear }),
    '0.bias': normal(2, [128], 0.1),
    '2.weight': normal(3, [classes, 128], 1 / Math.sqrt(128), { tfjs: linear, jax: linear }),
    '2.bias': normal(4, [classes], 0.1),
  }),
  batch: () => ({ x: normal(7, [64, 784]), labels: labels(64) }),
  lamplight: () => new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, classes)),
  tfjs: (tf, p, x) => {
    const hidden = tf.fused.matMul({ a: x, b: p['0.weight']!, bias: p['0.bias']!, activation: 'relu' });
    return tf.fused.matMul({ a: hidden, b: p['2.weight']!, bias: p['2.bias']! });
  },
  jax: ({ nn: { relu }, numpy: np }, p, x) => {
    const hidden = relu(np.matmul(x, p['0.weight']!).add(p['0.bias']!));
    return np.matmul(hidden, p['2.weight']!).add(p['2.bias']!);
  },
};

export const cnn: TrainingRow = {
  kind: 'training',
  name: 'cnn',
  title: 'CNN 1-16-32-10, batch 64, Adam step',
  tolerance: 1e-3,
  goal: 3,
  classes,
  learningRate,
  parameters: () => ({ ...conv('0', 1, 16), ...conv('3', 16, 32), ...classifier('7', 32, 7, 7) }),
  batch: () => pictures(64),
  lamplight: () =>
    new nn.Sequential(
      new nn.Conv2d(1, 16, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(16, 32, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(1568, classes),
    ),
  tfjs: (tf, p, x) => {
    for (const layer of ['0', '3']) {
      x = tf.maxPool(tfConv(tf, x, p[`${layer}.weight`]!, p[`${layer}.bias`]!, 'relu'), 2, 2, 'valid');
    }
    return tf.fused.matMul({ a: x.reshape([x.shape[0]!, 1568]), b: p['7.weight']!, bias: p['7.bias']! });
  },
  jax: (jax, p, x) => {
    for (const layer of ['0', '3']) {
      x = jaxPool(jax, jax.nn.relu(jaxConv(jax, x, p[`${layer}.weight`]!, p[`${layer}.bias`]!)));
    }
    return jax.numpy.matmul(x.reshape([x.shape[0]!, 1568]), p['7.weight']!).add(p['7.bias']!);
  },
};

export const complexCnn: TrainingRow = {
  kind: 'training',
  name: 'complex-cnn',
  title: 'ComplexCNN, batch 100, Adam step',
  tolerance: 2e-3,
  goal: 3,
  classes,
  learningRate,
  parameters: () => ({
    'norm.weight': constant([28, 28], 1),
    'norm.bias': constant([28, 28], 0),
    ...conv('conv1', 1, 4),
    ...conv('conv2', 4, 4),
    ...conv('conv3', 4, 16),
    ...conv('conv4', 16, 16),
    ...conv('conv5', 16, 64),
    ...conv('conv6', 64, 64),
    ...classifier('final', 64, 3, 3),
  }),
  batch: () => pictures(100),
  lamplight: () => new ComplexCNNModel(),
  tfjs: (tf, p, x) => {
    const { mean, variance } = tf.moments(x, [1, 2, 3], true);
    const affine = (name: string) => p[name]!.reshape([1, 28, 28, 1]);
    x = x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(affine('norm.weight')).add(affine('norm.bias'));
    for (const [first, second] of [
      ['conv1', 'conv2'],
      ['conv3', 'conv4'],
      ['conv5', 'conv6'],
    ] as const) {
      x = tfConv(tf, x, p[`${first}.weight`]!, p[`${first}.bias`]!, 'relu');
      x = tf.maxPool(tfConv(tf, x, p[`${second}.weight`]!, p[`${second}.bias`]!, 'linear'), 2, 2, 'valid');
    }
    return tf.fused.matMul({ a: x.reshape([x.shape[0]!, 576]), b: p['final.weight']!, bias: p['final.bias']! });
  },
  jax: (jax, p, x) => {
    x = jax.nn.standardize(x, [2, 3]).mul(p['norm.weight']!).add(p['norm.bias']!);
    for (const [first, second] of [
      ['conv1', 'conv2'],
      ['conv3', 'conv4'],
      ['conv5', 'conv6'],
    ] as const) {
      x = jax.nn.relu(jaxConv(jax, x, p[`${first}.weight`]!, p[`${first}.bias`]!));
      x = jaxPool(jax, jaxConv(jax, x, p[`${second}.weight`]!, p[`${second}.bias`]!));
    }
    return jax.numpy.matmul(x.reshape([x.shape[0]!, 576]), p['final.weight']!).add(p['final.bias']!);
  },
};
