// Checks that the table of PyTorch's names does not lose what is there, and that what is lacking is known.
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

/** How many names of each namespace are lacking without a reason: to be lowered, never raised. */
const lacking: Readonly<Record<string, number>> = {
  torch: 0,
  'torch.Tensor': 0,
  'torch.nn': 6,
  'torch.nn.functional': 2,
  'torch.optim': 2,
  'torch.optim.lr_scheduler': 0,
};

test.each(cases)('$name lacks no more names than are known', ({ name }) => {
  const names = table.filter(({ namespace, status }) => namespace === name && status === 'lacking');
  expect(names.length, names.map((each) => each.name).join(', ')).toBeLessThanOrEqual(lacking[name]!);
});

test('every reason is that of some name', () => {
  const left = table.filter(({ status }) => status === 'left out').map(({ namespace, name }) => `${namespace}.${name}`);
  const used = new Set(left.map((name) => reasons.find(([pattern]) => pattern.test(name))));
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
