// Checks ctcLoss, embeddingBag, fractional max pooling and the adaptive softmax against PyTorch, and their modules.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { argumentsOf, type Call, checkCall } from '../support/calls';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface SoftmaxCase extends FixtureCase {
  readonly module: string;
  readonly args: readonly [number, number, number[]];
  readonly options: object;
  readonly seed: number;
  readonly text: string;
}

const fixture = await loadFixture<Call | SoftmaxCase>('rare-layers');
const calls = fixture.cases.filter((item): item is Call => 'op' in item);
const softmaxes = fixture.cases.filter((item): item is SoftmaxCase => 'module' in item);

type Function = (...args: unknown[]) => Tensor;

const functions: Record<string, Function> = {
  ctcLoss: F.ctcLoss as Function,
  embeddingBag: (weight, input, options) =>
    F.embeddingBag(input as Tensor, { weight: weight as Tensor, ...(options as object) }),
  fractionalMaxPool2d: F.fractionalMaxPool2d as unknown as Function,
  fractionalMaxPool3d: F.fractionalMaxPool3d as unknown as Function,
};

test.concurrent.each(sampled(calls, 8))('$name', async (item) => {
  const call = functions[item.op]!;
  await checkCall(fixture as never, item, (xs, options) => call(...xs, options), { rtol: 2e-5, atol: 2e-6 });
  if (!fixture.has(`${item.name}/indices`)) return;
  const { xs, options } = argumentsOf(fixture as never, item);
  const pool = F[item.op as 'fractionalMaxPool2d'];
  const [, indices] = pool(xs[0]!, { ...options, returnIndices: true } as never) as unknown as [Tensor, Tensor];
  await expectClose(indices, fixture.tensor(`${item.name}/indices`));
});

describe('the adaptive softmax', () => {
  test.each(sampled(softmaxes, 2))('$name', async ({ name, args, options, seed, text }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    torch.manualSeed(seed);
    const layer = new nn.AdaptiveLogSoftmaxWithLoss(...args, options);
    expect(`${layer}`).toBe(text);
    for (const [key, tensor] of Object.entries(layer.stateDict())) await expectClose(tensor, array(`state_${key}`));
    const x = fromFixture(array('input'), true);
    const results = layer(x, fromFixture(array('target')));
    const { output, loss } = results;
    expect(results[0] === output && results[1] === loss).toBe(true);
    await expectClose(output, array('y0'), { atol: 2e-6 });
    await expectClose(loss, array('y1'));
    output
      .mul(fromFixture(array('dy0')))
      .sum()
      .add(loss.mul(fromFixture(array('dy1'))))
      .backward();
    const tolerance = { rtol: 2e-5, atol: 5e-6 };
    await expectClose(x.grad!, array('grad_input'), tolerance);
    for (const [key, parameter] of layer.namedParameters()) {
      // PyTorch leaves clusters without a target alone; here they get zeros.
      if (!fixture.has(`${name}/grad_state_${key}`)) expect(await parameter.grad!.abs().sum().item()).toBe(0);
      else await expectClose(parameter.grad!, array(`grad_state_${key}`), tolerance);
    }
    const rows = x.dim() === 2 ? x : x.unsqueeze(0);
    await expectClose(layer.logProb(rows), array('logs'), { atol: 2e-6 });
    await expectClose(layer.predict(rows), array('best'));
  });
});

describe('modules', () => {
  const numbers = torch.tensor([
    [1, 2, 1],
    [0, 3, 2],
  ]);

  test('print as PyTorch prints them, and call their functions', async () => {
    const bag = new nn.EmbeddingBag(4, 2, { mode: 'max', paddingIdx: 1, maxNorm: 2 });
    expect(`${bag}`).toBe("EmbeddingBag(4, 2, max_norm=2.0, mode='max', padding_idx=1)");
    const { weight } = bag;
    expect(await torch.equal(bag(numbers), F.embeddingBag(numbers, weight, { mode: 'max', paddingIdx: 1 }))).toBe(true);
    const given = nn.EmbeddingBag.fromPretrained(weight.detach(), { mode: 'sum' });
    expect(given.weight.requiresGrad).toBe(false);
    const line = numbers.reshape(-1);
    const offsets = torch.tensor([0, 3]);
    expect(await torch.allclose(given(line, offsets), given(numbers))).toBe(true);

    const scores = torch.rand(5, 2, 4).logSoftmax(2);
    const labels = torch.tensor([
      [1, 2],
      [3, 1],
    ]);
    expect(`${new nn.CTCLoss()}`).toBe('CTCLoss()');
    const losses = new nn.CTCLoss({ reduction: 'none' })(scores, labels, [5, 5], [2, 1]);
    expectNumbers(
      await losses.data(),
      await F.ctcLoss(scores, labels.reshape(-1).at([0, 1, 2]), [5, 5], [2, 1], 0, 'none').data(),
    );

    const pool = new nn.FractionalMaxPool2d([2, 2], { outputRatio: 0.5 });
    expect(`${pool}`).toBe('FractionalMaxPool2d()');
    const x = torch.rand(2, 3, 8, 6);
    expect(pool(x).shape).toEqual([2, 3, 4, 3]);
    torch.manualSeed(5);
    const first = pool(x);
    torch.manualSeed(5);
    expect(await torch.equal(pool(x), first)).toBe(true);
    expect(new nn.FractionalMaxPool3d(2, [2, 2, 1])(torch.rand(1, 4, 4, 4)).shape).toEqual([1, 2, 2, 1]);
  });

  test('say what they want', () => {
    const scores = torch.zeros(5, 2, 4);
    expect(() => F.ctcLoss(scores, torch.zeros(2, 2), [5, 5, 5], [1, 1])).toThrow(/inputLengths of 2 sequences/);
    expect(() => F.ctcLoss(scores, torch.zeros(3, 2), [5, 5], [1, 1])).toThrow(/targets of 2 sequences.*\[3, 2\]/);
    expect(() => F.ctcLoss(scores, torch.zeros(2, 2), [5, 5], [1, 1], { blank: 4 })).toThrow(/blank from 0 to 3/);
    expect(() => F.embeddingBag(numbers.reshape(-1), torch.zeros(4, 2))).toThrow(/expected offsets for 1-D input/);
    expect(() => new nn.EmbeddingBag(3, 2, { mode: 'min' as 'max' })).toThrow(/'sum', 'mean' or 'max', but got "min"/);
    expect(() => new nn.FractionalMaxPool2d(2)).toThrow(/either outputSize or outputRatio, but got neither/);
    expect(() => F.fractionalMaxPool2d(torch.zeros(1, 3, 3), 2, 3)).toThrow(
      /outputSize \+ kernelSize − 1, but got \[3, 3\]/,
    );
    expect(() => new nn.AdaptiveLogSoftmaxWithLoss(4, 5, [3, 2])).toThrow(
      /growing integers from 1 to nClasses − 1 = 4/,
    );
  });
});
