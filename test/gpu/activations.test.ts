// Checks the further activations, and Embedding, against PyTorch.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

interface LayerCase extends FixtureCase {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly text: string;
}

const fixture = await loadFixture<LayerCase>('activations');
const LayerTypes = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;

describe('layers against PyTorch', () => {
  test.each(fixture.cases)('$name', async ({ name, module, args, options, text }) => {
    const array = (part: string) => fixture.tensor(`${name}/${part}`);
    const layer = new LayerTypes[module]!(...args, ...(Object.keys(options).length > 0 ? [options] : []));
    expect(`${layer}`).toBe(text);
    if (fixture.has(`${name}/weight`)) layer.loadStateDict({ weight: fromFixture(array('weight')) });
    const lookup = module === 'Embedding';
    const input = lookup ? fromFixture(array('numbers')) : fromFixture(array('input'), true);
    const output = layer(args[0] === true ? input.mul(1) : input) as Tensor;
    await expectClose(output, array('output'));
    output.backward(fromFixture(array('dy')));
    if (!lookup) await expectClose(input.grad!, array('grad_input'));
    for (const [key, parameter] of layer.namedParameters()) {
      await expectClose(parameter.grad!, array(`grad_${key}`), { atol: 2e-5 });
    }
  });
});

describe('activations', () => {
  test('let NaN through', async () => {
    const x = torch.tensor([Number.NaN]);
    for (const f of [F.mish, F.selu, F.celu, F.tanhshrink, F.softshrink]) expect(await f(x).item()).toBeNaN();
  });

  test('say what they want', () => {
    expect(() => F.glu(torch.zeros(2, 3))).toThrow(/glu: expected an even size/);
    expect(() => F.prelu(torch.zeros(2, 3), torch.zeros(2))).toThrow(/prelu: .* 3 channels, .*\[2\]/);
    expect(() => F.softshrink(torch.zeros(2), -1)).toThrow(/lambd ≥ 0/);
  });
});

describe('an embedding', () => {
  test('starts standard normal with a padding of zeros', async () => {
    torch.manualSeed(0);
    const table = new nn.Embedding(200, 8, { paddingIdx: 3 });
    expect(await table.weight.at(3).abs().sum().item()).toBe(0);
    expect(Math.abs((await table.weight.std().item()) - 1)).toBeLessThan(0.1);
    const given = torch.randn(4, 2);
    const frozen = nn.Embedding.fromPretrained(given);
    expect(frozen.weight.requiresGrad).toBe(false);
    expect(await frozen(torch.tensor([2])).tolist()).toEqual(await given.at([2]).tolist());
  });

  test('reports numbers out of range', async () => {
    const table = new nn.Embedding(3, 2);
    await expect(table(torch.tensor([3])).data()).rejects.toThrow(/but got 3/);
    expect(() => table(torch.tensor([1.5]))).toThrow(/int64/);
    expect(() => new nn.Embedding(3, 2, 3)).toThrow(/paddingIdx within 3 embeddings/);
  });
});
