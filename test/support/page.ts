// Runs before each file of a page that files share: each finds what a fresh page would have, and leaves it so.
import * as torch from 'lamplight';
import { afterAll, expect, vi } from 'vitest';
import { isSoftware } from '../../src/engine/gpu/device';
import { lateCopier } from '../../src/engine/gpu/late-copier';

/** What random numbers start from in a fresh page. */
const DEFAULT_SEED = new torch.Generator().initialSeed();

await lateCopier.load();
torch.manualSeed(DEFAULT_SEED);
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  const device = torch.gpu.device();
  const left = { gradients: torch.isGradEnabled(), kernels: device && torch.gpu.adapterInfo()?.kind };
  const fresh = { gradients: true, kernels: device && (isSoftware(device.adapterInfo) ? 'software' : 'gpu') };
  expect(left, 'what a file changes for others needs a page of its own: test/gpu/alone').toEqual(fresh);
});
