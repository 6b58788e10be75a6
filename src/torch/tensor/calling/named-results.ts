// Named tuples for functions with several results, as in PyTorch: `const [values, indices] = x.max(1)` and
// `x.max(1).values`.
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

/** A tuple of tensors that also has them by name: `NamedResults<'Q', 'R'>`. */
export type NamedResults<A extends string, B extends string, C extends string = never> = ([C] extends [never]
  ? [Tensor, Tensor]
  : [Tensor, Tensor, Tensor]) & { readonly [K in A | B | C]: Tensor };

/** The results as a tuple that also has them by name. The names are not enumerable, so consoles show the tuple only. */
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
