// Records work that never runs, for exporters that read the recorded nodes.
import { ArgumentError } from '../core/errors';
import type { Meta } from '../core/meta';
import { discardPending, flush } from './flush';
import { isJournaling, startJournal } from './journal';
import { mode } from './mode';
import { trace } from './places';
import { record } from './record';
import type { Op, Value } from './value';

/**
 * Calls `work`, and returns its result. Each node that it records notes its place in the program. None of them runs, and
 * the changes of `work` to tensors and modules are undone. Earlier work is sent to the device first. `work` gets a
 * function that makes its inputs: values with a shape but no contents, told apart by their numbers. `refusal` is the
 * error if something computes one of them.
 *
 * @throws ArgumentError that begins with `asked`, the name of the user's function, within a rehearsal
 */
export function withoutRunning<T>(
  asked: string,
  refusal: string,
  work: (standIn: (meta: Meta, number: number) => Value) => T,
): T {
  if (isJournaling()) {
    throw new ArgumentError(`${asked}: a function is being rehearsed, by warmup, explain or tune; await that first`);
  }
  flush();
  const undo = startJournal();
  trace(true);
  mode.apart = true;
  try {
    return work((meta, number) => record(standInOp, [], { ...meta, refusal }, [number]));
  } finally {
    mode.apart = false;
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
