// Flatten and Unflatten.
import { integer, nonEmpty } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import type { Tensor } from '../../tensor/tensor';
import { expectTensors } from '../module/callable-object';
import { UnaryLayer } from './layer';

interface FlattenArguments {
  /** Default 1. */
  startDim?: number;
  /** Default −1. */
  endDim?: number;
}

/** Joins the dimensions from `startDim` to `endDim` into one. Shape: [N, …] → [N, product] by default. */
export class Flatten extends UnaryLayer {
  startDim: number;
  endDim: number;

  constructor(...args: Arguments<FlattenArguments, ['startDim', 'endDim']>) {
    super();
    const { startDim, endDim } = parseArgs<FlattenArguments>('Flatten', [], { startDim: 1, endDim: -1 }, args);
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    expectTensors('Flatten', x);
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

interface UnflattenArguments {
  dim: number;
  /** Sizes whose product is that of `dim`; one may be −1. */
  unflattenedSize: readonly number[];
}

/** Splits the dimension `dim` into several. Shape: […, product, …] → […, ...unflattenedSize, …]. */
export class Unflatten extends UnaryLayer {
  dim: number;
  unflattenedSize: readonly number[];

  constructor(...args: Arguments<UnflattenArguments, ['dim', 'unflattenedSize']>) {
    super();
    const o = parseArgs<UnflattenArguments>('Unflatten', ['dim', 'unflattenedSize'], {}, args, {
      dim: integer,
      unflattenedSize: nonEmpty(integer),
    });
    this.dim = o.dim;
    this.unflattenedSize = o.unflattenedSize;
  }

  forward(x: Tensor): Tensor {
    expectTensors('Unflatten', x);
    return x.unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonText(this.unflattenedSize)}`;
  }
}
