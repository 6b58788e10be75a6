// The passes that scatter elements to places given by indices. Each result finds its own terms: by searching the
// indices, or in indices sorted by place.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import { withLengths } from '../../compiler/fusion/read-inputs';
import {
  fault,
  gridFor,
  input,
  type LowerContext,
  type Lowering,
  type Operand,
  output,
  type Pass,
  scratch,
  u32,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, isFloat, type Meta, numel, scalarOf } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { faultOp } from '../../gpu/fault-errors';
import type { DimAttrs, Scatter, ScatterKind } from '../../ops/indexing/index-attrs';
import { elementLibs } from '../reduce/elements';
import { loadsApart } from '../reduce/workgroup';
import { argsortPasses } from '../sort/argsort';
import { placesPass, spanOf } from './indexing';

const scatterLib: Text = '#scatter/libScatter';
const searchSource: Text = '#scatter/scatter';
const chunksSource: Text = '#scatter/scatterChunks';
const countSource: Text = '#scatter/scatterCount';
const endsSource: Text = '#scatter/scatterEnds';
const sortedSource: Text = '#scatter/scatterSorted';

const WORKGROUP = 64;

const kinds: readonly ScatterKind[] = ['sum', 'last', 'prod', 'amax', 'amin', 'mean'];

/** The scattered values and their places. Without a base, the elements are zeros before. */
interface ScatterParts {
  /** The operation that errors name. */
  readonly asked: string;
  readonly result: Meta;
  readonly base: Operand | null;
  readonly index: Operand;
  readonly indices: number;
  readonly src: Operand;
  /** The number of scattered elements along the dimension. */
  readonly terms: number;
}

/** The parts of an operation with the inputs base, index and source. */
const ontoBase = (asked: string, [base, index, src]: readonly [Meta, Meta, Meta], dim: number): ScatterParts => ({
  asked,
  result: base,
  base: input(0),
  index: input(1),
  indices: numel(index.shape),
  src: input(2),
  terms: src.shape[dim] ?? 1,
});

/** The comparisons of a search that take as long as starting the passes of a sort. */
const CHEAP_SEARCH = { software: 2 ** 14, gpu: 2 ** 23 };
/**
 * With more terms than this, a GPU always sorts: in a search, an invocation has to wait for a memory read for each
 * term.
 */
const LONG_SEARCH = 1024;
/** The comparisons of a search that cost as much as one of a sort, which jumps about in memory. */
const SORT_COST = 4;
/** The comparisons of a search that cost as much as counting an index or a place, or as finding a result's terms. */
const COUNT_COST = 8;
const FIND_COST = 4;

/** Whether sorting the indices costs less than comparing every result with every index of its column. */
function orderPays({ result, terms, indices }: ScatterParts, lists: number, adapter: AdapterProfile): boolean {
  const results = numel(result.shape);
  const comparisons = results * terms;
  if (comparisons === 0) return false;
  if (adapter.kind === 'software') {
    return comparisons > CHEAP_SEARCH.software && comparisons > COUNT_COST * (indices + lists) + FIND_COST * results;
  }
  const steps = doublings(terms);
  const sorting = SORT_COST * steps * (indices * steps + results);
  return terms > LONG_SEARCH || (comparisons > CHEAP_SEARCH.gpu && comparisons > sorting);
}

const doublings = (n: number): number => Math.max(Math.ceil(Math.log2(Math.max(n, 1))), 1);

/** The passes that sort the indices by place, and find where the indices of each place end. They write to `scratch`. */
interface Order {
  readonly passes: readonly Pass[];
  readonly places: Operand;
  readonly order: Operand;
  readonly ends: Operand;
  /** The bytes of each scratch buffer. */
  readonly scratch: readonly number[];
}

/** Lists of indices: one, or one for each column. */
interface Lists {
  readonly asked: string;
  readonly index: Operand;
  readonly indices: number;
  readonly n: number;
  readonly m: number;
  /** 1 if all columns share the list. */
  readonly inner: number;
  /** The number of places of all lists. */
  readonly places: number;
}

/** The lanes of a CPU that count together: each takes a range of the places of a list. */
const LANES = 4;
const MAX_RANGES = 16 * LANES;

/** If a list has more than this many places for each of its indices, more than one quad of lanes counts its places. */
const FEW_INDICES = 8;

function orderByCounting({ asked, index, indices, n, m, inner, places }: Lists): Order {
  const columns = Math.max(1, n > 0 ? places / n : 1);
  const shares = LANES * Math.ceil(n / (FEW_INDICES * Math.max(m, 1)));
  const ranges = columns >= MAX_RANGES ? 1 : Math.min(Math.max(shares, LANES), MAX_RANGES);
  const invocations = columns * ranges;
  const workgroup = invocations >= 16 * WORKGROUP ? WORKGROUP : LANES;
  const [order, ends] = [scratch(0), scratch(1)];
  const pass: Pass = {
    source: [faultLib, countSource],
    label: 'count',
    consts: { WORKGROUP: workgroup },
    overrides: { FAULT_OP: faultOp(asked) },
    reads: [index],
    writes: [ends, order, fault],
    params: { columns, n, m, inner, ranges },
    grid: gridFor(invocations, workgroup),
  };
  return { passes: [pass], places: index, order, ends, scratch: [indices, places].map(bytes) };
}

