// The modules of vision.ops beside torchvision's: printed text, keys, what a seed draws, outputs and gradients.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { ops } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

/** Sum and norm. */
type Sums = Readonly<Record<string, readonly [number, number]>>;

interface Layer extends FixtureCase {
  readonly text: string;
  readonly state: Sums;
  readonly grads: Sums;
  readonly shapes: readonly (readonly number[])[] | null;
  readonly seed: number | null;
  readonly inputs: readonly (string | readonly string[])[];
  readonly outputs: readonly string[];
}

const fixture = await loadFixture<Layer>('detection_layers');

const makers: Readonly<Record<string, () => nn.Module>> = {
  pyramid: () => new ops.FeaturePyramidNetwork([4, 6, 3], 5, new ops.LastLevelMaxPool()),
  pyramidP6P7: () => new ops.FeaturePyramidNetwork([4, 6], 5, { extraBlocks: new ops.LastLevelP6P7(6, 5) }),
  pyramidP5: () =>
    new ops.FeaturePyramidNetwork([4, 6], 5, new ops.LastLevelP6P7(5, 5), (n: number) => new ops.FrozenBatchNorm2d(n)),
  frozen() {
    const module = new ops.FrozenBatchNorm2d(3, { eps: 0.01 });
    module.buffers().forEach((buffer, i) => {
      torch.manualSeed(i);
      buffer.copy_(torch.rand(3).add(0.5));
    });
    return module;
  },
  scales: () => new ops.MultiScaleRoIAlign(['0', '1', '2'], [3, 2], 2, { canonicalScale: 28, canonicalLevel: 3 }),
  oneScale: () => new ops.MultiScaleRoIAlign(['1'], 2, -1),
  RoIPool: () => new ops.RoIPool(3, 0.5),
  RoIPoolPair: () => new ops.RoIPool([3, 2], 1),
  RoIAlign: () => new ops.RoIAlign(7, 0.25, 2),
  RoIAlignHalf: () => new ops.RoIAlign([7, 3], 1, -1, { aligned: true }),
  PSRoIPool: () => new ops.PSRoIPool({ outputSize: 3, spatialScale: 0.5 }),
  deform: () => new ops.DeformConv2d(4, 6, 3, { padding: 1 }),
  deformGroups: () => new ops.DeformConv2d(4, 6, [3, 1], 2, 1, 2, 2, false),
  dropBlock2d: () => new ops.DropBlock2d(0.2, 3),
  dropBlock3d: () => new ops.DropBlock3d(0.3, 3, { eps: 0.1 }),
  dropBlockWide: () => new ops.DropBlock2d(0.4, 7),
  stochasticDepth: () => new ops.StochasticDepth(0.4, 'row'),
  stochasticBatch: () => new ops.StochasticDepth(0.4, 'batch'),
  squeeze: () => new ops.SqueezeExcitation(4, 2),
  conv3d: () => new ops.Conv3dNormActivation(2, 3, 3, 1, null, 1, null),
  mlp: () => new ops.MLP(5, [4, 3], null, nn.GELU),
  permute: () => new ops.Permute([0, 2, 1]),
  PSRoIAlign: () => new ops.PSRoIAlign([3, 3], 0.5, 2),
};

const tolerance = { rtol: 1e-4, atol: 1e-4 };

async function expectSums(named: readonly (readonly [string, torch.Tensor])[], sums: Sums): Promise<void> {
  expect(named.map(([key]) => key)).toEqual(Object.keys(sums));
  for (const [key, x] of named) {
    const numbers = [...(await x.data())] as number[];
    const total = numbers.reduce((sum, each) => sum + each, 0);
    expectNumbers([total, Math.hypot(...numbers)], sums[key]!, tolerance);
  }
}

test.each(sampled(fixture.cases, 12))('$name', async ({ name, text, state, grads, shapes, seed, inputs, outputs }) => {
  torch.manualSeed(5);
  const module = makers[name]!();
  expect(String(module)).toBe(text);
  await expectSums(Object.entries(module.stateDict()), state);
  const leaves = new Map<string, torch.Tensor>();
  const leaf = (key: string): torch.Tensor => {
    const x = fromFixture(fixture.tensor(`${name}/in-${key}`), fixture.has(`${name}/grad-${key}`));
    leaves.set(key, x);
    return x;
  };
  const given = inputs.map((keys) => {
    if (typeof keys === 'string') return leaf(keys);
    return keys.every((key) => key.includes('-box'))
      ? keys.map(leaf)
      : Object.fromEntries(keys.map((key) => [key.slice(key.indexOf('-') + 1), leaf(key)]));
  });
  if (seed !== null) torch.manualSeed(seed);
  const call = module as unknown as (...args: unknown[]) => torch.Tensor | Record<string, torch.Tensor>;
  const made = call(...given, ...(shapes ? [shapes] : []));
  const results = made instanceof torch.Tensor ? { '': made } : made;
  expect(Object.keys(results)).toEqual(outputs);
  const losses = Object.values(results).map((y) => y.square().sum());
  losses
    .reduce((sum, loss) => sum.add(loss))
    .div(2)
    .backward();
  const compared = [
    ...Object.entries(results).map(([key, y]) => [`out-${key}`, y] as const),
    ...[...leaves].map(([key, x]) => [`grad-${key}`, x.grad] as const),
  ];
  for (const [key, actual] of compared) {
    if (!fixture.has(`${name}/${key}`)) continue;
    const expected = fixture.tensor(`${name}/${key}`);
    expect([key, actual!.shape]).toEqual([key, expected.shape]);
    expectNumbers(await actual!.data(), expected.data, tolerance);
  }
  await expectSums(
    module.namedParameters().map(([key, x]) => [key, x.grad!] as const),
    grads,
  );
});

