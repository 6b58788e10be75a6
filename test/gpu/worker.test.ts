import { expect, test } from 'vitest';
import { trainSmall } from '../support/train-small';

test('training in a worker gives the numbers of the page', async () => {
  const here = await trainSmall();
  const worker = new Worker(new URL('../support/train-worker.ts', import.meta.url), { type: 'module' });
  const there = await new Promise<{ losses?: number[]; error?: string }>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  expect(there.error).toBeUndefined();
  expect(there.losses).toEqual(here);
  expect(here.at(-1)!).toBeLessThan(here[0]! / 2);
});
