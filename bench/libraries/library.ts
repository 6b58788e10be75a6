// What the benchmark asks of a library: to prepare a row's work, and to do a step of it as often as it is told.
import type { Row } from '../rows/row';

export const libraryNames = [
  'tfjs',
  'jax-js',
  'ort-webgpu',
  'ort-wasm',
  'lamplight',
  'plain-loop',
  'hand-written',
] as const;
export type LibraryName = (typeof libraryNames)[number];

/** Named results in PyTorch's layouts. */
export type Outputs = Record<string, Float32Array>;

/** One row in one library. */
export interface Work {
  /** Does a step and reads one number back. What the step made stays until the next one begins. */
  step(): Promise<number>;
  /** What the latest step made; empty where the number says it all. */
  outputs(): Promise<Outputs>;
  /** Milliseconds of a step's dispatches on the GPU, where the library can tell. */
  gpuTime?(): Promise<number>;
}

export interface Library {
  /** Puts a row's inputs on the device. */
  prepare(row: Row): Promise<Work>;
}

/** Adam's settings, PyTorch's defaults. */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
