// Divides a reduction among invocations: its layout in memory, and the strips among which an output's elements are
// divided.
import { gridFor, numbered, type ParamFields, type Pass, varied } from '../../compiler/ir';
import { ShapeError } from '../../core/errors';
import { contiguousStrides, type Shape } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';

interface Dim {
  readonly size: number;
  readonly stride: number;
}

/** The kept and the reduced part of a layout: `outer` places with a run of `inner` elements each. */
interface Layout {
  readonly kept: readonly Dim[];
  readonly outer: readonly Dim[];
  readonly inner: Dim;
  /** Whether the inputs of neighbouring outputs are neighbours in memory. */
  readonly outputsFast: boolean;
}

export interface Strips extends Layout {
  readonly outputs: number;
  readonly stripsOuter: number;
  readonly stripsInner: number;
  /** The number of strips that take the elements of one chunk in turns. */
  readonly lanes: number;
  /** The elements of a run that one group of lanes takes. */
  readonly chunk: number;
  /**
   * How x is read: by elements; in fours of neighbouring elements of a run; or in fours of neighbouring outputs.
   * Lengths and strides count these.
   */
  readonly reads: 'elements' | 'along' | 'across';
  /** How many neighbouring strips, invocations of one workgroup, leave one result together; 1: each leaves its own. */
  readonly shared: number;
}

/** The abilities of a kernel beyond one strip of single elements per invocation. */
export interface StripsAbilities {
  /** Whether it can read in fours. */
  readonly fours?: boolean;
  /** Whether a workgroup can combine its strips. */
  readonly workgroups?: boolean;
}

/** The workgroup size in `shaders/lib/strips.wgsl`. */
export const STRIPS_WORKGROUP = 64;
/** With fewer invocations, workgroups on a CPU are small, so that every core has some. */
const FEW_INVOCATIONS = 512;
const SMALL_WORKGROUP = 8;
/**
 * With so many invocations, more strips for one reduction gain nothing. A GPU's keep 2 MB of loads under way, as fast
 * memory asks for (its latency times its rate).
 */
const BUSY_THREADS = { software: 8192, gpu: 32768 };
const MAX_STRIPS = { software: 1024, gpu: 16384 };
/**
 * On a GPU, invocations of a workgroup share an output if at least this many of its elements are neighbours, which they
 * read together. So few at least share a run, so many loads each, if it has them.
 */
const WIDE_RUN = STRIPS_WORKGROUP / 2;
const FEW_LANES = 8;
const LANE_LOADS = 8;
/** With few outputs: the most elements, or fours, that a workgroup combines in one pass. */
const WIDE_ELEMENTS = STRIPS_WORKGROUP * 128;
/** The minimum number of elements of a strip with which a second pass pays. */
const MIN_STRIP = 48;
/**
 * The elements that one invocation adds in about the time of a second pass. A CPU reads them from its cache; on a GPU
 * every load waits for memory.
 */
const ONE_PASS = { software: 4096, gpu: 256 };

/** The maximum number of groups of kept dimensions, and of reduced dimensions. */
const MOST_DIMS = 4;

const count = (dims: readonly Dim[]): number => dims.reduce((n, { size }) => n * size, 1);

/** The layout of a reduction of a contiguous shape, with neighbouring dimensions of one kind merged. */
function layoutOf(shape: Shape, dims: readonly number[]): Layout {
  const strides = contiguousStrides(shape);
  const merged: { size: number; stride: number; reduced: boolean }[] = [];
  for (let d = 0; d < shape.length; d++) {
    const size = shape[d]!;
    const stride = strides[d]!;
    if (size === 1) continue;
    const reduced = dims.includes(d);
    const last = merged.at(-1);
    if (last?.reduced === reduced) merged[merged.length - 1] = { size: last.size * size, stride, reduced };
    else merged.push({ size, stride, reduced });
  }
  const kept = merged.filter((dim) => !dim.reduced);
  const reduced = merged.filter((dim) => dim.reduced);
  if (kept.length > MOST_DIMS || reduced.length > MOST_DIMS) {
    throw new ShapeError(
      `reduce: expected at most ${MOST_DIMS} separate groups of dimensions, but shape [${shape.join(', ')}] over [${dims.join(', ')}] has more; permute first`,
    );
  }
  return {
    kept,
    outer: reduced.slice(0, -1),
    inner: reduced.at(-1) ?? { size: 1, stride: 0 },
    outputsFast: merged.at(-1)?.reduced === false,
  };
}

