// linspace: evenly spaced numbers between two ends, which may be tensors.

import { MOST_FEATURES, whole } from '../../../engine/core/argument-kinds';
import { ShapeError } from '../../../engine/core/errors';
import { isFloat, showShape } from '../../../engine/core/meta';
import { expectKind } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import { readHostData } from '../../../engine/storage/host-data';
import { isTensor } from '../calling/callable';
import { expectNumbers } from '../calling/expect-numbers';
import { type TensorOptions, tensorOptions, withTensorOptions } from '../calling/sizes';
import type { Tensor } from '../tensor';
import { arange, full } from './creation';
import { evenly } from './evenly';
import { makeTensor } from './make-leaf';

interface Spacing {
  start: number | Tensor;
  end: number | Tensor;
  steps: number;
}

type LinspaceArgs =
  | [start: number | Tensor, end: number | Tensor, steps: number, options?: TensorOptions]
  | [start: number | Tensor, end: number | Tensor, named: TensorOptions & { steps: number }]
  | [named: TensorOptions & Spacing];

/**
 * `steps` evenly spaced numbers from `start` to `end`, both included. The ends may be tensors without dimensions.
 * float32 by default. Shape: [steps].
 */
export function linspace(...args: LinspaceArgs): Tensor {
  const { given, options } = withTensorOptions<Spacing>('linspace', ['start', 'end', 'steps'], {}, args);
  const { start, end, steps } = given;
  const { dtype, requiresGrad } = tensorOptions('linspace', options, 'float32');
  expectKind('linspace', 'steps', steps, whole(0, MOST_FEATURES));
  if (isTensor(start) || isTensor(end)) return evenlyBetween('linspace', start, end, steps, options);
  expectNumbers('linspace', { start, end });
  const { data, shape } = readHostData('linspace', Float64Array.from(evenly(start, end, steps)), dtype);
  return makeTensor('linspace', fromHost(data, shape, dtype), requiresGrad);
}

/**
 * `linspace` where at least one end is a tensor without dimensions. As in PyTorch, no gradient passes to the ends.
 */
export function evenlyBetween(
  op: string,
  start: number | Tensor,
  end: number | Tensor,
  steps: number,
  options: TensorOptions,
): Tensor {
  const { dtype, requiresGrad } = tensorOptions(op, options, 'float32');
  const [low, high] = Object.entries({ start, end }).map(([name, x]) => {
    if (!isTensor(x)) expectNumbers(op, { [name]: x });
    else if (x.shape.length > 0) {
      throw new ShapeError(
        `${op}: expected ${name} to be a number or a tensor without dimensions, but got shape ${showShape(x.shape)}`,
      );
    }
    const end = isTensor(x) ? x.detach().to('float32') : full([], x as number);
    return isFloat(dtype ?? 'float32') ? end : end.trunc();
  }) as [Tensor, Tensor];
  const places = arange(steps, { dtype: 'float32' });
  const step = high.sub(low).div(Math.max(steps - 1, 1));
  // Computed from both ends towards the middle, so that both ends are exact.
  const first = steps === 1 ? places.add(low) : low.add(step.mul(places));
  const last = high.sub(step.mul(places.mul(-1).add(steps - 1)));
  const numbers = first.where(places.lt(steps === 1 ? 1 : Math.floor(steps / 2)), last).to(dtype ?? 'float32');
  return requiresGrad ? numbers.detach().requiresGrad_() : numbers;
}
