// Makes an optimizer's base class from its settings.
import { parseArgs } from '../../engine/core/options';
import type { Makes } from '../../engine/core/takes';
import { type GroupOptions, OneCallOptimizer, type OptimizerParams } from './optimizer';
import type { OptimizerSettings } from './settings';

export type OptimizerArguments<O> = GroupOptions<O> & { params: OptimizerParams<O> };

export interface Made<O extends object> extends OneCallOptimizer<O> {
  /** @internal */
  readonly settings: OptimizerSettings<O>;
}

/** The calls of an optimizer with options O, in their order. */
export interface OptimizerForms<O, Order extends readonly string[]> {
  front: [];
  last: [params: OptimizerParams<O>];
  options: GroupOptions<O>;
  order: Order;
  named: OptimizerArguments<O>;
  rest: OptimizerArguments<O>;
}

export interface OptimizerClass<O extends object, Order extends readonly (keyof O & string)[]>
  extends Makes<OptimizerForms<O, Order>, Made<O>> {
  // No docstring here, so that editors show that of the class.
  new (params: OptimizerParams<O>, options?: GroupOptions<O>): Made<O>;
}

/** Makes the base class of the optimizer `name`, whose positional options have the given order. */
/* @__NO_SIDE_EFFECTS__ */
export function optimizerClass<O extends object, Order extends readonly (keyof O & string)[]>(
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
