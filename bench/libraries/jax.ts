// jax-js's part in the benchmark: every step is one function under `jit`, whose arguments are owned as its documentation asks.
import type * as jaxJs from 'peer:jax-js';
import { arrange, type HostArray } from '../inputs';
import { runInJax } from '../networks/jax-js';
import type { FunctionRow, Jax, NetworkRow, Row, TrainingRow } from '../rows/row';
import { adam, type Library, type Outputs, type Work } from './library';

/** @param jax the library, from wherever it was loaded */
export async function openJax(jax: Jax): Promise<Library> {
  const devices = await jax.init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js: the WebGPU device does not start');
  jax.defaultDevice('webgpu');
  return {
    prepare: (row: Row) => {
      if (row.kind === 'network') return network(jax, row);
      if (row.kind === 'explained') throw new Error(`${row.name}: only Lamplight explains networks`);
      return row.kind === 'training'
        ? training(jax, row)
        : row.kind === 'forward'
          ? forward(jax, row)
          : gradients(jax, row);
    },
  };
}

async function upload(jax: Jax, array: HostArray): Promise<jaxJs.Array> {
  const { data, shape } = arrange(array, array.jax);
  return jax.numpy.array(array.indices ? Int32Array.from(data) : data, { shape }).blockUntilReady();
}

async function read(scalar: jaxJs.Array): Promise<number> {
  const [value] = await scalar.data();
  return value!;
}

async function forward(jax: Jax, row: FunctionRow): Promise<Work> {
  const xs = await Promise.all(row.inputs().map((input) => upload(jax, input)));
  const f = jax.jit((...given: jaxJs.Array[]) => row.jax(jax, ...given));
  return steps(() => f(...xs.map((x) => x.ref)));
}

async function network(jax: Jax, row: NetworkRow): Promise<Work> {
  const graph = row.graph();
  const parameters: jaxJs.Tree = {};
  for (const [name, array] of Object.entries(row.weights())) parameters[name] = await upload(jax, array);
  const x = await upload(jax, row.images());
  const f = jax.jit((p: jaxJs.Tree, images: jaxJs.Array) => runInJax(jax, graph, p, images, { training: false }));
  return steps(() => f(jax.tree.ref(parameters), x.ref));
}

function steps(run: () => jaxJs.Array): Work {
  let y: jaxJs.Array | null = null;
  return {
    async step() {
      y?.dispose();
      y = run();
      return read(y.shape.length === 0 ? y.ref : y.ref.slice(...y.shape.map(() => -1)));
    },
    async outputs() {
      return { y: Float32Array.from(await y!.ref.data()) };
    },
  };
}

async function gradients(jax: Jax, row: FunctionRow): Promise<Work> {
  const { numpy: np } = jax;
  const xs = await Promise.all(row.inputs().map((input) => upload(jax, input)));
  const loss = (...given: jaxJs.Array[]) =>
    np
      .square(row.jax(jax, ...given))
      .sum()
      .mul(0.5);
  const run = jax.jit(jax.valueAndGrad(loss, { argnums: xs.map((_, i) => i) }));
  let grads: jaxJs.Array[] = [];
  return {
    async step() {
      jax.tree.dispose(grads);
      const made = run(...xs.map((x) => x.ref));
      grads = made[1];
      return read(made[0]);
    },
    async outputs() {
      const outputs: Outputs = {};
      for (const [i, grad] of grads.entries()) outputs[`gradient ${i}`] = Float32Array.from(await grad.ref.data());
      return outputs;
    },
  };
}

interface State {
  parameters: jaxJs.Tree;
  m: jaxJs.Tree;
  v: jaxJs.Tree;
  t: jaxJs.Array;
}

async function training(jax: Jax, row: TrainingRow): Promise<Work> {
  const { numpy: np } = jax;
  const { beta1, beta2, epsilon } = adam;
  const state: State = { parameters: {}, m: {}, v: {}, t: np.zeros([]) };
  for (const [name, array] of Object.entries(row.parameters())) {
    const parameter = await upload(jax, array);
    state.parameters[name] = parameter;
    state.m[name] = np.zeros(parameter.shape);
    state.v[name] = np.zeros(parameter.shape);
  }
  const batch = row.batch();
  const count = batch.labels.length;
  const x = await upload(jax, batch.x);
  const oneHot = new Float32Array(count * row.classes);
  for (const [i, label] of batch.labels.entries()) oneHot[i * row.classes + label] = 1;
  const labels = await upload(jax, { shape: [count, row.classes], data: oneHot });

  const lossOf = (parameters: jaxJs.Tree, images: jaxJs.Array, targets: jaxJs.Array) =>
    jax.nn
      .logSoftmax(row.jax(jax, parameters, images), -1)
      .mul(targets)
      .sum()
      .mul(-1 / count);

  const step = jax.jit(
    ({ parameters, m, v, t }: State, images: jaxJs.Array, targets: jaxJs.Array): [State, jaxJs.Array] => {
      const [loss, grads] = jax.valueAndGrad(lossOf)(jax.tree.ref(parameters), images, targets);
      const next: State = { parameters: {}, m: {}, v: {}, t: t.add(1) };
      /** 1 − βᵗ */
      const correction = (beta: number) =>
        np
          .exp(next.t.ref.mul(Math.log(beta)))
          .mul(-1)
          .add(1);
      for (const name of Object.keys(parameters)) {
        const gradient = grads[name]!;
        const mean = m[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
        const square = v[name]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
        const direction = mean.ref.div(correction(beta1)).div(np.sqrt(square.ref.div(correction(beta2))).add(epsilon));
        next.parameters[name] = parameters[name]!.sub(direction.mul(row.learningRate));
        next.m[name] = mean;
        next.v[name] = square;
      }
      return [next, loss];
    },
  );
  let current = state;
  return {
    async step() {
      const [next, loss] = step(current, x.ref, labels.ref);
      current = next;
      return read(loss);
    },
    outputs: async () => ({}),
  };
}
