// The inputs of detection metrics: the detected and the true objects of a picture, and their checks.

import { ArgumentError, DTypeError, ShapeError, Tensor } from '../../torch';
import { kindOf, parseArgs, kinds as torchKinds } from '../../torch/inside';

/** The objects that a detector found in one picture. */
export interface DetectedObjects {
  /** [N, 4] in the metric's `boxFormat`, in pixels; required unless masks are compared. */
  readonly boxes?: Tensor;
  /** [N, H, W], nonzero where the object is; required if masks are compared. */
  readonly masks?: Tensor;
  /** [N] */
  readonly scores: Tensor;
  /** Whole numbers [N]. */
  readonly labels: Tensor;
}

/** The true objects in one picture. */
export interface TrueObjects {
  /** [N, 4] in the metric's `boxFormat`, in pixels; required unless masks are compared. */
  readonly boxes?: Tensor;
  /** [N, H, W], nonzero where the object is; required if masks are compared. */
  readonly masks?: Tensor;
  /** Whole numbers [N]. */
  readonly labels: Tensor;
  /** Nonzero if an entry stands for a crowd; detections that match a crowd do not count [N]. Default: no crowds. */
  readonly iscrowd?: Tensor;
  /**
   * Areas in pixels, which decide whether an object is small, medium or large [N]. If missing or 0: the area of the
   * mask, or else of the box.
   */
  readonly area?: Tensor;
}

/** The arguments of `update`: one entry per picture, detected and true. */
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

/** The number of dimensions of each tensor of an entry. */
const ranks = { boxes: 2, masks: 3, scores: 1, labels: 1, iscrowd: 1, area: 1 } as const;
const shapes = ['', '[N]', '[N, 4]', '[N, H, W]'] as const;

/**
 * Checks that both lists have one entry per picture, with the required tensors and one row per object.
 * @throws ArgumentError, ShapeError or DTypeError if they do not
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
      `${metric}: expected ${what} to be a list with one entry per picture, but got ${kindOf(list)}`,
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
