// A step of MNIST's training in TensorFlow.js.
import * as tf from 'peer:tfjs';
import 'peer:tfjs-gradients';
import 'peer:tfjs-webgpu';

await tf.setBackend('webgpu');
await tf.ready();
const random = (...shape: number[]): tf.Tensor => {
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => 0.1 * Math.random()),
    shape,
  );
};
const [conv1, conv2, fc] = [random(3, 3, 1, 8), random(3, 3, 8, 16), random(784, 10)].map((x) => tf.variable(x)) as [
  tf.Variable,
  tf.Variable,
  tf.Variable,
];
const x = random(8, 28, 28, 1);
const y = random(8, 10);
const block = (maps: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
  tf.maxPool(tf.fused.conv2d({ x: maps, filter, strides: 1, pad: 'same', activation: 'relu' }), 2, 2, 'valid');
const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
const loss = optimizer.minimize(
  () => {
    const scores = tf.matMul(tf.reshape(block(block(x, conv1), conv2), [8, 784]), fc);
    return tf.losses.softmaxCrossEntropy(y, scores);
  },
  true,
  [conv1, conv2, fc],
);
console.log((await loss.data())[0]);
