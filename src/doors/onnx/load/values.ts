// Values that the nodes of an ONNX graph pass to each other: tensors, and arrays on the host such as shapes and axes.
import type { Shape, Tensor } from '../../../torch';
import { numelOf as numel } from '../../../torch/inside';

/** Types of arrays on the host. Integers are exact up to 2^53. */
export type HostType = 'float32' | 'float16' | 'int64' | 'int32' | 'uint32' | 'uint8' | 'bool';

/** An array on the host, in row-major order: shapes, axes, indices, and what graphs compute from them. */
export class HostArray {
  constructor(
    readonly shape: Shape,
    readonly dtype: HostType,
    readonly data: ArrayLike<number>,
  ) {}

  get numel(): number {
    return numel(this.shape);
  }

  /** A list of integers. */
  static of(numbers: readonly number[], dtype: HostType = 'int64'): HostArray {
    return new HostArray([numbers.length], dtype, numbers);
  }
}

/** A sequence of tensors, such as `SplitToSequence` returns. */
export class Sequence {
  constructor(readonly items: readonly (Tensor | HostArray)[]) {}
}

export type OnnxValue = Tensor | HostArray | Sequence;
