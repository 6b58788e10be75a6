import { expect, test } from 'vitest';
import { load, parse } from '../../examples/pytorch/programs';

const { defaults } = await load('mnist');

test('options of the ports are read by the names of commands and of code, in the types of their defaults', () => {
  const given = [
    ['train-size', '640'],
    ['batchSize', '32'],
    ['dry-run', 'true'],
    ['saveModel', 'false'],
    ['data', '1'],
  ] as const;
  expect(parse(given, defaults)).toEqual({ trainSize: 640, batchSize: 32, dryRun: true, saveModel: false, data: '1' });
});

test('options and programs that the ports do not have are errors that list them', async () => {
  expect(() => parse([['epoch', '1']], defaults)).toThrow(/^expected one of the options batchSize, .* got 'epoch'$/);
  expect(() => parse([['epochs', 'one']], defaults)).toThrow(/^epochs: expected a number, but got 'one'$/);
  await expect(load('imagenet')).rejects.toThrow(/^expected one of mnist, vae, .* got 'imagenet'$/);
});
