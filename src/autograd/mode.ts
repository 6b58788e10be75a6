// Switches of gradient recording.
import { ArgumentError } from '../errors';
import { mode, withMode } from '../graph/mode';

/**
 * Runs `fn` without recording gradients and returns its result.
 * @throws ArgumentError if `fn` returns a promise: the switch cannot follow an await
 */
export const noGrad = <T>(fn: () => T): T => switched('noGrad', false, fn);

/** Runs `fn` with gradients recorded, also inside `noGrad`. */
export const enableGrad = <T>(fn: () => T): T => switched('enableGrad', true, fn);

/** `noGrad` by the name that PyTorch has for code that never needs gradients. */
export const inferenceMode = <T>(fn: () => T): T => switched('inferenceMode', false, fn);

/** Runs `fn` with gradients recorded, or not. */
export const setGradEnabled = <T>(on: boolean, fn: () => T): T => switched('setGradEnabled', on, fn);

/** Whether gradients are recorded now. */
export const isGradEnabled = (): boolean => mode.grad;

function switched<T>(name: string, grad: boolean, fn: () => T): T {
  if (typeof fn !== 'function')
    throw new ArgumentError(`${name}: expected a function, as in ${name}(() => …), but got ${typeof fn}`);
  const result = withMode({ grad }, fn);
  if (result instanceof Promise) {
    throw new ArgumentError(
      `${name}: expected a synchronous function, but it returned a promise; await inside is not covered by ${name}, so await outside of it`,
    );
  }
  return result;
}
