// Lowers mean and variance, and normalisation by them.
import stripsLib from '../../../../shaders/lib/strips.wgsl?raw';
import {
  f32,
  grid,
  gridFor,
  input,
  type LowerContext,
  type Lowering,
  output,
  type Pass,
  scalar,
  scratch,
  varied,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, type Meta, numel } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import type { MomentsAttrs } from '../../ops/reduction/moments';
import type { LayerNormAttrs } from '../../ops/reduction/norm';
import { pairsBeside, sumChunkPairs } from './chunks';
import { elementLibs } from './elements';
import { onePassLength, resultCount, secondStrips, stripCount, stripsFor, stripsPass } from './strips';
import { heldBy, loadsApart, partsOf, rowsPass, workgroupLib } from './workgroup';

const momentsLib: Text = '#norm/libMoments';
const joinedLib: Text = '#norm/libMomentsJoined';
const momentsSource: Text = '#norm/moments';
const onceSource: Text = '#norm/momentsOnce';
const combineSource: Text = '#norm/momentsCombine';
const source: Text = '#norm/layerNorm';
const longSource: Text = '#norm/layerNormLong';
const heldSource: Text = '#rowParts/layerNormHeld';
const partsSource: Text = '#rowParts/layerNormParts';
const gradPartsSource: Text = '#rowParts/layerNormGradParts';
const gradLongSource: Text = '#norm/layerNormGradLong';
const affineGradSource: Text = '#norm/layerNormAffineGrad';
const gradSource: Text = '#norm/layerNormGrad';

const WORKGROUP = 64;

/** Outputs: mean of input x over `dims`, and variance or, for `root`, its root. */
export function moments(
  { inputs: [x], attrs: { dims, correction }, adapter }: LowerContext<MomentsAttrs>,
  root: boolean,
): Lowering {
  const overrides = { ROOT: root ? 1 : 0 };
  const isGpu = adapter.kind === 'gpu';
  const strips = stripsFor(x!.shape, dims, adapter, { fours: true, workgroups: true });
  const results = resultCount(strips);
  const { outputs, inner, kept } = secondStrips(strips, adapter);
  const lengths = { x: numel(x!.shape), x4: numel(x!.shape) / 4, partial: 3 * results, partial4: (3 * results) / 4 };
  const first = {
    source: [stripsLib, momentsLib, ...(isGpu ? [joinedLib, onceSource] : [momentsSource])],
    variants: { lengths },
    label: 'moments',
    overrides,
    reads: [input(0)],
    writes: [scratch()],
  };
  return {
    kind: 'passes',
    passes: [
      stripsPass(first, strips, adapter),
      loadsApart(
        {
          source: [joinedLib, combineSource],
          label: 'moments',
          overrides,
          reads: [scratch()],
          writes: [output(0), output(1)],
          params: {
            outputs,
            strips: stripCount(strips),
            outputStride: kept[0]!.stride,
            stripStride: inner.stride,
            correction: f32(correction),
          },
          // On a GPU a workgroup combines the strips of an output; on a CPU one invocation does, strip by strip.
          ...(isGpu && stripCount(strips) >= WIDE_ROW
            ? { entry: 'wide', grid: grid(outputs) }
            : { grid: gridFor(outputs, WORKGROUP) }),
        },
        adapter,
      ),
    ],
    scratch: [3 * results * BYTES_PER_ELEMENT],
  };
}

const rowsOf = (x: Meta, lead: number): readonly [rows: number, length: number] => [
  numel(x.shape.slice(0, lead)),
  numel(x.shape.slice(lead)),
];

/**
 * On a GPU, a row of at least this many elements gets a workgroup, so that neighbouring invocations read neighbouring
 * elements.
 */
const WIDE_ROW = 32;

const isWide = (length: number, { kind }: AdapterProfile): boolean => kind === 'gpu' && length >= WIDE_ROW;

const rowLibs = (length: number, adapter: AdapterProfile): string[] =>
  isWide(length, adapter) ? [workgroupLib(adapter)] : [];

