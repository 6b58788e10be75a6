// Normalisation of rows by their mean and variance: layerNorm.
import { input, output, type Pass, scalar, scratch, u32 } from '../compiler/ir';
import { grid, gridFor } from '../compiler/lowering';
import type { Text } from '../compiler/texts';
import { ShapeError } from '../core/errors';
import { BYTES_PER_ELEMENT, type Meta, numel, type Shape, showShape } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';
import { mode } from '../graph/mode';
import { expectFloat, record, recordAll } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { pairsBeside, sumChunkPairs } from '../kernels/reduce/chunks';
import { onePassLength } from '../kernels/reduce/strips';
import { rowsPass, workgroupLib } from '../kernels/reduce/workgroup';
import { add, mul, neg, square, sub } from './arithmetic';
import { moments } from './moments';
import { pointwise } from './pointwise';
import { mean, sumTo } from './reduce';
import { filledPast, roomIn } from './room';

const source: Text = '#norm/layerNorm';
const affineGradSource: Text = '#norm/layerNormAffineGrad';
const gradSource: Text = '#norm/layerNormGrad';

/** 1 / √(variance + eps) */
export const rstdOp = pointwise({
  name: 'rstd',
  expr: 'inverseSqrt(a0 + s0)',
  saves: 'y',
  grads: [(dy, { y }) => mul(mul(dy, -0.5), mul(y, square(y)))],
});

/** x̂ = (x - mean) · rstd */
export const normalizeOp = pointwise({
  name: 'normalize',
  expr: '(a0 - a1) * a2',
  saves: 'abc',
  grads: [
    (dy, { c: rstd }) => mul(dy, rstd),
    (dy, { c: rstd }) => neg(mul(dy, rstd)),
    (dy, { a: x, b: mean }) => mul(dy, sub(x, mean)),
  ],
});

interface LayerNormAttrs {
  /** Leading dimensions: the rows. The others are normalised over. */
  readonly lead: number;
  readonly weight: boolean;
  /** Comes with a weight only. */
  readonly bias: boolean;
}

const rowsOf = (x: Meta, lead: number): readonly [rows: number, length: number] => [
  numel(x.shape.slice(0, lead)),
  numel(x.shape.slice(lead)),
];

const WORKGROUP = 64;
/** A GPU gives a row of this many elements to a workgroup, since neighbouring invocations should read neighbouring elements. */
const WIDE_ROW = 32;

const isWide = (length: number, { kind }: AdapterProfile): boolean => kind === 'gpu' && length >= WIDE_ROW;

const rowLibs = (length: number, adapter: AdapterProfile): string[] =>
  isWide(length, adapter) ? [workgroupLib(adapter)] : [];

/** The pass by who walks a row: an invocation, or a workgroup. */
function byRows(pass: Omit<Pass, 'grid'>, rows: number, length: number, adapter: AdapterProfile): Pass {
  if (isWide(length, adapter)) return { ...pass, entry: 'wide', consts: { WORKGROUP }, grid: grid(rows) };
  return rowsPass({ ...pass, entry: length % 4 === 0 ? 'quads' : 'main' }, rows, adapter);
}

/** The lengths of the kernels' arrays, where they are not as long as x in the place of something absent. */
function lengthsOf(rows: number, length: number): Record<string, number> {
  const whole = rows * length;
  const fours = { x4: whole / 4, y4: whole / 4, dy4: whole / 4, w4: length / 4, b4: length / 4 };
  return { x: whole, y: whole, dy: whole, w: length, b: length, mean: rows, variance: rows, ...fours };
}

