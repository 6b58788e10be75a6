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

test('weights of older versions load into the masks’ head under their old keys', () => {
  const head = new detection.MaskRCNNHeads(3, [4, 4], 1);
  const old = Object.entries(head.stateDict()).map(([key, tensor]): [string, Tensor] => [
    key.replace(/^(\d)\.0\./, (_, i: string) => `mask_fcn${Number(i) + 1}.`),
    tensor,
  ]);
  expect(old.map(([key]) => key)).toEqual(['1', '2'].flatMap((i) => [`mask_fcn${i}.weight`, `mask_fcn${i}.bias`]));
  expect(head.loadStateDict(Object.fromEntries(old)).missingKeys).toEqual([]);
});
