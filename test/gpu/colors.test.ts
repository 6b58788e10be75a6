// Pixel transforms beside torchvision's: the functions on bytes and floats, single and batched.
import { manualSeed, rand, stack, type Tensor } from 'lamplight';
import { transforms } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

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
    const made = byFunction
      .get(name)!
      .map((c) => [c.name, apply(fromFixture(inputs[c.input]!), ...c.args), fixture.tensor(`${c.name}/y`)] as const);
    for (const [title, actual, expected] of made) {
      expect([title, actual.shape, actual.dtype]).toEqual([title, expected.shape, expected.dtype]);
      const tolerance = expected.dtype === 'uint8' ? { rtol: 0, atol: 0 } : { rtol: 0, atol: 1e-5 };
      expectNumbers(await actual.data(), expected.data, tolerance);
    }
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

  test.each(cases)('$name', async ({ name, transform: kind, args, options, seed, next, text }) => {
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
