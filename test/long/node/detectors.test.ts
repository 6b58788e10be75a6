// Lays every detector with a name beside torchvision's: parameters, keys, printed text, and the initial weights of a seed.
import { createHash } from 'node:crypto';
import type { nn } from 'lamplight';
import * as torch from 'lamplight';
import { detection } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

interface Case extends FixtureCase {
  readonly network: string;
  readonly options: object;
  readonly parameters: number;
  /** Digests of the keys with their shapes, and of the printed text. */
  readonly keys: string;
  readonly text: string;
  /** The sum and the sum of magnitudes of each parameter. */
  readonly sums: readonly (readonly [number, number])[];
  /** The next random number. */
  readonly after: number;
}

const fixture = await loadFixture<Case>('detectors');
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
const builders = detection as unknown as Record<string, (options: object) => nn.Module>;

test.each(fixture.cases)('$name', async ({ network, options, parameters, keys, text, sums, after }) => {
  torch.manualSeed(0);
  const model = builders[network]!(options);
  const next = await torch.rand(1).item();
  const state = Object.entries(model.stateDict()).map(([key, { shape }]) => `${key} [${shape.join(', ')}]`);
  expect(digest(state.join('\n')), state.slice(0, 8).join('\n')).toBe(keys);
  expect(digest(`${model}`), `${model}`).toBe(text);
  expect(model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0)).toBe(parameters);
  expect(next).toBeCloseTo(after, 6);
  for (const [i, [name, parameter]] of model.namedParameters().entries()) {
    let sum = 0;
    let magnitude = 0;
    for (const value of await parameter.data()) {
      sum += value;
      magnitude += Math.abs(value);
    }
    const [expected, size] = sums[i]!;
    expect(Math.abs(magnitude - size), name).toBeLessThanOrEqual(2e-6 * size);
    expect(Math.abs(sum - expected), name).toBeLessThanOrEqual(2e-6 * size);
  }
});

test('weights of older versions load under their old keys, and freeze the norms', async () => {
  const trained = detection.fasterrcnnResnet50Fpn({ numClasses: 2 });
  const old = Object.entries(trained.stateDict()).map(([key, tensor]): [string, torch.Tensor] => {
    const renamed = key.replace(/^(rpn\.head\.conv)\.0\.0\./, '$1.').replace(/^(backbone\.fpn\.\w+\.\d)\.0\./, '$1.');
    return [renamed, tensor];
  });
  const state = Object.fromEntries(old);
  expect(Object.keys(state)).toContain('rpn.head.conv.weight');
  const loaded = await detection.fasterrcnnResnet50Fpn({ numClasses: 2, weights: state });
  expect(`${loaded.backbone}`).toContain('FrozenBatchNorm2d(64, eps=1e-05)');
  const fixed = loaded.namedParameters().filter(([, parameter]) => !parameter.requiresGrad);
  expect(fixed.every(([name]) => /^backbone\.body\.(conv1|layer1)\./.test(name))).toBe(true);
  expect(fixed).toHaveLength(11);
});
