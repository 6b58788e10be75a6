// Automatic augmentation beside torchvision's, one by one and as batches, and steps that are one plan whatever is drawn.
import { gpu, manualSeed, rand, stack, synchronize } from 'lamplight';
import { transforms } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { isLong, sampled } from '../support/sample';
import { settled } from '../support/settled';

interface Case extends FixtureCase {
  readonly kind: string;
  readonly transform: 'RandAugment' | 'TrivialAugmentWide' | 'AutoAugment' | 'AugMix';
  readonly args: readonly unknown[];
  readonly options: object;
  readonly seed: number;
  readonly next: number;
  readonly text: string;
}

const fixture = await loadFixture<Case>('augment');
const bytes = fixture.tensor('pictures/x');
const [count, channels, height, width] = bytes.shape as [number, number, number, number];
const info = { channels, height, width };
const infos = new Array<typeof info>(count).fill(info);

// AugMix has by far the most kernels.
const cases = fixture.cases.filter((c) => c.kind === 'random' && (isLong() || c.transform !== 'AugMix'));

test.each(sampled(cases, 48))('$name', async ({ name, transform: kind, args, options, seed, next, text }) => {
  const Made = transforms[kind] as unknown as new (...args: unknown[]) => transforms.PictureTransform<object>;
  const transform = new Made(...args, options);
  expect(String(transform)).toBe(text);
  const pictures = fromFixture(bytes);
  manualSeed(seed);
  const batch = transform.apply(
    pictures,
    infos.map((each) => transform.draw(each)),
    'tensor',
  );
  const following = rand(1);
  manualSeed(seed);
  const single = stack([0, 1].map((i) => transform(pictures.at(i))));
  const floats = pictures.narrow(0, 0, 4).to('float32').div(255);
  manualSeed(seed);
  const batchFloats = transform.apply(
    floats,
    infos.slice(0, 4).map((each) => transform.draw(each)),
    'tensor',
  );
  const expected = fixture.tensor(`${name}/bytes`);
  expect(batch.dtype).toBe('uint8');
  const exact = { rtol: 0, atol: 0 };
  expectNumbers(await batch.data(), expected.data, exact);
  expectNumbers(await single.data(), expected.data.subarray(0, 2 * channels * height * width), exact);
  expectNumbers(await batchFloats.data(), fixture.tensor(`${name}/floats`).data, { rtol: 0, atol: 1e-5 });
  expect(await following.item()).toBe(Math.fround(next));
});

// Each picture of a tensor has shares of its own, and all have the same chains.
test.each(isLong() ? fixture.cases.filter((c) => c.kind === 'batch') : [])('AugMix of a tensor, $name', async (c) => {
  const { name, seed, next } = c;
  const expected = fixture.tensor(`${name}/bytes`);
  manualSeed(seed);
  const made = new transforms.AugMix({ alpha: 0.7 })(fromFixture(bytes).narrow(0, 0, 4).reshape(expected.shape));
  expect(await rand(1).item()).toBe(Math.fround(next));
  expect(made.shape).toEqual(expected.shape);
  expectNumbers(await made.data(), expected.data, { rtol: 0, atol: 0 });
});

const stepped = [
  new transforms.RandAugment(),
  new transforms.ColorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  new transforms.RandomErasing({ value: 'random' }),
  new transforms.GaussianBlur(3),
];

test.each(sampled(stepped, 4))('steps of %s create nothing, whatever is drawn', async (transform) => {
  const { draw, apply } = transforms.batched(transform)!;
  const pictures = fromFixture(bytes).retain();
  const step = async () => {
    const made = apply(pictures, draw(infos));
    await synchronize();
    made.dispose();
  };
  for (let i = 0; i < 6; i++) await step();
  await settled();
  for (let i = 0; i < 2; i++) await step();
  const before = gpu.stats();
  for (let i = 0; i < 6; i++) await step();
  const after = gpu.stats();
  const made = (['submits', 'buffersCreated', 'bindGroupsCreated', 'pipelinesCreated', 'plansCompiled'] as const).map(
    (count) => after[count] - before[count],
  );
  expect(made).toEqual([6, 0, 0, 0, 0]);
});
