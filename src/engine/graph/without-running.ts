// Records work that never runs, for exporters that read the recorded nodes.
import { discardPending } from './flush';
import { startJournal } from './journal';
import { trace } from './places';

/**
 * Calls `work`, and returns its result. Each node that it records notes its place in the program. None of them runs, and
 * the changes of `work` to tensors and modules are undone. Earlier work must have been flushed.
 */
export function withoutRunning<T>(work: () => T): T {
  const undo = startJournal();
  trace(true);
  try {
    return work();
  } finally {
    trace(false);
    discardPending();
    undo();
  }
}
