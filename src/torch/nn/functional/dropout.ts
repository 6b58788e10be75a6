// F.dropout and its kin: which elements are dropped, and where the mask's key comes from.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { warnOnce } from '../../../engine/core/warnings';
import type { Value } from '../../../engine/graph/value';
import { mul } from '../../../engine/ops/pointwise/arithmetic';
import { boundOf, dropout as drop } from '../../../engine/ops/pointwise/dropout';
import { defaultGenerator } from '../../../engine/storage/random/generator';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

interface DropoutArguments {
  /** The probability that an element (or channel) is dropped, default 0.5. */
  p?: number;
  /** If false, x is returned unchanged; default true (false for alpha dropout). */
  training?: boolean;
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

type DropoutGiven = Arguments<DropoutArguments, ['p', 'training', 'inplace']>;

const inTraining = { p: 0.5, training: true, inplace: false };
/** PyTorch's functional alpha dropout does nothing unless `training: true` is given. */
const outOfTraining = { ...inTraining, training: false };

/** @throws ArgumentError if p is not a probability */
export function checkProbability(name: string, p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError(`${name}: expected a probability p between 0 and 1, but got ${p}`);
  }
}

export interface Affine {
  readonly scale: number;
  readonly shift?: number;
  readonly dropped?: number;
}

/** Draws a mask, and gives the function that applies it. `inner` neighbours are kept or dropped together. */
export type DropByHand = (x: Tensor, p: number, inner: number, affine: Affine) => (value: Value) => Value;

/** Draws masks instead of the kernel; null if the kernel does. */
let byHand: DropByHand | null = null;

export function dropBy(draw: DropByHand | null): void {
  byHand = draw;
}

/** Whether masks are drawn by the kernels that apply them. */
export const isDrawnByKernels = (): boolean => byHand === null;

function dropped(
  name: string,
  x: Tensor,
  args: readonly unknown[],
  inner: number,
  affine: (p: number) => Affine,
  defaults = inTraining,
): Tensor {
  const { p, training, inplace } = parseArgs<DropoutArguments>(name, [], defaults, args);
  checkProbability(name, p);
  if (!training || p === 0) return x;
  const apply = p < 1 ? byHand?.(x, p, inner, affine(p)) : undefined;
  const f = (value: Value): Value => {
    if (apply) return apply(value);
    if (p === 1) return mul(value, 0);
    const generator = defaultGenerator();
    return drop(value, { key: [generator.random(), generator.random()], bound: boundOf(p), inner }, affine(p));
  };
  return inplace ? x.overwrite(f(x.before().value)) : Tensor.of(f(x.value));
}

const rescaled = (p: number): Affine => ({ scale: 1 / (1 - p) });

/**
 * Sets elements to 0 with probability p and divides the others by 1 − p, which keeps the mean. Shape: kept. The mask is
 * made on the device from a key that the default generator draws: after the same `torch.manualSeed` the same calls give
 * the same masks, though not PyTorch's: for these, see `dropoutMasks`.
 */
export const dropout = callable(
  'dropout(input, ...)',
  (input: Tensor, ...args: DropoutGiven): Tensor => dropped('dropout', input, args, 1, rescaled),
);

/** `dropout` of whole channels. Shape: [N, C, L] or [C, L], kept. */
export const dropout1d = callable('dropout1d(input, ...)', (input: Tensor, ...args: DropoutGiven): Tensor => {
  const rank = input.shape.length;
  if (rank !== 2 && rank !== 3) {
    throw new ShapeError(`dropout1d: expected 3-D or 2-D input [N, C, L] or [C, L], but got ${showShape(input.shape)}`);
  }
  return dropped('dropout1d', input, args, input.shape.at(-1)!, rescaled);
});

/** PyTorch accepts input of other ranks, but warns. */
function warnOfRank(name: string, expected: string, { shape }: Tensor): void {
  warnOnce(`${name}: expected input ${expected}, but got ${showShape(shape)}; use dropout for elements`);
}

/**
 * `dropout` of whole channels. Shape: [N, C, H, W] or [N, C, L], kept. Other ranks give a warning, as in PyTorch; for
 * [N, C], elements are dropped.
 */
export const dropout2d = callable('dropout2d(input, ...)', (input: Tensor, ...args: DropoutGiven): Tensor => {
  const rank = input.shape.length;
  if (rank < 2) {
    throw new ShapeError(
      `dropout2d: expected 4-D or 3-D input [N, C, H, W] or [N, C, L], but got ${showShape(input.shape)}`,
    );
  }
  if (rank !== 3 && rank !== 4) warnOfRank('dropout2d', '[N, C, H, W] or [N, C, L]', input);
  return dropped('dropout2d', input, args, numel(input.shape.slice(2)), rescaled);
});

/**
 * `dropout` of whole channels. Shape: [N, C, D, H, W] or [C, D, H, W], kept. Other ranks give a warning, as in PyTorch;
 * dimension 0 is then taken as the channels.
 */
export const dropout3d = callable('dropout3d(input, ...)', (input: Tensor, ...args: DropoutGiven): Tensor => {
  const rank = input.shape.length;
  if (rank < 1) {
    throw new ShapeError(
      `dropout3d: expected 5-D or 4-D input [N, C, D, H, W] or [C, D, H, W], but got ${showShape(input.shape)}`,
    );
  }
  if (rank !== 4 && rank !== 5) warnOfRank('dropout3d', '[N, C, D, H, W] or [C, D, H, W]', input);
  return dropped('dropout3d', input, args, numel(input.shape.slice(rank === 5 ? 2 : 1)), rescaled);
});

/** The least value of SELU, negated: its scale times its alpha (Klambauer et al. 2017). */
const SELU_FLOOR = 1.7580993408473766;

/** The scale and shift that keep mean 0 and variance 1 when a share p of the elements is set to SELU's least value. */
function standardized(p: number): Affine {
  const scale = 1 / Math.sqrt((SELU_FLOOR ** 2 * p + 1) * (1 - p));
  const shift = SELU_FLOOR * scale * p;
  return { scale, shift, dropped: shift - SELU_FLOOR * scale };
}

/**
 * With `training: true`, sets elements to SELU's least value with probability p, then scales and shifts to keep mean 0
 * and variance 1. Shape: kept.
 */
export const alphaDropout = callable(
  'alphaDropout(input, ...)',
  (input: Tensor, ...args: DropoutGiven): Tensor =>
    dropped('alphaDropout', input, args, 1, standardized, outOfTraining),
);

/** `alphaDropout` of whole channels. Shape: [N, C, …], kept. */
export const featureAlphaDropout = callable(
  'featureAlphaDropout(input, ...)',
  (input: Tensor, ...args: DropoutGiven): Tensor =>
    dropped('featureAlphaDropout', input, args, numel(input.shape.slice(2)), standardized, outOfTraining),
);

/** `dropout` of whole channels, whatever lies behind them. Shape: [N, C, …], kept. */
export const featureDropout = callable('featureDropout(input, ...)', (input: Tensor, ...args: DropoutGiven): Tensor => {
  if (input.shape.length < 2) {
    throw new ShapeError(`featureDropout: expected input [N, C, …], but got shape ${showShape(input.shape)}`);
  }
  return dropped('featureDropout', input, args, numel(input.shape.slice(2)), rescaled);
});