/** On a GPU, a row of at least this many elements, in fours, gets a workgroup of LONG_WORKGROUP invocations. */
const LONG_ROW = 1024;
const LONG_WORKGROUP = 256;

/** The pass that reads rows once, where registers of a GPU's workgroup hold them. */
function heldRows(pass: Omit<Pass, 'grid'>, rows: number, length: number, adapter: AdapterProfile): Pass | undefined {
  const held = isWide(length, adapter) ? heldBy(rows, length) : undefined;
  return held && { ...pass, source: [workgroupLib(adapter), heldSource], ...held };
}

/** The pass with one invocation or one workgroup per row. `long` is the source for long rows. */
function byRows(pass: Omit<Pass, 'grid'>, rows: number, length: number, adapter: AdapterProfile, long: Text): Pass {
  if (adapter.kind === 'gpu' && length >= LONG_ROW && length % 4 === 0) {
    const source = [workgroupLib(adapter), elementLibs.f32, long];
    return { ...pass, source, entry: 'quads', consts: { WORKGROUP: LONG_WORKGROUP }, grid: grid(rows) };
  }
  if (isWide(length, adapter))
    return {
      ...pass,
      entry: 'wide',
      consts: { WORKGROUP: length < LONG_ROW ? WORKGROUP : LONG_WORKGROUP },
      grid: grid(rows),
    };
  return rowsPass({ ...pass, entry: length % 4 === 0 ? 'quads' : 'main' }, rows, adapter);
}

/**
 * The passes that divide each of few long rows on a GPU: one sums over parts of rows, the other computes results from these sums. The number
 * of their bindings is fixed, so the first input is bound in place of the sums where there are none yet, and not read.
 */
function partPasses(
  { label, overrides, reads }: Pick<Pass, 'label' | 'overrides' | 'reads'>,
  source: Text,
  [rows, length, parts]: readonly [rows: number, length: number, parts: number],
  adapter: AdapterProfile,
): [sums: Pass, results: Pass] {
  const shared = {
    source: [workgroupLib(adapter), source],
    label,
    overrides,
    consts: { WORKGROUP: LONG_WORKGROUP },
    params: { rows, n: length, parts, part: Math.ceil(length / parts), eps: scalar(0) },
    grid: grid(rows * parts),
  };
  return [
    { ...shared, entry: 'parts', reads: [...reads, input(0)], writes: [scratch()] },
    { ...shared, entry: 'spread', reads: [...reads, scratch()], writes: [output(0)] },
  ];
}

/** Passes with the scratch memory of `partPasses`: two numbers a part. */
const inParts = (passes: Pass[], rows: number, parts: number): Lowering => ({
  kind: 'passes',
  passes,
  scratch: [2 * rows * parts * BYTES_PER_ELEMENT],
});

/** The lengths of the kernels' arrays, except those of missing tensors, which are bound to x. */
function lengthsOf(rows: number, length: number): Record<string, number> {
  const whole = rows * length;
  const fours = { x4: whole / 4, input4: whole / 4, y4: whole / 4, dy4: whole / 4, w4: length / 4, b4: length / 4 };
  return { x: whole, y: whole, dy: whole, w: length, b: length, mean: rows, variance: rows, ...fours };
}

/** A walk keeps four fours of a row under way, so that as many workgroups read at the rate of a large GPU's memory. */
const FEW_ROWS = 16;

