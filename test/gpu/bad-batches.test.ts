// What goes wrong in the middle of training: nothing of it may reach the weights, and each is reported as what it is.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, describe, expect, test, vi } from 'vitest';

const weightsOf = (model: nn.Module) =>
  Promise.all(model.parameters().map(async (parameter) => Array.from(await parameter.data())));

function trainer() {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  const step = (inputs: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = lossFn(model(inputs), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, step };
}

const goodBatch = () => [torch.rand(10, 4), torch.randint(0, 3, [10])] as const;

afterEach(() => vi.unstubAllGlobals());

describe('labels out of range', () => {
  test.each([3, 250, -1])('label %i is reported at the next read-back; the weights are as before', async (label) => {
    const { model, step } = trainer();
    for (let i = 0; i < 3; i++) step(...goodBatch());
    const before = await weightsOf(model);
    const bad = step(torch.rand(2, 4), torch.tensor([1, label]));
    await expect(bad.item()).rejects.toThrow(torch.IndexError);
    expect(await weightsOf(model)).toEqual(before);
  });

  test('steps recorded after the bad one are not applied either, until it has been reported', async () => {
    const { model, step } = trainer();
    step(...goodBatch());
    const before = await weightsOf(model);
    step(torch.rand(2, 4), torch.tensor([0, 7]));
    const later = step(...goodBatch());
    await expect(later.item()).rejects.toThrow(
      /^crossEntropy: expected class labels from 0 to 2, but got 7.*check the targets against the number of classes/,
    );
    expect(await weightsOf(model)).toEqual(before);
    expect(Number.isFinite(await step(...goodBatch()).item())).toBe(true);
    expect(await weightsOf(model)).not.toEqual(before);
  });
});

describe('mistakes at the call', () => {
  test('a batch of the wrong shape or dtype throws before anything is recorded', async () => {
    const { model, step } = trainer();
    step(...goodBatch());
    const before = await weightsOf(model);
    expect(() => step(torch.rand(10, 5), torch.randint(0, 3, [10]))).toThrow(torch.ShapeError);
    expect(() => step(torch.randint(0, 9, [10, 4]), torch.randint(0, 3, [10]))).toThrow(torch.DTypeError);
    expect(() => step(torch.rand(10, 4), torch.rand(9))).toThrow(torch.ShapeError);
    expect(await weightsOf(model)).toEqual(before);
  });

  test('a state dict that does not fit changes nothing', async () => {
    const { model, step } = trainer();
    step(...goodBatch());
    const before = await weightsOf(model);
    const state = model.stateDict();
    const { '2.bias': bias, ...missing } = state;
    expect(() => model.loadStateDict(missing)).toThrow(/Missing key\(s\) in state_dict: "2\.bias"/);
    expect(() => model.loadStateDict({ ...state, extra: bias! })).toThrow(/Unexpected key\(s\) in state_dict: "extra"/);
    expect(() => model.loadStateDict({ '0.weight': torch.zeros(16, 4), ...state, '2.bias': torch.zeros(4) })).toThrow(
      /size mismatch for 2\.bias/,
    );
    expect(await weightsOf(model)).toEqual(before);
  });
});

describe('out of memory', () => {
  test('a tensor over the limits of the device is refused with the limit', async () => {
    const { model, step } = trainer();
    step(...goodBatch());
    const before = await weightsOf(model);
    await torch.synchronize();
    const limit = torch.gpu.adapterInfo()!.maxBufferSize;
    const huge = torch.zeros(Math.ceil(limit / 4 / 1024) + 1, 1024).add(1);
    await expect(huge.sum().item()).rejects.toThrow(torch.OutOfMemoryError);
    await expect(huge.sum().item()).rejects.toThrow(new RegExp(`limit of ${limit} bytes`));
    expect(await weightsOf(model)).toEqual(before);
  });

  test('a buffer that the GPU has no room for is reported at the next read-back', async () => {
    await torch.init();
    const device = torch.gpu.device()!;
    const scope = vi.spyOn(device, 'popErrorScope').mockResolvedValueOnce(new GPUOutOfMemoryError('no room'));
    const result = torch.rand(1000, 300).mul(2);
    await expect(
      (async () => {
        await result.sum().item();
        await torch.ones(1).add(1).item();
      })(),
    ).rejects.toThrow(/the GPU has no room for a buffer of \d+ bytes beside the \d+ bytes in use/);
    scope.mockRestore();
    expect(await torch.ones(1).add(1).item()).toBe(2);
  });
});
