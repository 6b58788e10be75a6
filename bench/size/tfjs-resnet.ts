// ResNet-18 on a picture in TensorFlow.js; batch norm in evaluation is a factor and a term of each channel.
import * as tf from 'peer:tfjs';
import 'peer:tfjs-webgpu';

await tf.setBackend('webgpu');
await tf.ready();
const random = (...shape: number[]): tf.Tensor => {
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => 0.1 * Math.random() - 0.05),
    shape,
  );
};
const conv = (x: tf.Tensor, from: number, to: number, size: number, stride: number): tf.Tensor => {
  const y = tf.conv2d(x, random(size, size, from, to), stride, (size - 1) / 2, 'NHWC', 1);
  return tf.add(tf.mul(y, random(to)), random(to));
};
const block = (x: tf.Tensor, from: number, to: number, stride: number): tf.Tensor => {
  const y = conv(tf.relu(conv(x, from, to, 3, stride)), to, to, 3, 1);
  return tf.relu(tf.add(y, from === to ? x : conv(x, from, to, 1, stride)));
};
let x = tf.maxPool(tf.relu(conv(random(1, 64, 64, 3), 3, 64, 7, 2)), 3, 2, 1, 'floor');
for (const [from, to, stride] of [
  [64, 64, 1],
  [64, 128, 2],
  [128, 256, 2],
  [256, 512, 2],
] as const) {
  x = block(block(x, from, to, stride), to, to, 1);
}
const y = tf.matMul(tf.mean(x, [1, 2], false), random(512, 1000));
console.log((await tf.argMax(y, 1).data())[0]! >= 0);
