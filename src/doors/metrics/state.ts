// The states of metrics: tensors or lists of tensors, how those of batches are merged, and metrics made without state.
import { cat, type Tensor } from '../../torch';
import { kinds, protect } from '../../torch/inside';

/** A state, which a metric keeps between batches. */
export type MetricState = Tensor | Tensor[];

/** How the state of a batch is merged into that of earlier batches. A function gets both, stacked (or in one list). */
export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'cat' | ((states: Tensor) => Tensor) | null;

/** The options of a metric's `addState`. */
export interface StateOptions {
  /** Default null: both states are kept side by side. */
  distReduceFx?: Reduction;
  /** Whether the state is part of the state dict; default false. */
  persistent?: boolean;
  /** The key in the state dict; default: the attribute's name. */
  key?: string;
}

let stateless = false;

/** Makes a metric without states, to compute the value of a single batch. */
export function withoutState<T>(make: () => T): T {
  const before = stateless;
  stateless = true;
  try {
    return make();
  } finally {
    stateless = before;
  }
}

/** Whether metrics are currently made without states. */
export const isStateless = (): boolean => stateless;

/** Makes a tensor outlive all scopes, and be restored if the device is lost. */
export function kept(x: Tensor): Tensor {
  x.retain();
  protect(x.storage);
  return x;
}

/** Concatenates a list of tensors; 0-d tensors count as rows. */
export function concatenated(list: readonly Tensor[]): Tensor {
  const rows = list.map((x) => (x.shape.length === 0 ? x.reshape(1) : x));
  return rows.length === 1 ? rows[0]! : cat(rows);
}

/** The dtypes that `setDtype` takes, for floating-point states. */
export type StateDType = 'float32' | 'float16';
export const stateDType: kinds.Kind = kinds.oneOf('float32', 'float16');

/** The option of `persistent`: whether states are part of the state dict. */
export interface Persistence {
  mode?: boolean;
}

/** The arguments of `addState`. */
export interface StateArguments extends StateOptions {
  name: string;
  /** The state at the start: a tensor, or an empty list. */
  initial: Tensor | readonly never[];
}
