// The passes that put elements into places named by indices: each result finds its own terms, by search or in a sorted order.
import faultLib from '../../shaders/lib/fault.wgsl?raw';
import scatterLib from '../../shaders/lib/scatter.wgsl?raw';
import searchSource from '../../shaders/scatter.wgsl?raw';
import sortedSource from '../../shaders/scatter-sorted.wgsl?raw';
import wrapSource from '../../shaders/wrap-index.wgsl?raw';
import { fault, input, type Lowering, type Operand, output, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { BYTES_PER_ELEMENT, isFloat, type Meta, numel, scalarOf } from '../compiler/meta';
import type { AdapterProfile } from '../gpu/device';
import { faultOp } from '../gpu/faults';
import { argsortPasses, sortSteps } from './argsort-passes';
import { elementLibs } from './reduce';

const WORKGROUP = 64;

/** What becomes of several elements in one place; `last` takes the place of all before. */
export type ScatterKind = 'sum' | 'last' | 'prod' | 'amax' | 'amin' | 'mean';
const kinds: readonly ScatterKind[] = ['sum', 'last', 'prod', 'amax', 'amin', 'mean'];

export interface Scatter {
  readonly dim: number;
  /** The index is one list for all other dimensions. */
  readonly shared: boolean;
  readonly kind: ScatterKind;
  /** What was there before takes part. */
  readonly includeSelf: boolean;
}

/**
 * Comparisons of indices by search in the time that sorting's passes take to start, and how many of them cost as much as one of a
 * sort, which jumps about in memory.
 */
const CHEAP_SEARCH = { software: 2 ** 17, gpu: 2 ** 23 };
const SORT_COST = 4;

/** Whether sorting the indices costs less than comparing every result with every index of its column. */
export function sortPays(results: number, terms: number, indices: number, { kind }: AdapterProfile): boolean {
  const comparisons = results * terms;
  const steps = sortSteps(terms);
  return comparisons > CHEAP_SEARCH[kind] && comparisons > SORT_COST * steps * (indices * steps + results);
}

/** One pass that reports `asked`'s indices out of range and makes them -1; negative ones are, unless they count from the end. */
export const placesPass = (
  asked: string,
  from: Operand,
  to: Operand,
  count: number,
  limit: number,
  fromEnd: boolean,
): Pass => ({
  source: [faultLib, wrapSource],
  label: 'wrapIndex',
  overrides: { FROM_END: fromEnd ? 1 : 0, FAULT_OP: faultOp(asked) },
  reads: [from],
  writes: [to, fault],
  params: [u32(count), u32(limit)],
  grid: gridFor(count, WORKGROUP),
});

/** Inputs: base, index, source. Errors name the operation that was `asked` for. */
export function lowerScatter(
  asked: string,
  inputs: readonly [base: Meta, index: Meta, src: Meta],
  { dim, shared, kind, includeSelf }: Scatter,
  adapter: AdapterProfile,
): Lowering {
  const [base, index, src] = inputs;
  const n = base.shape[dim] ?? 1;
  const m = src.shape[dim] ?? 1;
  const inner = numel(base.shape.slice(dim + 1));
  const count = numel(base.shape);
  const indices = numel(index.shape);
  const libs = [elementLibs[scalarOf(base.dtype)], scatterLib];
  const folding = {
    label: 'scatter',
    overrides: {
      SHARED: shared ? 1 : 0,
      KIND: kinds.indexOf(kind),
      INCLUDES: includeSelf ? 1 : 0,
      WHOLE: isFloat(base.dtype) ? 0 : 1,
      HELD: base.dtype === 'uint8' ? 8 : base.dtype === 'bool' ? 1 : 0,
    },
    params: [u32(count), u32(n), u32(m), u32(inner)],
    grid: gridFor(count, WORKGROUP),
  };
  if (!sortPays(count, m, indices, adapter)) {
    const search: Pass = {
      ...folding,
      source: [...libs, faultLib, searchSource],
      overrides: { ...folding.overrides, FAULT_OP: faultOp(asked) },
      reads: [input(0), input(1), input(2)],
      writes: [output(), fault],
    };
    return { kind: 'passes', passes: [search] };
  }
  const places = scratch(0);
  const buffer = (step: number) => scratch(1 + (step % 2));
  const sorted = { x: places, scalar: 'i32', count: indices, n: m, inner: shared ? 1 : inner } as const;
  const fold: Pass = {
    ...folding,
    source: [...libs, sortedSource],
    reads: [input(0), places, buffer(sortSteps(m) - 1), input(2)],
    writes: [output()],
  };
  return {
    kind: 'passes',
    passes: [placesPass(asked, input(1), places, indices, n, false), ...argsortPasses(sorted, buffer), fold],
    scratch: Array.from({ length: 3 }, () => indices * BYTES_PER_ELEMENT),
  };
}
