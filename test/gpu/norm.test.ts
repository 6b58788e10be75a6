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
});
