// Loaders with Web Workers, further: pictures and boxes, every kind of error, and workers that are let go.
import * as torch from 'lamplight';
import { data, vision } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { workerHere, workerOr } from '../../src/torch/data/worker/here';
import { caught } from '../support/caught';
import { doing, ended } from '../support/page-workers';
import { datasets } from '../support/served-data';

const { Picture } = vision;

test('pictures, images, masks and boxes stay what they are', async () => {
  const collateFn = (items: unknown[]) => items;
  const worker = doing({ kind: 'pictures', length: 2 });
  const loader = new data.DataLoader(datasets.pictures(2), { batchSize: 2, numWorkers: 1, worker, collateFn });
  for await (const items of loader) {
    const [, { picture, image, mask, boxes }] = items as ReturnType<ReturnType<typeof datasets.pictures>['get']>[];
    expect(picture).toBeInstanceOf(Picture);
    expect(image).toBeInstanceOf(vision.tvTensors.Image);
    expect(mask).toBeInstanceOf(vision.tvTensors.Mask);
    expect(boxes).toBeInstanceOf(vision.tvTensors.BoundingBoxes);
    expect(boxes!.canvasSize).toEqual([2, 3]);
    expect(await picture!.tolist()).toEqual(await datasets.pictures(2).get(1).picture.tolist());
  }
});

describe('errors', () => {
  const failing = (index: number, options: object = {}) =>
    new data.DataLoader(datasets.failing(10), {
      sampler: [0, index],
      numWorkers: 1,
      worker: doing({ kind: 'failing' }),
      ...options,
    });

  test('of an item arrive as their class, with the sample and the stack', async () => {
    const before = ended;
    const error = await caught(failing(3));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('three is not to be had (in DataLoader worker 0, sample 3)');
    expect(error.stack).toMatch(/at .*get .*served-data/);
    expect(ended - before).toBe(1);
  });

  test.each<[string, () => AsyncIterable<unknown>, RegExp]>([
    ['the end of the worker', () => failing(8), /^DataLoader worker 0: it has ended by itself, or crashed$/],
    [
      'a module that does not load',
      () => failing(0, { worker: doing({ kind: 'loads nothing' }) }),
      /this module does not load/,
    ],
    [
      'a module that is not there',
      () => failing(0, { worker: () => new Worker('/no-such-worker.js', { type: 'module' }) }),
      /^DataLoader worker 0: its script could not be loaded/,
    ],
    [
      'a module that serves nothing',
      () => failing(0, { worker: doing({ kind: 'serves nothing' }), timeout: 1 }),
      /^DataLoader: timed out after 1 seconds/,
    ],
  ])('%s is a WorkerError', async (_, loader, message) => {
    const error = await caught(loader());
    expect(error).toBeInstanceOf(torch.WorkerError);
    expect(error.message).toMatch(message);
  });
});

test('workers are let go after break, an error in the loop, and an abort', async () => {
  const controller = new AbortController();
  const loader = (options: object = {}) =>
    new data.DataLoader(datasets.drawing(40), {
      numWorkers: 2,
      worker: doing({ kind: 'drawing', length: 40 }),
      ...options,
    });
  const before = ended;
  for await (const _ of loader()) break;
  expect(ended - before).toBe(2);
  const thrown = (async () => {
    for await (const _ of loader()) throw new EvalError('mine');
  })();
  await expect(thrown).rejects.toThrow(EvalError);
  expect(ended - before).toBe(4);
  const aborted = (async () => {
    for await (const _ of loader({ signal: controller.signal })) {
      controller.abort(new Error('enough'));
      expect(ended - before).toBe(6);
    }
  })();
  await expect(aborted).rejects.toThrow('enough');
});

test('what workers of the library were to read is read by the page where their script is not there', async () => {
  const open = () => (address: unknown) => [address, Uint8Array.of(2 * (address as number))];
  const copy: data.WorkerCopy<[number, Uint8Array], number> = {
    start: () => workerOr(new Worker('/no-such-worker.js', { type: 'module' }), () => workerHere(open)),
    state: null,
    address: (i) => i,
    item: ([i, bytes]) => 10 * i + bytes[0]!,
  };
  const dataset = Object.assign(datasets.drawing(5), { workerCopy: () => copy });
  const seen: unknown[] = [];
  const collateFn = (items: unknown[]) => items;
  for await (const items of new data.DataLoader(dataset, { batchSize: 2, numWorkers: 2, collateFn })) seen.push(items);
  expect(seen).toEqual([[0, 12], [24, 36], [48]]);
});
