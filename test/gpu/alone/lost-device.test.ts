import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';
import { afterEach, expect, test } from 'vitest';
import { mnistImages } from '../../support/mnist-files';

const weightsOf = async (model: nn.Module) =>
  Promise.all(model.parameters().map(async (parameter) => Array.from(await parameter.data())));

function trainer() {
  torch.manualSeed(0);
  const dataset = new data.TensorDataset(torch.rand(40, 4), torch.randint(0, 3, [40]));
  const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  const step = (inputs: torch.Tensor, labels: torch.Tensor) => {
    optimizer.zeroGrad();
    const loss = lossFn(model(inputs), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { dataset, model, step };
}

const batch = () => [torch.rand(10, 4), torch.randint(0, 3, [10])] as const;

afterEach(async () => {
  await torch.synchronize().catch(() => {});
});

test('a device lost in mid-training is reported at the next read-back, weights come back, and training goes on', async () => {
  const { model, step } = trainer();
  for (let i = 0; i < 5; i++) step(...batch());
  await torch.gpu.snapshot();
  const before = await weightsOf(model);

  torch.gpu.device()!.destroy();
  const lost = step(...batch());
  await expect(lost.item()).rejects.toThrow(torch.DeviceLostError);

  expect(await weightsOf(model)).toEqual(before);
  const loss = await step(...batch()).item();
  expect(Number.isFinite(loss)).toBe(true);
  expect(await weightsOf(model)).not.toEqual(before);
});

test('the message of a lost device says what happened to the weights', async () => {
  const { step } = trainer();
  await step(...batch()).item();
  torch.gpu.device()!.destroy();
  await expect(step(...batch()).item()).rejects.toThrow(
    /GPU device was lost.*Weights are restored to their last snapshot/s,
  );
});

test('a loop over a loader that never reads back hears of the lost device from the loader', async () => {
  const { dataset, step } = trainer();
  const loader = new data.DataLoader(dataset, { batchSize: 10 });
  await expect(
    (async () => {
      for (let epoch = 0; epoch < 10; epoch++) {
        for await (const [inputs, labels] of loader) {
          step(inputs, labels);
          if (epoch === 1) torch.gpu.device()?.destroy();
        }
      }
    })(),
  ).rejects.toThrow(torch.DeviceLostError);
});

test('a data set of images is put on the new device again', async () => {
  const { images, labels } = mnistImages(8);
  const set = await vision.datasets.MNIST({ images, labels }, { transform: new vision.transforms.ToTensor() });
  const read = async () => {
    for await (const [batch, targets] of new data.DataLoader(set, { batchSize: 8 })) {
      return [Array.from(await batch.data()), Array.from(await targets.data())];
    }
    return null;
  };
  const before = await read();
  const device = torch.gpu.device()!;
  device.destroy();
  await device.lost;
  await expect(torch.synchronize()).rejects.toThrow(torch.DeviceLostError);
  expect(await read()).toEqual(before);
});

test('tensors that lived on the lost device say so', async () => {
  const x = torch.rand(3).mul(2);
  await x.data();
  torch.gpu.device()!.destroy();
  await torch.synchronize().catch(() => {});
  await expect(x.data()).rejects.toThrow(torch.DeviceLostError);
  expect(await torch.ones(2).data()).toEqual(new Float32Array([1, 1]));
});
