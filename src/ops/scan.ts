// Running sums and products along a dimension: cumsum and cumprod.
import source from '../../shaders/scan.wgsl?raw';
import { input, type Operand, output, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { BYTES_PER_ELEMENT, isFloat, numel, scalarOf } from '../compiler/meta';
import { record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { div, mul } from './arithmetic';
import { cast } from './cast';
import { eq, logicalAnd, where } from './compare';
import { resolveDim } from './dims';
import { elementLibs } from './reduce';

const WORKGROUP = 64;
/** Rows up to this length are one chunk; longer ones have about as many chunks as a chunk has elements. */
const ONE_CHUNK = 256;

interface ScanAttrs {
  readonly dim: number;
  /** From the end towards the start. */
  readonly reverse: boolean;
}

function scanOp(name: string, product: boolean, vjp: Op<ScanAttrs>['vjp'], saves: Op['saves']): Op<ScanAttrs> {
  return {
    name,
    saves,
    infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
    lower({ inputs: [x], attrs: { dim, reverse } }) {
      const n = x.shape[dim] ?? 1;
      const inner = numel(x.shape.slice(dim + 1));
      const outer = numel(x.shape.slice(0, dim));
      const chunk = n <= ONE_CHUNK ? Math.max(n, 1) : Math.ceil(Math.sqrt(n));
      const chunks = Math.max(Math.ceil(n / chunk), 1);
      const count = n === 0 ? 0 : outer * chunks * inner;
      const pass = (totals: boolean, carried: Operand, to: Operand): Pass => ({
        source: [elementLibs[scalarOf(x.dtype)], source],
        label: name,
        overrides: { TOTALS: totals ? 1 : 0, PRODUCT: product ? 1 : 0, REVERSE: reverse ? 1 : 0 },
        reads: [input(0), carried],
        writes: [to],
        params: [count, n, chunks, chunk, inner].map(u32),
        grid: gridFor(count, WORKGROUP),
      });
      // Without totals the input is bound twice: bindings are fixed, and this one is not read.
      if (chunks === 1) return { kind: 'passes', passes: [pass(false, input(0), output())] };
      return {
        kind: 'passes',
        passes: [pass(true, input(0), scratch()), pass(false, scratch(), output())],
        scratch: [count * BYTES_PER_ELEMENT],
      };
    },
    vjp,
  };
}

const cumsumOp: Op<ScanAttrs> = scanOp(
  'cumsum',
  false,
  ([dy], { attrs: { dim, reverse } }) => [record(cumsumOp, [dy!], { dim, reverse: !reverse })],
  { inputs: [] },
);
/** Before the first zero of a row dx is Σ_{i ≥ k} dy_i y_i / x_k; at it, the same with 1 in its place; after it, 0. */
const cumprodOp: Op<ScanAttrs> = scanOp(
  'cumprod',
  true,
  ([dy], { inputs: [x], outputs: [y], attrs: { dim } }) => {
    const fromHere = (v: Value) => record(cumsumOp, [v], { dim, reverse: true });
    const zero = eq(x, 0);
    const zeros = record(cumsumOp, [cast(zero, 'float32')], { dim, reverse: false });
    const first = logicalAnd(zero, eq(zeros, 1));
    const others = cumprod(where(first, 1, x), dim);
    const atFirst = where(first, fromHere(mul(dy!, others)), 0);
    return [where(eq(zeros, 0), div(fromHere(mul(dy!, y)), where(zero, 1, x)), atFirst)];
  },
  { inputs: [0], outputs: [0] },
);

/** Integers and bools count in int64, as PyTorch sums them. */
const counted = (x: Value): Value => (isFloat(x.dtype) ? x : cast(x, 'int64'));

/** y_i = x_0 + … + x_i along a dimension. Integers and bools give int64. */
export const cumsum = (x: Value, dim: number): Value =>
  record(cumsumOp, [counted(x)], { dim: resolveDim('cumsum', dim, x.shape.length), reverse: false });

/** y_i = x_0 · … · x_i along a dimension. Integers and bools give int64. */
export const cumprod = (x: Value, dim: number): Value =>
  record(cumprodOp, [counted(x)], { dim: resolveDim('cumprod', dim, x.shape.length), reverse: false });
