// Owns comparing tensors with PyTorch's arrays: shape, dtype, and every element within a tolerance.
import { type Tensor, tensor } from 'lamplight';
import { expect } from 'vitest';
import type { FixtureTensor } from './fixtures';

export interface Tolerance {
  /** Of the expected value; default 1e-5. */
  readonly rtol?: number;
  /** Default 1e-6. */
  readonly atol?: number;
}

/** A leaf with a fixture's contents; floats require gradients when asked. */
export function fromFixture({ data, shape, dtype }: FixtureTensor, requiresGrad = false): Tensor {
  const flat = tensor(Array.from(data), { dtype: dtype === 'float64' ? 'float32' : dtype });
  const made = flat.reshape([...shape]);
  return requiresGrad && made.isFloatingPoint() ? made.requiresGrad_() : made;
}

/** Whether two numbers agree; NaN agrees with NaN, and an infinity with itself. */
export function agree(actual: number, expected: number, { rtol = 1e-5, atol = 1e-6 }: Tolerance = {}): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  return Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
}

/** Asserts that `actual` has the shape, dtype and values of `expected`. */
export async function expectClose(actual: Tensor, expected: FixtureTensor, tolerance: Tolerance = {}): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  if (expected.dtype !== 'float64') expect(actual.dtype).toBe(expected.dtype);
  expectNumbers(await actual.data(), expected.data, tolerance);
}

/** Asserts that two lists of numbers agree element by element, and shows the first ones that do not. */
/** The greatest element of a difference, as a share of the greatest of what was expected. */
export async function distance(actual: Tensor, expected: Tensor): Promise<number> {
  const share = actual.sub(expected).abs().max().div(expected.abs().max());
  return Number(await share.item());
}

export function expectNumbers(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}): void {
  expect(actual.length).toBe(expected.length);
  const apart: string[] = [];
  for (let i = 0; i < expected.length && apart.length < 5; i++) {
    if (!agree(Number(actual[i]), Number(expected[i]), tolerance)) {
      apart.push(`[${i}] ${actual[i]}, expected ${expected[i]}`);
    }
  }
  expect(apart).toEqual([]);
}
