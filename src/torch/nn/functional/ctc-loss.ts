// F.ctcLoss: the likelihood of a sequence of labels, summed over all ways to align it with longer sequences of scores.

import { either, listOf, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import type { Settings } from '../../../engine/core/settings';
import { type CustomGradient, withGradient } from '../../../engine/ops/custom';
import { labelsWithin, numbersWithin } from '../../../engine/ops/indexing/indexing';
import { checked } from '../../tensor/calling/callable';
import { tensor as aTensor } from '../../tensor/calling/tensor-kinds';
import { arange, tensor } from '../../tensor/creation/creation';
import { where } from '../../tensor/families/comparison';
import { cat, stack } from '../../tensor/joining/cat-stack';
import { Tensor } from '../../tensor/tensor';
import { pad } from './pad';
import type { Reduction } from './reduction';
import { checkReduction, reduceLosses } from './reduction';

/** Lengths of sequences: int64 [N], or a list of numbers. */
export type Lengths = Tensor | readonly number[] | number;

/** Options of `ctcLoss`. */
export interface CtcOptions {
  /** The class that stands for no label, default 0. */
  blank?: number;
  /** 'mean' (default; each loss is first divided by its target's length), 'sum' or 'none'. */
  reduction?: Reduction;
  /** Replace an infinite loss (the target does not fit the input) by 0 with a gradient of 0; default false. */
  zeroInfinity?: boolean;
}

export const ctcSettings: Settings<CtcOptions> = { defaults: { blank: 0, reduction: 'mean', zeroInfinity: false } };

export interface CtcArguments extends CtcOptions {
  /** Logarithms of probabilities, [T, N, C] or [T, C]. */
  logProbs: Tensor;
  targets: Tensor;
  /** The length of each sequence of probabilities. */
  inputLengths: Lengths;
  /** The length of each target. */
  targetLengths: Lengths;
}

export type CtcOrder = ['logProbs', 'targets', 'inputLengths', 'targetLengths', 'blank', 'reduction', 'zeroInfinity'];

/** Stands for log 0. Its exponential is 0, and the sum of a few thousand of them is still finite. */
const NEVER = -1e30;

const lengthsKind = either(whole(0), listOf(whole(0)), aTensor);

function lengthsOf(name: string, lengths: Lengths, batch: number, most: number): Tensor {
  expectKind('ctcLoss', name, lengths, lengthsKind);
  const given = typeof lengths === 'number' ? [lengths] : lengths;
  const made = Array.isArray(given) ? tensor(given as number[], { dtype: 'int64' }) : (given as Tensor);
  if (made.numel() !== batch) {
    throw new ShapeError(`ctcLoss: expected ${name} of ${batch} sequences, but got shape ${showShape(made.shape)}`);
  }
  const asked = `ctcLoss: expected ${name} from 0 to ${most}`;
  return Tensor.of(numbersWithin(asked, most, made.float().value))
    .reshape([batch])
    .to('int64');
}

/**
 * The targets as rows [N, S], from rows or from a 1-D tensor of all targets end to end. Elements after a target's end
 * are arbitrary.
 */
function rowsOf(targets: Tensor, lengths: Tensor, given: Lengths): Tensor {
  if (targets.dim() === 2) return targets.to('int64');
  const longest = Array.isArray(given) ? Math.max(0, ...(given as number[])) : targets.numel();
  const starts = lengths.cumsum(0).sub(lengths).unsqueeze(1);
  const places = starts.add(arange(longest)).clamp({ max: Math.max(0, targets.numel() - 1) });
  return targets.numel() === 0 ? places : targets.to('int64').take(places);
}

/**
 * Connectionist temporal classification (Graves et al. 2006): −log of the probability that the scores spell the targets
 * after repeated labels and then blanks are removed.
 *
 * Shape: logProbs [T, N, C] or [T, C], logarithms of probabilities; targets [N, S], or all of them in one row; lengths
 * [N]. As in PyTorch, the gradient returned for `logProbs` is the gradient for the scores x, where logProbs =
 * logSoftmax(x).
 */
export const ctcLoss = checked('ctcLoss(logProbs, targets, inputLengths: value, targetLengths: value, ...)', ctcLossOf);

function ctcLossOf(...args: Arguments<CtcArguments, CtcOrder>): Tensor {
  const o = parseArgs<CtcArguments>(
    'ctcLoss',
    ['logProbs', 'targets', 'inputLengths', 'targetLengths'],
    ctcSettings.defaults,
    args,
  );
  checkReduction('ctcLoss', o.reduction);
  const rank = o.logProbs.dim();
  if (rank !== 2 && rank !== 3) {
    throw new ShapeError(
      `ctcLoss: expected logProbs [T, N, C] or [T, C], but got shape ${showShape(o.logProbs.shape)}`,
    );
  }
  const scores = rank === 3 ? o.logProbs : o.logProbs.unsqueeze(1);
  const [steps, batch, classes] = scores.shape as [number, number, number];
  if (!Number.isInteger(o.blank) || o.blank < 0 || o.blank >= classes) {
    throw new ArgumentError(`ctcLoss: expected blank from 0 to ${classes - 1}, but got ${o.blank}`);
  }
  const times = lengthsOf('inputLengths', o.inputLengths, batch, steps);
  const longest = rank === 3 && o.targets.dim() === 2 ? o.targets.shape[1]! : o.targets.numel();
  const lengths = lengthsOf('targetLengths', o.targetLengths, batch, longest);
  const given = typeof o.targetLengths === 'number' ? [o.targetLengths] : o.targetLengths;
  const targets = rowsOf(rank === 2 && o.targets.dim() === 1 ? o.targets.unsqueeze(0) : o.targets, lengths, given);
  if (targets.shape[0] !== batch) {
    throw new ShapeError(
      `ctcLoss: expected targets of ${batch} sequences, [N, S] or in one row, but got shape ${showShape(o.targets.shape)}`,
    );
  }
  const losses = likelihoods(scores, targets, times, lengths, o.blank).neg();
  const settled = settle(losses, scores, times, o.zeroInfinity);
  if (o.reduction === 'mean') return settled.div(lengths.clamp({ min: 1 })).mean();
  return reduceLosses('ctcLoss', rank === 2 && o.reduction === 'none' ? settled.squeeze(0) : settled, o.reduction);
}

/** Log probabilities of the targets, [N]. */
function likelihoods(scores: Tensor, targets: Tensor, times: Tensor, lengths: Tensor, blank: number): Tensor {
  const [steps, batch] = scores.shape as [number, number];
  const longest = targets.shape[1]!;
  const inside = arange(longest).unsqueeze(0).lt(lengths.unsqueeze(1));
  const labels = Tensor.of(labelsWithin('ctcLoss', where(inside, targets, blank).value, scores.shape[2]!));
  // A blank before each label and after the last: states 0, 2, 4… are blanks.
  const blanks = labels.mul(0).add(blank);
  const states = pad(stack([blanks, labels], { dim: 2 }).reshape([batch, 2 * longest]), [0, 1], { value: blank });
  const before = pad(states.at(':', `:${Math.max(0, 2 * longest - 1)}`), [2, 0], { value: blank });
  // A state may be entered from two states back if that skips a blank between different labels.
  const skips = longest === 0 ? states.ne(states) : states.ne(blank).logicalAnd(states.ne(before));
  const width = 2 * longest + 1;
  const emitted = scores.gather(2, states.unsqueeze(0).expand(steps, batch, width));
  const first = arange(width).unsqueeze(0).lt(lengths.gt(0).to('int64').add(1).unsqueeze(1));
  let sums = emitted.at(0).where(first, NEVER);
  const moved = (by: number) => pad(sums, [by, -by], { value: NEVER });
  for (let t = 1; t < steps; t++) {
    const ways = longest === 0 ? [sums] : [sums, moved(1), moved(2).where(skips, NEVER)];
    const next = stack(ways).logsumexp(0).add(emitted.at(t)).clamp({ min: NEVER });
    sums = next.where(times.gt(t).unsqueeze(1), sums);
  }
  const last = lengths.mul(2).unsqueeze(1);
  const ends = cat([sums.gather(1, last), sums.gather(1, last.sub(1).clamp({ min: 0 })).where(last.gt(0), NEVER)], 1);
  return ends.logsumexp(1);
}

/**
 * The losses, with infinite ones as Infinity or (with `zeroInfinity`) 0. Adds the gradient of the softmax behind the
 * scores.
 */
function settle(losses: Tensor, scores: Tensor, times: Tensor, zeroInfinity: boolean): Tensor {
  const possible = losses.lt(-NEVER / 2);
  const chances = scores.exp();
  const counted = arange(scores.shape[0]!).unsqueeze(1).lt(times.unsqueeze(0)).unsqueeze(2);
  // This term is 0, but its gradient is that of Σ p, which equals the gradient of log Σ e^x in the scores x themselves.
  const through = chances.sub(chances.detach()).where(counted, 0).sum([0, 2]);
  const finite = losses.add(through);
  if (zeroInfinity) return finite.where(possible, 0);
  // An infinite loss has no useful gradient: as in PyTorch, it is NaN.
  const settled = finite.detach().where(possible, Number.POSITIVE_INFINITY);
  const gradient: CustomGradient = ([dy]) => [finite.picked(dy!).where(possible, Number.NaN).value];
  const [value] = withGradient([finite.value], [settled.value], gradient);
  return finite.picked(value!);
}
