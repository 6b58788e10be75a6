// Clips gradients in flat buffers, in place: by their common norm, or element by element.
import { grid, gridFor, input, output, scalar } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, numel } from '../../core/meta';
import { record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { pack } from '../shape/join';

const mathLib: Text = '#math/libMath';
const powersLib: Text = '#functions/libPowers';
const normSource: Text = '#optimMore/clipGradNorm';
const scaleSource: Text = '#optimMore/clipGradScale';
const valueSource: Text = '#optimMore/clipGradValue';
const kindLib: Text = '#norm/libNormKind';

const WORKGROUP = 64;
/** The workgroup size on a software adapter: small, so that even few strips keep every processor core busy. */
const SMALL_WORKGROUP = 8;
/** The workgroup size on a GPU, whose workgroups take strips and add them up together. */
const WIDE_WORKGROUP = 256;
/** The number of strips (part sums) of a norm's first pass. Every invocation or, on a GPU, workgroup of the second pass adds them all up. */
const STRIPS = { software: 64, gpu: 256 };
const MAX_STRIPS = 256;
/** How many elements, or on a GPU fours, an invocation of the second pass scales, after it has added up the strips once. */
const SHARE = { software: 64, gpu: 8 };

interface NormAttrs {
  /** The kind of norm; see shaders/lib/norm-kind.wgsl. */
  readonly kind: number;
}

/**
 * Inputs: a vector, and how many of each 64 elements count. Dynamic scalar: p. Output: part sums of |x|^p, or part
 * maxima of |x|.
 */
const normPartsOp: Op<NormAttrs> = {
  name: 'clipGradNorm',
  infer: ([x]) => [{ shape: [MAX_STRIPS], dtype: x!.dtype }],
  lower({ inputs: [x], attrs: { kind }, adapter }) {
    const strips = STRIPS[adapter.kind];
    const pass = {
      source: [mathLib, powersLib, kindLib, normSource],
      label: 'gradient norm',
      overrides: { KIND: kind },
      reads: [input(0), input(1)],
      writes: [output()],
      params: { count: numel(x!.shape), strips, power: scalar(0) },
      ...(adapter.kind === 'gpu'
        ? { entry: 'wide', consts: { WORKGROUP: WIDE_WORKGROUP }, grid: grid(strips) }
        : { consts: { WORKGROUP: SMALL_WORKGROUP }, grid: gridFor(strips, SMALL_WORKGROUP) }),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/**
 * Inputs: a vector, which is overwritten, and the part sums of all vectors. Dynamic scalars: p, limit. Outputs: the
 * vector, the norm.
 */
const scaleOp: Op<NormAttrs> = {
  name: 'clipGradScale',
  infer: ([x]) => [
    { shape: x!.shape, dtype: x!.dtype },
    { shape: [], dtype: x!.dtype },
  ],
  inPlace: () => [[0, 0]],
  lower({ inputs: [x, parts], attrs: { kind }, adapter }) {
    const count = numel(x!.shape);
    const share = SHARE[adapter.kind];
    const pass = {
      source: [mathLib, powersLib, kindLib, scaleSource],
      label: 'gradient clipping',
      overrides: { KIND: kind, SHARE: share },
      reads: [input(1)],
      writes: [output(0), output(1)],
      params: {
        count,
        vectors: numel(parts!.shape) / MAX_STRIPS,
        stride: MAX_STRIPS,
        strips: STRIPS[adapter.kind],
        power: scalar(0),
        maxNorm: scalar(1),
      },
      ...(adapter.kind === 'gpu'
        ? {
            entry: 'wide',
            consts: { WORKGROUP: WIDE_WORKGROUP },
            grid: gridFor(Math.ceil(count / 4 / share), WIDE_WORKGROUP),
          }
        : { grid: gridFor(Math.ceil(count / share), WORKGROUP) }),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/** Input: a vector, which is overwritten. Dynamic scalar: the limit. */
const clampOp: Op<undefined> = {
  name: 'clipGradValue',
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  inPlace: () => [[0, 0]],
  lower({ inputs: [x] }) {
    const count = numel(x!.shape);
    const pass = {
      source: [valueSource],
      label: 'gradient clipping',
      reads: [],
      writes: [output()],
      params: { count, limit: scalar(0) },
      grid: gridFor(count, WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

function kindOf(power: number): number {
  if (power === 2) return 0;
  if (power === 1) return 1;
  return power === Number.POSITIVE_INFINITY ? 3 : 2;
}

/** A flat buffer with gaps: in each block of 64 elements, only the first `filled` ones count. */
export interface FlatVector {
  readonly values: Value;
  /** For each block of 64, how many elements count. Shape [⌈length / 64⌉], uint32. */
  readonly filled: Value;
}

/**
 * The vectors scaled by min(1, maxNorm / (norm + 1e-6)), and the norm []: the p-norm (p > 0) of all vectors as one. The
 * vectors are overwritten; use the results instead. Two dispatches a vector.
 */
export function clipNorm(
  vectors: readonly FlatVector[],
  maxNorm: number,
  power: number,
): { clipped: readonly Value[]; norm: Value } {
  const attrs = { kind: kindOf(power) };
  const shares = vectors.map(({ values, filled }) => record(normPartsOp, [values, filled], attrs, [power]));
  const bytes = MAX_STRIPS * BYTES_PER_ELEMENT;
  const offsets = shares.map((_, i) => i * bytes);
  const parts = shares.length === 1 ? shares[0]! : pack(shares, offsets, shares.length * MAX_STRIPS);
  const results = vectors.map(({ values }) => recordAll(scaleOp, [values, parts], attrs, [power, maxNorm]));
  return { clipped: results.map(([clipped]) => clipped!), norm: results[0]![1]! };
}

/** A vector with every element clamped to ±limit. The vector is overwritten; use the result instead. */
export const clipValue = (x: Value, limit: number): Value => record(clampOp, [x], undefined, [limit]);
