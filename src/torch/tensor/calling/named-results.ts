// Owns results that come together, in order and by PyTorch's names: `const [values, indices] = x.max(1)` and `x.max(1).values`.
import type { Tensor } from '../tensor';

export type ValuesIndices = [values: Tensor, indices: Tensor] & { readonly values: Tensor; readonly indices: Tensor };
export type MinMax = [min: Tensor, max: Tensor] & { readonly min: Tensor; readonly max: Tensor };
export type MantissaExponent = [mantissa: Tensor, exponent: Tensor] & {
  readonly mantissa: Tensor;
  readonly exponent: Tensor;
};
export type HistEdges<Edges = Tensor> = [hist: Tensor, binEdges: Edges] & {
  readonly hist: Tensor;
  readonly binEdges: Edges;
};

/** Tensors in order, and by these names: `NamedTensors<'Q', 'R'>`. */
export type NamedTensors<A extends string, B extends string, C extends string = never> = ([C] extends [never]
  ? [Tensor, Tensor]
  : [Tensor, Tensor, Tensor]) & { readonly [K in A | B | C]: Tensor };

/** The results as a tuple that has them by name as well; listings of it show the tuple alone. */
export function namedResults<T>(names: readonly string[], results: readonly unknown[]): T {
  return Object.defineProperties(
    [...results],
    Object.fromEntries(names.map((name, i) => [name, { value: results[i] }])),
  ) as T;
}

export const valuesIndices = (values: Tensor, indices: Tensor): ValuesIndices =>
  namedResults(['values', 'indices'], [values, indices]);

export const minMax = (min: Tensor, max: Tensor): MinMax => namedResults(['min', 'max'], [min, max]);

export const mantissaExponent = (mantissa: Tensor, exponent: Tensor): MantissaExponent =>
  namedResults(['mantissa', 'exponent'], [mantissa, exponent]);

export const histEdges = <Edges>(hist: Tensor, binEdges: Edges): HistEdges<Edges> =>
  namedResults(['hist', 'binEdges'], [hist, binEdges]);
