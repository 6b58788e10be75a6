// Runs before each file of a page that files share: each finds what a fresh page would have, whichever came before.
import * as torch from 'lamplight';
import { afterAll, vi } from 'vitest';

/** What random numbers start from in a fresh page. */
const DEFAULT_SEED = new torch.Generator().initialSeed();

torch.manualSeed(DEFAULT_SEED);
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
