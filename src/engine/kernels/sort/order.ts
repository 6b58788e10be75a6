// Lowers extrema with their indices, argsort, searchsorted, and the sampling of categories.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import stripsLib from '../../../../shaders/lib/strips.wgsl?raw';
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
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, numel, scalarOf } from '../../core/meta';
import { faultOp } from '../../gpu/fault-errors';
import { elementLibs } from '../reduce/elements';
import { resultCount, type Strips, secondStrips, stripCount, stripsFor, stripsPass } from '../reduce/strips';
import { loadsApart } from '../reduce/workgroup';
import { argsortPasses } from './argsort';

export { topk } from './topk';

const argSource: Text = '#sort/arg';
const weightsLib: Text = '#conv/libWeights';
const raceSource: Text = '#sort/multinomialRace';
const searchSource: Text = '#sort/multinomialSearch';
const sumSource: Text = '#sort/multinomialSum';
const searchsortedSource: Text = '#sort/searchsorted';

const WORKGROUP = 64;

/** Outputs: the extremum over `dims`, and its index. */
export function extremum(
  { inputs: [x], attrs: { dims }, adapter }: LowerContext<{ readonly dims: readonly number[] }>,
  label: string,
  minimum: boolean,
): Lowering {
  const pass = (strips: Strips, from: Operand, places: Operand | null, to: Operand, at: Operand): Pass => {
    const elements = places ? partial : numel(x!.shape);
    const results = resultCount(strips);
    const lengths = {
      ...{ x: elements, x4: elements / 4 },
      ...{ value: results, value4: results / 4, at: results, at4: results / 4 },
    };
    const bare = {
      source: [elementLibs[scalarOf(x!.dtype)], stripsLib, argSource],
      variants: { lengths },
      label,
      overrides: { MINIMUM: minimum ? 1 : 0, HAS_PLACES: places ? 1 : 0 },
      // The number of bindings is fixed. Without places, the input is bound in their place, and not read.
      reads: [from, places ?? from],
      writes: [to, at],
    };
    return loadsApart(stripsPass(bare, strips, adapter), adapter);
  };
  const strips = stripsFor(x!.shape, dims, adapter, { fours: true, workgroups: true });
  const partial = resultCount(strips);
  if (stripCount(strips) === 1) return { kind: 'passes', passes: [pass(strips, input(0), null, output(0), output(1))] };
  const bytes = partial * BYTES_PER_ELEMENT;
  const second = secondStrips(strips, adapter, { workgroups: true });
  return {
    kind: 'passes',
    passes: [
      pass(strips, input(0), null, scratch(0), scratch(1)),
      pass(second, scratch(0), scratch(1), output(0), output(1)),
    ],
    scratch: [bytes, bytes],
  };
}

/** Output: the indices that sort a dimension. */
export function argsort({
  inputs: [x],
  attrs: { dim, descending },
  adapter,
}: LowerContext<{ readonly dim: number; readonly descending: boolean }>): Lowering {
  const n = x!.shape[dim] ?? 1;
  const inner = numel(x!.shape.slice(dim + 1));
  const sorted = { x: input(0), scalar: scalarOf(x!.dtype), count: numel(x!.shape), n, inner, descending };
  return { kind: 'passes', ...argsortPasses(sorted, adapter, { order: output() }) };
}

/** Inputs: sorted rows, and values. */
export function searchsorted({
  inputs: [sorted, values],
  attrs: { right },
}: LowerContext<{ readonly right: boolean }>): Lowering {
  const count = numel(values!.shape);
  const m = sorted!.shape.length === 1 ? count : values!.shape.at(-1)!;
  return {
    kind: 'passes',
    passes: [
      {
        source: [elementLibs[scalarOf(values!.dtype)], searchsortedSource],
        label: 'searchsorted',
        overrides: { RIGHT: right ? 1 : 0 },
        reads: [input(0), input(1)],
        writes: [output()],
        params: { count, n: sorted!.shape.at(-1)!, m },
        grid: gridFor(count, WORKGROUP),
      },
    ],
  };
}

const rowsOf = (shape: readonly number[]): number => numel(shape.slice(0, -1));

/** Inputs: weights, and uniform numbers. */
export function sampleByUniform({ inputs: [x, u] }: LowerContext<unknown>): Lowering {
  const columns = x!.shape.at(-1)!;
  const samples = u!.shape.at(-1)!;
  const rows = rowsOf(x!.shape);
  return {
    kind: 'passes',
    scratch: [rows * columns * BYTES_PER_ELEMENT],
    passes: [
      {
        source: [faultLib, weightsLib, sumSource],
        label: 'multinomial sums',
        reads: [input(0)],
        writes: [scratch(), fault],
        overrides: { FAULT_OP: faultOp('multinomial') },
        params: { rows, columns },
        grid: gridFor(rows, WORKGROUP),
      },
      {
        source: [searchSource],
        label: 'multinomial',
        reads: [scratch(), input(1)],
        writes: [output()],
        params: { count: rows * samples, columns, samples },
        grid: gridFor(rows * samples, WORKGROUP),
      },
    ],
  };
}

/** Inputs: weights, and exponential numbers; output: how late each category arrives. */
export function race({ inputs: [x] }: LowerContext<unknown>): Lowering {
  const rows = rowsOf(x!.shape);
  const pass = {
    source: [faultLib, weightsLib, raceSource],
    label: 'multinomial',
    reads: [input(0), input(1)],
    writes: [output(), fault],
    overrides: { FAULT_OP: faultOp('multinomial') },
    params: { rows, columns: x!.shape.at(-1)! },
    grid: gridFor(rows, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}
