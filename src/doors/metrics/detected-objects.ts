// Owns what metrics of detectors are given: the objects of a picture, found and true, and whether they fit.

import { ArgumentError, DTypeError, ShapeError, Tensor } from '../../torch';
import { kindOf, parseArgs, kinds as torchKinds } from '../../torch/inside';

/** What a detector found in one picture. */
export interface DetectedObjects {
  /** [N, 4] in the metric's `boxFormat`, pixels; needed unless masks are compared. */
  readonly boxes?: Tensor;
  /** [N, H, W], other than 0 where the object is; needed where masks are compared. */
  readonly masks?: Tensor;
  /** [N] */
  readonly scores: Tensor;
  /** Whole numbers [N]. */
  readonly labels: Tensor;
}

/** What there is in one picture. */
export interface TrueObjects {
  /** [N, 4] in the metric's `boxFormat`, pixels; needed unless masks are compared. */
  readonly boxes?: Tensor;
  /** [N, H, W], other than 0 where the object is; needed where masks are compared. */
  readonly masks?: Tensor;
  /** Whole numbers [N]. */
  readonly labels: Tensor;
  /** Other than 0 where an entry stands for a crowd, which detections may match without being counted [N]. Default: none does. */
  readonly iscrowd?: Tensor;
  /** Areas in pixels, by which objects are small, medium or large [N]. Default, and where 0: of the mask, or else of the box. */
  readonly area?: Tensor;
}

/** Of `update`: an entry for each picture, found and true. */
export interface Pictures<Found = DetectedObjects> {
  preds: readonly Found[];
  target: readonly TrueObjects[];
}
export type PicturesOrder = ['preds', 'target'];

export const picturesOf = <Found = DetectedObjects>(metric: string, args: readonly unknown[]): Pictures<Found> =>
  parseArgs<Pictures<Found>>(metric, ['preds', 'target'], {}, args, {
    preds: torchKinds.anything,
    target: torchKinds.anything,
  });

/** What an entry has to hold, by the number of its dimensions. */
const ranks = { boxes: 2, masks: 3, scores: 1, labels: 1, iscrowd: 1, area: 1 } as const;
const shapes = ['', '[N]', '[N, 4]', '[N, H, W]'] as const;

/**
 * Throws unless both lists have an entry for each picture, with tensors to compare and a row for every object.
 * @throws ArgumentError, ShapeError, DTypeError
 */
export function expectEntries(
  metric: string,
  preds: readonly DetectedObjects[],
  target: readonly TrueObjects[],
  kinds: readonly ('boxes' | 'masks')[],
  needsScores = true,
): void {
  for (const [list, what] of [
    [preds, 'preds'],
    [target, 'target'],
  ] as const) {
    if (Array.isArray(list)) continue;
    throw new ArgumentError(
      `${metric}: expected ${what} to be a list with an entry a picture, but got ${kindOf(list)}`,
    );
  }
  if (preds.length !== target.length) {
    throw new ArgumentError(
      `${metric}: expected as many entries in preds as in target, but got ${preds.length} and ${target.length}`,
    );
  }
  const scores = needsScores ? (['scores'] as const) : [];
  for (const [i, entry] of preds.entries())
    expectEntry(metric, entry, `preds[${i}]`, [...scores, 'labels', ...kinds], []);
  for (const [i, entry] of target.entries()) {
    expectEntry(metric, entry, `target[${i}]`, ['labels', ...kinds], ['iscrowd', 'area']);
  }
}

function expectEntry(
  metric: string,
  entry: object,
  where: string,
  needed: readonly (keyof typeof ranks)[],
  optional: readonly (keyof typeof ranks)[],
): void {
  const given = entry as Readonly<Record<string, unknown>>;
  const count = given?.labels instanceof Tensor ? given.labels.shape[0] : undefined;
  for (const key of [...needed, ...optional]) {
    const value = given?.[key];
    if (value === undefined && optional.includes(key)) continue;
    if (!(value instanceof Tensor)) {
      throw new ArgumentError(`${metric}: expected ${where}.${key} to be a tensor, but got ${kindOf(value)}`);
    }
    const { shape } = value;
    const isEmpty = count === 0 && value.numel() === 0;
    const fits = shape.length === ranks[key] && shape[0] === count && (key !== 'boxes' || shape[1] === 4);
    if (fits || isEmpty) continue;
    throw new ShapeError(
      `${metric}: expected ${where}.${key} of shape ${shapes[ranks[key]]} for ${count} labels, but got [${shape.join(', ')}]`,
    );
  }
  const { dtype } = given.labels as Tensor;
  if (dtype !== 'float32' && dtype !== 'float16') return;
  throw new DTypeError(
    `${metric}: expected ${where}.labels of whole numbers, but got dtype ${dtype}; convert them with .to('int64')`,
  );
}
