// jax-js's part in the benchmark: every step is one function under `jit`, whose arguments are owned as its documentation asks.
import * as jax from 'peer:jax-js';
import { arrange, type HostArray } from '../inputs';
import { runInJax } from '../networks/jax-js';
import type { FunctionRow, NetworkRow, Row, TrainingRow } from '../rows/row';
import { adam, type Library, type Outputs, type Work } from './library';

const { numpy: np } = jax;

export async function open(): Promise<Library> {
  const devices = await jax.init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js: the WebGPU device does not start');
  jax.defaultDevice('webgpu');
  return {
    prepare: (row: Row) => {
      if (row.kind === 'network') return network(row);
      if (row.kind === 'explained') throw new Error(`${row.name}: only Lamplight explains networks`);
      return row.kind === 'training' ? training(row) : row.kind === 'forward' ? forward(row) : gradients(row);
    },
  };
}

async function upload(array: HostArray): Promise<jax.Array> {
  const { data, shape } = arrange(array, array.jax);
  return np.array(array.indices ? Int32Array.from(data) : data, { shape }).blockUntilReady();
}

async function read(scalar: jax.Array): Promise<number> {
  const [value] = await scalar.data();
  return value!;
}

async function forward(row: FunctionRow): Promise<Work> {
  const xs = await Promise.all(row.inputs().map(upload));
  const f = jax.jit((...given: jax.Array[]) => row.jax(jax, ...given));
  return steps(() => f(...xs.map((x) => x.ref)));
}

async function network(row: NetworkRow): Promise<Work> {
  const graph = row.graph();
  const parameters: jax.Tree = {};
  for (const [name, array] of Object.entries(row.weights())) parameters[name] = await upload(array);
  const x = await upload(row.images());
  const f = jax.jit((p: jax.Tree, images: jax.Array) => runInJax(jax, graph, p, images, { training: false }));
  return steps(() => f(jax.tree.ref(parameters), x.ref));
}

function steps(run: () => jax.Array): Work {
  let y: jax.Array | null = null;
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

async function gradients(row: FunctionRow): Promise<Work> {
  const xs = await Promise.all(row.inputs().map(upload));
  const loss = (...given: jax.Array[]) =>
    np
      .square(row.jax(jax, ...given))
      .sum()
      .mul(0.5);
  const run = jax.jit(jax.valueAndGrad(loss, { argnums: xs.map((_, i) => i) }));
  let grads: jax.Array[] = [];
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
  parameters: jax.Tree;
  m: jax.Tree;
  v: jax.Tree;
  t: jax.Array;
}

async function training(row: TrainingRow): Promise<Work> {
  const { beta1, beta2, epsilon } = adam;
  const state: State = { parameters: {}, m: {}, v: {}, t: np.zeros([]) };
  for (const [name, array] of Object.entries(row.parameters())) {
    const parameter = await upload(array);
    state.parameters[name] = parameter;
    state.m[name] = np.zeros(parameter.shape);
    state.v[name] = np.zeros(parameter.shape);
  }
  const batch = row.batch();
  const count = batch.labels.length;
  const x = await upload(batch.x);
  const oneHot = new Float32Array(count * row.classes);
  for (const [i, label] of batch.labels.entries()) oneHot[i * row.classes + label] = 1;
  const labels = await upload({ shape: [count, row.classes], data: oneHot });

  const lossOf = (parameters: jax.Tree, images: jax.Array, targets: jax.Array) =>
    jax.nn
      .logSoftmax(row.jax(jax, parameters, images), -1)
      .mul(targets)
      .sum()
      .mul(-1 / count);

  const step = jax.jit(({ parameters, m, v, t }: State, images: jax.Array, targets: jax.Array): [State, jax.Array] => {
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
  });
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