/** Inputs: x, weight?, bias?; dynamic scalar: eps. Outputs: y, and the rows' means and variances. */
const layerNormOp: Op<LayerNormAttrs> = {
  name: 'nativeLayerNorm',
  remakes: true,
  saves: { inputs: [0, 1], outputs: [1, 2] },
  infer([x], { lead }) {
    const rows = { shape: [rowsOf(x!, lead)[0]], dtype: x!.dtype };
    return [{ shape: x!.shape, dtype: x!.dtype }, rows, rows];
  },
  lower({ inputs: [x], attrs: { lead, weight, bias }, adapter }) {
    const [rows, length] = rowsOf(x!, lead);
    const pass = {
      source: [...rowLibs(length, adapter), source],
      lengths: lengthsOf(rows, length),
      label: 'layer norm',
      overrides: { WEIGHT: weight ? 1 : 0, BIAS: bias ? 1 : 0 },
      // Bindings are fixed: in the place of what is not there is x, unread.
      reads: [input(0), input(weight ? 1 : 0), input(bias ? 2 : 0)],
      writes: [output(0), output(1), output(2)],
      params: [u32(rows), u32(length), scalar(0)],
    };
    return { kind: 'passes', passes: [byRows(pass, rows, length, adapter)] };
  },
  vjp([dy], { inputs, outputs: [, mean, variance], attrs, scalars, needs }) {
    const [x, weight] = inputs as [Value, Value?];
    const { lead } = attrs;
    const [eps] = scalars as [number];
    if (mode.grad) return composedGrads(dy!, x, weight, lead, eps).slice(0, inputs.length);
    const rows = [dy!, x, mean!, variance!];
    const shaped = { lead, weight: attrs.weight };
    const dx = needs[0] ? record(layerNormGradOp, weight ? [...rows, weight] : rows, shaped, scalars) : null;
    const affine = needs[1] || needs[2] ? recordAll(layerNormAffineGradOp, rows, { lead }, scalars) : [null, null];
    return [dx, ...affine].slice(0, inputs.length);
  },
  grow: ({ inputs, attrs, scalars, counts: [counts] }) =>
    isLeading(inputs[0]!.shape, counts!, attrs.lead) ? recordAll(layerNormOp, inputs, attrs, scalars) : null,
};

/** Whether there is room along dimensions that rows are numbered by alone. */
const isLeading = (shape: Shape, counts: Shape, lead: number): boolean => roomIn(shape, counts).every((d) => d < lead);

/** The gradients by x, weight and bias from operations that have gradients themselves. */
function composedGrads(dy: Value, x: Value, weight: Value | undefined, lead: number, eps: number): Value[] {
  const dims = x.shape.slice(lead).map((_, d) => lead + d);
  const [center, variance] = moments(x, dims, 0);
  const rstd = record(rstdOp, [variance], undefined, [eps]);
  const normalized = record(normalizeOp, [x, center, rstd], undefined);
  const g = weight ? mul(dy, weight) : dy;
  const along = mul(normalized, mean(mul(g, normalized), dims, true));
  const dx = mul(sub(sub(g, mean(g, dims, true)), along), rstd);
  const shape = x.shape.slice(lead);
  return [dx, sumTo(mul(dy, normalized), shape), sumTo(dy, shape)];
}

