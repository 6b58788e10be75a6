// Owns what becomes of the results of hooks.
import { ArgumentError } from '../../../engine/core/errors';
import { Tensor } from '../../tensor/tensor';
import type { Gradients } from './backward-hooks';

/** Whether a hook's result should replace `current`; a number comes from `list.push(x)` and is no result. */
export function replaces(hook: string, returned: unknown, current: unknown): boolean {
  if (typeof returned === 'number' && typeof current !== 'number') {
    throw new ArgumentError(
      `${hook}: expected it to return nothing or what is to be used instead, but got the number ${returned}; write its body in braces`,
    );
  }
  return returned !== undefined && returned !== null;
}

/** What a backward hook returned, if gradients: a list of them, or one alone. */
export function gradientsOf(returned: unknown): Gradients | undefined {
  if (returned === undefined || returned === null) return undefined;
  if (Array.isArray(returned)) return returned;
  if (returned instanceof Tensor) return [returned];
  throw new ArgumentError(
    `backward hook: expected it to return nothing or gradients, but got a ${typeof returned}; write its body in braces`,
  );
}

/** Calls a hook on the way out of an error, which is the one to be thrown. */
export function ignoring(call: () => void): void {
  try {
    call();
  } catch {
    // PyTorch, too, throws the first error alone.
  }
}

/** Hooks may keep their arguments. */
export function retainAll(value: unknown): void {
  if (value instanceof Tensor) value.retain();
  else if (Array.isArray(value)) value.forEach(retainAll);
}
