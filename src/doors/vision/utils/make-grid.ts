// Puts the pictures of a batch side by side into one picture.

import { ArgumentError, cat, DTypeError, full, nn, ShapeError, stack, type Tensor } from '../../../torch';
import {
  type Arguments,
  isFloat,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  parseArgs,
  showShape,
} from '../../../torch/inside';
import { MOST_PIXELS } from './painting';

/** Options of `makeGrid`. */
export interface GridOptions {
  /** Pictures per row. Default 8. */
  nrow?: number;
  /** Pixels between pictures and around them. Default 2. */
  padding?: number;
  /** Shift and scale values to 0…1. Default false. */
  normalize?: boolean;
  /** The values that become 0 and 1. Default: the smallest and largest value of all pictures. */
  valueRange?: readonly number[] | null;
  /** Normalize each picture by its own smallest and largest value. Default false. */
  scaleEach?: boolean;
  /** The value between pictures. Default 0. */
  padValue?: number;
}

interface GridArguments extends GridOptions {
  /** [N, C, H, W], or pictures of one size; also one picture [C, H, W] or [H, W]. */
  tensor: Tensor | readonly Tensor[];
}

export const gridDefaults = {
  nrow: 8,
  padding: 2,
  normalize: false,
  valueRange: null,
  scaleEach: false,
  padValue: 0,
} as const;

export const gridKinds = {
  nrow: kinds.whole(1),
  padding: kinds.whole(0, MOST_PIXELS),
  valueRange: kinds.orNull({ ...kinds.listOf(kinds.number, 2), words: 'a list [min, max]' }),
  padValue: kinds.number,
};

/** Smallest range to divide by. */
const LEAST_RANGE = 1e-5;

/**
 * Arranges the pictures of a batch in rows, as one picture [C, H, W]. Pictures of one channel are repeated to three. A
 * single picture gets no border.
 *
 * @throws ShapeError for other shapes, DTypeError if bytes should be normalized
 */
export function makeGrid(
  ...args: Arguments<GridArguments, ['tensor', 'nrow', 'padding', 'normalize', 'valueRange', 'scaleEach', 'padValue']>
): Tensor {
  const o = parseArgs<GridArguments>('makeGrid', ['tensor'], gridDefaults, args, gridKinds);
  const { nrow, padding, padValue } = o;
  const pictures = normalized(inThreeChannels(batchOf(o.tensor)), o);
  const [count, channels, height, width] = pictures.shape as [number, number, number, number];
  if (count === 1) return pictures.squeeze(0);
  const columns = Math.min(nrow, count);
  const rows = Math.ceil(count / columns);
  const [cellHeight, cellWidth] = [height + padding, width + padding];
  const cells = nn.functional.pad(pictures, [padding, 0, padding, 0], { value: padValue });
  const missing = rows * columns - count;
  const blank = () => full([missing, channels, cellHeight, cellWidth], padValue, { dtype: pictures.dtype });
  const grid = (missing > 0 ? cat([cells, blank()]) : cells)
    .reshape([rows, columns, channels, cellHeight, cellWidth])
    .permute(2, 0, 3, 1, 4)
    .reshape([channels, rows * cellHeight, columns * cellWidth]);
  return nn.functional.pad(grid, [0, padding, 0, padding], { value: padValue });
}

function batchOf(given: Tensor | readonly Tensor[]): Tensor {
  if (isTensor(given)) return given.detach();
  if (!Array.isArray(given) || given.length === 0) {
    throw new ArgumentError(
      `makeGrid: expected a tensor or a list of tensors, but got ${Array.isArray(given) ? 'an empty list' : kindOf(given)}`,
    );
  }
  const wrong = given.find((each) => !isTensor(each));
  if (wrong !== undefined) throw new ArgumentError(`makeGrid: expected a list of tensors, but it has ${kindOf(wrong)}`);
  return stack(given as readonly Tensor[]).detach();
}

function inThreeChannels(batch: Tensor): Tensor {
  const { shape } = batch;
  const rank = shape.length;
  if (rank < 2 || rank > 4 || shape.includes(0)) {
    throw new ShapeError(
      `makeGrid: expected pictures [N, C, H, W], [C, H, W] or [H, W], but got shape ${showShape(shape)}`,
    );
  }
  const pictures = rank === 4 ? batch : rank === 3 ? batch.unsqueeze(0) : batch.unsqueeze(0).unsqueeze(0);
  return pictures.shape[1] === 1 ? cat([pictures, pictures, pictures], 1) : pictures;
}

function normalized(pictures: Tensor, { normalize, valueRange, scaleEach }: Required<GridOptions>): Tensor {
  if (!normalize) return pictures;
  if (!isFloat(pictures.dtype)) {
    throw new DTypeError(
      `makeGrid: expected float32 to normalize, but got ${pictures.dtype}; convert it with .to('float32')`,
    );
  }
  if (valueRange !== null) {
    const [low, high] = valueRange as [number, number];
    return pictures
      .clamp(low, high)
      .sub(low)
      .div(Math.max(high - low, LEAST_RANGE));
  }
  const dim = scaleEach ? [1, 2, 3] : [0, 1, 2, 3];
  const low = pictures.amin(dim, true);
  return pictures.sub(low).div(pictures.amax(dim, true).sub(low).clamp(LEAST_RANGE));
}
