// Lowers attention of few queries, for GPUs: see shaders/attention-few.wgsl.
import source from '../../../../shaders/attention-few.wgsl?raw';
import mergeSource from '../../../../shaders/attention-few-merge.wgsl?raw';
import { grid, gridFor, input, type LowerContext, output, type Pass, scratch, spare } from '../../compiler/ir';
import { numel } from '../../core/meta';
import type { AttentionAttrs } from '../../ops/linalg/attention';
import { FEW_QUERIES, type Places } from '../../ops/linalg/attention-sizes';
import { headFields, placeFields, sharingOf, switches } from './attention-fields';

/** Keys are divided into chunks until this many workgroups share them. Each workgroup loads a few kilobytes at a time. */
const ENOUGH_CHUNKS = 320;
const KEYS = 64;

/** The passes of attention whose operands lie at these places. */
export function fewQueries(
  { inputs: [q, k, v, mask], attrs }: LowerContext<AttentionAttrs>,
  places: readonly Places[],
) {
  const [rows, features] = q!.shape.slice(-2) as [number, number];
  const [keys, columns] = v!.shape.slice(-2) as [number, number];
  const sharing = sharingOf(q!, k!);
  const { MASK, CAUSAL } = switches(attrs);
  const group = rows * sharing <= FEW_QUERIES ? sharing : 1;
  const units = numel(q!.shape.slice(0, -2)) / group;
  const unitRows = rows * group;
  const wanted = Math.max(1, Math.ceil(ENOUGH_CHUNKS / units));
  const chunk = KEYS * Math.ceil(keys / KEYS / Math.min(wanted, Math.ceil(keys / KEYS)));
  const chunks = Math.ceil(keys / chunk);
  const partial: Pass = {
    source: [source],
    label: 'attention of few queries',
    consts: {
      ROWS: unitRows,
      FEATURES: features / 4,
      COLUMNS: columns / 4,
      QUERIES: (unitRows * features) / 4,
      PANEL: unitRows * 256,
      MASK,
      CAUSAL,
      MERGES: chunks > 1 ? 1 : 0,
    },
    // The number of bindings is fixed, so the query is bound in place of a mask that is not read.
    reads: [input(0), input(1), input(2), input(attrs.masked ? 3 : 0)],
    writes: chunks > 1 ? [scratch(0), scratch(1)] : [output(), spare],
    params: {
      ...placeFields('qkvy', places),
      units,
      group,
      rows,
      keys,
      chunks,
      chunk,
      ...headFields(attrs, q!, k!, mask),
    },
    grid: grid(units * chunks),
  };
  if (chunks === 1) return { kind: 'passes' as const, passes: [partial] };
  const count = (units * unitRows * columns) / 4;
  const merge = mergePass({
    at: places[3]!,
    count,
    columns: columns / 4,
    chunks,
    unitRows,
    rows,
    heads: q!.shape.at(-3) ?? 1,
    keepsLogSums: false,
  });
  return {
    kind: 'passes' as const,
    passes: [partial, merge],
    scratch: [16 * count * chunks, 8 * units * unitRows * chunks],
  };
}

/** What shaders/attention-few-merge.wgsl puts together, and where its result lies. */
interface Merged {
  readonly at: Places;
  /** Vectors of the result. */
  readonly count: number;
  readonly columns: number;
  readonly chunks: number;
  readonly unitRows: number;
  readonly rows: number;
  readonly heads: number;
  /** Output 1 gets the logarithms of the rows' sums. */
  readonly keepsLogSums: boolean;
}

/** The pass that puts the results by chunks of keys together. */
export const mergePass = ({ at, keepsLogSums, ...sizes }: Merged): Pass => ({
  source: [mergeSource],
  label: 'attention merge',
  consts: { LOG_SUMS: keepsLogSums ? 1 : 0 },
  reads: [scratch(0), scratch(1)],
  writes: [output(), keepsLogSums ? output(1) : spare],
  params: { ...placeFields('y', [at]), ...sizes },
  grid: gridFor(sizes.count, 64),
});
