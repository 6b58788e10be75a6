// A tensor of three numbers in jax-js.
import * as jax from 'peer:jax-js';

await jax.init('webgpu');
jax.defaultDevice('webgpu');
console.log(
  (
    await jax.numpy
      .array(new Float32Array([1, 2, 3]), { shape: [3] })
      .mul(2)
      .sum()
      .data()
  )[0],
);
