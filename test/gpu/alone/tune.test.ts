// Proves that tuning measures real kernels, changes no results but for rounding, and is remembered by the page.
import * as torch from 'lamplight';
import { beforeAll, expect, test } from 'vitest';

/** The choices kept in a database of this page, or null where there is none. */
async function stored(name: string): Promise<string | null> {
  if (!(await indexedDB.databases()).some((database) => database.name === name)) return null;
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const request = database.transaction('tuning', 'readwrite').objectStore('tuning').get('choices');
  const text = await new Promise<string>((resolve) => {
    request.onsuccess = () => resolve(request.result as string);
  });
  database.close();
  return text;
}

/** Writes what no tuning would write. */
async function spoil(name: string): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const request = database
    .transaction('tuning', 'readwrite')
    .objectStore('tuning')
    .put('{"format":1,"adapters":3', 'choices');
  await new Promise((resolve) => {
    request.onsuccess = resolve;
  });
  database.close();
}

// The kernels of GPUs have few candidates for a product with a vector, which keeps this short.
const options = { kernels: 'gpu', tuning: 'lamplight-test' } as const;

beforeAll(async () => {
  await torch.init(options);
  torch.manualSeed(0);
});

test('a tuned product gives the same numbers, the same each time, and is remembered', async () => {
  const x = torch.randn(1, 700);
  const w = torch.randn(700, 33);
  const product = async () => (await x.matmul(w).data()) as Float32Array;
  const before = await product();
  expect(await stored(options.tuning)).toBeNull();
  const progress: torch.gpu.TuningProgress[] = [];
  const report = await torch.gpu.tune(product, { onProgress: (p) => progress.push(p) });
  expect(report.choices).toHaveLength(1);
  const [choice] = report.choices;
  expect(choice!.kernel).toBe('matmul');
  expect(choice!.measured).toBeGreaterThan(1);
  expect(choice!.bestMilliseconds).toBeLessThanOrEqual(choice!.fallbackMilliseconds);
  expect(report).toMatchObject({ left: 0, saved: true });
  expect(`${report}`).toMatch(/matmul .*\n1 kernel tuned, kept for the next visit/);
  expect(progress.at(-1)).toMatchObject({ done: progress.at(-1)!.total, kernel: 'matmul' });

  // Plans made before are compiled anew, with the choice.
  const plans = torch.gpu.stats().plansCompiled;
  const after = await product();
  expect(torch.gpu.stats().plansCompiled).toBe(plans + 1);
  before.forEach((value, i) => {
    expect(Math.abs(after[i]! - value)).toBeLessThan(1e-3);
  });
  expect(await product()).toEqual(after);
  expect((await torch.gpu.tune(product)).choices).toEqual([]);
  expect(await stored(options.tuning)).toContain('"kernel":"matmul"');

  // Another visit knows it, and gives the very same numbers.
  await torch.init({ ...options, tuning: false });
  await torch.init(options);
  expect((await torch.gpu.tune(product)).choices).toEqual([]);
  expect(await product()).toEqual(after);

  await torch.gpu.tune.clear();
  expect(await stored(options.tuning)).not.toContain('matmul');
  expect(await product()).toEqual(before);
});

test('a spoilt store is ignored, and written anew', async () => {
  const x = torch.randn(1, 130);
  const w = torch.randn(130, 20);
  const product = () => x.matmul(w).sum().item();
  await torch.gpu.tune(product);
  await spoil(options.tuning);
  await torch.init({ ...options, tuning: false });
  await torch.init(options);
  const report = await torch.gpu.tune(product);
  expect(report.choices).toHaveLength(1);
  expect(await stored(options.tuning)).toContain('"kernel":"matmul"');
});

test('without a store, choices are of this visit only; with no budget none are made', async () => {
  await torch.init({ ...options, tuning: false });
  const x = torch.randn(1, 140);
  const w = torch.randn(140, 20);
  const product = () => x.matmul(w).sum().item();
  const none = await torch.gpu.tune(product, { budget: -1 });
  expect(none).toMatchObject({ choices: [], left: 1, saved: false });
  expect((await torch.gpu.tune(product)).choices).toHaveLength(1);
  expect((await torch.gpu.tune(product)).choices).toEqual([]);
  expect(`${await torch.gpu.tune(product)}`).toMatch(/for this visit only/);
});

test('tuning leaves nothing behind and a training step as it was', async () => {
  const model = new torch.nn.Linear(120, 10);
  const optimizer = new torch.optim.Adam(model.parameters());
  const input = torch.randn(1, 120);
  const step = () => {
    optimizer.zeroGrad();
    const loss = model(input).pow(2).sum();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  await step();
  await step();
  const weight = await model.weight.tolist();
  const { planBytes, liveBytes } = torch.gpu.stats();
  // Too little to decide anything: with a choice all plans are made again.
  const { choices } = await torch.gpu.tune(step, { budget: 1 });
  expect(choices).toEqual([]);
  expect(torch.gpu.stats().planBytes).toBe(planBytes);
  // The garbage collector may have been there meanwhile.
  expect(torch.gpu.stats().liveBytes).toBeLessThanOrEqual(liveBytes);
  expect(await model.weight.tolist()).toEqual(weight);
  expect(await step()).toBeGreaterThan(0);
});

test('what a worker has tuned, the page knows', async () => {
  const worker = new Worker(new URL('../../support/tune-worker.ts', import.meta.url), { type: 'module' });
  const result = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  expect(result).toEqual({ measured: 1, saved: true });
  await torch.init({ ...options, tuning: 'lamplight-worker' });
  const product = () => torch.ones(1, 160).matmul(torch.ones(160, 20)).sum().item();
  expect((await torch.gpu.tune(product)).choices).toEqual([]);
});
