// TensorFlow.js's part in the benchmark: WebGPU backend, fused layers, `tf.tidy` around a step, images with their channels last.
import * as tf from 'peer:tfjs';
import 'peer:tfjs-webgpu';
import { arrange, type HostArray, image, restore } from '../inputs';
import { runInTfjs } from '../networks/tfjs';
import type { FunctionRow, NetworkRow, Row, TrainingRow } from '../rows/row';
import { adam, type Library, type Outputs, type Work } from './library';

export async function open(): Promise<Library> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs: the WebGPU backend does not start');
  await tf.ready();
  return {
    prepare: async (row: Row) => {
      if (row.kind === 'network') return network(row);
      if (row.kind === 'explained') throw new Error(`${row.name}: only Lamplight explains networks`);
      return row.kind === 'training' ? training(row) : row.kind === 'forward' ? forward(row) : gradients(row);
    },
  };
}

function upload(array: HostArray): tf.Tensor {
  const { data, shape } = arrange(array, array.tfjs);
  return array.indices ? tf.tensor(Int32Array.from(data), shape, 'int32') : tf.tensor(data, shape);
}

/** Reads a scalar and gives its memory back. */
async function read(scalar: tf.Tensor): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}

const forward = (row: FunctionRow): Work => steps(row.inputs(), (xs) => row.tfjs(tf, ...xs), row.output);

function network(row: NetworkRow): Work {
  const weights = Object.entries(row.weights()).map(([name, array]) => [name, upload(array)] as const);
  const parameters = Object.fromEntries(weights);
  const graph = row.graph();
  const shape = graph.shapes[graph.output]!;
  const output = shape.length === 4 ? { shape, tfjs: image } : { shape };
  return steps([row.images()], ([x]) => runInTfjs(tf, graph, parameters, x!, { training: false }), output);
}

/** Steps of a function of inputs that are on the device. */
function steps(
  inputs: readonly HostArray[],
  run: (xs: readonly tf.Tensor[]) => tf.Tensor,
  output: FunctionRow['output'],
): Work {
  const xs = inputs.map(upload);
  let y: tf.Tensor | null = null;
  return {
    step() {
      y?.dispose();
      const made = tf.tidy(() => {
        const result = run(xs);
        const { shape } = result;
        // A scalar cannot be sliced.
        const last =
          shape.length === 0
            ? result.clone()
            : result.slice(
                shape.map((n) => n - 1),
                shape.map(() => 1),
              );
        return { result, last };
      });
      y = made.result;
      return read(made.last);
    },
    async outputs() {
      return { y: restore(Float32Array.from(await y!.data()), output.tfjs, output.shape) };
    },
  };
}

function gradients(row: FunctionRow): Work {
  const inputs = row.inputs();
  const xs = inputs.map(upload);
  const run = tf.valueAndGrads((...given) =>
    row
      .tfjs(tf, ...given)
      .square()
      .sum()
      .mul(0.5),
  );
  let grads: tf.Tensor[] = [];
  return {
    async step() {
      tf.dispose(grads);
      const made = tf.tidy(() => run(xs));
      grads = made.grads;
      return read(made.value);
    },
    async outputs() {
      const outputs: Outputs = {};
      for (const [i, { shape, tfjs }] of inputs.entries()) {
        outputs[`gradient ${i}`] = restore(Float32Array.from(await grads[i]!.data()), tfjs, shape);
      }
      return outputs;
    },
  };
}

function training(row: TrainingRow): Work {
  const weights = Object.entries(row.parameters()).map(([name, array]) => [name, tf.variable(upload(array))] as const);
  const parameters = Object.fromEntries(weights);
  const variables = weights.map(([, variable]) => variable);
  const optimizer = tf.train.adam(row.learningRate, adam.beta1, adam.beta2, adam.epsilon);
  const batch = row.batch();
  const x = upload(batch.x);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor(batch.labels, [batch.labels.length], 'int32'), row.classes));
  const loss = () => tf.losses.softmaxCrossEntropy(labels, row.tfjs(tf, parameters, x));
  return {
    step: () => read(tf.tidy(() => optimizer.minimize(loss, true, variables))),
    outputs: async () => ({}),
  };
}
