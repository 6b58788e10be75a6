// Lowers running sums, products and extrema along a dimension.
import {
  grid,
  gridFor,
  input,
  type LowerContext,
  type Lowering,
  type Operand,
  output,
  type Pass,
  scratch,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, type Meta, numel, type Shape, scalarOf } from '../../core/meta';
import type { ScanAttrs, Scanned } from '../../ops/reduction/scan';
import { elementLibs } from './elements';

const mathLib: Text = '#math/libMath';
const runLogaddexp: Text = '#scan/libRunLogaddexp';
const runProd: Text = '#scan/libRunProd';
const runSum: Text = '#scan/libRunSum';
const source: Text = '#scan/scan';
const blocksSource: Text = '#scan/scanBlocks';
const extremumSource: Text = '#scan/scanExtremum';

/** The library with the state carried from element to element. */
const runs: Record<Scanned, readonly string[]> = {
  cumsum: [runSum],
  cumprod: [runProd],
  logcumsumexp: [mathLib, runLogaddexp],
};

const WORKGROUP = 64;
/** A row up to this length is one chunk. A longer row has about as many chunks as a chunk has elements. */
const ONE_CHUNK = 256;

/** Divides a scan over a shape: the counts that its shaders need, and the chunks of each row. */
function chunksOf(shape: Shape, dim: number) {
  const n = shape[dim] ?? 1;
  const inner = numel(shape.slice(dim + 1));
  const outer = numel(shape.slice(0, dim));
  const chunk = n <= ONE_CHUNK ? Math.max(n, 1) : Math.ceil(Math.sqrt(n));
  const chunks = Math.max(Math.ceil(n / chunk), 1);
  const count = n === 0 ? 0 : outer * chunks * inner;
  return { count, chunks, params: { count, n, chunks, chunk, inner } };
}

/**
 * Lowers a scan. Rows of several chunks take two passes: with TOTALS, the shader gives only the last result of each
 * chunk.
 */
function lowerScan(
  label: string,
  source: readonly string[],
  x: Meta,
  dim: number,
  overrides: Pass['overrides'],
): Lowering {
  const { count, chunks, params } = chunksOf(x.shape, dim);
  const pass = (totals: boolean, carried: Operand, to: Operand): Pass => ({
    source,
    label,
    overrides: { ...overrides, TOTALS: totals ? 1 : 0 },
    reads: [input(0), carried],
    writes: [to],
    params,
    grid: gridFor(count, WORKGROUP),
  });
  // The number of bindings is fixed. Without totals, the input is bound in their place, and not read.
  if (chunks === 1) return { kind: 'passes', passes: [pass(false, input(0), output())] };
  return {
    kind: 'passes',
    passes: [pass(true, input(0), scratch()), pass(false, scratch(), output())],
    scratch: [count * BYTES_PER_ELEMENT],
  };
}

/** On a GPU, with fewer chunks in all, workgroups scan blocks of the rows, of so many elements each. */
const BUSY_CHUNKS = 16384;
const BLOCK = 4096;

/** A scan of few long rows of neighbours on a GPU: the blocks' totals, what comes before each block, and the results. */
function inBlocks(label: string, source: readonly string[], rows: number, n: number, reverse: boolean): Lowering {
  const blocks = Math.ceil(n / BLOCK);
  const pass = (entry: string, from: Operand, before: Operand, to: Operand, workgroups: number): Pass => ({
    source,
    label,
    entry,
    overrides: { REVERSE: reverse ? 1 : 0 },
    reads: [from, before],
    writes: [to],
    params: { rows, n, blocks },
    grid: grid(workgroups),
  });
  // The number of bindings is fixed. What comes before is bound in the last pass alone; in its place, the input.
  const passes = [
    pass('totals', input(0), input(0), scratch(0), rows * blocks),
    pass('carry', scratch(0), scratch(0), scratch(1), rows),
    pass('main', input(0), scratch(1), output(), rows * blocks),
  ];
  const bytes = rows * blocks * BYTES_PER_ELEMENT;
  return { kind: 'passes', passes, scratch: [bytes, bytes] };
}

/** Input x. */
export function scan(
  { inputs: [x], attrs: { dim, reverse }, adapter }: LowerContext<ScanAttrs>,
  name: Scanned,
): Lowering {
  const libs = [elementLibs[scalarOf(x!.dtype)], ...runs[name]];
  const { count, params } = chunksOf(x!.shape, dim);
  const isLong = adapter.kind === 'gpu' && params.inner === 1 && params.n > BLOCK && count < BUSY_CHUNKS;
  if (isLong) return inBlocks(name, [...libs, blocksSource], numel(x!.shape) / params.n, params.n, reverse);
  return lowerScan(name, [...libs, source], x!, dim, { REVERSE: reverse ? 1 : 0 });
}

/** For each element of input x: the index of the extremum up to there. */
export const runningPlace = ({
  inputs: [x],
  attrs: { dim, minimum },
}: LowerContext<{ readonly dim: number; readonly minimum: boolean }>): Lowering =>
  lowerScan('runningPlace', [elementLibs[scalarOf(x!.dtype)], extremumSource], x!, dim, { MINIMUM: minimum ? 1 : 0 });
