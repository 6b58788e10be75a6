// How many kernels a network is compiled by at its first run, and later, on a device that computes nothing.
import * as torch from 'lamplight';
import { nn, noGrad, optim } from 'lamplight';
import { models } from 'lamplight/vision';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { writing } from '../../src/engine/wgsl/unroll';
import { nullDevice } from '../support/null-device';

beforeAll(async () => {
  await torch.init({ device: await nullDevice(), kernels: 'software', tuning: false });
});
afterAll(() => engine.forget());

/** Pipelines that are created until what `run` records has been sent; nothing is read, since such a device gives anything. */
async function created(run: () => void): Promise<number> {
  const before = torch.gpu.stats().pipelinesCreated;
  run();
  await torch.synchronize();
  return torch.gpu.stats().pipelinesCreated - before;
}

/** The sources that are written out from now on, with their marked loops. */
function writtenOut(): readonly string[] {
  const { now } = writing;
  const sources: string[] = [];
  vi.spyOn(writing, 'now', 'get').mockReturnValue({
    ...now,
    writtenOut(source, sizes) {
      sources.push(source);
      return now.writtenOut(source, sizes);
    },
  });
  return sources;
}

/** The same layers with weights that nobody draws. */
function zeroed<M extends nn.Module>(model: M): M {
  noGrad(() => {
    for (const parameter of model.parameters()) parameter.zero_();
  });
  return model;
}

test('the layers of a kind share kernels at the first run, and get their own once a network runs often', async () => {
  const model = zeroed(models.resnet18()).eval();
  const run = (size: number) => created(() => noGrad(() => model(torch.zeros(1, 3, size, size))));
  await torch.synchronize();
  const sources = writtenOut();
  // 3 × 3 taps, whatever follows on them, and at stride 2; 7 × 7; 1 × 1; what fills; two poolings, the classifier.
  expect(await run(64)).toBeLessThanOrEqual(8);
  // Of kernels that are not compiled yet, no loop is written out, which takes as long as a tenth of the first run.
  const convolutions = sources.filter((source) => /\bconst TX\b/.test(source));
  expect(convolutions.length).toBeGreaterThan(0);
  expect(convolutions.length).toBeLessThanOrEqual(4);
  expect(await run(64)).toBe(0);
  // Other sizes: pointwise kernels and sums have another layout, convolutions are there.
  expect(await run(96)).toBeLessThanOrEqual(3);
  for (let i = 0; i < 6; i++) await run(64);
  const before = torch.gpu.stats().pipelinesCreated;
  await engine.refined();
  const own = torch.gpu.stats().pipelinesCreated - before;
  expect(own).toBeGreaterThan(0);
  expect(await run(64)).toBe(0);
});

test('a network whose runs take seconds gets kernels of its own at its second', async () => {
  // Dawn's package makes another object of the queue each time that it is asked for.
  const queue = Object.getPrototypeOf(engine.device!.queue) as GPUQueue;
  const finished = vi.spyOn(queue, 'onSubmittedWorkDone').mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    return undefined;
  });
  const model = zeroed(models.resnet18()).eval();
  const run = () => created(() => noGrad(() => model(torch.zeros(2, 3, 32, 32))));
  // The first of all writes the weights, too, and has a plan of its own.
  await run();
  await run();
  const before = torch.gpu.stats().pipelinesCreated;
  await run();
  await engine.refined();
  const own = torch.gpu.stats().pipelinesCreated - before;
  finished.mockRestore();
  expect(own).toBeGreaterThan(0);
  expect(await run()).toBe(0);
});

test('a step of training has its own kernels from the first', async () => {
  const layers = [new nn.Conv2d(3, 16, 3), new nn.Flatten(), new nn.Linear(16 * 14 * 14, 4)];
  const model = zeroed(new nn.Sequential(...layers));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = () =>
    created(() => {
      optimizer.zeroGrad();
      model(torch.zeros(2, 3, 16, 16))
        .sum()
        .backward();
      optimizer.step();
    });
  await step();
  await step();
  for (let i = 0; i < 8; i++) expect(await step()).toBe(0);
  await engine.refined();
  expect(await step()).toBe(0);
});
