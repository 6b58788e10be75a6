// Lamplight without the method of a row: its loop, beside which the method is timed.

import { explained, open as lamplight } from './lamplight';
import type { Library } from './library';

export async function open(): Promise<Library> {
  const library = await lamplight();
  return {
    prepare: (row) => (row.kind === 'explained' ? explained(row.open()['plain-loop']) : library.prepare(row)),
  };
}
