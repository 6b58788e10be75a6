// Random numbers as torchvision draws them for transforms: float32, one at a time.

import type { Generator } from '../../../torch';
import { fillRandint, fillUniform, roundHalfEven, uniform24 } from '../../../torch/inside';

/** The least and the greatest. */
export type Range = readonly [low: number, high: number];

const { fround } = Math;

/** Whether something of probability p happens: a number is drawn even where p is 0 or 1. */
export const happens = (p: number, generator: Generator): boolean => uniform24(generator) < fround(p);

/** A number from a range. */
export const uniform = (from: number, to: number, generator: Generator): number =>
  fillUniform([0], from, to, generator)[0]!;

/** A number from a range, as `torch.rand(1) * (to - from) + from` has it. */
export const scaledRand = ([from, to]: Range, generator: Generator): number =>
  fround(fround(uniform24(generator) * fround(to - from)) + fround(from));

/** A whole number from `from` up to but not `to`. */
export const randomInt = (from: number, to: number, generator: Generator): number =>
  fillRandint([0], from, to, generator)[0]!;

/** √(a r) and √(a / r), the sides of a rectangle that has a share of an area: the share is drawn from a range, and the logarithm of r from that of another. */
export function randomSides(area: number, share: Range, ratio: Range, generator: Generator): readonly [number, number] {
  const [low, high] = ratio.map((each) => fround(Math.log(fround(each)))) as [number, number];
  const part = area * uniform(...share, generator);
  const drawn = fround(Math.exp(uniform(low, high, generator)));
  return [roundHalfEven(Math.sqrt(part * drawn)), roundHalfEven(Math.sqrt(part / drawn))];
}
