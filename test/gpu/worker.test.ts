// `lamplight/worker` in a page with real workers; what crosses is tested at length in test/node/alone/worker-connection.test.ts.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { connect, type Remote, terminate, transfer } from 'lamplight/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { doomed as doomedThere } from '../support/doomed-worker';
import { trainSmall } from '../support/train-small';
import type { served } from '../support/train-worker';

type Served = typeof served;
type Doomed = typeof doomedThere;

const start = () => new Worker(new URL('../support/train-worker.ts', import.meta.url), { type: 'module' });

let remote: Remote<Served>;
beforeAll(async () => {
  remote = await connect<Served>(start);
});
afterAll(() => terminate(remote));

/** A worker that comes to its end, without the library. */
const startDoomed = () => new Worker(new URL('../support/doomed-worker.ts', import.meta.url), { type: 'module' });

/** A worker of a few lines. */
const running = (code: string): Worker =>
  new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });

/** What a promise is rejected with. */
const failure = (promise: PromiseLike<unknown>): Promise<Error> =>
  Promise.resolve(promise).then(
    () => new Error('it was fulfilled'),
    (error: Error) => error,
  );

test('training in a worker gives the numbers of the page', async () => {
  const [here, there] = [await trainSmall(), await remote.trainSmall()];
  expect(there).toEqual(here);
  expect(here.at(-1)!).toBeLessThan(here[0]! / 2);
});

test('tensors of every dtype go there and come back', async () => {
  const sent = [
    torch.tensor([[1.5, -2, 0.25]]),
    torch.tensor([-1, 2 ** 31 - 1], { dtype: 'int32' }),
    torch.tensor([-1, 2 ** 31 - 1]),
    torch.tensor([0, 2 ** 31], { dtype: 'uint32' }),
    torch.tensor([0, 255, 7], { dtype: 'uint8' }),
    torch.tensor([true, false, true]),
    torch.arange(6, { dtype: 'float32' }).mul(2).reshape(2, 3).t(),
  ];
  const back = (await remote.echo(sent)) as Tensor[];
  expect(back.map(({ dtype, shape }) => [dtype, shape])).toEqual(sent.map(({ dtype, shape }) => [dtype, shape]));
  expect(await Promise.all(back.map((x) => x.tolist()))).toEqual(await Promise.all(sent.map((x) => x.tolist())));
  expect(await (await remote.scale(sent.at(-1)!, 3)).tolist()).toEqual([
    [0, 18],
    [6, 24],
    [12, 30],
  ]);
});

test('a run reports its progress, and stops when the page says so', async () => {
  const [x, stop] = [torch.tensor([[1], [2], [3]]).float(), new AbortController()];
  const losses: number[] = [];
  const weight = await remote.fit(
    x,
    x.mul(2),
    async (step, loss) => {
      losses.push(await loss.item());
      if (step === 50) stop.abort();
    },
    stop.signal,
  );
  expect(losses.length).toBeGreaterThanOrEqual(6);
  expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  expect([weight.shape, weight.requiresGrad]).toEqual([[1, 1], false]);
});

test('small results that the page keeps, or the worker, hold none of the scores in the worker', async () => {
  const [x, labels] = [torch.randn(64, 16), torch.randint(0, 1000, [64])];
  const kept: unknown[] = [];
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) {
      kept.push(await remote.score(x, labels, (row) => void kept.push(row)));
      if (i % 10 === 0) for await (const best of remote.predictions(x, 3)) if (kept.push(best) % 2 === 0) break;
    }
    return remote.allocated();
  };
  const before = await steps(10);
  // Results of the worker's own take 272 bytes a step, and its scores 256 kB.
  expect((await steps(40)) - before).toBeLessThan(40 * 4096);
  expect(kept.length).toBeGreaterThan(2 * 50);
});

test('memory, pictures and canvases move', async () => {
  const bytes = new Uint8Array(1 << 16).fill(7);
  expect((await remote.moved(transfer(bytes))).length).toBe(1 << 16);
  expect(bytes.length).toBe(0);
  const bitmap = await createImageBitmap(new ImageData(new Uint8ClampedArray([255, 0, 0, 255]), 1, 1));
  const canvas = document.createElement('canvas').transferControlToOffscreen();
  expect(await remote.paint(canvas, transfer(bitmap))).toEqual([255, 0, 0, 255]);
  expect(bitmap.width).toBe(0);
});

test('errors are of their classes', async () => {
  const error = await failure(remote.fail('shape'));
  expect([error instanceof torch.ShapeError, error.name]).toEqual([true, 'ShapeError']);
  expect(await failure(remote.fail('js'))).toBeInstanceOf(TypeError);
});

test.each([
  [
    'is not there',
    () => new Worker('/no-such-worker.js', { type: 'module' }),
    /^worker: its script could not be loaded/,
  ],
  ['is no script', () => running('const = 1;'), /^worker: /],
  ['throws as it loads', () => running("throw new TypeError('no data');"), /^worker: Uncaught TypeError: no data/],
  ['throws after waiting', () => running("await 0; throw new TypeError('no data');"), /^worker: .*no data/],
  ['exposes nothing', () => running('self.onmessage = () => {};'), /^worker: in 0\.3 seconds it has not called expose/],
])('a worker that %s is a typed error', async (_, begin, message) => {
  const error = await failure(connect(begin, { timeout: message.source.includes('0\\.3') ? 0.3 : 20 }));
  expect(error).toBeInstanceOf(torch.WorkerError);
  expect(error.message).toMatch(message);
});

test.each([
  ['closes itself', (doomed: Remote<Doomed>) => void doomed.close().catch(() => undefined), /ended by itself/],
  [
    'throws where nothing catches it',
    (doomed: Remote<Doomed>) => void doomed.throwLater().catch(() => undefined),
    /^worker: Uncaught/,
  ],
  ['is terminated', (doomed: Remote<Doomed>) => void terminate(doomed), /^worker: it was terminated$/],
  ['is disposed of', (doomed: Remote<Doomed>) => doomed[Symbol.dispose](), /^worker: it was terminated$/],
])('what a worker that %s has not answered fails', async (_, end, message) => {
  const doomed = await connect<Doomed>(startDoomed());
  const pending = failure(doomed.never());
  end(doomed);
  const error = await pending;
  expect(error).toBeInstanceOf(torch.WorkerError);
  expect(error.message).toMatch(message);
  expect(await failure(doomed.echo(1))).toBeInstanceOf(torch.WorkerError);
});

test('a signal ends a worker with its reason', async () => {
  const controller = new AbortController();
  const worker = startDoomed();
  const doomed = await connect<Doomed>(worker, { signal: controller.signal });
  const pending = failure(doomed.never());
  controller.abort();
  expect((await pending).name).toBe('AbortError');
  expect((await failure(connect(worker))).message).toMatch(/^connect: expected a new Worker/);
});
