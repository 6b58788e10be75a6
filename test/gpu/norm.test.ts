// Checks layer normalisation and its gradients against PyTorch.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

interface NormCase extends FixtureCase {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
}

const fixture = await loadFixture<NormCase>('layer-norm');

describe('layerNorm against PyTorch', () => {
  test.each(fixture.cases)('$name', async ({ name, normalizedShape, eps }) => {
    const key = (part: string) => `${name}/${part}`;
    const leaf = (part: string) => (fixture.has(key(part)) ? fromFixture(fixture.tensor(key(part)), true) : null);
    const [input, weight, bias] = [leaf('input')!, leaf('weight'), leaf('bias')];
    const output = F.layerNorm(input, [...normalizedShape], { weight, bias, eps });
    // Of numbers near 1000 float32 keeps four digits after the mean is taken off; of equal ones 1/√eps magnifies the rest.
    const tolerance = { atol: name === 'large-mean' ? 2e-4 : 2e-5 };
    await expectClose(output, fixture.tensor(key('output')), tolerance);
    output.backward(fromFixture(fixture.tensor(key('dy'))));
    for (const [part, x] of Object.entries({ input, weight, bias })) {
      if (x && fixture.has(key(`grad_${part}`)))
        await expectClose(x.grad!, fixture.tensor(key(`grad_${part}`)), tolerance);
    }
  });
});

describe('layerNorm', () => {
  test('says which dimensions it wants', () => {
    expect(() => F.layerNorm(torch.zeros(2, 5), [4])).toThrow(/layerNorm: .*\[4\].*\[2, 5\]/);
  });

  test('takes whole numbers and booleans as weight and bias', async () => {
    // As with the same numbers in float32, of which PyTorch gives these.
    const x = torch.tensor([[1, 3]]).float();
    for (const [weight, bias] of [
      [torch.tensor([1, 2]), torch.tensor([3, 0])],
      [torch.tensor([1, 2]).float(), torch.tensor([3, 0])],
      [torch.tensor([1, 2]), torch.tensor([3, 0]).float()],
    ] as const) {
      const [row] = (await F.layerNorm(x, [2], { weight, bias }).tolist()) as [number[]];
      expect(row[0]).toBeCloseTo(2, 4);
      expect(row[1]).toBeCloseTo(2, 4);
    }
    const [masked] = (await F.layerNorm(x, [2], { weight: torch.tensor([true, false]) }).tolist()) as [number[]];
    expect(masked[0]).toBeCloseTo(-1, 4);
    expect(masked[1]).toBe(0);
  });

  test("rows whose variance is too great for a float32 are NaN, not 0, as PyTorch's, and so are their gradients", async () => {
    const results = [8, 16, 64, 768].flatMap((length) => {
      const x = torch
        .linspace(-1e30, 1e30, 3 * length)
        .reshape(3, length)
        .requiresGrad_();
      const y = F.layerNorm(x, [length], { weight: torch.ones(length), bias: torch.ones(length) });
      const grouped = F.groupNorm(x.unsqueeze(1), 1);
      const [dx] = torch.autograd.grad(y.sum(), x) as [torch.Tensor];
      return [F.layerNorm(x, [length]), y, grouped, dx].map((each) => each.isnan().all());
    });
    const finite = F.layerNorm(torch.linspace(-1e18, 1e18, 10).reshape(2, 5), [5])
      .isfinite()
      .all();
    expect(
      await torch
        .stack([...results, finite])
        .all()
        .item(),
    ).toBe(true);
  });
});

test("rmsNorm's gradient of large numbers, of whose inverses no float32 holds the cube", async () => {
  const x = torch.tensor([1e15, -2e15, 3e15, 5e14], { dtype: torch.float32 }).requiresGrad_();
  F.rmsNorm(x, [4])
    .mul(torch.tensor([0.5, 1, 1.5, 2]))
    .sum()
    .backward();
  // Of float64: PyTorch's float32 leaves the second term out.
  expect([...(await x.grad!.mul(1e15).data())].map((value) => Number(value.toFixed(4)))).toEqual([
    0.1162, 0.8273, 0.3486, 0.9853,
  ]);
});
