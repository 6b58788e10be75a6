// Masks of dropout drawn by the generator: PyTorch's own, and the draws after them.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const F = nn.functional;
beforeAll(() => F.dropoutMasks('generator'));
afterAll(() => F.dropoutMasks('device'));
beforeEach(() => torch.manualSeed(0));

// What PyTorch's CPU gives after torch.manual_seed(0), and what torch.rand gives then.
const NEXT_OF_6 = 0.022325754165649414;
const next = (): Promise<number> => torch.rand(1).item() as Promise<number>;

test('of elements', async () => {
  expect(await F.dropout(torch.ones(12)).tolist()).toEqual([0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 2, 2]);
  expect(await torch.rand(2).tolist()).toEqual([0.41940832138061523, 0.5529070496559143]);
});

test('of a transposed tensor, in the order of its memory', async () => {
  const scale = Math.fround(1 / 0.75);
  const y = F.dropout(torch.ones(2, 3).t(), 0.25);
  expectNumbers(await y.data(), [0, 0, scale, scale, scale, 0]);
  expect(await next()).toBe(NEXT_OF_6);
});

test('of channels', async () => {
  const y = F.dropout2d(torch.ones(2, 3, 1, 2));
  expectNumbers(await y.data(), [0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0]);
  expect(await next()).toBe(NEXT_OF_6);
});

test('with alpha, and in place', async () => {
  const [low, high] = [-0.7791939377784729, 1.6655988693237305];
  const x = torch.ones(6);
  F.alphaDropout(x, { training: true, inplace: true });
  expectNumbers(await x.data(), [low, low, high, low, low, low]);
  expect(await next()).toBe(NEXT_OF_6);
});

test('in attention', async () => {
  const q = torch.arange(12).div(10).reshape(1, 1, 4, 3);
  const y = F.scaledDotProductAttention(q, q, q, { dropoutP: 0.5 });
  const rows = [
    ...[0.3073774576187134, 0.3586069941520691, 0.4098365902900696],
    ...[0.9223932027816772, 1.0428836345672607, 1.1633739471435547],
    ...[1.1630635261535645, 1.336348056793213, 1.5096327066421509],
    ...[1.1643669605255127, 1.331597089767456, 1.498827338218689],
  ];
  expectNumbers(await y.data(), rows);
  expect(await next()).toBeCloseTo(0.17591017484664917, 7);
});

test('between layers of an LSTM', async () => {
  const lstm = new nn.LSTM(2, 3, { numLayers: 2, dropout: 0.5 });
  torch.manualSeed(1);
  const [y] = lstm(torch.ones(3, 1, 2));
  const rows = [
    ...[-0.13848651945590973, -0.017383042722940445, -0.0474238358438015],
    ...[-0.17053815722465515, -0.06381289660930634, -0.06191165745258331],
    ...[-0.16361501812934875, -0.08184229582548141, -0.04729805886745453],
  ];
  expectNumbers(await y.data(), rows);
  expect(await next()).toBeCloseTo(0.93708336353302, 7);
});

test('gradients pass where elements are kept, and p = 1 draws nothing', async () => {
  const x = torch.ones(12, { requiresGrad: true });
  F.dropout(x).sum().backward();
  expect(await x.grad!.tolist()).toEqual([0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 2, 2]);
  torch.manualSeed(0);
  expect(await F.dropout(x, 1).sum().item()).toBe(0);
  expect(await next()).toBeCloseTo(0.49625658988952637, 7);
});

test('refuses another place', () => {
  expect(() => F.dropoutMasks('host' as 'device')).toThrow(/dropoutMasks: expected from to be 'device' or 'generator'/);
});
