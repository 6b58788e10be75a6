// ResNet-18 on a picture in jax-js; batch norm in evaluation is a factor and a term of each channel.
import * as jax from 'peer:jax-js';

const { numpy: np, nn, lax } = jax;
await jax.init('webgpu');
jax.defaultDevice('webgpu');

const random = (...shape: number[]): jax.Array => {
  const count = shape.reduce((product, n) => product * n, 1);
  return np.array(
    Float32Array.from({ length: count }, () => 0.1 * Math.random() - 0.05),
    { shape },
  );
};
const conv = (x: jax.Array, from: number, to: number, size: number, stride: number): jax.Array => {
  const pad = [(size - 1) / 2, (size - 1) / 2] as const;
  const y = lax.convGeneralDilated(x, random(to, from, size, size), [stride, stride], [pad, pad]);
  return y.mul(random(1, to, 1, 1)).add(random(1, to, 1, 1));
};
const block = (x: jax.Array, from: number, to: number, stride: number): jax.Array => {
  const y = conv(nn.relu(conv(x.ref, from, to, 3, stride)), to, to, 3, 1);
  return nn.relu(y.add(from === to ? x : conv(x, from, to, 1, stride)));
};
const around = [
  [0, 0],
  [0, 0],
  [1, 1],
  [1, 1],
] as const;
let x = np.pad(nn.relu(conv(random(1, 3, 64, 64), 3, 64, 7, 2)), around);
x = lax.reduceWindow(x, np.max, [3, 3], [2, 2]);
for (const [from, to, stride] of [
  [64, 64, 1],
  [64, 128, 2],
  [128, 256, 2],
  [256, 512, 2],
] as const) {
  x = block(block(x, from, to, stride), to, to, 1);
}
const y = np.matmul(np.mean(x, [2, 3]), random(512, 1000));
console.log((await np.argmax(y, 1).data())[0]! >= 0);
