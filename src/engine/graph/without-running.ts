// Records work that never runs, for exporters that read the recorded nodes.
import { ArgumentError } from '../core/errors';
import type { Meta } from '../core/meta';
import { discardPending, flush } from './flush';
import { isJournaling, startJournal } from './journal';
import { trace } from './places';
import { record } from './record';
import type { Op, Value } from './value';

/**
 * Calls `work`, and returns its result. Each node that it records notes its place in the program. None of them runs, and
 * the changes of `work` to tensors and modules are undone. Earlier work is sent to the device first.
 *
 * @throws ArgumentError that begins with `asked`, the name of the user's function, within a rehearsal
 */
export function withoutRunning<T>(asked: string, work: () => T): T {
  if (isJournaling()) {
    throw new ArgumentError(`${asked}: a function is being rehearsed, by warmup, explain or tune; await that first`);
  }
  flush();
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

const standInOp: Op<Meta & { readonly refusal: string }> = {
  name: 'input',
  takesHalf: true,
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower({ attrs: { refusal } }) {
    throw new ArgumentError(refusal);
  },
};

/**
 * A value with a shape but no contents, for work that never runs. `number` tells it from other stand-ins; `refusal` is
 * the error if something computes it.
 */
export const standIn = (meta: Meta, number: number, refusal: string): Value =>
  record(standInOp, [], { ...meta, refusal }, [number]);
