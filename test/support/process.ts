// Runs before each file of a process that files share: each finds what a fresh process would have.
import * as torch from 'lamplight';
import { afterAll, vi } from 'vitest';
import { forgetWarnings } from '../../src/engine/core/warnings';
import { discardPending } from '../../src/engine/graph/flush';
import { allParts } from './all-parts';

await allParts();
// Without a device, what an earlier file has computed in vain is told here.
await torch.synchronize().catch(() => undefined);
torch.manualSeed(new torch.Generator().initialSeed());
torch.setPrintoptions({ profile: 'default' });
forgetWarnings();
afterAll(() => {
  // Without a device, each step of a later file's loop would look for one to do this work.
  discardPending();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
