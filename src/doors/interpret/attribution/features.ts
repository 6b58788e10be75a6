// Groups the elements of inputs into features.

import { ArgumentError, arange, ShapeError, Tensor, tensor } from '../../../torch';
import { isFloat, kindOf, showShape } from '../../../torch/inside';
import type { Inputs } from './arguments';
import type { InMode } from './in-mode';

/** The option of methods that treat groups of elements as one feature. */
export interface FeatureOptions {
  /**
   * The number of each element's feature: a tensor of whole numbers whose shape broadcasts to the input's; for several
   * inputs a list of tensors, where equal numbers mean the same feature. Default: every element is a feature of its
   * own.
   */
  featureMask?: Inputs | null;
}

/** The features of inputs. */
export interface Features {
  /** For each input, the feature of each element, numbered from 0 to `count` − 1: [1 or N, …]. */
  readonly masks: readonly Tensor[];
  readonly count: number;
  /** Whether an input has an element of the feature. */
  readonly holds: (input: number, feature: number) => boolean;
}

/** The maximum number of features that masks may number. */
const MOST = 2 ** 24;

/**
 * The features that masks define. Given masks are read back, and their numbers replaced by 0, 1, 2, … in order. With
 * `gaps`, unused numbers between the least and the greatest count as features, too.
 */
export async function featuresOf(
  inMode: InMode,
  op: string,
  inputs: readonly Tensor[],
  featureMask: unknown,
  gaps = false,
): Promise<Features> {
  inputs.forEach((x, i) => {
    if (x.numel() > 0) return;
    throw new ShapeError(`${op}: expected input ${i} to have elements, but got shape ${showShape(x.shape)}`);
  });
  if (featureMask === null) return elementwise(inputs);
  const list: readonly unknown[] = Array.isArray(featureMask) ? featureMask : [featureMask];
  if (list.length !== inputs.length) {
    throw new ArgumentError(
      `${op}: expected a featureMask for each of ${inputs.length} inputs, but got ${list.length}`,
    );
  }
  const given = list.map((mask, i) => expectMask(op, mask, inputs[i]!, i));
  const numbers = await Promise.all(given.map(async (mask) => Array.from(await mask.data(), Number)));
  const ids = [...new Set(numbers.flat())].sort((a, b) => a - b);
  const least = ids[0]!;
  const count = gaps ? ids.at(-1)! - least + 1 : ids.length;
  if (count > MOST) {
    throw new ArgumentError(
      `${op}: expected feature numbers within ${MOST} of each other, but got ${least} to ${ids.at(-1)}; number the features one by one`,
    );
  }
  const places = new Map(ids.map((id, place) => [id, gaps ? id - least : place]));
  const numbered = numbers.map((each) => each.map((id) => places.get(id)!));
  const sets = numbered.map((each) => new Set(each));
  const masks = inMode(() => numbered.map((each, i) => tensor(each, { dtype: 'int64' }).reshape([...given[i]!.shape])));
  return { masks, count, holds: (input, feature) => sets[input]!.has(feature) };
}

function elementwise(inputs: readonly Tensor[]): Features {
  const starts = [0];
  const masks = inputs.map((x, i) => {
    const end = starts[i]! + x.shape.slice(1).reduce((a, b) => a * b, 1);
    starts.push(end);
    return arange(starts[i]!, end, 1, { dtype: 'int64' }).reshape([1, ...x.shape.slice(1)]);
  });
  return {
    masks,
    count: starts.at(-1)!,
    holds: (input, feature) => feature >= starts[input]! && feature < starts[input + 1]!,
  };
}

function expectMask(op: string, mask: unknown, x: Tensor, i: number): Tensor {
  if (!(mask instanceof Tensor) || isFloat(mask.dtype)) {
    throw new ArgumentError(
      `${op}: expected featureMask ${i} to be a Tensor of whole numbers, but got ${mask instanceof Tensor ? mask.dtype : kindOf(mask)}`,
    );
  }
  const rank = x.shape.length;
  const shape = [...Array<number>(Math.max(rank - mask.shape.length, 0)).fill(1), ...mask.shape];
  const fits = shape.length === rank && shape.every((size, d) => size === 1 || size === x.shape[d]);
  if (!fits) {
    throw new ShapeError(
      `${op}: expected featureMask ${i} of a shape that broadcasts to ${showShape(x.shape)}, but got ${showShape(mask.shape)}`,
    );
  }
  return mask.reshape(shape).expand([shape[0]!, ...x.shape.slice(1)]);
}

/** Booleans that are true at the elements of each feature from `start` to before `end`: [count, 1 or N, …]. */
export function marksOf(mask: Tensor, start: number, end: number): Tensor {
  const ids = arange(start, end, 1, { dtype: 'int64' }).reshape([end - start, ...mask.shape.map(() => 1)]);
  return mask.unsqueeze(0).eq(ids);
}

/**
 * Gathers the features' values, [count, 1 or N, features], for each element of a mask [1 or N, …]: [count, 1 or N, …].
 */
export function atElements(values: Tensor, mask: Tensor): Tensor {
  const [count, examples, features] = values.shape as [number, number, number];
  const [rows, ...shape] = mask.shape as [number, ...number[]];
  if (rows === 1 || examples === 1) {
    const picked = values.reshape([count * examples, features]).indexSelect(1, mask.reshape(-1));
    return picked.reshape([count, Math.max(rows, examples), ...shape]);
  }
  const index = mask.reshape([1, rows, -1]);
  return values.gather(2, index.expand([count, rows, index.shape[2]!])).reshape([count, rows, ...shape]);
}
