// Pixel transforms beside torchvision's: the functions on bytes and floats, single and batched.
import { manualSeed, noGrad, ones, rand, stack, type Tensor, tensor } from 'lamplight';
import { transforms } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const { functional } = transforms;

interface FunctionCase extends FixtureCase {
  readonly kind: 'input' | 'function';
  readonly function: keyof typeof functional;
  readonly input: string;
  readonly args: readonly unknown[];
}

const fixture = await loadFixture<FunctionCase>('colors');
const ofKind = (kind: string) => fixture.cases.filter((c) => c.kind === kind);

describe('functions', () => {
  const inputs = Object.fromEntries(
    ofKind('input').map(({ name }) => [name.replace('input-', ''), fixture.tensor(`${name}/x`)]),
  );
  const byFunction = Map.groupBy(ofKind('function'), (c) => c.function);

  test.each([...byFunction.keys()])('%s', async (name) => {
    const apply = functional[name] as (input: Tensor, ...args: unknown[]) => Tensor;
    const made = sampled(byFunction.get(name)!, 48).map(
      (c) => [c.name, apply(fromFixture(inputs[c.input]!), ...c.args), fixture.tensor(`${c.name}/y`)] as const,
    );
    for (const [title, actual, expected] of made) {
      expect([title, actual.shape, actual.dtype]).toEqual([title, expected.shape, expected.dtype]);
      const tolerance = expected.dtype === 'uint8' ? { rtol: 0, atol: 0 } : { rtol: 0, atol: 1e-5 };
      expectNumbers(await actual.data(), expected.data, tolerance);
    }
  });
});

interface GradientCase extends FixtureCase {
  readonly function: keyof typeof functional;
  readonly args: readonly unknown[];
}

describe('gradients', () => {
  const pixels = fixture.tensor('gradients/x');
  const cases = ofKind('gradient') as unknown as GradientCase[];
  const close = { rtol: 1e-5, atol: 2e-5 };

  test('of functions', async () => {
    const made = sampled(cases, 64).map(({ name, function: called, args }) => {
      const x = fromFixture(pixels).requiresGrad_();
      const y = (functional[called] as (input: Tensor, ...args: unknown[]) => Tensor)(x, ...args);
      expect([name, y.requiresGrad]).toEqual([name, true]);
      y.mul(fromFixture(fixture.tensor(`${name}/coefs`)))
        .sum()
        .backward();
      return [name, y, x.grad!] as const;
    });
    for (const [name, y, grad] of made) {
      expectNumbers(await y.detach().data(), fixture.tensor(`${name}/y`).data, close);
      expectNumbers(await grad.data(), fixture.tensor(`${name}/grad`).data, close);
    }
  });

  test('of what has none are none', () => {
    const x = fromFixture(pixels).requiresGrad_();
    expect(functional.equalize(x).requiresGrad).toBe(false);
    expect(noGrad(() => functional.invert(x)).requiresGrad).toBe(false);
  });

  test('of an erased part are none', async () => {
    const x = ones(1, 2, 3).requiresGrad_();
    functional.erase(x, 0, 1, 2, 1, tensor(0.5)).sum().backward();
    expect(await x.grad!.tolist()).toEqual([
      [
        [1, 0, 1],
        [1, 0, 1],
      ],
    ]);
  });
});

interface RandomCase extends FixtureCase {
  readonly transform: keyof typeof transforms;
  readonly args: readonly unknown[];
  readonly options: object;
  readonly seed: number;
  readonly next: number;
  readonly text: string;
}

describe('transforms', () => {
  const cases = ofKind('random') as unknown as RandomCase[];
  const bytes = fixture.tensor('pictures/x');

  test.each(sampled(cases, 64))('$name', async ({ name, transform: kind, args, options, seed, next, text }) => {
    const Made = transforms[kind] as unknown as new (...args: unknown[]) => transforms.PictureTransform<object>;
    const transform = new Made(...args, options);
    expect(String(transform)).toBe(text);
    const pictures = fromFixture(bytes);
    const floats = pictures.narrow(0, 0, 2).to('float32').div(255);
    const infos = Array.from({ length: bytes.shape[0]! }, () => ({ channels: 3, height: 9, width: 11 }));
    manualSeed(seed);
    const single = stack(infos.map((_, i) => transform(pictures.at(i))));
    const following = rand(1);
    manualSeed(seed);
    const batch = transform.apply(
      pictures,
      infos.map((info) => transform.draw(info)),
      'tensor',
    );
    manualSeed(seed + 100);
    const singleFloats = stack([0, 1].map((i) => transform(floats.at(i))));
    manualSeed(seed + 100);
    const batchFloats = transform.apply(
      floats,
      infos.slice(0, 2).map((info) => transform.draw(info)),
      'tensor',
    );
    const expected = fixture.tensor(`${name}/bytes`);
    for (const made of [single, batch]) {
      expect([made.shape, made.dtype]).toEqual([expected.shape, expected.dtype]);
      expectNumbers(await made.data(), expected.data, { rtol: 0, atol: 0 });
    }
    for (const made of [singleFloats, batchFloats]) {
      expectNumbers(await made.data(), fixture.tensor(`${name}/floats`).data, { rtol: 0, atol: 1e-5 });
    }
    expect(await following.item()).toBe(Math.fround(next));
  });
});

