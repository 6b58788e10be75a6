// Lowers scaled dot-product attention in one pass, for GPUs: see shaders/attention.wgsl.
import source from '../../../../shaders/attention.wgsl?raw';
import philox from '../../../../shaders/lib/philox.wgsl?raw';
import { grid, input, type LowerContext, type Lowering, output, type Pass, scratch, spare } from '../../compiler/ir';
import { numel } from '../../core/meta';
import type { AttentionAttrs } from '../../ops/linalg/attention';
import { MIN_QUERIES, type Placed, placedInOrder, placesOf } from '../../ops/linalg/attention-sizes';
import { workOf } from '../work';
import { fewQueries, mergePass } from './attention-few';
import { areAll, chunksOf, dropFields, headFields, orOfViews, placeFields, switches } from './attention-fields';

const THREADS = 64;
const KEYS = 32;
const DEPTH = 16;
/** A tile has 64 queries, or half of them where that leaves fewer than this number of workgroups. */
const ENOUGH_TILES = 160;
/** An invocation sums at most so many vectors of four: more do not fit its registers. */
const MAX_SUMS = 16;

/** Lowers attention. Inputs: query, key, value, and the mask if there is one. */
export function attention(context: LowerContext<AttentionAttrs>): Lowering {
  return orOfViews(context, lowered);
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
  if (rows < MIN_QUERIES) return fewQueries(context, places);
  const [keys, columns] = v!.shape.slice(-2) as [number, number];
  const batch = numel(q!.shape.slice(0, -2));
  const C = Math.ceil(columns / KEYS);
  const tilesOf = (vectors: number) => batch * Math.ceil(rows / (4 * vectors));
  const isWide = rows > 32 && 2 * 4 * C <= MAX_SUMS && tilesOf(16) >= ENOUGH_TILES;
  const R = isWide ? 2 : 1;
  const vectors = 8 * R;
  const blocks = (vectors + KEYS / 4) * 4;
  const parts = THREADS / vectors;
  const { chunk, chunks } = chunksOf(tilesOf(vectors), keys);
  const pass: Pass = {
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
      MERGES: chunks > 1 ? 1 : 0,
      ...switches(attrs),
    },
    // The number of bindings is fixed, so the query is bound in place of a mask that is not read.
    reads: [input(0), input(1), input(2), input(attrs.masked ? 3 : 0)],
    writes: chunks > 1 ? [scratch(0), scratch(1)] : [output(), logSums ? output(1) : spare],
    params: {
      ...placeFields('qkvy', places),
      tiles: tilesOf(vectors),
      chunks,
      chunk,
      rowTiles: Math.ceil(rows / (4 * vectors)),
      rows,
      keys,
      features: features / 4,
      columns: columns / 4,
      ...headFields(attrs, q!, k!, mask),
      ...dropFields(attrs),
    },
    grid: grid(tilesOf(vectors) * chunks),
    ...workOf(batch * rows * keys * (features + columns), context.adapter),
  };
  if (chunks === 1) return { kind: 'passes' as const, passes: [pass] };
  const merge = mergePass({
    at: places[3]!,
    count: (batch * rows * columns) / 4,
    columns: columns / 4,
    chunks,
    unitRows: rows,
    rows,
    heads: q!.shape.at(-3) ?? 1,
    keepsLogSums: logSums !== undefined,
  });
  return {
    kind: 'passes' as const,
    passes: [pass, merge],
    scratch: [4 * batch * rows * columns * chunks, 8 * batch * rows * chunks],
  };
}
