// The programs of test/gpu/alias-programs.test.ts, computed on the host: with a flush behind every line, behind every third, and none.
import { expect, test, vi } from 'vitest';
import { type AliasingCase, differences } from '../support/aliasing';
import { loadFixture } from '../support/fixtures';
import { hostEngine } from '../support/host-engine';

hostEngine();
// Asking tensors that are no leaves for gradients warns.
vi.spyOn(console, 'warn').mockImplementation(() => {});
const { cases } = await loadFixture<AliasingCase>('aliasing');

test.each(cases)('program $name', async (program) => {
  for (const period of [1, 3, 1000]) {
    expect(await differences(program, (line) => line % period === period - 1), `${period}`).toEqual([]);
  }
});
