// Owns the checks of options that several optimizers share.
import { ArgumentError } from '../core/errors';
import { shown } from '../core/options';

/** @throws ArgumentError where one of the options is negative or NaN */
export function checkNotNegative(optimizer: string, options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(value >= 0)) throw new ArgumentError(`${optimizer}: expected ${option} ≥ 0, but got ${value}`);
  }
}

/** @throws ArgumentError unless there are two numbers from 0 up to, but not including, 1 */
export function checkBetas(optimizer: string, betas: readonly number[]): void {
  if (Array.isArray(betas) && betas.length === 2 && betas.every((beta) => beta >= 0 && beta < 1)) return;
  throw new ArgumentError(`${optimizer}: expected two betas in [0, 1), but got ${shown(betas)}`);
}
