// Checks of options that several optimizers have.
import { ArgumentError } from '../../engine/core/errors';
import { shown } from '../../engine/core/options';

/** @throws ArgumentError if one of the options is negative or NaN */
export function checkNotNegative(optimizer: string, options: object, names: readonly string[]): void {
  for (const option of names) {
    const value: unknown = Reflect.get(options, option);
    if (!(Number(value) >= 0)) throw new ArgumentError(`${optimizer}: expected ${option} ≥ 0, but got ${value}`);
  }
}

/** @throws ArgumentError if `betas` is not two numbers in [0, 1) */
export function checkBetas(optimizer: string, betas: readonly number[]): void {
  if (Array.isArray(betas) && betas.length === 2 && betas.every((beta) => beta >= 0 && beta < 1)) return;
  throw new ArgumentError(`${optimizer}: expected two betas in [0, 1), but got ${shown(betas)}`);
}
