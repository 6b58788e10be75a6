// Checks the losses and their gradients against PyTorch, and what becomes of labels out of range.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface LossCase extends FixtureCase {
  readonly op: string;
  readonly options: Record<string, never>;
}

const fixture = await loadFixture<LossCase>('loss');

type Loss = (input: Tensor, target: Tensor, options: Record<string, never>) => Tensor;

const losses: Record<string, Loss> = {
  crossEntropy: F.crossEntropy,
  nllLoss: F.nllLoss,
  mseLoss: F.mseLoss,
  l1Loss: F.l1Loss,
  smoothL1Loss: F.smoothL1Loss,
  huberLoss: F.huberLoss,
  binaryCrossEntropy: F.binaryCrossEntropy,
  binaryCrossEntropyWithLogits: F.binaryCrossEntropyWithLogits,
};

describe('against PyTorch', () => {
  test.each(sampled(fixture.cases, 3))('$name', async ({ name, op, options }) => {
    const key = (part: string) => `${name}/${part}`;
    const input = fromFixture(fixture.tensor(key('input')), true);
    const target = fromFixture(fixture.tensor(key('target')), fixture.has(key('grad_target')));
    const arrays = ['weight', 'posWeight'].filter((part) => fixture.has(key(part)));
    const given = Object.fromEntries(arrays.map((part) => [part, fromFixture(fixture.tensor(key(part)))]));
    const output = losses[op]!(input, target, { ...options, ...given } as Record<string, never>);
    await expectClose(output, fixture.tensor(key('output')));
    output.backward(fromFixture(fixture.tensor(key('dy'))));
    await expectClose(input.grad!, fixture.tensor(key('grad_input')));
    if (fixture.has(key('grad_target'))) await expectClose(target.grad!, fixture.tensor(key('grad_target')));
  });
});

describe('a label out of range', () => {
  test.each([5, -1])('%i is an IndexError at the next read-back, and gradients are none the worse', async (label) => {
    const x = torch.zeros(2, 5, { requiresGrad: true });
    const loss = F.crossEntropy(x, torch.tensor([0, label]), { reduction: 'sum' });
    await expect(loss.item()).rejects.toThrow(
      new RegExp(`crossEntropy: expected class labels from 0 to 4, but got ${label}`),
    );
    expect(await F.crossEntropy(x, torch.tensor([0, 4])).item()).toBeCloseTo(Math.log(5), 6);
  });

  test('never reaches the weights', async () => {
    const w = torch.ones(3, 4, { requiresGrad: true });
    const optimizer = new torch.optim.SGD([w], { lr: 1, momentum: 0.9 });
    const step = (label: number) => {
      optimizer.zeroGrad();
      F.crossEntropy(torch.ones(2, 3).matmul(w), torch.tensor([0, label])).backward();
      optimizer.step();
    };
    step(1);
    const before = await w.tolist();
    step(9);
    await expect(w.tolist()).rejects.toThrow(torch.IndexError);
    expect(await w.tolist()).toEqual(before);
  });
});

describe('crossEntropy', () => {
  test.each([
    [1, 'sum'],
    [4096, 'mean'],
    [4097, 'sum'],
    [70_001, 'mean'],
  ] as const)('of %i rows is the likelihood of logSoftmax, reduced by %s', async (n, reduction) => {
    torch.manualSeed(n);
    const x = torch.randn(n, 5, { requiresGrad: true });
    const labels = torch.randint(0, 5, [n]);
    const options = { reduction, ignoreIndex: n > 1 ? 3 : -100 };
    const losses = [F.crossEntropy(x, labels, options), F.nllLoss(F.logSoftmax(x, 1), labels, options)] as const;
    const [fused, composed] = [await losses[0].item(), await losses[1].item()];
    expect(Math.abs(fused - composed)).toBeLessThan(1e-6 * Math.abs(composed));
    const [dx, expected] = losses.map((loss) => torch.autograd.grad(loss, [x])[0]!);
    expect(await dx!.sub(expected!).abs().max().item()).toBeLessThan(1e-6);
  });

  test('of no row that counts is NaN, with gradient 0', async () => {
    const x = torch.randn(2, 3, { requiresGrad: true });
    const loss = F.crossEntropy(x, torch.tensor([1, 1]), { ignoreIndex: 1 });
    expect(await loss.item()).toBeNaN();
    loss.backward();
    expect(await x.grad!.tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});

describe('errors', () => {
  const x = torch.zeros(4, 3);
  test('name the shapes and dtypes', () => {
    expect(() => F.crossEntropy(x, torch.tensor([0, 1]))).toThrow(
      /crossEntropy: expected target of shape \[4\] for input \[4, 3\], but got \[2\]/,
    );
    expect(() => F.crossEntropy(x, torch.zeros(4))).toThrow(/crossEntropy: expected target of dtype int64/);
    expect(() => F.crossEntropy(x.to(torch.int64), torch.tensor([0, 1, 2, 0]))).toThrow(
      /expected input of dtype float32/,
    );
    expect(() => F.crossEntropy(x, torch.tensor([0, 1, 2, 0]), { weight: torch.ones(2) })).toThrow(
      /weight of shape \[3\]/,
    );
    expect(() => F.crossEntropy(x, torch.tensor([0, 1, 2, 0]), { labelSmoothing: 2 })).toThrow(
      /from 0 to 1, but got 2/,
    );
    expect(() => F.binaryCrossEntropyWithLogits(x, torch.zeros(4, 2))).toThrow(/\[4, 3\], but got \[4, 2\]/);
  });
});

test('whole numbers and floats meet in floats, as in PyTorch', async () => {
  const input = torch.tensor([0.5, 2], { requiresGrad: true });
  const whole = torch.tensor([1, 0]);
  const [dSquared] = torch.autograd.grad(F.mseLoss(input, whole), input);
  const [dAbsolute] = torch.autograd.grad(F.l1Loss(input, whole), input);
  const found = [
    dSquared!,
    dAbsolute!,
    F.mseLoss(whole, input, { reduction: 'none' }),
    F.l1Loss(whole, input, { reduction: 'none' }),
    new nn.MSELoss({ reduction: 'none' })(input, torch.tensor([true, false])),
  ];
  expect(found.map(({ dtype }) => dtype)).toEqual(Array(5).fill('float32'));
  const numbers = await torch.stack(found).tolist();
  expect(numbers).toEqual([
    [-0.5, 2],
    [-0.5, 0.5],
    [0.25, 4],
    [0.5, 2],
    [0.25, 4],
  ]);
  expect(F.l1Loss(whole, whole, { reduction: 'sum' }).dtype).toBe('int64');
  expect(() => F.mseLoss(whole, whole)).toThrow(torch.DTypeError);
});