/** A reduction of up to this many elements into one output is left to one invocation. */
export const onePassLength = ({ kind }: AdapterProfile): number => ONE_PASS[kind];

/** The layout in fours, if the sizes allow that; otherwise in elements. */
function inFours(layout: Layout): Layout & Pick<Strips, 'reads'> {
  const quarter = ({ size, stride }: Dim): Dim => ({ size, stride: stride / 4 });
  const shortened = ({ size }: Dim): Dim => ({ size: size / 4, stride: 1 });
  const { kept, outer, inner, outputsFast } = layout;
  const fast = outputsFast ? kept.at(-1)! : inner;
  if (fast.size % 4 !== 0 || fast.stride !== 1) return { ...layout, reads: 'elements' };
  if (outputsFast) {
    const outputs = [...kept.slice(0, -1).map(quarter), shortened(fast)];
    return { kept: outputs, outer: outer.map(quarter), inner: quarter(inner), outputsFast, reads: 'across' };
  }
  return { kept: kept.map(quarter), outer: outer.map(quarter), inner: shortened(fast), outputsFast, reads: 'along' };
}

/** Strips for reducing `dims` of a contiguous value. Few outputs with many elements get several strips each. */
export function stripsFor(
  shape: Shape,
  dims: readonly number[],
  adapter: AdapterProfile,
  { fours = false, workgroups = false }: StripsAbilities = {},
): Strips {
  const byElements = { ...layoutOf(shape, dims), reads: 'elements' as const };
  return divide(fours ? inFours(byElements) : byElements, adapter, workgroups);
}

function divide(layout: Layout & Pick<Strips, 'reads'>, adapter: AdapterProfile, workgroups: boolean): Strips {
  const outputs = count(layout.kept);
  const outer = count(layout.outer);
  const { size } = layout.inner;
  // On a GPU a workgroup reduces an output if neighbouring invocations then read neighbouring elements.
  const wide =
    workgroups && adapter.kind === 'gpu' && !layout.outputsFast && layout.inner.stride === 1 && size >= WIDE_RUN;
  if (wide && (outer * size <= WIDE_ELEMENTS || outputs >= BUSY_THREADS.gpu / STRIPS_WORKGROUP))
    return { ...layout, outputs, ...sharedRun(size, outer) };
  const elements = outer * size * (layout.reads === 'along' ? 4 : 1);
  if (elements <= onePassLength(adapter)) return { ...layout, outputs, ...undivided(size) };
  const most = Math.min(MAX_STRIPS[adapter.kind], Math.floor(elements / MIN_STRIP));
  const wanted = Math.min(most, Math.ceil(BUSY_THREADS[adapter.kind] / Math.max(outputs, 1)));
  if (wanted <= 1) return { ...layout, outputs, ...undivided(size) };
  const stripsOuter = Math.min(outer, wanted);
  const stripsInner = Math.min(size, Math.ceil(wanted / stripsOuter));
  const lanes = layout.outputsFast ? 1 : Math.min(stripsInner, STRIPS_WORKGROUP);
  const chunk = Math.ceil(size / Math.ceil(stripsInner / lanes));
  const shares = workgroups && adapter.kind === 'gpu' && lanes === STRIPS_WORKGROUP;
  return {
    ...layout,
    outputs,
    stripsOuter,
    stripsInner: Math.ceil(size / chunk) * lanes,
    lanes,
    chunk,
    shared: shares ? lanes : 1,
  };
}

const undivided = (size: number) => ({ stripsOuter: 1, stripsInner: 1, lanes: 1, chunk: size, shared: 1 });

