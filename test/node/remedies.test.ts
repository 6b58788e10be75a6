// Errors that say what to write and need a device: test/unit/remedies has the others, and the scan of the sources.
import { expect, test, vi } from 'vitest';
import { checked } from '../support/remedies/check';
import { deviceRows } from '../support/remedies/on-device';

test.each(deviceRows.map((row) => [row.piece!, row] as const))('%s', async (_, row) => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect((await checked(row)).wrong).toBeNull();
});
