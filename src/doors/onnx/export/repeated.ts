// Arrays on the host that are constant along each dynamic dimension, such as the initial states of a recurrent layer.
import type { Shape } from '../../../torch';
import { contiguousStrides, numelOf as numel } from '../../../torch/inside';

interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/**
 * The array with size 1 in each dimension that differs between traces; null if its numbers vary along such a dimension.
 */
export function repeatedOnce(traces: readonly Numbers[]): Numbers | null {
  const [first] = traces as readonly [Numbers];
  if (traces.some(({ shape, data }) => shape.length !== first.shape.length || data.length < numel(shape))) return null;
  const isOpen = first.shape.map((size, d) => traces.some(({ shape }) => shape[d] !== size));
  const once = first.shape.map((size, d) => (isOpen[d] ? 1 : size));
  const steps = contiguousStrides(once).map((step, d) => (isOpen[d] ? 0 : step));
  const numbers = new Array<number | undefined>(numel(once)).fill(undefined);
  for (const { shape, data } of traces) {
    const strides = contiguousStrides(shape);
    for (let i = 0; i < numel(shape); i++) {
      const place = strides.reduce((sum, stride, d) => sum + (Math.floor(i / stride) % shape[d]!) * steps[d]!, 0);
      const known = numbers[place];
      if (known !== undefined && !Object.is(known, data[i])) return null;
      numbers[place] = data[i]!;
    }
  }
  return numbers.includes(undefined) ? null : { shape: once, data: numbers as number[] };
}
