// Remembers which tensors `torch.tensor` made int64 because their numbers happened to be whole, for the text of errors.
import { DTypeError } from '../core/errors';
import type { Value } from '../graph/value';
import type { Storage } from './storage';

interface TensorFields {
  readonly storage: Storage;
  readonly value: Value;
  readonly dtype: string;
}

const storages = new WeakSet<Storage>();
const values = new WeakSet<Value>();
/** The maximum number of steps back from a result to the numbers that it was computed from. */
const FARTHEST = 64;

/** Notes a tensor that was made from whole numbers without a dtype. */
export function noteWhole<T extends TensorFields>(x: T): T {
  storages.add(x.storage);
  values.add(x.value);
  return x;
}

/** Whether a tensor is int64 only because the numbers that it was computed from happened to be whole. */
function isOfWhole(x: TensorFields): boolean {
  if (x.dtype !== 'int64') return false;
  if (storages.has(x.storage)) return true;
  const left = [x.value];
  for (let steps = 0; left.length > 0 && steps < FARTHEST; steps++) {
    const value = left.pop()!;
    if (values.has(value)) return true;
    left.push(...(value.node?.inputs ?? []).filter(({ dtype }) => dtype === 'int64'));
  }
  return false;
}

const HINT = 'whole numbers make int64: torch.tensor([1, 2], { dtype: torch.float32 })';

/**
 * If an error says that int64 was given in place of floats, and one of the tensors is int64 only because its numbers
 * were whole, adds that to the message.
 */
export function explainWhole(error: unknown, tensors: Iterable<TensorFields>): void {
  if (!(error instanceof DTypeError) || !/float.*(?:got|is)\b[^;]*int64|input's dtype int64/.test(error.message))
    return;
  const { message } = error;
  if (message.includes(HINT)) return;
  for (const x of tensors) {
    if (!isOfWhole(x)) continue;
    error.message = `${message}; ${HINT}`;
    error.stack = error.stack?.replace(message, () => error.message);
    return;
  }
}