/** The strips of an output, all within one workgroup: short runs leave room for several runs, or for other outputs. */
function sharedRun(size: number, outer: number) {
  let lanes = FEW_LANES;
  while (lanes < STRIPS_WORKGROUP && lanes * LANE_LOADS < size) lanes *= 2;
  let stripsOuter = 1;
  while (stripsOuter * lanes < STRIPS_WORKGROUP && stripsOuter < outer) stripsOuter *= 2;
  return { stripsOuter, stripsInner: lanes, lanes, chunk: size, shared: lanes * stripsOuter };
}

/** The number of partial results of each output that a pass leaves. */
export const stripCount = ({ stripsOuter, stripsInner, shared }: Strips): number =>
  (stripsOuter * stripsInner) / shared;

/** The number of results of a pass: one for each output and strip. */
export const resultCount = (strips: Strips): number =>
  strips.outputs * stripCount(strips) * (strips.reads === 'across' ? 4 : 1);

/** The reduction of a first pass's results, one for each strip in the order of its invocations. */
export function secondStrips(
  first: Strips,
  adapter: AdapterProfile,
  { fours = false, workgroups = false }: StripsAbilities = {},
): Strips {
  const size = stripCount(first);
  const outputs = resultCount(first) / size;
  const byWorkgroup = workgroups && adapter.kind === 'gpu' && size >= WIDE_RUN;
  const { outputsFast } = first;
  const layout: Layout & Pick<Strips, 'reads'> = {
    kept: [{ size: outputs, stride: outputsFast ? 1 : size }],
    outer: [],
    inner: { size, stride: outputsFast ? outputs : 1 },
    // A workgroup's invocations take the strips of one output, wherever these lie.
    outputsFast: outputsFast && !byWorkgroup,
    reads: 'elements',
  };
  const read = fours ? inFours(layout) : layout;
  const divided = byWorkgroup ? sharedRun : undivided;
  return { ...read, outputs: count(read.kept), ...divided(read.inner.size, 1) };
}

/** A pass without the fields that follow from its strips. Its params come after the fields of `struct Strips`. */
type Bare = Omit<Pass, 'entry' | 'consts' | 'grid' | 'params'> & { readonly params?: ParamFields };

/** The pass for given strips. Its general variant serves any numbers of outputs and dimensions. */
export function stripsPass(pass: Bare, strips: Strips, adapter: AdapterProfile): Pass {
  const { kept, outer, inner, outputs, stripsOuter, stripsInner, outputsFast, lanes, chunk, reads, shared } = strips;
  const four = (name: string, dims: Layout['kept'], of: 'size' | 'stride', rest: number) =>
    numbered(name, 4, (d) => dims[d]?.[of] ?? rest);
  const params = {
    outputs,
    stripsOuter,
    stripsInner,
    outer: count(outer),
    inner: inner.size,
    innerStride: inner.stride,
    outputsFast: outputsFast ? 1 : 0,
    lanes,
    chunk,
    // A vec4 begins at a multiple of 16 bytes.
    gap0: 0,
    gap1: 0,
    gap2: 0,
    ...four('keptSizes', kept, 'size', 1),
    ...four('keptStrides', kept, 'stride', 0),
    ...four('outerSizes', outer, 'size', 1),
    ...four('outerStrides', outer, 'stride', 0),
  };
  const invocations = outputs * stripsOuter * stripsInner;
  const few = adapter.kind === 'software' && invocations < FEW_INVOCATIONS;
  const by = (workgroup: number, keptDims: number, outerDims: number): Pass => ({
    ...pass,
    entry: shared > 1 ? (reads === 'along' ? 'wide_along' : 'wide') : reads === 'elements' ? 'main' : reads,
    consts: { STRIPS_WORKGROUP: workgroup, STRIPS_SHARED: shared },
    overrides: { ...pass.overrides, KEPT_DIMS: keptDims, OUTER_DIMS: outerDims },
    params: { ...params, ...pass.params },
    grid: gridFor(invocations, workgroup),
  });
  const usual = adapter.kind === 'software' ? SMALL_WORKGROUP : STRIPS_WORKGROUP;
  return varied(by(few ? SMALL_WORKGROUP : STRIPS_WORKGROUP, kept.length, outer.length), {
    general: by(usual, MOST_DIMS, MOST_DIMS),
    apart: true,
  });
}
