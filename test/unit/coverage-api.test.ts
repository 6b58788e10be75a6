// Checks that every name of PyTorch's and torchvision's tables is there or has a reason not to be.
import * as torch from 'lamplight';
import * as vision from 'lamplight/vision';
import { expect, test } from 'vitest';
import { reasons } from '../../scripts/api-reasons.mjs';
import { apiTable, camelCase, markdown, torchSpaces, visionSpaces } from '../../scripts/api-table.mjs';
import { visionReasons } from '../../scripts/vision-reasons.mjs';
import { type FixtureCase, loadFixture } from '../support/fixtures';

type Names = FixtureCase & { readonly names: readonly string[] };

const { torch: version, cases } = await loadFixture<Names>('api');
const { cases: visionCases } = await loadFixture<Names>('vision_api');

const namesOf = (list: readonly Names[]) => Object.fromEntries(list.map(({ name, names }) => [name, names]));

const table = apiTable(namesOf(cases), torchSpaces(torch));
const visionTable = apiTable(namesOf(visionCases), visionSpaces(vision));

test.each([...cases, ...visionCases])('every name of $name is there, or has a reason not to be', ({ name }) => {
  const names = [...table, ...visionTable].filter(
    ({ namespace, status }) => namespace === name && status === 'lacking',
  );
  expect(names.map((each) => each.name)).toEqual([]);
});

test.each([
  ['PyTorch', reasons, table],
  ['torchvision', visionReasons, visionTable],
] as const)('every reason about %s is that of some name', (_, all, entries) => {
  const used = new Set(
    entries.map(({ namespace, name, reason }) =>
      all.find((entry) => entry[1] === reason && entry[0].test(`${namespace}.${name}`)),
    ),
  );
  expect(all.filter((entry) => !used.has(entry)).map(([pattern]) => pattern.source)).toEqual([]);
});

test('names are spelt as ours', () => {
  const theirs = ['relu_', 'max_pool2d', 'lr_scheduler', 'log1p', 'BatchNorm2d', 'conv_transpose2d'];
  expect([...theirs, 'resnext50_32x4d', 'shufflenet_v2_x0_5'].map(camelCase)).toEqual([
    'relu_',
    'maxPool2d',
    'lrScheduler',
    'log1p',
    'BatchNorm2d',
    'convTranspose2d',
    'resnext50_32x4d',
    'shufflenetV2X0_5',
  ]);
  const rows = markdown(table, `PyTorch ${version}`).split('\n');
  expect(rows).toContain('| torch.nn.functional.conv_transpose2d | convTranspose2d |  |');
  expect(rows).toContain('| torch.nn.SyncBatchNorm |  | distributed training |');
});
