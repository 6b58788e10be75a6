// TensorFlow.js's part in the benchmark: WebGPU backend, fused layers, `tf.tidy` around a step, images with their channels last.
import type * as tfjs from 'peer:tfjs';
import { arrange, type HostArray, image, restore } from '../inputs';
import { runInTfjs } from '../networks/tfjs';
import type { FunctionRow, NetworkRow, Row, Tf, TrainingRow } from '../rows/row';
import { adam, type Library, type Outputs, type Work } from './library';

/** @param tf TensorFlow.js with its WebGPU backend, from wherever it was loaded */
export async function openTensorFlow(tf: Tf): Promise<Library> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs: the WebGPU backend does not start');
  await tf.ready();
  return {
    prepare: async (row: Row) => {
      if (row.kind === 'network') return network(tf, row);
      if (row.kind === 'explained') throw new Error(`${row.name}: only Lamplight explains networks`);
      return row.kind === 'training'
        ? training(tf, row)
        : row.kind === 'forward'
          ? forward(tf, row)
          : gradients(tf, row);
    },
  };
}

function upload(tf: Tf, array: HostArray): tfjs.Tensor {
  const { data, shape } = arrange(array, array.tfjs);
  return array.indices ? tf.tensor(Int32Array.from(data), shape, 'int32') : tf.tensor(data, shape);
}

/** Reads a scalar and gives its memory back. */
async function read(scalar: tfjs.Tensor): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}

const forward = (tf: Tf, row: FunctionRow): Work => steps(tf, row.inputs(), (xs) => row.tfjs(tf, ...xs), row.output);

function network(tf: Tf, row: NetworkRow): Work {
  const weights = Object.entries(row.weights()).map(([name, array]) => [name, upload(tf, array)] as const);
  const parameters = Object.fromEntries(weights);
  const graph = row.graph();
  const shape = graph.shapes[graph.output]!;
  const output = shape.length === 4 ? { shape, tfjs: image } : { shape };
  return steps(tf, [row.images()], ([x]) => runInTfjs(tf, graph, parameters, x!, { training: false }), output);
}

/** Steps of a function of inputs that are on the device. */
function steps(
  tf: Tf,
  inputs: readonly HostArray[],
  run: (xs: readonly tfjs.Tensor[]) => tfjs.Tensor,
  output: FunctionRow['output'],
): Work {
  const xs = inputs.map((input) => upload(tf, input));
  let y: tfjs.Tensor | null = null;
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

function gradients(tf: Tf, row: FunctionRow): Work {
  const inputs = row.inputs();
  const xs = inputs.map((input) => upload(tf, input));
  const run = tf.valueAndGrads((...given) =>
    row
      .tfjs(tf, ...given)
      .square()
      .sum()
      .mul(0.5),
  );
  let grads: tfjs.Tensor[] = [];
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

function training(tf: Tf, row: TrainingRow): Work {
  const weights = Object.entries(row.parameters()).map(
    ([name, array]) => [name, tf.variable(upload(tf, array))] as const,
  );
  const parameters = Object.fromEntries(weights);
  const variables = weights.map(([, variable]) => variable);
  const optimizer = tf.train.adam(row.learningRate, adam.beta1, adam.beta2, adam.epsilon);
  const batch = row.batch();
  const x = upload(tf, batch.x);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor(batch.labels, [batch.labels.length], 'int32'), row.classes));
  const loss = () => tf.losses.softmaxCrossEntropy(labels, row.tfjs(tf, parameters, x));
  return {
    step: () => read(tf.tidy(() => optimizer.minimize(loss, true, variables))),
    outputs: async () => ({}),
  };
}
