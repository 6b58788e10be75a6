// Types for views and gradients: what a view is made from, and the arguments of methods that concern gradients.

import type { Line } from '../../engine/storage/line';
import type { Storage } from '../../engine/storage/storage';
import type { TensorBase } from './base';
import type { Tensor } from './tensor';

/** The base and layout of a view: the storage it shares, and its place there. */
export interface View {
  readonly storage: Storage;
  readonly strides: readonly number[];
  readonly offset: number;
  /** The tensor that this is a view of; itself never a view. */
  readonly base?: TensorBase | null;
  /** For tensors whose gradient does not go through the storage's graph: see line.ts. */
  readonly line?: Line | null;
  readonly origin?: Origin;
}

/** How a view came about, if in-place changes would leave its gradient undefined; else null. */
export type Origin = 'noGrad' | 'several' | null;

/** The origins, as errors describe them. */
export const origins = {
  noGrad: 'was made in noGrad mode',
  several: 'is one of several views of one function',
};

/** The arguments of `backward`. */
export interface BackwardArguments {
  /** Weights of the elements, of this tensor's shape; may be left out for a single element (then 1). */
  gradient?: Tensor | null;
  /** Whether to keep the graph for another backward. Default: `createGraph`. */
  retainGraph?: boolean | null;
  /** Whether to record the gradients themselves, for higher derivatives. Default: false. */
  createGraph?: boolean;
  /** If given, only these leaves get a gradient. Default: all leaves. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/** The arguments of methods that register a hook. */
export interface TensorHooking<Result> {
  hook: (tensor: Tensor) => Result;
}
