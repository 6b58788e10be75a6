// Owns what sets optimizers apart: options with their order, defaults and checks, the state of a parameter, and its update.
import type { Kinds } from '../../engine/core/argument-kinds';
import type { Shape } from '../../engine/core/meta';
import type { FlatBuffers, Stepped } from '../../engine/ops/optim/optim';
import type { Tensor } from '../tensor/tensor';
import type { Given } from './optimizer';

/** One update of parameters with as many updates behind them: contents of the flat buffers. */
export interface Update extends FlatBuffers {
  /** Names of the states. */
  readonly names: readonly string[];
  /** Numbers that the update before gave; none at the first. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Shapes of the parameters, which lie in the flat buffers one after another. */
  readonly shapes: readonly Shape[];
}

/** What sets an optimizer of options O apart. */
export interface OptimizerSettings<O extends object> {
  /** The options in their order by place. */
  readonly defaults: Required<Given<O>>;
  readonly kinds?: Kinds<O>;
  /** Options that are refused below 0. */
  readonly notNegative?: readonly string[];
  /** Throws an ArgumentError for other values that make no sense. */
  check?(name: string, options: O): void;
  /** Names of the state tensors that a parameter needs with these options, in order. */
  stateNames(options: O, param: Tensor): readonly string[];
  /** The shape of a state tensor: the parameter's unless given. */
  stateShape?(name: string, shape: Shape): Shape;
  /** What a state tensor holds before the first update, by the options of the group and of the optimizer: zeros unless given. */
  initialState?(name: string, options: O, defaults: O): number;
  /** What parameters must have in common to be updated together, beside their dtype: nothing unless given. */
  kindOf?(param: Tensor): unknown;
  /** Records the update. */
  step(update: Update, options: O): Stepped;
  /** Numbers to keep for the next update. */
  numbers?(update: Update, options: O): Readonly<Record<string, number>>;
}
