// Checks that every name in the tables of PyTorch, torchvision, torchmetrics, Captum and Lightning is there or has a reason not to be.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import * as interpret from 'lamplight/interpret';
import * as lightning from 'lamplight/lightning';
import * as metrics from 'lamplight/metrics';
import * as vision from 'lamplight/vision';
import { expect, test } from 'vitest';
import { libraries, libraryTable } from '../../scripts/checks/coverage-api/libraries.mjs';
import { camelCase, markdown } from '../../scripts/checks/coverage-api/table.mjs';

const doors = { torch, vision, metrics, interpret, lightning };
const tables = libraries.map((library) => {
  const names = JSON.parse(readFileSync(`test/fixtures/${library.family}.json`, 'utf8'));
  return { ...library, ...libraryTable(library, names, doors) };
});

test.each(tables)('every name of $title is there, or has a reason not to be', ({ entries }) => {
  const lacking = entries.filter(({ status }) => status === 'lacking');
  expect(lacking.map(({ namespace, name }) => `${namespace}.${name}`)).toEqual([]);
});

test.each(tables)('every reason about $title is that of some name', ({ entries, reasons }) => {
  const used = new Set(
    entries.map(({ namespace, name, reason }) =>
      reasons.find((entry) => entry[1] === reason && entry[0].test(`${namespace}.${name}`)),
    ),
  );
  expect(reasons.filter((entry) => !used.has(entry)).map(([pattern]) => pattern.source)).toEqual([]);
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
  const rows = tables.flatMap(({ entries, title }) => markdown(entries, title).split('\n'));
  expect(rows).toContain('| torch.nn.functional.conv_transpose2d | convTranspose2d |  |');
  expect(rows).toContain('| torch.nn.SyncBatchNorm |  | distributed training |');
  expect(rows).toContain('| torchmetrics.functional.f1_score | f1Score |  |');
});