/** Inputs: dy, x, the rows' means and variances, weight?; dynamic scalar: eps. Output: dx. */
const layerNormGradOp: Op<Omit<LayerNormAttrs, 'bias'>> = {
  name: 'nativeLayerNormGrad',
  infer: ([, x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower({ inputs: [, x], attrs: { lead, weight }, adapter }) {
    const [rows, length] = rowsOf(x!, lead);
    const pass = {
      source: [...rowLibs(length, adapter), gradSource],
      lengths: lengthsOf(rows, length),
      label: 'layer norm gradient',
      overrides: { WEIGHT: weight ? 1 : 0 },
      reads: [0, 1, 2, 3, weight ? 4 : 1].map(input),
      writes: [output()],
      params: [u32(rows), u32(length), scalar(0)],
    };
    return { kind: 'passes', passes: [byRows(pass, rows, length, adapter)] };
  },
  grow: ({ inputs, attrs, scalars, counts: [, counts] }) =>
    isLeading(inputs[1]!.shape, counts!, attrs.lead) ? [record(layerNormGradOp, inputs, attrs, scalars)] : null,
};

/** Invocations that sums over rows aim at by splitting them. */
const AFFINE_GRAD_INVOCATIONS = { software: 512, gpu: 16384 };

/** Inputs: dy, x, the rows' means and variances; dynamic scalar: eps. Outputs: dw and db. */
const layerNormAffineGradOp: Op<Pick<LayerNormAttrs, 'lead'>> = {
  name: 'nativeLayerNormAffineGrad',
  infer([, x], { lead }) {
    const meta = { shape: x!.shape.slice(lead), dtype: x!.dtype };
    return [meta, meta];
  },
  lower({ inputs: [, x], attrs: { lead }, adapter }) {
    const [rows, length] = rowsOf(x!, lead);
    const wanted = Math.ceil(AFFINE_GRAD_INVOCATIONS[adapter.kind] / Math.max(1, length));
    const chunk = Math.max(onePassLength(adapter), Math.ceil(rows / wanted));
    const chunks = Math.max(1, Math.ceil(rows / chunk));
    const partial = [scratch(0), scratch(1)] as const;
    const results = [output(0), output(1)] as const;
    const pass: Pass = {
      source: [affineGradSource],
      lengths: { ...lengthsOf(rows, length), dw: chunks * length, db: chunks * length },
      label: 'layer norm affine gradient',
      reads: [0, 1, 2, 3].map(input),
      writes: chunks === 1 ? results : partial,
      params: [u32(rows), u32(length), u32(chunks), u32(chunk), scalar(0)],
      grid: gridFor(length * chunks, WORKGROUP),
    };
    if (chunks === 1) return { kind: 'passes', passes: [{ ...pass, besides: pairsBeside }] };
    const bytes = chunks * length * BYTES_PER_ELEMENT;
    const passes = [pass, sumChunkPairs(partial, results, [length, length], chunks)];
    return { kind: 'passes', passes, scratch: [bytes, bytes] };
  },
  grow({ inputs, attrs, counts, scalars }) {
    if (!isLeading(inputs[1]!.shape, counts[1]!, attrs.lead)) return null;
    // Gradients of 0 count for nothing where what they are multiplied by is a number.
    const counted = inputs.map((one, i) => filledPast(one, counts[i]!, i < 3 ? 0 : 1));
    return recordAll(layerNormAffineGradOp, counted, attrs, scalars);
  },
};

/**
 * Layer normalisation over the trailing dimensions `normalizedShape`: y = (x - mean) / √(variance + eps) · weight + bias.
 * Shapes: x [..., ...normalizedShape]; weight and bias normalizedShape, or null.
 */
export function layerNorm(
  x: Value,
  normalizedShape: Shape,
  weight: Value | null,
  bias: Value | null,
  eps = 1e-5,
): Value {
  expectFloat('layerNorm', 'input', x);
  const lead = x.shape.length - normalizedShape.length;
  if (normalizedShape.length === 0 || lead < 0 || normalizedShape.some((size, d) => size !== x.shape[lead + d])) {
    throw new ShapeError(
      `layerNorm: expected input whose last dimensions are the normalized shape ${showShape(normalizedShape)}, but got ${showShape(x.shape)}`,
    );
  }
  for (const [name, parameter] of [
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    if (parameter && `${parameter.shape}` !== `${normalizedShape}`) {
      throw new ShapeError(
        `layerNorm: expected ${name} of shape ${showShape(normalizedShape)}, but got ${showShape(parameter.shape)}`,
      );
    }
  }
  if (bias && !weight) return add(layerNorm(x, normalizedShape, null, null, eps), bias);
  const inputs = [x, weight, bias].filter((value) => value !== null);
  const attrs = { lead, weight: weight !== null, bias: bias !== null };
  return recordAll(layerNormOp, inputs, attrs, [eps])[0]!;
}
