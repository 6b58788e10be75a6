// What a tensor's `backward` does once its arguments are read.
import { AutogradError, ShapeError } from '../../engine/core/errors';
import { sameShape, showShape } from '../../engine/core/meta';
import type { Steps } from '../../engine/graph/ask';
import { cast, full } from '../../engine/ops/shape/cast';
import { backwardInto, backwardSteps } from '../../engine/storage/backward';
import type { TensorBase } from './base';

interface Given {
  readonly gradient: TensorBase | null;
  readonly retainGraph: boolean | null;
  readonly createGraph: boolean;
  readonly inputs: TensorBase | readonly TensorBase[] | null;
}

/** The gradients of `y`, added to those of the leaves that it was made from, or of `inputs` alone. */
export function* backwardFrom(y: TensorBase, { gradient, retainGraph, createGraph, inputs }: Given): Steps<void> {
  if (!y.requiresGrad) {
    throw new AutogradError(
      'backward: this tensor does not require grad and was not made from one that does; check requiresGrad of the inputs, and noGrad',
    );
  }
  if (!gradient && y.numel() !== 1) {
    throw new AutogradError(
      `backward: expected a single element, but got shape ${showShape(y.shape)}; call .sum() first or pass a gradient`,
    );
  }
  if (gradient && !sameShape(gradient.shape, y.shape)) {
    throw new ShapeError(
      `backward: expected a gradient of shape ${showShape(y.shape)}, but got ${showShape(gradient.shape)}`,
    );
  }
  const seed = gradient ? cast(gradient.value, y.dtype) : full(y.shape, 1, y.dtype);
  const options = { createGraph, retainGraph: retainGraph ?? createGraph };
  if (!inputs) {
    yield* backwardSteps([y.value], [seed], options);
    return;
  }
  const chosen = Array.isArray(inputs) ? (inputs as readonly TensorBase[]) : [inputs as TensorBase];
  yield* backwardInto(chosen, [y.value], [seed], options);
}
