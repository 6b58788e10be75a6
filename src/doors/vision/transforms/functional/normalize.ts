// Normalization: (x - mean) / std, channel by channel.

import { ArgumentError, DTypeError, ShapeError, type Tensor, tensor } from '../../../../torch';
import { isFloat, kindOf, parseArgs, showShape } from '../../../../torch/inside';

/** The means to subtract, and the standard deviations to divide by. */
export interface MeanAndStd {
  /** One for each channel, or one for all. */
  mean: number | readonly number[];
  /** One for each mean; not 0. */
  std: number | readonly number[];
  /** Overwrite the input. Default: false. */
  inplace?: boolean;
}

/** The options of `normalize`, in which single numbers have become lists. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;
}

/**
 * Parses the arguments of a normalization. @throws ArgumentError unless there are as many stds as means, none of them 0
 */
export function statisticsOf(op: string, args: readonly unknown[]): Statistics {
  const given = parseArgs<MeanAndStd>(op, ['mean', 'std'], { inplace: false }, args);
  const [mean, std] = [given.mean, given.std].map((each) => (typeof each === 'number' ? [each] : each));
  if (!Array.isArray(mean) || !Array.isArray(std)) {
    throw new ArgumentError(
      `${op}: expected means and stds, as numbers or lists, but got ${kindOf(given.mean)} and ${kindOf(given.std)}`,
    );
  }
  if (mean.length === 0 || mean.length !== std.length) {
    throw new ArgumentError(`${op}: expected one mean and one std a channel, but got ${mean.length} and ${std.length}`);
  }
  const other = [...mean, ...std].find((each) => !Number.isFinite(each));
  if (other !== undefined)
    throw new ArgumentError(`${op}: expected means and stds to be numbers, but got ${kindOf(other)}`);
  if (std.includes(0)) throw new ArgumentError(`${op}: expected std other than 0, but got 0: it would divide by zero`);
  return { mean, std, inplace: given.inplace };
}

/** (x - mean) / std for x[..., C, H, W]. */
export function normalized(op: string, image: Tensor, { mean, std, inplace }: Statistics): Tensor {
  if (!isFloat(image.dtype)) {
    throw new DTypeError(`${op}: expected an image of floats, but got ${image.dtype}; apply ToTensor first`);
  }
  const channels = image.shape.at(-3);
  if (channels === undefined || (mean.length !== 1 && mean.length !== channels)) {
    throw new ShapeError(
      `${op}: expected an image [..., ${mean.length}, H, W], but got shape ${showShape(image.shape)}`,
    );
  }
  const perChannel = (values: readonly number[]) => tensor([...values], { dtype: image.dtype }).reshape([-1, 1, 1]);
  if (inplace) return image.sub_(perChannel(mean)).div_(perChannel(std));
  return image.sub(perChannel(mean)).div(perChannel(std));
}
