// Proves that in Node tuned choices are kept in a file, which may be missing, unwritable or spoilt.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { adapterKey, TuningStore } from '../../src/engine/compiler/tuning/store';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
});
afterAll(() => rm(folder, { recursive: true }));

const choice = { kernel: 'matmul', shape: [1, 2], best: { tile: 4 }, among: 5 };

test('a store makes its folder, keeps adapters apart, and forgets', async () => {
  const store = new TuningStore(join(folder, 'some', 'where', 'tuning.json'));
  expect(await store.load()).toEqual({});
  expect(await store.save('a', [choice])).toBe(true);
  expect(await store.save('b', [{ ...choice, among: 6 }])).toBe(true);
  expect(await store.load()).toEqual({ a: [choice], b: [{ ...choice, among: 6 }] });
  expect(await store.save('a', [])).toBe(true);
  expect(await store.load()).toEqual({ b: [{ ...choice, among: 6 }] });
});

test('by default it is in the cache folder of the user', async () => {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  try {
    expect(await new TuningStore().save('a', [choice])).toBe(true);
    expect(await readFile(join(folder, 'cache', 'lamplight', 'tuning.json'), 'utf8')).toContain('"kernel":"matmul"');
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
});

test('a store that cannot be read is empty, one that cannot be written says so', async () => {
  const spoilt = join(folder, 'spoilt.json');
  await writeFile(spoilt, '{"format":1,"adapters":{"a":[{"kernel":');
  expect(await new TuningStore(spoilt).load()).toEqual({});
  expect(await new TuningStore(spoilt).save('a', [choice])).toBe(true);
  expect(await new TuningStore(spoilt).load()).toEqual({ a: [choice] });
  const impossible = new TuningStore(join(spoilt, 'below', 'a', 'file.json'));
  expect(await impossible.load()).toEqual({});
  expect(await impossible.save('a', [choice])).toBe(false);
});

test('a program that opens no device by itself knows what an earlier one has measured', async () => {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'visits'));
  try {
    await new TuningStore().save(adapterKey(await engine.init()), [choice]);
    vi.resetModules();
    const visit = await import('lamplight');
    const { engine: fresh } = await import('../../src/engine/compiler/engine');
    expect(fresh).not.toBe(engine);
    const { Session } = await import('../../src/engine/gpu/session');
    const { open } = Session;
    // Its kernels are fetched while the device is being asked for, which takes longer here.
    vi.spyOn(Session, 'open').mockImplementation(async (options) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return open.call(Session, options);
    });
    await visit.randn(1, 150).matmul(visit.randn(150, 20)).sum().item();
    expect((await fresh.measured()).table.choices).toEqual([choice]);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('tuning writes the file, and the next process reads it', async () => {
  const tuning = join(folder, 'tuning.json');
  await torch.init({ kernels: 'gpu', tuning });
  const x = torch.randn(1, 150);
  const w = torch.randn(150, 20);
  const product = () => x.matmul(w).sum().item();
  const before = await product();
  const report = await torch.gpu.tune(product);
  expect(report).toMatchObject({ saved: true, left: 0 });
  expect(report.choices).toHaveLength(1);
  expect(await readFile(tuning, 'utf8')).toContain('"kernel":"matmul"');
  expect(await product()).toBeCloseTo(before, 2);
  await torch.init({ kernels: 'gpu', tuning: false });
  expect((await torch.gpu.tune(product)).choices).toHaveLength(1);
  await torch.init({ kernels: 'gpu', tuning });
  expect((await torch.gpu.tune(product)).choices).toHaveLength(0);
});

test('tiles are measured while nothing runs, without a trace in counters and results, and the next process knows them', async () => {
  const tuning = join(folder, 'background.json');
  const kernels = 'software';
  // Beside other work a run takes that work's time as well, and what may be spent in a visit would be gone before all is measured.
  const { Timer } = await import('../../src/engine/compiler/tuning/timer');
  const { measure } = Timer.prototype;
  const timed = vi.spyOn(Timer.prototype, 'measure').mockImplementation(async function (
    this: typeof Timer.prototype,
    encode,
  ) {
    return Math.min(1, await measure.call(this, encode));
  });
  await torch.init({ kernels, tuning });
  const [a, b] = [torch.randn(200, 300), torch.randn(300, 190)];
  const product = async () => await a.matmul(b).data();
  const first = await product();
  await product();
  await product();
  // What the collector gives back, and when, is no matter of tuning.
  const counters = () => {
    const { liveBytes: _, pooledBytes: __, ...others } = torch.gpu.stats();
    return others;
  };
  const plan = `${await torch.gpu.explain(() => a.matmul(b))}`;
  const before = counters();
  await vi.waitFor(async () => expect(await readFile(tuning, 'utf8')).toContain('matmul costs'), 60_000);
  expect(timed).toHaveBeenCalled();
  timed.mockRestore();
  expect(counters()).toEqual(before);
  // The plan that is there goes on, and is told as it is.
  expect(`${await torch.gpu.explain(() => a.matmul(b))}`).toBe(plan);
  expect(await product()).toEqual(first);
  expect(counters().plansCompiled).toBe(before.plansCompiled);
  await torch.init({ kernels, tuning: false });
  expect(await product()).toEqual(first);
  await torch.init({ kernels, tuning });
  expect(await product()).toEqual(first);
});
