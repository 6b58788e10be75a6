// Nested samples: pictures, tensors and other values in lists, tuples and dictionaries.

import type { Tensor } from '../../../torch';
import { isPlainObject, isTensorObject as isTensor } from '../../../torch/inside';
import { isPixelSource } from '../pictures/from-pixels';
import { Picture } from '../pictures/picture';
import { TVTensor } from '../tv-tensors';

/** Pictures, boxes, masks and the values that belong to them. */
export type Sample = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The values of a sample, in order, and a function that rebuilds the sample from other values. */
export interface FlatSample {
  readonly leaves: readonly unknown[];
  rebuild(leaves: readonly unknown[]): unknown;
}

export function flatten(sample: unknown): FlatSample {
  const leaves: unknown[] = [];
  const rebuild = collect(sample, leaves);
  return {
    leaves,
    rebuild: (made) => {
      const next = made[Symbol.iterator]();
      return rebuild(() => next.next().value);
    },
  };
}

function collect(sample: unknown, leaves: unknown[]): (next: () => unknown) => unknown {
  if (Array.isArray(sample)) {
    const parts = sample.map((part) => collect(part, leaves));
    return (next) => parts.map((part) => part(next));
  }
  if (isPlainObject(sample) && !isPixelSource(sample)) {
    const parts = Object.entries(sample).map(([key, part]) => [key, collect(part, leaves)] as const);
    return (next) => Object.fromEntries(parts.map(([key, part]) => [key, part(next)]));
  }
  leaves.push(sample);
  return (next) => next();
}

/** The key of the labels in a dictionary: `labels`, or else the first key that contains "label". */
export function labelsKey(target: object): string | undefined {
  const keys = Object.keys(target);
  return keys.find((key) => key.toLowerCase() === 'labels') ?? keys.find((key) => key.toLowerCase().includes('label'));
}

/** A tensor without a class that says what it holds. */
export const isPureTensor = (leaf: unknown): leaf is Tensor =>
  isTensor(leaf) && !(leaf instanceof Picture) && !(leaf instanceof TVTensor);
