// How the results of hooks are interpreted.
import { ArgumentError } from '../../../engine/core/errors';
import { Tensor } from '../../tensor/tensor';
import type { Gradients } from './backward-hooks';

/** Whether a hook's result should replace `current`. A number usually comes from `list.push(x)`, so it is refused. */
export function replaces(hook: string, returned: unknown, current: unknown): boolean {
  if (typeof returned === 'number' && typeof current !== 'number') {
    throw new ArgumentError(
      `${hook}: expected it to return nothing or a replacement, but got the number ${returned}; write its body in braces`,
    );
  }
  return returned !== undefined && returned !== null;
}

/** The gradients that a backward hook returned, as a list or alone; undefined if it returned nothing. */
export function gradientsOf(returned: unknown): Gradients | undefined {
  if (returned === undefined || returned === null) return undefined;
  if (Array.isArray(returned)) return returned;
  if (returned instanceof Tensor) return [returned];
  throw new ArgumentError(
    `backward hook: expected it to return nothing or gradients, but got a ${typeof returned}; write its body in braces`,
  );
}

/** Calls a hook while an error is on its way out; an error of the hook itself is dropped. */
export function ignoring(call: () => void): void {
  try {
    call();
  } catch {
    // PyTorch, too, throws the first error alone.
  }
}

/** Keeps tensors beyond their scope, since hooks may store their arguments. */
export function retainAll(value: unknown): void {
  if (value instanceof Tensor) value.retain();
  else if (Array.isArray(value)) value.forEach(retainAll);
}