/** Inputs and outputs as the operation has them. */
export function layerNorm({
  inputs: [x],
  attrs: { lead, weight, bias, rms },
  adapter,
}: LowerContext<LayerNormAttrs>): Lowering {
  const [rows, length] = rowsOf(x!, lead);
  const pass = {
    source: [...rowLibs(length, adapter), source],
    variants: { lengths: lengthsOf(rows, length) },
    label: 'layer norm',
    overrides: { WEIGHT: weight ? 1 : 0, BIAS: bias ? 1 : 0, CENTERED: rms ? 0 : 1 },
    // The number of bindings is fixed, so x is bound in place of a missing tensor, and not read.
    reads: [input(0), input(weight ? 1 : 0), input(bias ? 2 : 0)],
    writes: [output(0), output(1), output(2)],
    params: { rows, n: length, eps: scalar(0) },
  };
  const held = heldRows(pass, rows, length, adapter);
  if (held) return { kind: 'passes', passes: [held] };
  const parts = partsOf(rows, length, FEW_ROWS, adapter);
  if (parts > 1) {
    const [sums, results] = partPasses(pass, partsSource, [rows, length, parts], adapter);
    const moments = { entry: 'whole', reads: [scratch()], writes: [output(1), output(2)], grid: grid(rows) };
    return inParts([sums, { ...sums, ...moments }, results], rows, parts);
  }
  return { kind: 'passes', passes: [byRows(pass, rows, length, adapter, longSource)] };
}

/** Inputs dy, x, the rows' means and variances, and perhaps the weight; output dx. */
export function layerNormGrad({
  inputs: [, x],
  attrs: { lead, weight, rms },
  adapter,
}: LowerContext<Omit<LayerNormAttrs, 'bias'>>): Lowering {
  const [rows, length] = rowsOf(x!, lead);
  const pass = {
    source: [...rowLibs(length, adapter), gradSource],
    variants: { lengths: lengthsOf(rows, length) },
    label: 'layer norm gradient',
    overrides: { WEIGHT: weight ? 1 : 0, CENTERED: rms ? 0 : 1 },
    reads: [0, 1, 2, 3, weight ? 4 : 1].map(input),
    writes: [output()],
    params: { rows, n: length, eps: scalar(0) },
  };
  const parts = partsOf(rows, length, FEW_ROWS, adapter);
  if (parts > 1) return inParts(partPasses(pass, gradPartsSource, [rows, length, parts], adapter), rows, parts);
  return { kind: 'passes', passes: [byRows(pass, rows, length, adapter, gradLongSource)] };
}

/** Sums over rows are split until there are about this many invocations. */
const AFFINE_GRAD_INVOCATIONS = { software: 512, gpu: 16384 };
/** The minimum number of rows of a chunk on a GPU. */
const AFFINE_GRAD_ROWS = 16;

/** Inputs dy, x, and the rows' means and variances; outputs: dw and db. */
export function layerNormAffineGrad({
  inputs: [, x],
  attrs: { lead },
  adapter,
}: LowerContext<Pick<LayerNormAttrs, 'lead'>>): Lowering {
  const [rows, length] = rowsOf(x!, lead);
  const isGpu = adapter.kind === 'gpu';
  const lanes = isGpu && length % 4 === 0 ? 4 : 1;
  const wanted = Math.ceil((AFFINE_GRAD_INVOCATIONS[adapter.kind] * lanes) / Math.max(1, length));
  const chunk = Math.max(isGpu ? AFFINE_GRAD_ROWS : onePassLength(adapter), Math.ceil(rows / wanted));
  const chunks = Math.max(1, Math.ceil(rows / chunk));
  const partial = [scratch(0), scratch(1)] as const;
  const results = [output(0), output(1)] as const;
  const written = chunks * length;
  const pass: Pass = {
    source: [affineGradSource],
    variants: {
      lengths: { ...lengthsOf(rows, length), dw: written, db: written, dw4: written / 4, db4: written / 4 },
    },
    label: 'layer norm affine gradient',
    entry: lanes === 4 ? 'quads' : 'main',
    reads: [0, 1, 2, 3].map(input),
    writes: chunks === 1 ? results : partial,
    params: { rows, n: length, chunks, chunk, eps: scalar(0) },
    grid: gridFor(written / lanes, WORKGROUP),
  };
  if (chunks === 1) return { kind: 'passes', passes: [varied(pass, { besides: pairsBeside })] };
  const bytes = written * BYTES_PER_ELEMENT;
  const passes = [pass, sumChunkPairs(partial, results, [length, length], chunks, isGpu && chunks >= WORKGROUP)];
  return { kind: 'passes', passes, scratch: [bytes, bytes] };
}
