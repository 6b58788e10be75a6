// Lamplight's part in the benchmark, written as whoever knows PyTorch writes: at the top level, nothing scoped, kept or disposed.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import type { HostArray } from '../inputs';
import type { FunctionRow, Row, TrainingRow } from '../rows/row';
import { adam, type Library, type Outputs, type Work } from './library';

export async function open(): Promise<Library> {
  // While others are timed, nothing is measured in the background.
  await torch.init({ tuning: false });
  return {
    prepare: (row: Row) =>
      row.kind === 'training' ? training(row) : row.kind === 'forward' ? forward(row) : gradients(row),
  };
}

const upload = ({ data, shape, indices }: HostArray): Tensor =>
  torch.tensor(data, indices ? { dtype: 'int64' } : {}).reshape(shape);

const floats = async (tensor: Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data());

/** Milliseconds on the GPU of everything that `step` dispatches, where the device has timestamps. */
function timed(step: () => Promise<number>): Pick<Work, 'gpuTime'> {
  if (!torch.gpu.adapterInfo()?.features.has('timestamp-query')) return {};
  return { gpuTime: () => gpuTime(step) };
}

async function gpuTime(step: () => unknown): Promise<number> {
  return (await torch.gpu.profile(step)).milliseconds;
}

async function forward(row: FunctionRow): Promise<Work> {
  const xs = row.inputs().map(upload);
  await torch.synchronize();
  let y: Tensor | null = null;
  const step = async () => {
    y = row.lamplight(...xs);
    return y.shape.length === 0 ? y.item() : y.at(...y.shape.map(() => -1)).item();
  };
  return {
    step,
    async outputs() {
      return { y: await floats(y!) };
    },
    ...timed(step),
  };
}

async function gradients(row: FunctionRow): Promise<Work> {
  const xs = row.inputs().map(upload);
  await torch.synchronize();
  for (const x of xs) x.requiresGrad_();
  const step = async () => {
    for (const x of xs) x.grad = null;
    const y = row.lamplight(...xs);
    const loss = y.square().sum().mul(0.5);
    loss.backward();
    return loss.item();
  };
  return {
    step,
    async outputs() {
      const outputs: Outputs = {};
      for (const [i, x] of xs.entries()) {
        outputs[`gradient ${i}`] = await floats(x.grad!);
        x.grad = null;
      }
      return outputs;
    },
    ...timed(step),
  };
}

async function training(row: TrainingRow): Promise<Work> {
  const model = row.lamplight();
  const weights = Object.entries(row.parameters()).map(([name, array]) => [name, upload(array)] as const);
  model.loadStateDict(Object.fromEntries(weights));
  const optimizer = new optim.Adam(model.parameters(), {
    lr: row.learningRate,
    betas: [adam.beta1, adam.beta2],
    eps: adam.epsilon,
  });
  const lossFn = new nn.CrossEntropyLoss();
  const batch = row.batch();
  const x = upload(batch.x);
  const labels = torch.tensor(batch.labels, { dtype: 'int64' });
  await torch.synchronize();
  return {
    async step() {
      optimizer.zeroGrad();
      const loss = lossFn(model(x), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    },
    outputs: async () => ({}),
  };
}
