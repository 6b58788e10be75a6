// Lowers scaled dot-product attention in one pass, for GPUs: see shaders/attention.wgsl.
import source from '../../../../shaders/attention.wgsl?raw';
import { f32, input, type LowerContext, type Lowering, output } from '../../compiler/ir';
import { grid } from '../../compiler/lowering';
import { numel } from '../../core/meta';
import type { AttentionAttrs } from '../../ops/linalg/attention';
import { maskSteps } from '../../ops/linalg/attention-sizes';

const THREADS = 64;
const KEYS = 32;
const DEPTH = 16;
/** A tile has 64 queries, or half of them where that leaves fewer than this number of workgroups. */
const ENOUGH_TILES = 160;
/** An invocation sums at most so many vectors of four: more do not fit its registers. */
const MAX_SUMS = 16;

/** Lowers attention. Inputs: query, key, value, and the mask if there is one. */
export function attention({ inputs: [q, k, v, mask], attrs }: LowerContext<AttentionAttrs>): Lowering {
  const { scale, causal, masked } = attrs;
  const [rows, features] = q!.shape.slice(-2) as [number, number];
  const [keys, columns] = v!.shape.slice(-2) as [number, number];
  const lead = q!.shape.slice(0, -2);
  const batch = numel(lead);
  const sharing = batch / numel(k!.shape.slice(0, -2));
  const C = Math.ceil(columns / KEYS);
  const tilesOf = (vectors: number) => batch * Math.ceil(rows / (4 * vectors));
  const isWide = rows > 32 && 2 * 4 * C <= MAX_SUMS && tilesOf(16) >= ENOUGH_TILES;
  const R = isWide ? 2 : 1;
  const vectors = 8 * R;
  const blocks = (vectors + KEYS / 4) * 4;
  const parts = THREADS / vectors;
  const steps = masked ? maskSteps(lead, mask!) : { inner: 1, outerStep: 0, innerStep: 0, row: 0, key: 0 };
  const pass = {
    source: [source],
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
      MASK: masked ? 1 : 0,
      CAUSAL: causal ? 1 : 0,
    },
    // The number of bindings is fixed, so the query is bound in place of a mask that is not read.
    reads: [input(0), input(1), input(2), input(masked ? 3 : 0)],
    writes: [output()],
    params: {
      tiles: tilesOf(vectors),
      rowTiles: Math.ceil(rows / (4 * vectors)),
      rows,
      keys,
      features: features / 4,
      columns: columns / 4,
      sharing,
      scale: f32(scale),
      maskInner: steps.inner,
      maskOuterStep: steps.outerStep,
      maskInnerStep: steps.innerStep,
      maskRow: steps.row,
      maskKey: steps.key,
    },
    grid: grid(tilesOf(vectors)),
  };
  return { kind: 'passes', passes: [pass] };
}
