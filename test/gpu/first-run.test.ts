// A network's first run, by kernels that layers share which differ in what follows on them, beside later runs by kernels of their own.
import * as torch from 'lamplight';
import { nn, noGrad, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { engine } from '../../src/compiler/engine';

class Block extends nn.Module {
  readonly first: nn.Sequential;
  readonly second: nn.Sequential;
  constructor(
    channels: number,
    readonly out: number,
  ) {
    super();
    this.first = new nn.Sequential(
      new nn.Conv2d(channels, channels, 3, { padding: 1 }),
      new nn.BatchNorm2d(channels),
      new nn.ReLU(),
      new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(channels),
    );
    // Nothing follows on the last convolution but the next block's first.
    this.second = new nn.Sequential(
      new nn.Conv2d(channels, out, 3, { padding: 1 }),
      new nn.Hardswish(),
      new nn.Conv2d(out, out, 3, { padding: 1 }),
    );
  }
  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x).add(x).relu());
  }
}

test('layers that share a kernel at the first run compute what each computes by its own later', async () => {
  torch.manualSeed(3);
  const widths = [8, 9, 12, 16, 20];
  const blocks = widths.map((width, i) => new Block(width, widths[i + 1] ?? 4));
  const model = new nn.Sequential(...blocks).eval();
  for (const parameter of model.parameters()) noGrad(() => parameter.add_(torch.randn(parameter.shape).mul(0.1)));
  const x = torch.randn(1, 8, 11, 13);
  const run = async () => Array.from(await noGrad(() => model.forward(x)).data());
  const inPlain = async () => {
    let value = x;
    for (const block of blocks)
      value = torch.tensor(await noGrad(() => block.forward(value)).data()).reshape(1, block.out, 11, 13);
    return Array.from(await value.data());
  };
  const first = await run();
  for (let i = 0; i < 6; i++) await run();
  const before = torch.gpu.stats().pipelinesCreated;
  await engine.refined();
  expect(torch.gpu.stats().pipelinesCreated).toBeGreaterThan(before);
  expect(await run()).toEqual(first);
  expect(await inPlain()).toEqual(first);
});
