// What a view is given to begin with, and what its methods that concern gradients take.
import type { Tensor } from '../../torch/tensor/tensor';
import type { TensorBase } from './base';
import type { Line } from './line';
import type { Storage } from './storage';

/** The base and layout of a view: the storage it shares, and its place there. */
export interface View {
  readonly storage: Storage;
  readonly strides: readonly number[];
  readonly offset: number;
  /** The tensor that this is a view of, which is none itself. */
  readonly base?: TensorBase | null;
  /** For tensors whose gradient goes another way than that of the storage. */
  readonly line?: Line | null;
  readonly origin?: Origin;
}

/** How a view came about, where in-place changes leave it open which gradient it should have. */
export type Origin = 'noGrad' | 'several' | null;

/** The same in errors. */
export const origins = {
  noGrad: 'was made in noGrad mode',
  several: 'is one of several that one function gave',
};

/** What `backward` takes. */
export interface BackwardArguments {
  /** Weights of the elements, of this tensor's shape; may be left out for a single element (then 1). */
  gradient?: Tensor | null;
  /** Keep the graph for another backward; default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Record the gradients themselves, for higher derivatives; default false. */
  createGraph?: boolean;
  /** The only leaves that get a gradient; default: all. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/** What methods that register a hook take. */
export interface Hooking<Result> {
  hook: (tensor: Tensor) => Result;
}