test('a pyramid loads files of before 2022, and a frozen norm those of one that was not', async () => {
  const pyramid = new ops.FeaturePyramidNetwork([2, 3], 4);
  const old = Object.entries(pyramid.stateDict()).map(
    ([key, x]) => [key.replace('.0.', '.'), torch.fullLike(x, 2)] as const,
  );
  const model = new nn.ModuleList<nn.Module>([pyramid, new ops.FrozenBatchNorm2d(2)]);
  const norm = { weight: 1, bias: 2, running_mean: 3, running_var: 4, num_batches_tracked: 5 };
  const state = {
    ...Object.fromEntries(old.map(([key, x]) => [`0.${key}`, x])),
    ...Object.fromEntries(
      Object.entries(norm).map(([key, x]) => [`1.${key}`, torch.full(key === 'num_batches_tracked' ? [] : [2], x)]),
    ),
  };
  expect(String(model.loadStateDict(state))).toBe('<All keys matched successfully>');
  expect(await pyramid.layer_blocks[1]!.stateDict()['0.bias']!.tolist()).toEqual([2, 2, 2, 2]);
  expect(await (model[1] as InstanceType<typeof ops.FrozenBatchNorm2d>).runningVar.tolist()).toEqual([4, 4]);
});

test('errors name what is wrong', async () => {
  const map = torch.zeros(1, 2, 4, 4);
  const boxes = torch.zeros(1, 4);
  expect(() => ops.roiAlign(map, boxes, 2)).toThrow(/^roiAlign: expected boxes \[K, 5\], or a list/);
  expect(() => ops.roiAlign(map.select(0, 0), [boxes], 2)).toThrow(/^roiAlign: expected input \[N, C, H, W\]/);
  expect(() => ops.roiPool(map, [boxes], 0)).toThrow(torch.ArgumentError);
  expect(() => ops.roiPool(map, [boxes.select(0, 0)], 1)).toThrow(torch.ShapeError);
  expect(() => ops.psRoiAlign(map, [boxes], 3)).toThrow(/^psRoiAlign: expected channels in a multiple of 9/);
  expect(() => ops.psRoiPool(map, [], 1)).toThrow(torch.ArgumentError);
  expect(() => new ops.FeaturePyramidNetwork([2, 0], 4)).toThrow(torch.ArgumentError);
  expect(() => new ops.FeaturePyramidNetwork([2], 4)({ a: map, b: map })).toThrow(torch.ArgumentError);
  const pool = new ops.MultiScaleRoIAlign(['a'], 2, 2);
  expect(() => pool({ b: map }, [boxes], [[8, 8]])).toThrow(/expected maps \["a"\], but got \["b"\]/);
  expect(() => pool({ a: map }, [boxes], [])).toThrow(torch.ArgumentError);
  const offset = torch.zeros(1, 18, 2, 2);
  const weight = torch.zeros(3, 2, 3, 3);
  expect(() => ops.deformConv2d(map, offset.narrow(1, 0, 4), weight)).toThrow(
    /^deformConv2d: expected offset with 18 channels/,
  );
  expect(() => ops.deformConv2d(map, offset, weight, { mask: offset })).toThrow(
    /^deformConv2d: expected mask \[1, 9, 2, 2\]/,
  );
  expect(() => ops.deformConv2d(map, offset, weight.narrow(2, 0, 1))).toThrow(torch.ShapeError);
  expect(() => new ops.DeformConv2d(3, 4, 3, { groups: 2 })).toThrow(torch.ArgumentError);
  expect(() => ops.dropBlock2d(map, 0.5, 2)).toThrow(/^dropBlock2d: expected an odd blockSize, but got 2/);
  expect(() => ops.dropBlock3d(map, 0.5, 3)).toThrow(torch.ShapeError);
  expect(() => ops.dropBlock2d(map, 1.5, 3)).toThrow(torch.ArgumentError);
  expect(() => ops.generalizedBoxIouLoss(boxes, boxes, 'most' as 'mean')).toThrow(torch.ArgumentError);
  expect(() => ops.sigmoidFocalLoss(boxes, boxes, { alpha: 2 })).toThrow(torch.ArgumentError);
  const elsewhere = torch.tensor([[3, 0, 0, 1, 1]]);
  await expect(ops.roiAlign(map, elsewhere, 1).data()).rejects.toThrow(/^roiAlign: index out of range/);
  await expect(ops.roiPool(map, elsewhere.neg(), 1).data()).rejects.toThrow(torch.IndexError);
});
