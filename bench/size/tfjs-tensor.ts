// A tensor of three numbers in TensorFlow.js.
import * as tf from 'peer:tfjs';
import 'peer:tfjs-webgpu';

await tf.setBackend('webgpu');
await tf.ready();
const x = tf.tensor(new Float32Array([1, 2, 3]), [3]);
console.log((await tf.sum(tf.mul(x, 2)).data())[0]);
