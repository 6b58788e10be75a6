// Checks dropout: its shares and moments, gradients through the same mask, whole channels, seeds, and evaluation.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';

const F = nn.functional;

/** Numbers of a tensor. */
const read = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe('dropout', () => {
  test.each([0.1, 0.5, 0.8])('drops a share of %f and keeps the mean', async (p) => {
    torch.manualSeed(1);
    const n = 100_003;
    const y = await read(F.dropout(torch.ones(n), p));
    const share = y.filter((value) => value === 0).length / n;
    // Five standard deviations of a binomial share.
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
    for (const value of y) if (value !== 0) expect(value).toBeCloseTo(1 / (1 - p), 5);
    // Neighbours are independent: pairs that are both dropped come with chance p².
    const pairs = y.filter((value, i) => value === 0 && y[i + 1] === 0).length / n;
    expect(Math.abs(pairs - p * p)).toBeLessThan(0.01);
  });

  test('sends gradients through the elements it kept, also twice', async () => {
    torch.manualSeed(2);
    const x = torch.randn(7, 11, { requiresGrad: true });
    const y = F.dropout(x, 0.3);
    const [dx] = torch.autograd.grad(y.sum(), [x], null, { createGraph: true });
    const [kept, gradient] = await Promise.all([read(y), read(dx!)]);
    const mask = kept.map((value) => (value === 0 ? 0 : 1 / 0.7));
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(mask[i]!, 5);
    });
    y.square().sum().backward();
    const [given, squared] = await Promise.all([read(x), read(x.grad!)]);
    squared.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * given[i]! * mask[i]! ** 2, 3);
    });
  });

  test('gives the same masks for the same seed, and new ones at every call', async () => {
    const x = torch.ones(1000);
    torch.manualSeed(3);
    const [a, b] = [await read(F.dropout(x)), await read(F.dropout(x))];
    torch.manualSeed(3);
    const c = await read(F.dropout(x));
    expect(c).toEqual(a);
    expect(b).not.toEqual(a);
  });

  test('drops whole channels', async () => {
    torch.manualSeed(4);
    for (const y of [F.dropout2d(torch.ones(16, 8, 3, 5)).flatten(2), F.dropout1d(torch.ones(16, 8, 7))]) {
      const [least, most] = await Promise.all([read(y.amin(2)), read(y.amax(2))]);
      expect(least).toEqual(most);
      const share = least.filter((value) => value === 0).length / least.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.75);
    }
    const one = F.dropout1d(torch.ones(64, 3));
    expect(await read(one.amin(1))).toEqual(await read(one.amax(1)));
  });

  test('of SELU keeps mean 0 and variance 1', async () => {
    torch.manualSeed(5);
    const x = torch.randn(100_000);
    const y = F.alphaDropout(x, 0.4, true);
    expect(F.alphaDropout(x, 0.4)).toBe(x);
    expect(F.featureAlphaDropout(x, 0.4)).toBe(x);
    expect(Math.abs(await y.mean().item())).toBeLessThan(0.02);
    expect(Math.abs((await y.var().item()) - 1)).toBeLessThan(0.03);
    const distinct = new Set((await read(y)).map((value) => value.toFixed(5)));
    const a = 1 / Math.sqrt((1.7580993408473766 ** 2 * 0.4 + 1) * 0.6);
    expect(distinct.has((-1.7580993408473766 * a * 0.6).toFixed(5))).toBe(true);
  });

  test('is nothing in evaluation and at p = 0, and everything at p = 1', async () => {
    const x = torch.arange(5, { dtype: 'float32' });
    for (const layer of [nn.Dropout, nn.AlphaDropout]) {
      expect(await read(new layer().eval()(x))).toEqual([0, 1, 2, 3, 4]);
      expect(await read(new layer(0)(x))).toEqual([0, 1, 2, 3, 4]);
    }
    expect(await read(new nn.Dropout(1)(x))).toEqual([0, 0, 0, 0, 0]);
    expect(await read(F.dropout(torch.zeros(0)))).toEqual([]);
  });

  test('drops elements of input without places, and whole channels of more dimensions, with a warning, as PyTorch does', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    torch.manualSeed(7);
    const elements = await read(F.dropout2d(torch.ones(64, 8)));
    expect(new Set(elements)).toEqual(new Set([0, 2]));
    expect(new Set(elements.slice(0, 8)).size).toBe(2);
    const wide = (await read(F.dropout2d(torch.ones(32, 4, 2, 2, 2)))) as number[];
    for (let at = 0; at < wide.length; at += 8) expect(new Set(wide.slice(at, at + 8)).size).toBe(1);
    const rows = (await read(F.dropout3d(torch.ones(64, 4)))) as number[];
    for (let at = 0; at < rows.length; at += 4) expect(new Set(rows.slice(at, at + 4)).size).toBe(1);
    expect(warned.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringMatching(/dropout2d: expected input \[N, C, H, W\] or \[N, C, L\], but got \[64, 8\]/),
      expect.stringMatching(/dropout2d: .*\[32, 4, 2, 2, 2\]/),
      expect.stringMatching(/dropout3d: .*\[64, 4\]/),
    ]);
    warned.mockRestore();
  });

  test('works in place and inside of a model', async () => {
    torch.manualSeed(6);
    const x = torch.ones(50);
    const y = new nn.Dropout({ inplace: true })(x);
    expect(await read(x)).toEqual(await read(y));
    expect(await read(x)).toContain(0);
    const model = new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(64, 1));
    const [first, second] = [model(torch.ones(1, 4)), model(torch.ones(1, 4))];
    expect(await first.item()).not.toBe(await second.item());
    model.eval();
    expect(await model(torch.ones(1, 4)).item()).toBe(await model(torch.ones(1, 4)).item());
  });

  test('says what it wants', () => {
    expect(() => new nn.Dropout(1.5)).toThrow(/Dropout: expected a probability p between 0 and 1, but got 1.5/);
    expect(() => F.dropout2d(torch.zeros(4))).toThrow(/dropout2d: .*\[4\]/);
    expect(() => F.dropout(torch.zeros([2], { dtype: 'int64' }))).toThrow(/float32/);
  });
});
