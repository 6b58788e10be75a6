// Lowers the gradients of attention without scores in memory, for GPUs: see shaders/attention-grad.wgsl.
import source from '../../../../shaders/attention-grad.wgsl?raw';
import rowsSource from '../../../../shaders/attention-grad-rows.wgsl?raw';
import philox from '../../../../shaders/lib/philox.wgsl?raw';
import { grid, input, type LowerContext, type Lowering, output, type Pass, scratch, spare } from '../../compiler/ir';
import { numel } from '../../core/meta';
import type { AttentionGradAttrs } from '../../ops/linalg/attention';
import { type Placed, type Places, placedInOrder, placesOf } from '../../ops/linalg/attention-sizes';
import { hasHalfRegisters } from '../lane-registers';
import { sumChunkPairsOnGpu, sumChunks } from '../reduce/chunks';
import { workOf } from '../work';
import { areAll, chunksOf, dropFields, headFields, orOfViews, placeFields, switches } from './attention-fields';

const THREADS = 64;
const OTHERS = 32;
const DEPTH = 16;
/** How many queries a workgroup of attention-grad-rows.wgsl takes. */
const ROWS = 16;
/** A tile has 64 rows; 32, if tiles of 64 rows would make fewer workgroups than this. */
const ENOUGH_TILES = 160;
/** An invocation keeps at most this many sums, each a vector of four: more do not fit its registers, which on some GPUs are half as many. */
const MAX_SUMS = { usual: 32, half: 8 };
/** The same for rows that are 32 in a tile. With more, the gradients by keys and by values are computed one after the other. */
const MAX_SUMS_OF_NARROW = { usual: 32, half: 16 };

/** Lowers the gradients of attention. Inputs: dy, query, key, value, the result, its logarithms, and a mask. */
export function attentionGrad(context: LowerContext<AttentionGradAttrs>): Lowering {
  return orOfViews(context, lowered);
}

