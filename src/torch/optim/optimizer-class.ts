// Makes an optimizer's base class from its settings.
import { type Arguments, parseArgs } from '../../engine/core/options';
import { type GroupOptions, OneCallOptimizer, type OptimizerParams } from './optimizer';
import type { OptimizerSettings } from './settings';

type OptimizerArguments<O> = GroupOptions<O> & { params: OptimizerParams<O> };

interface Made<O extends object> extends OneCallOptimizer<O> {
  /** @internal */
  readonly settings: OptimizerSettings<O>;
}

export interface OptimizerClass<O extends object, Order extends readonly (keyof O)[]> {
  // No docstring here, so that editors show that of the class.
  new (params: OptimizerParams<O>, options?: GroupOptions<O>): Made<O>;
  new (...args: Arguments<OptimizerArguments<O>, ['params', ...Order]>): Made<O>;
}

/** Makes the base class of the optimizer `name`, whose positional options have the given order. */
/* @__NO_SIDE_EFFECTS__ */
export function optimizerClass<O extends object, Order extends readonly (keyof O)[]>(
  name: string,
  settings: OptimizerSettings<O>,
): OptimizerClass<O, Order> {
  return class extends OneCallOptimizer<O> {
    constructor(...args: readonly unknown[]) {
      const { defaults, kinds } = settings;
      const { params, ...options } = parseArgs<{ params: OptimizerParams<O> }>(name, ['params'], defaults, args, kinds);
      super(name, params, { ...defaults, ...options });
    }

    get settings(): OptimizerSettings<O> {
      return settings;
    }
  };
}
