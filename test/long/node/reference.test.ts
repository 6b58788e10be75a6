// Checks that the reference has a text for every export and every method of Tensor, and that its search knows both spellings.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import * as interpret from 'lamplight/interpret';
import * as lightning from 'lamplight/lightning';
import * as metrics from 'lamplight/metrics';
import * as vision from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { find, type Name } from '../../../demos/search/names';
import { libraries, libraryTable } from '../../../scripts/checks/coverage-api/libraries.mjs';
import { spaceTexts } from '../../../scripts/reference/spaces.mjs';
import { TheirNames } from '../../../scripts/reference/their-names.mjs';
import { toldExports } from '../../../scripts/reference/told.mjs';

const told = toldExports();

test('every export of every door, and every method of Tensor, has a text', () => {
  expect(told.size).toBeGreaterThan(2500);
  expect([...told].filter(([, text]) => text === '').map(([name]) => name)).toEqual([]);
});

test('every namespace has a sentence, without which no reference is built', () => {
  const spaces = new Set([...told.keys()].map((name) => name.split('.').slice(0, -1).join('.') || 'torch'));
  expect([...spaces].filter((name) => name !== 'Tensor' && !Object.hasOwn(spaceTexts, name))).toEqual([]);
});

const doors = { torch, vision, metrics, interpret, lightning };
const tables = libraries.map((library) =>
  libraryTable(library, JSON.parse(readFileSync(`test/fixtures/${library.family}.json`, 'utf8')), doors),
);

test('every method of Tensor is told, wherever it is written', () => {
  const methods = [...told.keys()].filter((name) => name.startsWith('Tensor.'));
  expect(methods.length).toBe(495);
  const have = tables
    .flatMap(({ entries }) => entries)
    .filter(({ namespace, status }) => namespace === 'torch.Tensor' && status === 'have');
  expect(have.length).toBeGreaterThan(400);
  expect(have.map(({ ours }) => ours).filter((name) => !told.has(`Tensor.${name}`))).toEqual([]);
});

describe('search', () => {
  const theirs = new TheirNames(tables);
  const names = [...told.keys()].map((path): Name => {
    const at = path.lastIndexOf('.');
    return [path.slice(at + 1), path.slice(0, Math.max(at, 0)), path, theirs.of(path)?.full ?? '', '', ''];
  });

  test.each([
    ['max_pool2d', 'nn.functional.maxPool2d'],
    ['maxPool2d', 'nn.functional.maxPool2d'],
    ['MaxPool2d', 'nn.MaxPool2d'],
    ['F.max_pool2d', 'nn.functional.maxPool2d'],
    ['torch.nn.functional.cross_entropy', 'nn.functional.crossEntropy'],
    ['cross_entropy', 'nn.functional.crossEntropy'],
    ['CrossEntropyLoss', 'nn.CrossEntropyLoss'],
    ['nn.Conv2d', 'nn.Conv2d'],
    ['conv_transpose2d', 'nn.functional.convTranspose2d'],
    ['batch_norm', 'nn.functional.batchNorm'],
    ['torch.zeros_like', 'zerosLike'],
    ['zeros_like', 'zerosLike'],
    ['scatter_add_', 'Tensor.scatterAdd_'],
    ['index_select', 'indexSelect'],
    ['torch.Tensor.masked_fill_', 'Tensor.maskedFill_'],
    ['requires_grad_', 'Tensor.requiresGrad_'],
    ['no_grad', 'noGrad'],
    ['manual_seed', 'manualSeed'],
    ['clip_grad_norm_', 'nn.utils.clipGradNorm_'],
    ['lr_scheduler.StepLR', 'optim.lrScheduler.StepLR'],
    ['CosineAnnealingLR', 'optim.lrScheduler.CosineAnnealingLR'],
    ['random_split', 'data.randomSplit'],
    ['kaiming_normal_', 'nn.init.kaimingNormal_'],
    ['box_iou', 'vision.ops.boxIou'],
    ['make_grid', 'vision.utils.makeGrid'],
    ['fasterrcnn_resnet50_fpn', 'vision.detection.fasterrcnnResnet50Fpn'],
    ['resnet18', 'vision.models.resnet18'],
    ['f1_score', 'metrics.functional.f1Score'],
    ['StructuralSimilarityIndexMeasure', 'metrics.StructuralSimilarityIndexMeasure'],
    ['visualize_image_attr', 'interpret.visualization.visualizeImageAttr'],
    ['IntegratedGradients', 'interpret.IntegratedGradients'],
    ['seed_everything', 'lightning.seedEverything'],
    ['ModelCheckpoint', 'lightning.ModelCheckpoint'],
  ])('%s finds %s', (asked, path) => {
    expect(find(names, asked).map((found) => found[2])[0]).toBe(path);
  });

  test('nothing, and what nothing is called, find nothing', () => {
    expect([...find(names, ''), ...find(names, ' _ '), ...find(names, 'no such name')]).toEqual([]);
  });
});
