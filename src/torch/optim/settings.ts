// The settings that define an optimizer: its options with their order, defaults and checks, the state per parameter,
// and the update.
import type { Kinds } from '../../engine/core/argument-kinds';
import type { Shape } from '../../engine/core/meta';
import type { FlatBuffers, Stepped } from '../../engine/ops/optim/optim';
import type { Tensor } from '../tensor/tensor';
import type { GroupOptions } from './optimizer';

/** One update of parameters that have been updated equally often; the tensors are flat buffers. */
export interface Update extends FlatBuffers {
  /** Names of the states. */
  readonly names: readonly string[];
  /** The numbers kept by the previous update; empty at the first update. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Shapes of the parameters, in their order in the flat buffers. */
  readonly shapes: readonly Shape[];
}

/** The settings that define an optimizer with the options O. */
export interface OptimizerSettings<O extends object> {
  /** The default options, in their positional order. */
  readonly defaults: Required<GroupOptions<O>>;
  readonly kinds?: Kinds<O>;
  /** Options that must not be negative. */
  readonly notNegative?: readonly string[];
  /** Throws an ArgumentError if another option has an invalid value. */
  check?(name: string, options: O): void;
  /** Names of the state tensors that a parameter needs with these options, in order. */
  stateNames(options: O, param: Tensor): readonly string[];
  /** The shape of a state tensor; the parameter's shape if not given. */
  stateShape?(name: string, shape: Shape): Shape;
  /** The initial value of a state tensor, from the options of the group and of the optimizer; 0 if not given. */
  initialState?(name: string, options: O, defaults: O): number;
  /**
   * A key that parameters must share, in addition to their dtype, to be updated together. If left out, only the dtype
   * must match.
   */
  kindOf?(param: Tensor): unknown;
  /** Records the update. */
  step(update: Update, options: O): Stepped;
  /** Numbers to keep for the next update. */
  numbers?(update: Update, options: O): Readonly<Record<string, number>>;
}
