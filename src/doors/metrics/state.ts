// Owns what the state of a metric is: tensors or lists of them, how those of batches join, and metrics that have none.
import { cat, type Tensor } from '../../torch';
import { type Kind, kinds, protect } from '../../torch/inside';

/** What a metric keeps between batches. */
export type MetricState = Tensor | Tensor[];

/** How the state of one batch joins that of those before; a function is given both, stacked (or in one list). */
export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'cat' | ((states: Tensor) => Tensor) | null;

/** Options of a metric's `addState`. */
export interface StateOptions {
  /** Default null: both states stand one beside the other. */
  distReduceFx?: Reduction;
  /** Whether the state is part of the state dict; default false. */
  persistent?: boolean;
  /** Its name in the state dict; default: that of the attribute. */
  key?: string;
}

let stateless = false;

/** Makes a metric without its state, for the figure of one batch. */
export function withoutState<T>(make: () => T): T {
  const before = stateless;
  stateless = true;
  try {
    return make();
  } finally {
    stateless = before;
  }
}

/** Whether metrics are made without their state. */
export const isStateless = (): boolean => stateless;

/** Lives outside of every scope, and is restored if the device is lost. */
export function kept(x: Tensor): Tensor {
  x.retain();
  protect(x.storage);
  return x;
}

/** All rows of a list of tensors; numbers without dimensions count as rows. */
export function concatenated(list: readonly Tensor[]): Tensor {
  const rows = list.map((x) => (x.shape.length === 0 ? x.reshape(1) : x));
  return rows.length === 1 ? rows[0]! : cat(rows);
}

/** Of `setDtype`, for the floats among states. */
export type StateDType = 'float32' | 'float16';
export const stateDType: Kind = kinds.oneOf('float32', 'float16');

/** Whether states are part of the state dict. */
export interface Persistence {
  mode?: boolean;
}

/** Of `addState`. */
export interface StateArguments extends StateOptions {
  name: string;
  initial: Tensor | readonly never[];
}
