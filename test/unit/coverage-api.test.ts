// Checks that every name of PyTorch's table is there or has a reason not to be.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { reasons } from '../../scripts/api-reasons.mjs';
import { apiTable, camelCase, markdown } from '../../scripts/api-table.mjs';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const { torch: version, cases } = await loadFixture<FixtureCase & { readonly names: readonly string[] }>('api');

const table = apiTable(Object.fromEntries(cases.map(({ name, names }) => [name, names])), {
  torch,
  'torch.Tensor': torch.zeros(1),
  'torch.nn': torch.nn,
  'torch.nn.functional': torch.nn.functional,
  'torch.optim': torch.optim,
  'torch.optim.lr_scheduler': torch.optim.lrScheduler,
});

test.each(cases)('every name of $name is there, or has a reason not to be', ({ name }) => {
  const names = table.filter(({ namespace, status }) => namespace === name && status === 'lacking');
  expect(names.map((each) => each.name)).toEqual([]);
});

test('every reason is that of some name', () => {
  const used = new Set(
    table.map(({ namespace, name, reason }) =>
      reasons.find((entry) => entry[1] === reason && entry[0].test(`${namespace}.${name}`)),
    ),
  );
  expect(reasons.filter((entry) => !used.has(entry)).map(([pattern]) => pattern.source)).toEqual([]);
});

test('names are spelt as ours', () => {
  expect(['relu_', 'max_pool2d', 'lr_scheduler', 'log1p', 'BatchNorm2d', 'conv_transpose2d'].map(camelCase)).toEqual([
    'relu_',
    'maxPool2d',
    'lrScheduler',
    'log1p',
    'BatchNorm2d',
    'convTranspose2d',
  ]);
  const rows = markdown(table, version).split('\n');
  expect(rows).toContain('| torch.nn.functional.conv_transpose2d | convTranspose2d |  |');
  expect(rows).toContain('| torch.nn.SyncBatchNorm |  | distributed training |');
});
