// Lays every network beside torchvision's or timm's: parameters, keys, printed text, and the initial weights of a seed.
import { type nn, vision } from 'lamplight';
import { test } from 'vitest';
import { loadFixture } from '../../support/fixtures';
import { partOf } from '../../support/sample';
import { expectSeeded, type SeededNetwork } from '../../support/seeded-network';

interface Case extends SeededNetwork {
  readonly group: 'models' | 'segmentation';
}

type Builders = Readonly<Record<string, (options: object) => nn.Module>>;

const fixture = await loadFixture<Case>('networks');
const { models } = vision;
const groups = { models, segmentation: models.segmentation } as unknown as Readonly<Record<Case['group'], Builders>>;

test.each(partOf(fixture.cases, 4))('$name', (wanted) =>
  expectSeeded(() => groups[wanted.group][wanted.network]!(wanted.options), wanted),
);
