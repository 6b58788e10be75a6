// Where WebGPU is not to be had: shapes, counts and printed models work all the same, and the diagnosis is honest.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { Callback, LightningModule, Trainer, Tuner } from 'lamplight/lightning';
import { MeanAveragePrecision } from 'lamplight/metrics';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

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
  await expect(torch.init({ powerPreference: 'low-power' })).rejects.toThrow(/no adapter was found/);
  // Of two GPUs the stronger one is asked for, unless the program says otherwise.
  const asked = requestAdapter.mock.calls.map(([options]) => options?.powerPreference);
  expect([asked.at(-1), ...new Set(asked.slice(0, -1))]).toEqual(['low-power', 'high-performance']);

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

/** A plain training step, whose loss is nobody's. */
function training() {
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = () => {
    optimizer.zeroGrad();
    torch.scope(() => model(torch.ones(3, 4)).sum().backward());
    optimizer.step();
  };
  return { model, step };
}

describe('a loop that reads no loss hears that its steps are not taken', () => {
  const { requestAdapter } = navigator.gpu;
  beforeEach(async () => {
    await withoutSession();
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  });
  afterEach(() => {
    navigator.gpu.requestAdapter = requestAdapter;
  });

  test('from synchronize(), once', async () => {
    const { step } = training();
    for (let i = 0; i < 3; i++) step();
    await expect(torch.synchronize()).rejects.toThrow(torch.WebGPUUnavailableError);
    await torch.synchronize();
  });

  test('from synchronize() where values alone were computed', async () => {
    torch.rand(5, 6).matmul(torch.rand(6, 5));
    await expect(torch.synchronize()).rejects.toThrow(torch.WebGPUUnavailableError);
  });

  test('from the weights, which stand on the host, once', async () => {
    const { model, step } = training();
    const [weight] = model.parameters();
    const before = await weight!.tolist();
    for (let i = 0; i < 3; i++) step();
    await expect(weight!.tolist()).rejects.toThrow(torch.WebGPUUnavailableError);
    expect(await weight!.tolist()).toEqual(before);
    await torch.synchronize();
  });

  test('from the loader that feeds it', async () => {
    const { step } = training();
    const numbers = new data.TensorDataset(torch.arange(12));
    const loop = async () => {
      for await (const _ of new data.DataLoader(numbers, { batchSize: 2 })) step();
    };
    await expect(loop()).rejects.toThrow(torch.WebGPUUnavailableError);
  });

  test('from warmup, explain, tune and snapshot', async () => {
    const { step } = training();
    await expect(torch.warmup(step)).rejects.toThrow(torch.WebGPUUnavailableError);
    await expect(torch.gpu.explain(step)).rejects.toThrow(torch.WebGPUUnavailableError);
    await expect(torch.gpu.tune(step)).rejects.toThrow(torch.WebGPUUnavailableError);
    step();
    await expect(torch.gpu.snapshot()).rejects.toThrow(torch.WebGPUUnavailableError);
  });

  test('and not from another loop, when a device has come since and a read has said so', async () => {
    const { model, step } = training();
    for (let i = 0; i < 3; i++) step();
    const [weight] = model.parameters();
    await expect(weight!.tolist()).rejects.toThrow(torch.WebGPUUnavailableError);
    navigator.gpu.requestAdapter = requestAdapter;
    step();
    await torch.synchronize();
    expect((await weight!.data()).every(Number.isFinite)).toBe(true);
  });
});

describe('a Trainer without a device', () => {
  class Net extends LightningModule {
    readonly layer = new nn.Linear(4, 2);
    batchSize = 2;
    override forward(x: torch.Tensor): torch.Tensor {
      return this.layer(x);
    }
    override trainingStep(batch: unknown): torch.Tensor {
      return this.layer((batch as [torch.Tensor])[0]).sum();
    }
    override validationStep(batch: unknown): void {
      this.log('loss', this.layer((batch as [torch.Tensor])[0]).sum());
    }
    override testStep(batch: unknown): void {
      this.validationStep(batch);
    }
    override predictStep(batch: unknown): torch.Tensor {
      return this.layer((batch as [torch.Tensor])[0]);
    }
    override configureOptimizers() {
      return new optim.SGD(this.parameters(), { lr: 0.1 });
    }
    override trainDataloader() {
      return loader();
    }
  }
  const loader = () => new data.DataLoader(new data.TensorDataset(torch.ones(8, 4)), { batchSize: 2 });
  const { requestAdapter } = navigator.gpu;

  beforeEach(async () => {
    await withoutSession();
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  });
  afterEach(() => {
    navigator.gpu.requestAdapter = requestAdapter;
  });

  test.each(['fit', 'validate', 'test', 'predict'] as const)('%s says so before its bar begins', async (name) => {
    const shown: string[] = [];
    class Bar extends Callback {
      override onTrainStart() {
        shown.push('train');
      }
      override onSanityCheckStart() {
        shown.push('check');
      }
      override onValidationStart() {
        shown.push('validation');
      }
      override onTestStart() {
        shown.push('test');
      }
      override onPredictStart() {
        shown.push('predict');
      }
    }
    const trainer = new Trainer({ maxEpochs: 1, logger: false, enableCheckpointing: false, callbacks: [new Bar()] });
    await expect(trainer[name](new Net(), loader())).rejects.toThrow(torch.WebGPUUnavailableError);
    expect(shown).toEqual([]);
    expect(trainer.state.status).toBe('interrupted');
  });

  test('scaleBatchSize and lrFind say so, and the module is as it was', async () => {
    const net = new Net();
    const tuner = new Tuner(new Trainer({ logger: false, enableCheckpointing: false }));
    const before = await net.layer.weight.tolist();
    await expect(tuner.scaleBatchSize(net)).rejects.toThrow(torch.WebGPUUnavailableError);
    await expect(tuner.lrFind(net, loader(), { updateAttr: false })).rejects.toThrow(torch.WebGPUUnavailableError);
    expect(await net.layer.weight.tolist()).toEqual(before);
  });
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
