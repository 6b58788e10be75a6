// Where WebGPU is not to be had: shapes, counts and printed models work all the same, and the diagnosis is honest.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { MeanAveragePrecision } from 'lamplight/metrics';
import { afterEach, expect, test, vi } from 'vitest';

// One session lives as long as the page, so each case closes it by losing its device.
async function withoutSession(): Promise<void> {
  const device = torch.gpu.device();
  device?.destroy();
  await device?.lost;
  await torch.synchronize().catch(() => {});
}

afterEach(() => vi.unstubAllGlobals());

test('no adapter: the first read-back says so, weights stay, and a later adapter is used', async () => {
  await withoutSession();
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const before = await Promise.all(model.parameters().map(async (p) => Array.from(await p.data())));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const requestAdapter = vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);

  const step = () => {
    optimizer.zeroGrad();
    const loss = model(torch.ones(3, 4)).sum();
    loss.backward();
    optimizer.step();
    return loss;
  };
  const loss = step();
  expect(loss.shape).toEqual([]);
  expect(`${model}`).toContain('(0): Linear(in_features=4, out_features=8, bias=True)');
  await expect(loss.item()).rejects.toThrow(torch.WebGPUUnavailableError);
  await expect(torch.init()).rejects.toThrow(/no adapter was found.*hardware acceleration/s);

  requestAdapter.mockRestore();
  expect(await Promise.all(model.parameters().map(async (p) => Array.from(await p.data())))).toEqual(before);
  expect(Number.isFinite(await step().item())).toBe(true);
  expect(await model.parameters()[0]!.data()).not.toEqual(new Float32Array(before[0]!));
});

test('what reads many tensors fails once, with the diagnosis', async () => {
  await withoutSession();
  const requestAdapter = vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  const metric = new MeanAveragePrecision();
  const objects = { boxes: torch.tensor([[0, 0, 2, 2]]), labels: torch.ones(1, { dtype: 'int64' }) };
  metric.update([{ ...objects, scores: torch.ones(1) }], [objects]);
  // Another rejection would be nobody's, and end a program in Node.
  await expect(metric.compute()).rejects.toThrow(torch.WebGPUUnavailableError);
  requestAdapter.mockRestore();
});

test('no WebGPU at all, and no secure context, are told apart', async () => {
  await withoutSession();
  vi.stubGlobal('navigator', {});
  await expect(torch.ones(2).add(1).data()).rejects.toThrow(/this browser does not offer WebGPU/);
  vi.stubGlobal('isSecureContext', false);
  await expect(torch.ones(2).add(1).data()).rejects.toThrow(/needs a secure context/);
});

test('nothing that needs no numbers needs a device', () => {
  const requestAdapter = vi.spyOn(navigator.gpu, 'requestAdapter');
  const x = torch.randn(2, 3, 32, 32);
  const conv = new nn.Conv2d(3, 16, 3, { padding: 1 });
  expect(conv(x).relu().sum(1).shape).toEqual([2, 32, 32]);
  expect(conv.parameters().reduce((count, p) => count + p.numel(), 0)).toBe(448);
  expect(requestAdapter).not.toHaveBeenCalled();
  requestAdapter.mockRestore();
});
