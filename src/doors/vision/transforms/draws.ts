// Random numbers drawn as torchvision's transforms draw them: float32, one at a time.

import type { Generator } from '../../../torch';
import { fillRandint, fillUniform, roundHalfEven } from '../../../torch/inside';

/** A uniform multiple of 2⁻²⁴ in [0, 1), as PyTorch draws one float32. */
export const uniform24 = (generator: Generator): number => (generator.random() & 0xffffff) / 2 ** 24;

/** The smallest and the largest value. */
export type NumberRange = readonly [low: number, high: number];

const { fround } = Math;

/** Whether an event of probability p happens. A number is drawn even if p is 0 or 1, as in torchvision. */
export const happens = (p: number, generator: Generator): boolean => uniform24(generator) < fround(p);

/** A random number from a range. */
export const uniform = (from: number, to: number, generator: Generator): number =>
  fillUniform([0], from, to, generator)[0]!;

/** A random number from a range, rounded as `torch.rand(1) * (to - from) + from` is. */
export const scaledRand = ([from, to]: NumberRange, generator: Generator): number =>
  fround(fround(uniform24(generator) * fround(to - from)) + fround(from));

/** A random whole number from `from` up to (not including) `to`. */
export const randomInt = (from: number, to: number, generator: Generator): number =>
  fillRandint([0], from, to, generator)[0]!;

/**
 * The sides √(a r) and √(a / r) of a random rectangle. Its area a is a fraction of `area`, drawn from `share`; the
 * logarithm of its ratio r is drawn from `ratio`.
 */
export function randomSides(
  area: number,
  share: NumberRange,
  ratio: NumberRange,
  generator: Generator,
): readonly [number, number] {
  const [low, high] = ratio.map((each) => fround(Math.log(fround(each)))) as [number, number];
  const part = area * uniform(...share, generator);
  const drawn = fround(Math.exp(uniform(low, high, generator)));
  return [roundHalfEven(Math.sqrt(part * drawn)), roundHalfEven(Math.sqrt(part / drawn))];
}
