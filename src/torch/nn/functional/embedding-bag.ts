// F.embeddingBag: sums, means or maxima of rows of a table, bag by bag.

import { orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import { callable } from '../../tensor/calling/callable';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { arange, ones, zeros } from '../../tensor/creation/creation';
import { cat } from '../../tensor/joining/cat-stack';
import { Tensor } from '../../tensor/tensor';
import { type LookupOptions, lookUp, resolvePadding } from './embedding';

/** How the embeddings of a bag are reduced to one. */
export type BagMode = 'sum' | 'mean' | 'max';

/** Options of `embeddingBag`. */
export interface BagOptions extends LookupOptions {
  /** How a bag's rows are reduced, default 'mean'. An empty bag gives 0. */
  mode?: BagMode;
  /** The last element of `offsets` is the end of the last bag rather than the start of another; default false. */
  includeLastOffset?: boolean;
  /** The row that bags ignore; negative numbers count from the end. */
  paddingIdx?: number | null;
}

interface EmbeddingBagArguments extends BagOptions {
  weight: Tensor;
  /** Where each bag begins in a 1-D input, int64 [B]. */
  offsets?: Tensor | null;
  /** A factor for each looked-up row, of the input's shape; only for mode 'sum'. */
  perSampleWeights?: Tensor | null;
}

type EmbeddingBagOrder = [
  'weight',
  'offsets',
  'maxNorm',
  'normType',
  'scaleGradByFreq',
  'mode',
  'sparse',
  'perSampleWeights',
  'includeLastOffset',
  'paddingIdx',
];

export function checkMode(op: string, mode: BagMode): void {
  if (mode !== 'sum' && mode !== 'mean' && mode !== 'max') {
    throw new ArgumentError(`${op}: expected mode 'sum', 'mean' or 'max', but got ${JSON.stringify(mode)}`);
  }
}

/** For each element of the input, the index of its bag; and the number of bags. */
function bagsOf(input: Tensor, offsets: Tensor | null, includeLast: boolean): { bag: Tensor; bags: number } {
  if (input.dim() === 2) {
    if (offsets)
      throw new ArgumentError('embeddingBag: expected offsets only with 1-D input, but got them with 2-D input');
    const [bags, width] = input.shape as [number, number];
    return { bag: arange(bags).unsqueeze(1).expand(bags, width).reshape(-1), bags };
  }
  if (input.dim() !== 1) {
    throw new ShapeError(`embeddingBag: expected input of 1 or 2 dimensions, but got shape ${showShape(input.shape)}`);
  }
  if (!offsets) throw new ArgumentError('embeddingBag: expected offsets for 1-D input, but got none');
  if (offsets.dim() !== 1) {
    throw new ShapeError(`embeddingBag: expected offsets of 1 dimension, but got shape ${showShape(offsets.shape)}`);
  }
  const bags = offsets.shape[0]! - (includeLast ? 1 : 0);
  const rows = input.shape[0]!;
  const within = (words: string, most: number, x: Tensor) =>
    Tensor.of(numbersWithin(`embeddingBag: expected offsets ${words}`, most, x.float().value)).to('int64');
  const inRange = within(`from 0 to ${rows}, as many as the input has rows`, rows, offsets.narrow(0, 0, bags));
  const starts = cat([
    within('that begin with 0', 0, inRange.narrow(0, 0, Math.min(bags, 1))),
    inRange.narrow(0, Math.min(bags, 1), Math.max(0, bags - 1)),
  ]).unsqueeze(0);
  return { bag: arange(rows).unsqueeze(1).ge(starts).to('int64').sum(1).sub(1), bags };
}

/**
 * Rows of `weight` [rows, width] looked up by index and reduced bag by bag. Shape: int64 [B, N], each row a bag, or [N]
 * with `offsets` [B] → [B, width].
 */
export const embeddingBag = callable(
  'embeddingBag(input, weight, offsets?, ...)',
  (input: Tensor, ...args: Arguments<EmbeddingBagArguments, EmbeddingBagOrder>): Tensor => {
    const o = parseArgs<EmbeddingBagArguments>(
      'embeddingBag',
      ['weight'],
      {
        offsets: null,
        maxNorm: null,
        normType: 2,
        scaleGradByFreq: false,
        mode: 'mean',
        sparse: false,
        perSampleWeights: null,
        includeLastOffset: false,
        paddingIdx: null,
      },
      args,
      { perSampleWeights: orNull(tensor) },
    );
    const { weight, mode, perSampleWeights, maxNorm, normType, scaleGradByFreq, sparse } = o;
    checkMode('embeddingBag', mode);
    const { bag, bags } = bagsOf(input, o.offsets, o.includeLastOffset);
    const paddingIdx = resolvePadding('embeddingBag', o.paddingIdx, weight.shape[0] ?? 0);
    const numbers = input.reshape([input.numel()]);
    let rows = lookUp('embeddingBag', numbers, { weight, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse });
    const counted = paddingIdx === null ? null : numbers.ne(paddingIdx);
    if (perSampleWeights) {
      if (mode !== 'sum') {
        throw new ArgumentError(`embeddingBag: expected perSampleWeights only with mode 'sum', but got mode '${mode}'`);
      }
      if (perSampleWeights.shape.join() !== input.shape.join()) {
        throw new ShapeError(
          `embeddingBag: expected perSampleWeights of the input's shape ${showShape(input.shape)}, but got ${showShape(perSampleWeights.shape)}`,
        );
      }
      rows = rows.mul(perSampleWeights.reshape([-1, 1]));
    }
    const width = weight.shape[1]!;
    const counts = zeros(bags).indexAdd(0, bag, counted ? counted.to('float32') : ones(numbers.numel()));
    if (mode === 'max') {
      const least = counted ? rows.where(counted.unsqueeze(1), Number.NEGATIVE_INFINITY) : rows;
      const places = bag.unsqueeze(1).expand(bag.shape[0]!, width);
      const most = zeros(bags, width).scatterReduce(0, places, least, 'amax', { includeSelf: false });
      return most.where(counts.gt(0).unsqueeze(1), 0);
    }
    const total = zeros(bags, width).indexAdd(0, bag, counted ? rows.where(counted.unsqueeze(1), 0) : rows);
    return mode === 'sum' ? total : total.div(counts.clamp({ min: 1 }).unsqueeze(1));
  },
);
