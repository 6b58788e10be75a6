// Owns nested samples: pictures, tensors and other values in lists, tuples and dictionaries.

import type { Tensor } from '../../../torch';
import { isPlainObject, isTensorObject as isTensor } from '../../../torch/inside';
import { isPixelSource } from '../pictures/from-pixels';
import { Picture } from '../pictures/picture';
import { TVTensor } from '../tv-tensors';

/** Several pictures, boxes, masks and the values that go with them. */
export type Sample = readonly unknown[] | Readonly<Record<string, unknown>>;

/** What a sample is made of, in order, and the way back from as many other things. */
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

/** The key of the labels in a dictionary: `labels`, or else the first that has the word within. */
export function labelsKey(target: object): string | undefined {
  const keys = Object.keys(target);
  return keys.find((key) => key.toLowerCase() === 'labels') ?? keys.find((key) => key.toLowerCase().includes('label'));
}

/** A tensor that does not say what it holds. */
export const isPureTensor = (leaf: unknown): leaf is Tensor =>
  isTensor(leaf) && !(leaf instanceof Picture) && !(leaf instanceof TVTensor);
