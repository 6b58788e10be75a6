// Proves that the GPU time of real kernels is measured, where the device can, and told plainly where it cannot.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

test('a profile has a time for each dispatch, and a trace of them', async () => {
  await torch.init();
  const a = torch.rand(256, 256);
  await torch.synchronize();
  const work = async () => {
    for (let i = 0; i < 3; i++) await a.matmul(a).relu().sum().item();
  };
  await work();
  if (!torch.gpu.device()!.features.has('timestamp-query')) {
    await expect(torch.gpu.profile(work)).rejects.toThrow(/no timestamp queries/);
    return;
  }
  const before = torch.gpu.stats().dispatches;
  const profile = await torch.gpu.profile(work);
  const dispatches = torch.gpu.stats().dispatches - before;
  expect(profile.runs).toHaveLength(dispatches);
  expect(profile.kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0)).toBe(dispatches);
  expect(profile.kernels.some(({ label }) => label.includes('matmul'))).toBe(true);
  expect(profile.milliseconds).toBeGreaterThanOrEqual(0);
  const { traceEvents } = JSON.parse(profile.toChromeTrace()) as { traceEvents: { cat?: string; name: string }[] };
  expect(traceEvents.filter(({ cat }) => cat === 'kernel')).toHaveLength(dispatches);
  const host = new Set(traceEvents.filter(({ cat }) => cat === 'host').map(({ name }) => name));
  expect(host).toEqual(new Set(['record', 'flush', 'submit', 'read']));
});

test('a function that throws ends the profile', async () => {
  const fails = () => Promise.reject(new RangeError('no'));
  if (!torch.gpu.device()!.features.has('timestamp-query')) return;
  await expect(torch.gpu.profile(fails)).rejects.toThrow(RangeError);
  expect((await torch.gpu.profile(() => torch.ones(3).add(1).sum().item())).runs.length).toBeGreaterThan(0);
});