/** On GPUs. The scratch buffers: indices that are in range, ends, order, sorted places, and those of the sort. */
function orderBySorting({ asked, index, indices, n, m, inner, places }: Lists, adapter: AdapterProfile): Order {
  const [named, ends, order, sorted] = [scratch(0), scratch(1), scratch(2), scratch(3)];
  const find: Pass = {
    source: [endsSource],
    label: 'ends',
    reads: [sorted],
    writes: [ends],
    params: { count: places, n, m, inner, first: 4 ** ((31 - Math.clz32(m)) >> 1) },
    grid: gridFor(places, WORKGROUP),
  };
  const list = { x: named, scalar: 'u32', count: indices, n: m, inner, greatest: n } as const;
  const sort = argsortPasses(list, adapter, { order, keys: sorted, firstScratch: 4 });
  return {
    passes: [placesPass(asked, index, named, indices, { limit: u32(n), none: n }), ...sort.passes, find],
    places: named,
    order,
    ends,
    scratch: [...[indices, places, indices, indices].map(bytes), ...sort.scratch],
  };
}

const bytes = (elements: number): number => elements * BYTES_PER_ELEMENT;

/**
 * The number of terms that are folded together ahead of the last pass, and the fewest terms in all with which that
 * extra pass pays: shaders/scatter-chunks.wgsl. On a GPU, where each term waits for memory, chunks are shorter.
 */
const CHUNK = { software: 1024, gpu: 128 };
const MANY_TERMS = 2048;

/** The passes of a scatter into output 0. */
function lowerScatter(parts: ScatterParts, scatter: Scatter, adapter: AdapterProfile): Lowering {
  const { asked, result, base, index, indices, src, terms: m } = parts;
  const { dim, shared, kind, includeSelf } = scatter;
  const n = result.shape[dim] ?? 1;
  const inner = numel(result.shape.slice(dim + 1));
  const count = numel(result.shape);
  const libs = [elementLibs[scalarOf(result.dtype)], scatterLib];
  const overrides = {
    SHARED: shared ? 1 : 0,
    KIND: kinds.indexOf(kind),
    INCLUDES: includeSelf ? 1 : 0,
    WHOLE: isFloat(result.dtype) ? 0 : 1,
    HELD: result.dtype === 'uint8' ? 8 : result.dtype === 'bool' ? 1 : 0,
  };
  const places = shared ? n : count;
  if (!orderPays(parts, places, adapter)) {
    const search: Pass = {
      source: [...libs, faultLib, searchSource],
      label: 'scatter',
      overrides: { ...overrides, BASE: base ? 1 : 0, FAULT_OP: faultOp(asked) },
      reads: [base ?? src, index, src],
      writes: [output(), fault],
      params: { count, n, m, inner },
      grid: gridFor(count, WORKGROUP),
    };
    return { kind: 'passes', passes: [search] };
  }
  const lists: Lists = { asked, index, indices, n, m, inner: shared ? 1 : inner, places };
  const ordered = adapter.kind === 'software' ? orderByCounting(lists) : orderBySorting(lists, adapter);
  const columns = count / n;
  const chunk = CHUNK[adapter.kind];
  const chunked = m > MANY_TERMS;
  const partials = Math.floor(m / chunk) * columns;
  const partial = scratch(ordered.scratch.length);
  const folding: Pass = {
    source: [...libs, chunksSource],
    label: 'scatter chunks',
    consts: { CHUNK: chunk },
    overrides: { SHARED: overrides.SHARED, KIND: overrides.KIND, HELD: overrides.HELD },
    reads: [ordered.places, ordered.ends, ordered.order, src],
    writes: [partial],
    params: { count: partials, columns, n, m, inner },
    grid: gridFor(partials, WORKGROUP),
  };
  const chunks = loadsApart(folding, adapter);
  const lanes = shared && inner % 4 === 0 ? 4 : 1;
  const span = lanes === 4 ? spanOf(inner, adapter) : 1;
  // Only the lengths of the result, which is usually a table whose size stays the same from batch to batch.
  const lengths = { y: count, y4: count / 4, ends: places, ...(base && { base: count, base4: count / 4 }) };
  const fold: Pass = {
    source: [...libs, sortedSource],
    ...(adapter.kind === 'software' && { edit: (text: string) => withLengths(text, lengths) }),
    label: 'scatter',
    entry: lanes === 4 ? 'quads' : 'main',
    consts: { SPAN: span, CHUNK: chunk },
    overrides: { ...overrides, BASE: base ? 1 : 0, OUTER: columns > inner ? 1 : 0, CHUNKED: chunked ? 1 : 0 },
    reads: [base ?? src, ordered.ends, ordered.order, src, chunked ? partial : src],
    writes: [output()],
    params: { count: count / lanes, n, m, inner: inner / lanes },
    grid: gridFor(count / lanes / span, WORKGROUP),
  };
  return {
    kind: 'passes',
    passes: [...ordered.passes, ...(chunked ? [chunks] : []), loadsApart(fold, adapter)],
    scratch: [...ordered.scratch, ...(chunked ? [bytes(partials)] : [])],
  };
}

/** Inputs base, index and source. */
export const scatterOnto = (
  { inputs: [base, index, src], adapter }: Pick<LowerContext<unknown>, 'inputs' | 'adapter'>,
  asked: string,
  scatter: Scatter,
): Lowering => lowerScatter(ontoBase(asked, [base!, index!, src!], scatter.dim), scatter, adapter);

/** Inputs: index and source. Elements of the source at the same place are summed. */
export function scatterSum({
  inputs: [index, src],
  outputs: [result],
  attrs: { dim, shared },
  adapter,
}: LowerContext<DimAttrs & { readonly shared: boolean }>): Lowering {
  const parts = {
    asked: shared ? 'indexSelect' : 'gather',
    result: result!,
    base: null,
    index: input(0),
    indices: numel(index!.shape),
    src: input(1),
    terms: src!.shape[dim] ?? 1,
  };
  return lowerScatter(parts, { dim, shared, kind: 'sum', includeSelf: true }, adapter);
}
