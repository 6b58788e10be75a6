// A step of MNIST's training in jax-js, with Adam written out as its documentation does.
import * as jax from 'peer:jax-js';

const { numpy: np, tree } = jax;
await jax.init('webgpu');
jax.defaultDevice('webgpu');

const random = (...shape: number[]): jax.Array => {
  const count = shape.reduce((product, n) => product * n, 1);
  return np.array(
    Float32Array.from({ length: count }, () => 0.1 * Math.random()),
    { shape },
  );
};
const parameters: jax.Tree = {
  conv1: random(8, 1, 3, 3),
  conv2: random(16, 8, 3, 3),
  fc: random(784, 10),
};
const padding = [
  [1, 1],
  [1, 1],
] as const;
const block = (x: jax.Array, w: jax.Array) =>
  jax.lax.reduceWindow(jax.nn.relu(jax.lax.convGeneralDilated(x, w, [1, 1], padding)), np.max, [2, 2], [2, 2]);
const lossOf = (p: jax.Tree, x: jax.Array, y: jax.Array): jax.Array => {
  const features = block(block(x, p.conv1!), p.conv2!).reshape([8, 784]);
  return jax.nn
    .logSoftmax(np.matmul(features, p.fc!), -1)
    .mul(y)
    .sum()
    .mul(-1 / 8);
};
const step = jax.jit((p: jax.Tree, x: jax.Array, y: jax.Array): [jax.Array, jax.Tree] => {
  const [loss, grads] = jax.valueAndGrad(lossOf)(tree.ref(p), x, y);
  const next: jax.Tree = {};
  for (const [name, g] of Object.entries(grads)) {
    const [m, v] = [g.ref.mul(0.1), np.square(g).mul(0.001)];
    next[name] = p[name]!.sub(m.mul(10 * 1e-3).div(np.sqrt(v.mul(1000)).add(1e-8)));
  }
  return [loss, next];
});
const [loss] = step(parameters, random(8, 1, 28, 28), random(8, 10));
console.log((await loss.data())[0]);
