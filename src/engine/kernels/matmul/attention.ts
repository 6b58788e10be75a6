// Lowers scaled dot-product attention in one pass, for GPUs: see shaders/attention.wgsl.
import source from '../../../../shaders/attention.wgsl?raw';
import philox from '../../../../shaders/lib/philox.wgsl?raw';
import {
  f32,
  input,
  type LowerContext,
  type Lowering,
  numbered,
  output,
  type ParamFields,
  scalar,
  spare,
} from '../../compiler/ir';
import { grid } from '../../compiler/lowering';
import { type Meta, numel } from '../../core/meta';
import type { AttentionAttrs } from '../../ops/linalg/attention';
import { maskSteps, type Placed, type Places, placedInOrder, placesOf } from '../../ops/linalg/attention-sizes';

const THREADS = 64;
const KEYS = 32;
const DEPTH = 16;
/** A tile has 64 queries, or half of them where that leaves fewer than this number of workgroups. */
const ENOUGH_TILES = 160;
/** An invocation sums at most so many vectors of four: more do not fit its registers. */
const MAX_SUMS = 16;

/** Lowers attention. Inputs: query, key, value, and the mask if there is one. */
export function attention(context: LowerContext<AttentionAttrs>): Lowering {
  return {
    ...lowered(context, context.inputs)!,
    viewed: (views) =>
      lowered(
        context,
        context.inputs.map((x, i) => views[i] ?? x),
      ),
  };
}

/** Attention of inputs that may have strides; undefined if the kernel cannot read them. */
function lowered(context: LowerContext<AttentionAttrs>, inputs: readonly Placed[]) {
  const {
    inputs: [q, k, v, mask],
    outputs: [y, logSums],
    attrs,
  } = context;
  const places = [inputs[0]!, inputs[1]!, inputs[2]!, placedInOrder(y!, attrs.orders[0])].map(placesOf);
  if (!areAll(places) || inputs[3] !== mask) return undefined;
  const [rows, features] = q!.shape.slice(-2) as [number, number];
  const [keys, columns] = v!.shape.slice(-2) as [number, number];
  const batch = numel(q!.shape.slice(0, -2));
  const C = Math.ceil(columns / KEYS);
  const tilesOf = (vectors: number) => batch * Math.ceil(rows / (4 * vectors));
  const isWide = rows > 32 && 2 * 4 * C <= MAX_SUMS && tilesOf(16) >= ENOUGH_TILES;
  const R = isWide ? 2 : 1;
  const vectors = 8 * R;
  const blocks = (vectors + KEYS / 4) * 4;
  const parts = THREADS / vectors;
  const pass = {
    source: attrs.drops ? [philox, source] : [source],
    label: 'attention',
    consts: {
      ROW_VECTORS: vectors,
      R,
      C,
      ACC: R * 4 * C,
      SCORES: R * 4,
      LOADS: Math.ceil(blocks / THREADS),
      VALUE_LOADS: (DEPTH * 8 * C) / THREADS,
      PARTS: parts,
      PART: KEYS / parts,
      PANEL: Math.max(DEPTH * (vectors + 1 + KEYS / 4 + 1), DEPTH * 8 * C, THREADS),
      WEIGHTS: KEYS * (vectors + 1),
      LOG_SUMS: logSums ? 1 : 0,
      ...switches(attrs),
    },
    // The number of bindings is fixed, so the query is bound in place of a mask that is not read.
    reads: [input(0), input(1), input(2), input(attrs.masked ? 3 : 0)],
    writes: [output(), logSums ? output(1) : spare],
    params: {
      ...placeFields('qkvy', places),
      tiles: tilesOf(vectors),
      rowTiles: Math.ceil(rows / (4 * vectors)),
      rows,
      keys,
      features: features / 4,
      columns: columns / 4,
      ...headFields(attrs, q!, k!, mask),
    },
    grid: grid(tilesOf(vectors)),
  };
  return { kind: 'passes' as const, passes: [pass] };
}

export const areAll = (places: readonly (Places | null)[]): places is readonly Places[] => !places.includes(null);

/** The constants that leave out of a kernel what a call does not ask for. */
export const switches = ({ masked, causal, drops }: AttentionAttrs) => ({
  MASK: masked ? 1 : 0,
  CAUSAL: causal ? 1 : 0,
  DROP: drops ? 1 : 0,
});

/** Fields of the places of several values, whose names are given one letter (or word) each. */
export const placeFields = (names: Iterable<string>, places: readonly Places[]): ParamFields =>
  Object.assign({}, ...[...names].map((name, i) => numbered(`${name}At`, 4, (n) => places[i]![n]!)));

/** The fields of heads, scale, mask and dropout, with which the struct of both kernels ends. */
export function headFields(attrs: AttentionAttrs, q: Meta, k: Meta, mask: Meta | undefined): ParamFields {
  const heads = q.shape.at(-3) ?? 1;
  const none = { inner: 1, outerStep: 0, innerStep: 0, row: 0, key: 0 };
  const steps = attrs.masked ? maskSteps(q.shape.slice(0, -2), mask!) : none;
  return {
    heads,
    sharing: heads / (k.shape.at(-3) ?? 1),
    scale: f32(attrs.scale),
    maskInner: steps.inner,
    maskOuterStep: steps.outerStep,
    maskInnerStep: steps.innerStep,
    maskRow: steps.row,
    maskKey: steps.key,
    key0: attrs.drops ? scalar(0, 'u32') : 0,
    key1: attrs.drops ? scalar(1, 'u32') : 0,
    keep: attrs.drops ? scalar(2, 'u32') : 0,
    growth: attrs.drops ? scalar(3) : f32(0),
  };
}
