// Checks batch, instance, group, RMS and local response normalisation, and running statistics, against PyTorch.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface NormCase extends FixtureCase {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly mode: 'train' | 'eval';
  readonly text: string;
}

const fixture = await loadFixture<NormCase>('channel-norm');
const LayerTypes = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;
const tolerance = { rtol: 2e-5, atol: 2e-5 };
const statistics = ['running_mean', 'running_var', 'num_batches_tracked'];

describe('normalising layers against PyTorch', () => {
  test.concurrent.each(sampled(fixture.cases, 8))('$name', async ({ name, module, args, options, mode, text }) => {
    const array = (part: string) => fixture.tensor(`${name}/${part}`);
    const has = (part: string) => fixture.has(`${name}/${part}`);
    const layer = new LayerTypes[module]!(...args, ...(Object.keys(options).length > 0 ? [options] : []));
    expect(`${layer}`).toBe(text);
    const state = Object.fromEntries([
      ...['weight', 'bias'].filter(has).map((key) => [key, fromFixture(array(key))]),
      ...statistics.filter((key) => has(`before_${key}`)).map((key) => [key, fromFixture(array(`before_${key}`))]),
    ]);
    expect(Object.keys(layer.stateDict())).toEqual(Object.keys(state));
    layer.loadStateDict(state);
    layer.train(mode === 'train');
    const input = fromFixture(array('input'), true);
    const output = layer(input) as Tensor;
    await expectClose(output, array('output'), tolerance);
    output.backward(fromFixture(array('dy')));
    await expectClose(input.grad!, array('grad_input'), tolerance);
    for (const [key, parameter] of layer.namedParameters()) {
      await expectClose(parameter.grad!, array(`grad_${key}`), tolerance);
    }
    const expected = mode === 'train' ? 'after' : 'before';
    for (const [key, buffer] of layer.namedBuffers()) {
      await expectClose(buffer, array(`${expected}_${key}`), tolerance);
    }
  });
});

describe('normalising layers', () => {
  test('keep running statistics over many steps inside of models and scopes', async () => {
    torch.manualSeed(0);
    const norm = torch.scope(() => new nn.BatchNorm1d(2));
    const model = new nn.Sequential(new nn.Linear(3, 2), norm, new nn.ReLU());
    for (let step = 0; step < 20; step++) {
      torch.scope(() => model(torch.randn(8, 3)).sum().backward());
      if (step % 5 === 0) await norm.runningMean!.data();
    }
    expect(await norm.numBatchesTracked!.item()).toBe(20);
    const x = torch.randn(4, 3);
    const hidden = model[0]!(x);
    const [mean, variance] = [norm.runningMean!, norm.runningVar!];
    const expected = hidden.sub(mean).div(variance.add(1e-5).sqrt()).relu();
    expect(await torch.allclose(model.eval()(x), expected, { atol: 1e-5 })).toBe(true);
    expect(await norm.numBatchesTracked!.item()).toBe(20);
    norm.resetRunningStats();
    expect([await norm.runningMean!.tolist(), await norm.runningVar!.tolist()]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('take whole numbers as weights and statistics', async () => {
    const [weight, bias, mean, variance] = [
      [1, 2],
      [0, 1],
      [1, 0],
      [4, 1],
    ].map((each) => torch.tensor(each));
    const y = F.batchNorm(torch.tensor([[3, 2]]).float(), mean!, variance!, { weight, bias });
    const [row] = (await y.tolist()) as [number[]];
    expect(row[0]).toBeCloseTo(1, 4);
    expect(row[1]).toBeCloseTo(5, 4);
    const z = F.batchNorm(
      torch
        .tensor([
          [1, 2],
          [3, 6],
        ])
        .float(),
      null,
      null,
      { weight, training: true },
    );
    const [first] = (await z.tolist()) as [number[]];
    expect(first[0]).toBeCloseTo(-1, 4);
    expect(first[1]).toBeCloseTo(-2, 4);
  });

  test('say what they want', () => {
    expect(() => new nn.BatchNorm2d(3)(torch.zeros(2, 3))).toThrow(/BatchNorm2d: expected 4-D input .* 2-D/);
    expect(() => new nn.BatchNorm2d(3)(torch.zeros(2, 4, 2, 2))).toThrow(
      /batchNorm: expected runningMean .*\[4\].*\[3\]/,
    );
    expect(() => new nn.BatchNorm1d(3)(torch.zeros(1, 3))).toThrow(/more than 1 value per channel/);
    expect(() => new nn.InstanceNorm2d(3)(torch.zeros(2, 3, 1, 1))).toThrow(/more than 1 spatial element/);
    expect(() => new nn.GroupNorm(2, 3)).toThrow(/numChannels to be a multiple of numGroups, but got 3 and 2/);
    expect(() => F.groupNorm(torch.zeros(2, 3, 4), 2)).toThrow(/3 channels and 2 groups/);
    expect(() => F.rmsNorm(torch.zeros(2, 5), [4])).toThrow(/rmsNorm: .*\[4\].*\[2, 5\]/);
    expect(() => F.localResponseNorm(torch.zeros(2, 5), 2)).toThrow(/at least rank 3/);
  });
});
