// Loaders with Web Workers: what they hand over is collated and trained with, their errors arrive, and they are let go.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { caught } from '../support/caught';
import { doing, ended } from '../support/page-workers';
import { datasets } from '../support/served-data';
import { settled } from '../support/settled';

test('items and batches are those of the page, whatever they hold', async () => {
  const read = async (options: object) => {
    const seen: unknown[] = [];
    for await (const batch of new data.DataLoader(datasets.everything(7), { batchSize: 3, ...options })) {
      const { bytes, row, column, ones, nested, ...rest } = batch as Record<string, Tensor> & {
        nested: [Tensor, { wide: Tensor }];
      };
      const tensors = [bytes!, row!, column!, ones!, nested[0], nested[1].wide];
      seen.push([await Promise.all([...tensors, rest.number!, rest.yes!].map((x) => x.tolist())), rest.text]);
    }
    return seen;
  };
  const before = ended;
  const there = await read({ numWorkers: 1, worker: doing({ kind: 'everything', length: 7 }) });
  expect(there).toEqual(await read({}));
  expect(ended - before).toBe(1);
});

test('in steady state a step is one submit, and creates nothing', async () => {
  const batchSize = 4;
  const length = 76 * batchSize;
  const worker = doing({ kind: 'picturesAndLabels', length });
  const dataset = datasets.picturesAndLabels(length);
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(18, 3));
  const loss = new nn.CrossEntropyLoss();
  const sgd = new optim.SGD(model.parameters(), { lr: 0.01 });
  const steps: torch.gpu.GpuStats[] = [];
  for await (const [x, y] of new data.DataLoader(dataset, { batchSize, numWorkers: 1, worker, shuffle: true })) {
    sgd.zeroGrad();
    loss(model(x.to('float32')), y).backward();
    sgd.step();
    steps.push(torch.gpu.stats());
    if (steps.length === 50) await settled();
  }
  const counted = (name: keyof torch.gpu.GpuStats) =>
    steps.slice(60).map((after, i) => after[name] - steps[59 + i]![name]);
  const none = new Array(16).fill(0);
  expect(counted('submits')).toEqual(none.map(() => 1));
  expect(counted('buffersCreated')).toEqual(none);
  expect(counted('bindGroupsCreated')).toEqual(none);
  expect(counted('pipelinesCreated')).toEqual(none);
});

test('an operation on tensors in a worker is refused, with the sample and the stack', async () => {
  const worker = doing({ kind: 'failing' });
  const error = await caught(new data.DataLoader(datasets.failing(10), { sampler: [0, 6], numWorkers: 1, worker }));
  expect(error).toBeInstanceOf(torch.WorkerError);
  expect(error.message).toMatch(/^mul: expected no operations on tensors in a worker.*sample 6\)$/);
  expect(error.stack).toMatch(/at .*get .*served-data/);
});
