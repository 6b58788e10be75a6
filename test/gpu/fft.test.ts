// Checks torch.fft against PyTorch: values and gradients of all lengths and forms, long rows, and what calls refuse.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface FftCase extends FixtureCase {
  readonly op: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly arguments?: readonly unknown[];
}

const { fft } = torch;
const call = fft as unknown as Record<string, (...args: unknown[]) => Tensor>;
const fixture = await loadFixture<FftCase>('fft');
const transforms = fixture.cases.filter(({ options }) => options);
const others = fixture.cases.filter(({ options }) => !options);

/** Errors of float32 grow with the logarithm of the length, and scale with the largest of the sums. */
async function expectNear(actual: Tensor, wanted: Tensor): Promise<void> {
  expect(actual.shape).toEqual(wanted.shape);
  const error = actual.sub(wanted).abs().max();
  const scale = wanted.abs().max();
  expect(await error.item()).toBeLessThan(1e-6 * (await scale.item()) + 1e-9);
}

describe('against PyTorch', () => {
  test.each(sampled(transforms, 16))('$name', async ({ name, op, options }) => {
    const [y, dy, grad] = ['y', 'dy', 'grad'].map((key) => fromFixture(fixture.tensor(`${name}/${key}`)));
    const x = fromFixture(fixture.tensor(`${name}/x`), true);
    const result = call[op]!(x, options);
    await expectNear(result, y!);
    result.backward(dy);
    await expectNear(x.grad!, grad!);
  });

  test.each(others)('$name', async ({ name, op, arguments: rest }) => {
    const given = fixture.has(`${name}/x`) ? [fromFixture(fixture.tensor(`${name}/x`))] : [];
    await expectClose(call[op]!(...given, ...rest!), fixture.tensor(`${name}/y`));
  });
});

describe('long rows', () => {
  /** A wave of so many turns, whose spectrum has two peaks of n / 2, and zeros. */
  const wave = (n: number, turns: number): Tensor =>
    torch.tensor(Float32Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * ((turns * j) % n)) / n)));

  test.each([
    ['a power of 2', 2 ** 18],
    ['a large prime', 65_537],
    ['a product of small primes', 3 ** 4 * 5 ** 2 * 7 * 11],
  ])('of %s', async (_, n) => {
    const spectrum = fft.rfft(wave(n, 1001)).div(n / 2);
    const wanted = torch.zeros(Math.floor(n / 2) + 1, 2);
    wanted.at(1001, 0).fill_(1);
    expect(await spectrum.sub(wanted).abs().max().item()).toBeLessThan(1e-6);
    const back = fft.irfft(fft.rfft(wave(n, 1001)), n);
    expect(await back.sub(wave(n, 1001)).abs().max().item()).toBeLessThan(2e-6);
  });
});

test('a product of spectra is a circular convolution, with its gradient', async () => {
  const [x, kernel] = [torch.randn(12, { requiresGrad: true }), torch.randn(12)];
  const [a, b] = [fft.rfft(x), fft.rfft(kernel)].map((y) => y.unbind(-1));
  const product = torch.stack(
    [a![0]!.mul(b![0]!).sub(a![1]!.mul(b![1]!)), a![0]!.mul(b![1]!).add(a![1]!.mul(b![0]!))],
    -1,
  );
  const rows = Array.from({ length: 12 }, (_, i) => kernel.flip(0).roll(i + 1, 0));
  await expectNear(fft.irfft(product), torch.stack(rows).matmul(x.detach()));
  const [gradient] = torch.autograd.grad(fft.irfft(product).sum(), [x]);
  await expectNear(gradient!, kernel.sum().expand(12));
});

test('whole numbers and float16 are transformed, in float32 and in their own dtype', async () => {
  expect(await fft.rfft(torch.tensor([1, 2, 3])).data()).toHaveLength(4);
  expect(await fft.fftfreq(4, 0.5).tolist()).toEqual([0, 0.5, -1, -0.5]);
  expect(await fft.fftshift(torch.tensor([0, 1, 2, 3, 4])).tolist()).toEqual([3, 4, 0, 1, 2]);
});

describe('refuses', () => {
  test.each([
    [
      'real numbers where pairs are meant',
      () => fft.fft(torch.zeros(4)),
      /fft\.fft: expected complex numbers as pairs.*\[4\]; torch\.stack/,
    ],
    [
      'a length of 0',
      () => fft.rfft(torch.zeros(4), { n: 0 }),
      /fft\.rfft: expected a length of at least 1 along dimension 0, but got 0/,
    ],
    [
      'half a spectrum of one number',
      () => fft.irfft(torch.zeros(1, 2)),
      /fft\.irfft: expected a length of at least 1 along dimension 0, but got 0/,
    ],
    [
      'a dimension that is not there',
      () => fft.fft(torch.zeros(4, 2), { dim: 1 }),
      /fft\.fft: expected a dimension from -1 to 0/,
    ],
    [
      'a dimension twice',
      () => fft.fft2(torch.zeros(4, 4, 2), { dim: [0, -2] }),
      /fft\.fft2: expected dim to name distinct dimensions/,
    ],
    [
      'too few lengths',
      () => fft.rfft2(torch.zeros(4, 4), { s: [2] }),
      /fft\.rfft2: expected a length for each dimension, but got 1 for 2/,
    ],
    ['another norm', () => fft.rfft(torch.zeros(4), { norm: 'none' as 'ortho' }), /fft\.rfft: expected norm/],
    ['no dimensions', () => fft.rfft(torch.tensor(1)), /fft\.rfft: expected at least one dimension/],
    [
      'no dimension to transform',
      () => fft.rfftn(torch.zeros(4), { dim: [] }),
      /fft\.rfftn: expected at least one dimension/,
    ],
    ['a distance of 0', () => fft.fftfreq(4, 0), /fft\.fftfreq: expected d/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
