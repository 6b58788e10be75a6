// Updates each parameter separately, for optimizers whose update depends on the parameter's shape: unpacks the flat
// buffers, and packs the results.

import { bytesPerElement, type DType, type Shape } from '../../engine/core/meta';
import type { Value } from '../../engine/graph/value';
import type { Stepped } from '../../engine/ops/optim/optim';
import { placedUpdates } from '../../engine/ops/optim/optim-adaptive';
import { pack, sliceOfFlat } from '../../engine/ops/shape/join';
import { flatLayout } from '../tensor/flat';
import { Tensor } from '../tensor/tensor';
import type { Update } from './settings';

/** A parameter, its gradient and its state tensors, in the order of their names. */
export type Part = readonly [param: Tensor, grad: Tensor, ...states: Tensor[]];

/** A flat buffer of tensors, with their shapes. */
interface Flat {
  readonly value: Value;
  readonly shapes: readonly Shape[];
}

const layoutOf = (shapes: readonly Shape[], dtype: DType) => flatLayout(shapes.map((shape) => ({ shape, dtype })));

function apart({ value, shapes }: Flat): Tensor[] {
  const { offsets } = layoutOf(shapes, value.dtype);
  return shapes.map((shape, i) => Tensor.of(sliceOfFlat(value, offsets[i]!, shape)));
}

function together(tensors: readonly Tensor[], dtype: DType): Value {
  const { offsets, size } = layoutOf(
    tensors.map(({ shape }) => shape),
    dtype,
  );
  return pack(
    tensors.map(({ value }) => value),
    offsets.map((offset) => offset * bytesPerElement(dtype)),
    size,
  );
}

/**
 * Updates a block, one parameter at a time. `step` returns the new parameter, followed by its new state tensors in
 * order.
 */
export function eachParameter(
  { param, grad, states, names, shapes }: Update,
  stateShape: (name: string, shape: Shape) => Shape,
  step: (part: Part) => readonly [param: Tensor, ...states: Tensor[]],
): Stepped {
  const flats = [
    { value: param, shapes },
    { value: grad, shapes },
    ...names.map((name, i) => ({ value: states[i]!, shapes: shapes.map((shape) => stateShape(name, shape)) })),
  ].map(apart);
  const results = shapes.map((_, i) => step(flats.map((tensors) => tensors[i]!) as unknown as Part));
  const joined = (k: number) =>
    together(
      results.map((result) => result[k]!),
      param.dtype,
    );
  return placedUpdates([param, ...states].map((old, k) => ({ old, updated: joined(k) })));
}
