// F's unpooling: maxima put back at their places, zeros elsewhere.

import { integer, listOf } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { expectFloat } from '../../../engine/graph/record';
import { maxUnpool } from '../../../engine/ops/pooling/adaptive-pool';
import { checked } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { type SizePerDim, type Spatial, sizesOf, strideOf } from '../layers/sizes';

interface UnpoolArguments<N extends Spatial> {
  input: Tensor;
  indices: Tensor;
  kernelSize: SizePerDim<N>;
  /** Default: kernelSize. */
  stride?: SizePerDim<N> | readonly [] | null;
  padding?: SizePerDim<N>;
  /** The sizes after the channels, or the whole shape; default: (size − 1) · stride − 2 padding + kernelSize. */
  outputSize?: readonly number[] | null;
}

type UnpoolOrder = ['input', 'indices', 'kernelSize', 'stride', 'padding', 'outputSize'];
type UnpoolFunction<N extends Spatial> = (...args: Arguments<UnpoolArguments<N>, UnpoolOrder>) => Tensor;

/** The output's sizes, checked: a pool of these must be able to return x's sizes. */
function outputSizes<N extends Spatial>(op: string, n: N, x: Tensor, o: Required<UnpoolArguments<N>>): number[] {
  const kernel: readonly number[] = sizesOf(op, 'kernelSize', o.kernelSize, n, 1);
  const stride: readonly number[] = sizesOf(op, 'stride', strideOf(o.stride, o.kernelSize), n, 1);
  const padding: readonly number[] = sizesOf(op, 'padding', o.padding, n);
  const usual = kernel.map((k, d) => ((x.shape.at(d - n) ?? 1) - 1) * stride[d]! - 2 * padding[d]! + k);
  if (o.outputSize !== null) expectKind(op, 'outputSize', o.outputSize, listOf(integer));
  const size = o.outputSize ? o.outputSize.slice(-n) : usual;
  if (size.length !== n || !size.every((s, d) => s > usual[d]! - stride[d]! && s < usual[d]! + stride[d]!)) {
    throw new ArgumentError(
      `${op}: expected an outputSize less than a stride ${showShape(stride)} away from ${showShape(usual)}, but got ${showShape(o.outputSize ?? usual)}`,
    );
  }
  return size;
}

function unpool<N extends Spatial>(op: string, n: N): UnpoolFunction<N> {
  return checked(`${op}(input, indices, ...)`, (...args: readonly unknown[]): Tensor => {
    const defaults = { stride: null, padding: 0, outputSize: null };
    const o = parseArgs<UnpoolArguments<N>>(op, ['input', 'indices', 'kernelSize'] as never, defaults as never, args);
    const { input: x, indices } = o as Required<UnpoolArguments<N>>;
    expectFloat(op, 'input', x);
    const rank = x.dim();
    if (rank !== n + 1 && rank !== n + 2) {
      throw new ShapeError(
        `${op}: expected ${n + 2}-D (or ${n + 1}-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`,
      );
    }
    const size = outputSizes(op, n, x, o as Required<UnpoolArguments<N>>);
    return Tensor.of(maxUnpool(op, x.value, indices.value, size));
  });
}

/** Undoes `maxPool1d`. Shape: [N, C, L] or [C, L], and the indices that the pooling returned → [N, C, L']. */
export const maxUnpool1d = unpool('maxUnpool1d', 1);

/** Undoes `maxPool2d`. Shape: [N, C, H, W] or [C, H, W], and the indices that the pooling returned → [N, C, H', W']. */
export const maxUnpool2d = unpool('maxUnpool2d', 2);

/** Undoes `maxPool3d`. Shape: [N, C, D, H, W] or [C, D, H, W], and the indices that the pooling returned → [N, C, D', H', W']. */
export const maxUnpool3d = unpool('maxUnpool3d', 3);
