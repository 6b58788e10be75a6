// Lays every detector with a name beside torchvision's: parameters, keys, printed text, and the initial weights of a seed.
import type { nn, Tensor } from 'lamplight';
import { detection } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { loadFixture } from '../../support/fixtures';
import { expectSeeded, type SeededNetwork } from '../../support/seeded-network';

const fixture = await loadFixture<SeededNetwork>('detectors');
const builders = detection as unknown as Record<string, (options: object) => nn.Module>;

test.each(fixture.cases)('$name', (wanted) => expectSeeded(() => builders[wanted.network]!(wanted.options), wanted));

test('weights of older versions load under their old keys, and freeze the norms', async () => {
  const trained = detection.fasterrcnnResnet50Fpn({ numClasses: 2 });
  const old = Object.entries(trained.stateDict()).map(([key, tensor]): [string, Tensor] => {
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