function lowered(context: LowerContext<AttentionGradAttrs>, inputs: readonly Placed[]) {
  const {
    inputs: [, q, k, v, y, logSums, mask],
    outputs,
    attrs,
  } = context;
  const { orders } = attrs;
  const results = outputs.map((dx, i) => placedInOrder(dx, orders[i]!));
  const given = [placedInOrder(inputs[0]!, orders[0]), ...inputs.slice(1, 4), placedInOrder(y!, orders[0]), ...results];
  const places = given.map(placesOf);
  if (!areAll(places) || [y, logSums, mask].some((x, i) => inputs[4 + i] !== x)) return undefined;
  const [dyAt, qAt, kAt, vAt, yAt, dqAt, dkAt, dvAt] = places as readonly Places[] as [
    Places,
    Places,
    Places,
    Places,
    Places,
    Places,
    Places,
    Places,
  ];
  const [rows, features] = q!.shape.slice(-2) as [number, number];
  const [keys, columns] = v!.shape.slice(-2) as [number, number];
  const queries = numel(logSums!.shape);
  const shared = { ...headFields(attrs, q!, k!, mask), ...dropFields(attrs) };
  const known: Pass = {
    source: [rowsSource],
    label: 'attention gradient rows',
    reads: [input(0), input(4), input(5)],
    writes: [scratch()],
    params: {
      ...placeFields(['dy', 'y'], [dyAt, yAt]),
      count: queries,
      rows,
      heads: q!.shape.at(-3) ?? 1,
      columns: columns / 4,
    },
    grid: grid(Math.ceil(queries / ROWS)),
  };
  const registers = hasHalfRegisters(context.adapter) ? 'half' : 'usual';
  const vectorsOf = (byA: boolean, byB: boolean) => Math.ceil(Math.max(byA ? features : 0, byB ? columns : 0) / OTHERS);
  /** The bytes of the results by chunks, in scratch buffers 1 and 2. */
  const partial = [0, 0];
  /** The gradient by a, the one by b, or both. */
  const side = (label: string, keysFirst: boolean, [byA, byB]: readonly [boolean, boolean], at: Places[]): Pass[] => {
    const [own, others] = keysFirst ? [keys, rows] : [rows, keys];
    const heads = keysFirst ? numel(k!.shape.slice(0, -2)) : queries / rows;
    const C = vectorsOf(byA, byB);
    const results = byA && byB ? 2 : 1;
    const most = MAX_SUMS[registers];
    const reads = keysFirst ? [input(2), input(3), input(1), input(0)] : [input(1), input(0), input(2), input(3)];
    const tilesOf = (vectors: number) => heads * Math.ceil(own / (4 * vectors));
    // With four vectors of features, the panels of a wide tile take more than the 16 kB that every device has.
    const isWide = own > 32 && C < 4 && 2 * 4 * C * results <= most && tilesOf(16) >= ENOUGH_TILES;
    const R = isWide ? 2 : 1;
    const vectors = 8 * R;
    const { chunk, chunks } = chunksOf(tilesOf(vectors), others);
    const to = keysFirst ? [output(1), output(2)] : [output(0), spare];
    const written = [byA && 0, byB && 1].filter((which) => which !== false);
    const sizes = (keysFirst ? [k!, v!] : [q!, v!]).map(({ shape }) => numel(shape)) as [number, number];
    const isWhole = chunks === 1;
    if (!isWhole) for (const which of written) partial[which] = Math.max(partial[which]!, 4 * chunks * sizes[which]!);
    const pass: Pass = {
      source: attrs.drops ? [philox, source] : [source],
      label,
      consts: {
        KEYS_FIRST: keysFirst ? 1 : 0,
        BY_A: byA ? 1 : 0,
        BY_B: byB ? 1 : 0,
        SIDES: byA ? 2 : 1,
        ROW_VECTORS: vectors,
        R,
        C,
        ACC: R * 4 * C * results,
        SCORES: R * 4,
        LOADS: Math.ceil(((vectors + OTHERS / 4) * 4) / THREADS),
        OTHER_LOADS: (DEPTH * 8 * C) / THREADS,
        PANEL: Math.max(DEPTH * (vectors + 1 + OTHERS / 4 + 1), DEPTH * 8 * C),
        WEIGHTS: OTHERS * (vectors + 1),
        MERGES: isWhole ? 0 : 1,
        ...switches(attrs),
      },
      // The number of bindings is fixed, so the query is bound in place of a mask that is not read.
      reads: [...reads, scratch(), input(attrs.masked ? 6 : 1)],
      writes: to.map((result, which) => (!written.includes(which) ? spare : isWhole ? result : scratch(1 + which))),
      params: {
        ...placeFields(['a', 'b', 'c', 'd', 'da', 'db'], at),
        tiles: tilesOf(vectors),
        chunks,
        chunk,
        daSize: sizes[0] / 4,
        dbSize: sizes[1] / 4,
        rowTiles: Math.ceil(own / (4 * vectors)),
        rows: own,
        others,
        features: features / 4,
        columns: columns / 4,
        ...shared,
      },
      grid: grid(tilesOf(vectors) * chunks),
      // Scores and, by a, their gradients are computed again, and one or two results of them.
      ...workOf(
        (queries / rows) * own * others * ((byA ? 2 : 1) + results) * Math.max(features, columns),
        context.adapter,
      ),
    };
    if (isWhole) return [pass];
    const both = [scratch(1), scratch(2)] as const;
    const sums =
      written.length === 2
        ? [sumChunkPairsOnGpu(both, [to[0]!, to[1]!], sizes, chunks)]
        : written.map((which) => sumChunks(both[which]!, to[which]!, sizes[which]!, chunks, false, 'gpu'));
    return [pass, ...sums];
  };
  const byQuery = () => side('attention gradient by query', false, [true, false], [qAt, dyAt, kAt, vAt, dqAt, dqAt]);
  const byKeysPlaces = [kAt, vAt, qAt, dyAt, dkAt, dvAt];
  const byKeys = () => side('attention gradient by key and value', true, [true, true], byKeysPlaces);
  const apart = () => [
    ...side('attention gradient by value', true, [false, true], byKeysPlaces),
    ...side('attention gradient by key', true, [true, false], byKeysPlaces),
  ];
  const isApart = 2 * 4 * vectorsOf(true, true) > MAX_SUMS_OF_NARROW[registers];
  const forKeys = () => (isApart ? apart() : byKeys());
  const passes = [known, ...(attrs.byQuery ? byQuery() : []), ...(attrs.byKeys ? forKeys() : [])];
  return {
    kind: 'passes' as const,
    passes,
    scratch: [8 * queries, ...partial.slice(0, partial[1]! > 0 ? 2 : partial[0]! > 0 ? 1 : 0)],
  };
}
