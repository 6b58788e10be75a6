import { expect, test } from 'vitest';
import { explainSmall } from '../support/explain-small';

test('attributions in a worker are those of the page', async () => {
  const worker = new Worker(new URL('../support/explain-worker.ts', import.meta.url), { type: 'module' });
  const posted = new Promise<unknown>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  const here = await explainSmall();
  expect(await posted).toEqual({ maps: here });
  worker.terminate();
  expect(here.flat().every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
});
