// What modules and data modules are made of, as `saveHyperparameters` keeps it.

import { ArgumentError } from '../../torch';
import { type Arguments, isPlainObject, kindOf, kinds, parseArgs } from '../../torch/inside';
import type { Hyperparameters } from './checkpointing';

export interface HyperparameterOptions {
  /** Names that are left out. Default: none. */
  ignore?: string | readonly string[];
  /** Whether loggers are given them, which they are in any case. Default: true. */
  logger?: boolean;
}

export type HyperparameterArguments = Arguments<HyperparameterOptions, ['ignore', 'logger']>;

/**
 * The entries that are kept.
 *
 * @throws ArgumentError for anything but an object
 */
export function keptHyperparameters(given: object, args: readonly unknown[]): Hyperparameters {
  const name = 'saveHyperparameters';
  if (!isPlainObject(given)) {
    throw new ArgumentError(
      `${name}: expected an object of names and values, but got ${kindOf(given)}; write this.saveHyperparameters({ lr, hidden })`,
    );
  }
  const { ignore } = parseArgs<HyperparameterOptions>(name, [], { ignore: [], logger: true }, args, {
    ignore: kinds.either(kinds.text, kinds.listOf(kinds.text)),
  });
  const left = new Set([ignore].flat());
  return Object.fromEntries(Object.entries(given).filter(([key]) => !left.has(key)));
}
