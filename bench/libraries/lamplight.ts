// Lamplight's part in the benchmark, written as whoever knows PyTorch writes: at the top level, nothing scoped, kept or disposed.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import * as onnx from 'lamplight/onnx';
import type { HostArray } from '../inputs';
import { safetensorsOf } from '../networks/weights-file';
import type { FunctionRow, NetworkRow, Row, TrainingRow } from '../rows/row';
import { adam, type Library, type Outputs, type Work } from './library';

export async function open(): Promise<Library> {
  // While others are timed, nothing is measured in the background.
  await torch.init({ tuning: false });
  return {
    prepare: (row: Row) => {
      if (row.kind === 'network') return network(row);
      if (row.kind === 'explained') return explained(row.open().lamplight);
      return row.kind === 'training' ? training(row) : row.kind === 'forward' ? forward(row) : gradients(row);
    },
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
  return steps(() => row.lamplight(...xs));
}

/** A network of ours with the weights of a row, which it gets as those of a file. */
async function loaded(
  build: () => nn.UnaryModule,
  weights: Readonly<Record<string, HostArray>>,
): Promise<nn.UnaryModule> {
  const state = await torch.load<Record<string, Tensor>>(safetensorsOf(weights));
  const model = build();
  // What counts batches, and in training the statistics, begin as the network has them.
  const { missingKeys } = model.loadStateDict(state, { strict: false });
  const missing = missingKeys.find((name) => !/num_batches_tracked|running_(mean|var)$/.test(name));
  if (missing !== undefined) throw new Error(`lamplight: the row has no weights for ${missing}`);
  return model;
}

async function network(row: NetworkRow): Promise<Work> {
  const built = (await loaded(row.lamplight, row.weights())).eval();
  const x = upload(row.images());
  const model = row.imported ? await onnx.load(await onnx.export(built, x)) : built;
  await torch.synchronize();
  return steps(() => torch.noGrad(() => model(x)));
}

/** What explains a network, however it does. */
export async function explained(run: () => Tensor | Promise<Tensor>): Promise<Work> {
  await torch.synchronize();
  return steps(run);
}

function steps(run: () => Tensor | Promise<Tensor>): Work {
  let y: Tensor | null = null;
  const step = async () => {
    y = await run();
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
  const model = await loaded(row.lamplight, row.parameters());
  const optimizer = new optim.Adam(model.parameters(), {
    lr: row.learningRate,
    betas: [adam.beta1, adam.beta2],
    eps: adam.epsilon,
  });
  const lossFn = new nn.CrossEntropyLoss();
  const batch = row.batch();
  const x = upload(batch.x);
  const labels = torch.tensor(batch.labels, { dtype: 'int64' }).reshape(batch.labelShape ?? [batch.labels.length]);
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
