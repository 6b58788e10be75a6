// How many rows of an expanded batch run together: what the caller says, or what fits.

import { ArgumentError, scope, type Tensor } from '../../../torch';
import {
  byteLength,
  defaultGenerator,
  expectCount,
  flush,
  recordingMode as mode,
  shown,
  warnOnce,
  withMode,
} from '../../../torch/inside';
import { type Call, called, type ForwardFunction } from './model';

/** Of all values of one run of the model together, so that none is too large for a binding and several runs find room. */
const BUDGET = 256 * 2 ** 20;

/** Models whose values take so many times the memory of their inputs are not looked at: of usual ones it is less than 100. */
const ASSUMED = 256;

/** Bytes of the values of one row by the shapes of the inputs. */
const measured = new WeakMap<ForwardFunction, Map<string, number>>();

/** The rows of the model's input, out of `wanted`, that may run at a time. */
export function rowsThatFit(call: Call, inputs: readonly Tensor[], wanted: number): number {
  const examples = inputs[0]!.shape[0]!;
  if (wanted <= examples) return wanted;
  const input = inputs.reduce((sum, x) => sum + byteLength(x), 0) / examples;
  if (wanted * input * ASSUMED <= BUDGET) return wanted;
  return Math.min(wanted, Math.max(1, Math.floor(BUDGET / bytesOfRow(call, inputs))));
}

function bytesOfRow(call: Call, inputs: readonly Tensor[]): number {
  const known = measured.get(call.forward) ?? new Map<string, number>();
  measured.set(call.forward, known);
  const key = inputs.map(({ shape }) => shape.slice(1).join('x')).join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const bytes = recordedBytes(call, inputs) / inputs[0]!.shape[0]!;
  known.set(key, bytes);
  return bytes;
}

/** What a run of the model records, which is then forgotten. */
function recordedBytes(call: Call, inputs: readonly Tensor[]): number {
  const generator = defaultGenerator();
  const state = generator.getState();
  const before = mode.pendingBytes;
  try {
    scope(() => {
      withMode({ grad: false }, () => called(call, inputs));
    });
    return mode.pendingBytes - before;
  } finally {
    mode.pendingBytes = before;
    generator.setState(state);
  }
}

/**
 * How many steps run at a time, where each step has a row an example: those of `internalBatchSize` rows, or what fits.
 * @throws ArgumentError unless `internalBatchSize` is null or a positive integer
 */
export function stepsAtOnce(
  call: Call,
  inputs: readonly Tensor[],
  steps: number,
  internalBatchSize: unknown,
  least = 1,
): number {
  const examples = inputs[0]!.shape[0]!;
  if (internalBatchSize === null) {
    const rows = rowsThatFit(call, inputs, steps * examples);
    return Math.max(least, Math.floor(rows / Math.max(examples, 1)));
  }
  const rows = expectCount(call.op, 'internalBatchSize', internalBatchSize);
  if (rows < examples * least) {
    warnOnce(
      `${call.op}: internalBatchSize of ${rows} is less than ${examples * least} rows, as many as ${least === 1 ? 'the inputs have' : 'two steps of the inputs have'}; these run together`,
    );
  }
  return Math.max(least, Math.floor(rows / Math.max(examples, 1)));
}

/** Samples of one explanation at most: more would take hours. */
const MOST_SAMPLES = 1_000_000;

/** @throws ArgumentError unless it is a whole number of samples, from 1 to 1,000,000 */
export function expectSamples(op: string, name: string, value: unknown): number {
  if (expectCount(op, name, value) <= MOST_SAMPLES) return value as number;
  throw new ArgumentError(`${op}: expected ${name} to be at most ${MOST_SAMPLES}, but got ${shown(value)}`);
}

/**
 * Sums the results of `run` for the parts of a range, `size` at a time. Each part is sent to the GPU by itself, so that all use the same
 * memory and, being equal, the same plan.
 */
export function summedInParts(
  count: number,
  size: number,
  run: (start: number, end: number) => readonly Tensor[],
): Tensor[] {
  let sums: Tensor[] | null = null;
  for (let start = 0; start < count; start += size) {
    const parts = scope(() => {
      const part = run(start, Math.min(start + size, count));
      return part.map((x, i) => (sums ? sums[i]!.add(x) : x));
    });
    sums = parts;
    if (start + size < count) flush();
  }
  return sums!;
}
