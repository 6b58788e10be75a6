// Checks convolutions over one and three dimensions, unfold and fold against PyTorch, and by finite differences.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { expectNumbers } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

const fixture = await loadFixture<Call>('conv-nd');

type Apply = (xs: Tensor[], options: never) => Tensor;

const calls: Record<string, Apply> = {
  conv1d: ([x, w, b], options) => F.conv1d(x!, w!, b!, options),
  conv3d: ([x, w, b], options) => F.conv3d(x!, w!, b!, options),
  convTranspose1d: ([x, w, b], options) => F.convTranspose1d(x!, w!, b!, options),
  convTranspose3d: ([x, w, b], options) => F.convTranspose3d(x!, w!, b!, options),
  unfold: ([x], options) => F.unfold(x!, options),
  fold: ([x], options) => F.fold(x!, options),
  tensorUnfold: ([x], { dimension, size, step }: Record<string, number>) => x!.unfold(dimension!, size!, step!),
};

test.concurrent.each(sampled(fixture.cases, 6))('$name', async (item) => {
  await checkCall(fixture, item, (xs, options) => calls[item.op]!(xs, options as never), {
    rtol: 2e-5,
    atol: 1e-5,
  });
});

test('a kernel of one row and one column is a larger one that is zero elsewhere, and copies nothing', async () => {
  torch.manualSeed(3);
  for (const [k, stride, padding, dilation, groups] of [
    [1, 1, 0, 1, 1],
    [3, 1, 1, 1, 1],
    [2, 2, 0, 1, 2],
    [3, 1, 2, 2, 1],
  ] as const) {
    const x = torch.randn(2, 4, 7, 5, 3).requiresGrad_();
    const w = torch.randn(6, 4 / groups, k, 1, 1).requiresGrad_();
    const b = torch.randn(6).requiresGrad_();
    const options = (rest: number) => ({
      stride: [stride, 1, 1] as const,
      padding: [padding, rest, rest] as const,
      dilation: [dilation, 1, 1] as const,
      groups,
    });
    const y = F.conv3d(x, w, b, options(0));
    const wanted = F.conv3d(x, F.pad(w, [1, 1, 1, 1]), b, options(1));
    const dy = torch.randn(y.shape);
    const all = [y, ...torch.autograd.grad(y, [x, w, b], dy, { retainGraph: true })];
    const allWanted = [wanted, ...torch.autograd.grad(wanted, [x, w, b], dy)];
    for (const [i, one] of all.entries()) {
      expect(one.shape).toEqual(allWanted[i]!.shape);
      expectNumbers(await one.data(), await allWanted[i]!.data(), { rtol: 2e-5, atol: 1e-5 });
    }
    await torch.synchronize();
    const before = torch.gpu.stats().dispatches;
    const again = torch.scope(() => torch.noGrad(() => F.conv3d(x, w, b, options(0))));
    await torch.synchronize();
    expect(torch.gpu.stats().dispatches - before).toBe(1);
    expect(again.shape).toEqual(y.shape);
  }
});

describe('modules', () => {
  test('print as PyTorch prints them', () => {
    expect(String(new nn.Conv1d(3, 6, 5, { padding: 2 }))).toBe(
      'Conv1d(3, 6, kernel_size=(5,), stride=(1,), padding=(2,))',
    );
    expect(String(new nn.Conv3d(1, 2, [3, 3, 1], { bias: false }))).toBe(
      'Conv3d(1, 2, kernel_size=(3, 3, 1), stride=(1, 1, 1), bias=False)',
    );
    expect(String(new nn.ConvTranspose1d(4, 2, 2, { stride: 2, outputPadding: 1 }))).toBe(
      'ConvTranspose1d(4, 2, kernel_size=(2,), stride=(2,), output_padding=(1,))',
    );
    expect(String(new nn.LazyConvTranspose3d(2, 2))).toBe(
      'LazyConvTranspose3d(0, 2, kernel_size=(2, 2, 2), stride=(1, 1, 1))',
    );
    expect(String(new nn.Unfold(3, { stride: [2, 1] }))).toBe(
      'Unfold(kernel_size=3, dilation=1, padding=0, stride=(2, 1))',
    );
    expect(String(new nn.Fold([4, 5], 2))).toBe(
      'Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=1)',
    );
  });

  test('call their functions', async () => {
    const x = torch.linspace(-1, 1, 24).reshape(2, 1, 12);
    const conv = new nn.Conv1d(1, 2, 3, { padding: 1, paddingMode: 'circular' });
    const around = F.pad(x, [1, 1], { mode: 'circular' });
    expectNumbers(await conv(x).data(), await F.conv1d(around, conv.weight, conv.bias).data());
    const volume = torch.randn(1, 2, 3, 4, 5);
    const reflected = new nn.Conv3d(2, 3, 3, { padding: 1, paddingMode: 'reflect' });
    expect(reflected(volume).shape).toEqual([1, 3, 3, 4, 5]);
    const up = new nn.ConvTranspose3d(2, 4, 2, { stride: 2 });
    expect(up(volume, { outputSize: [7, 8, 11] }).shape).toEqual([1, 4, 7, 8, 11]);
    expect(() => up(volume, { outputSize: [9, 8, 10] })).toThrow(
      /expected outputSize between \[6, 8, 10\] and \[7, 9, 11\]/,
    );
  });

  test('lazy ones take their channels from the first input, and are eager from then on', () => {
    const conv = new nn.LazyConv3d(4, 2, { groups: 2 });
    expect(conv(torch.randn(1, 6, 3, 3, 3)).shape).toEqual([1, 4, 2, 2, 2]);
    expect(String(conv)).toBe('Conv3d(6, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1), groups=2)');
    expect(conv.weight.shape).toEqual([4, 3, 2, 2, 2]);
    const up = new nn.LazyConvTranspose1d(3, 4);
    expect(up(torch.randn(2, 5)).shape).toEqual([3, 8]);
    expect(up.weight.shape).toEqual([2, 3, 4]);
    expect(() => new nn.LazyConv1d(2, 3)(torch.randn(4))).toThrow(/LazyConv1d: expected a 2-D or 3-D input/);
  });
});

test('errors name what is wrong', () => {
  expect(() => F.conv3d(torch.zeros(1, 2, 2, 4, 4), torch.zeros(1, 2, 3, 1, 1))).toThrow(
    /conv3d: expected a padded depth of at least 3/,
  );
  expect(() => F.conv1d(torch.zeros(4), torch.zeros(1, 1, 1))).toThrow(/conv1d: expected input \[N, C, width\] or/);
  expect(() => F.fold(torch.zeros(1, 5, 4), 3, 2)).toThrow(/fold: expected input \[N, C·4, 4\] for images of 3 × 3/);
  expect(() => torch.zeros(3).unfold(0, 4, 1)).toThrow(/unfold: expected windows that fit dimension 0 of \[3\]/);
});
