// Hyperparameters: the constructor arguments of modules and data modules, as kept by `saveHyperparameters`.

import { ArgumentError } from '../../torch';
import { type Arguments, isPlainObject, kindOf, kinds, parseArgs } from '../../torch/inside';
import type { Hyperparameters } from './checkpointing';

export interface HyperparameterOptions {
  /** Names to leave out. Default: none. */
  ignore?: string | readonly string[];
  /** Accepted as in Lightning, but loggers always receive the hyperparameters. Default: true. */
  logger?: boolean;
}

export type HyperparameterArguments = Arguments<HyperparameterOptions, ['ignore', 'logger']>;

/**
 * The entries to keep.
 *
 * @throws ArgumentError if the value is not an object
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