interface MixedCase extends FixtureCase {
  readonly transform: 'MixUp' | 'CutMix';
  readonly options: transforms.MixingOptions;
  readonly seed: number;
  readonly next: number;
  readonly text: string;
}

describe('batches with their labels', () => {
  const images = fromFixture(fixture.tensor('mixing/images'));
  const shares = fromFixture(fixture.tensor('mixing/shares'));
  const labels = tensor([2, 0, 4, 1]);

  test.each(sampled(ofKind('mixed') as unknown as MixedCase[], 24))(
    '$name',
    async ({ name, transform: kind, options, seed, next, text }) => {
      const transform = new transforms[kind](options);
      expect(String(transform)).toBe(text);
      manualSeed(seed);
      const [x, y] = transform(images, options.numClasses ? labels : shares);
      const following = rand(1);
      expectNumbers(await x.data(), fixture.tensor(`${name}/x`).data);
      expectNumbers(await y.data(), fixture.tensor(`${name}/y`).data);
      expect([y.shape, y.dtype, await following.item()]).toEqual([[4, 5], 'float32', Math.fround(next)]);
    },
  );

  test('of bytes are cut, too', async () => {
    manualSeed(45);
    const [x, y] = new transforms.CutMix({ numClasses: 5 })(images.mul(255).to('uint8'), labels);
    expect(x.dtype).toBe('uint8');
    expectNumbers(await x.data(), fixture.tensor('mixing-bytes/x').data, { rtol: 0, atol: 0 });
    expectNumbers(await y.data(), fixture.tensor('mixing-bytes/y').data);
  });

  test('are found in dictionaries, and other tensors stay', () => {
    const transform = new transforms.MixUp({ numClasses: 5 });
    const extra = tensor([1, 2]);
    const made = transform({ image: images, myLabels: labels, extra });
    expect([made.myLabels.shape, made.extra === extra]).toEqual([[4, 5], true]);
    const own = new transforms.CutMix({ numClasses: 5, labelsGetter: (sample: { t: Tensor }) => sample.t });
    expect(own({ x: images, t: labels }).t.shape).toEqual([4, 5]);
  });

  test('are refused in words', () => {
    expect(() => new transforms.MixUp()(images, labels)).toThrow(/MixUp: expected numClasses/);
    expect(() => new transforms.MixUp({ numClasses: 5 })(images.mul(255).to('uint8'), labels)).toThrow(
      /images of float32/,
    );
    expect(() => new transforms.CutMix({ numClasses: 4 })(images, shares)).toThrow(/shares of 4 classes/);
    expect(() => new transforms.CutMix({ numClasses: 5 })(images.narrow(0, 0, 3), labels)).toThrow(/4 images/);
    expect(() => new transforms.MixUp({ alpha: 0 })).toThrow(/alpha above 0/);
    expect(() => new transforms.MixUp({ numClasses: 5 })(null as never, labels)).toThrow(
      /^MixUp: expected a batch of images \[N, C, H, W\] beside the labels, but got none$/,
    );
  });
});

test('a matrix makes other pictures', async () => {
  const [{ text }] = ofKind('linear') as unknown as { text: string }[];
  const [x, matrix, mean] = ['x', 'matrix', 'mean'].map((name) => fromFixture(fixture.tensor(`linear/${name}`)));
  const transform = new transforms.LinearTransformation(matrix, mean);
  expect(String(transform)).toBe(text);
  expectNumbers(await transform(x).data(), fixture.tensor('linear/y').data, { rtol: 1e-5, atol: 1e-5 });
});
