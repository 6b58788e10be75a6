// Parses the arguments of optimizers' and schedulers' methods, given by position or by name.
import { callback, orNull } from '../../engine/core/argument-kinds';
import { objectAt } from '../../engine/core/object-argument';
import { type Arguments, parseArgs } from '../../engine/core/options';
import type { ParamGroupArguments } from './optimizer';
import type { OptimizerStateDict } from './state';

export type GroupArguments<O> =
  | [/** Parameters, with options of their own. */ group: ParamGroupArguments<O>]
  | [named: { paramGroup: ParamGroupArguments<O> }];

export interface NamedState {
  stateDict: OptimizerStateDict;
}

export type StateArguments<S> = Arguments<{ stateDict: S }, ['stateDict']>;

/** The closure of an optimizer's step, if given. */
export function closureIn(optimizer: string, args: readonly unknown[]): (() => unknown) | undefined {
  if (args.length === 0) return undefined;
  type Given = { closure?: (() => unknown) | null };
  const kinds = { closure: orNull(callback) };
  return parseArgs<Given>(`${optimizer}.step`, [], { closure: null }, args, kinds).closure ?? undefined;
}

/** The state given to `loadStateDict`, which checks it while reading. */
export function stateIn<S = OptimizerStateDict>(owner: string, args: readonly unknown[]): S {
  const name = `${owner}.loadStateDict`;
  return parseArgs<{ stateDict: S }>(name, ['stateDict'] as never, {} as never, objectAt(name, ['stateDict'], 0, args))
    .stateDict as S;
}

/** The group given to `addParamGroup`, which checks it. */
export function groupIn<O>(optimizer: string, args: readonly unknown[]): ParamGroupArguments<O> {
  const name = `${optimizer}.addParamGroup`;
  const given = objectAt(name, ['paramGroup'], 0, args);
  return parseArgs<{ paramGroup: ParamGroupArguments<O> }>(name, ['paramGroup'], {}, given).paramGroup;
}
