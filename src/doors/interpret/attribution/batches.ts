// Decides how many rows of an expanded batch run at once: the number that the caller gives, or as many as fit.

import { ArgumentError, scope, type Tensor } from '../../../torch';
import {
  defaultGenerator,
  expectKind,
  flush,
  kinds,
  recordingMode as mode,
  shown,
  warnOnce,
  withMode,
} from '../../../torch/inside';
import { type Call, called, type ForwardFunction } from './model';

/**
 * The maximum number of bytes of all intermediate values of one run of the model: so no buffer exceeds a binding, and
 * several runs fit into memory.
 */
const BUDGET = 256 * 2 ** 20;

/**
 * If the inputs fit the budget even when intermediate values take this many times their memory, the model is not
 * measured. Usual models take less than 100 times.
 */
const ASSUMED = 256;

/** Cache of the bytes that one row's intermediate values take, by model and by the shapes of the inputs. */
const measured = new WeakMap<ForwardFunction, Map<string, number>>();

/** How many of the `wanted` input rows may run at once. */
export function rowsThatFit(call: Call, inputs: readonly Tensor[], wanted: number): number {
  const examples = inputs[0]!.shape[0]!;
  if (wanted <= examples) return wanted;
  const input = inputs.reduce((sum, x) => sum + 4 * x.numel(), 0) / examples;
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

/** The bytes that a run of the model would allocate. The run is only recorded, never sent to the GPU. */
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
 * How many steps run at once, where each step has one row per example: as many as `internalBatchSize` rows hold, or as
 * many as fit.
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

/** @throws ArgumentError unless the value is a whole number from 1 */
export function expectCount(op: string, name: string, value: unknown): number {
  expectKind(op, name, value, kinds.count);
  return value as number;
}

/** The maximum number of samples of one explanation; more would take hours. */
const MOST_SAMPLES = 1_000_000;

/** @throws ArgumentError unless the value is a whole number from 1 to 1,000,000 */
export function expectSamples(op: string, name: string, value: unknown): number {
  if (expectCount(op, name, value) <= MOST_SAMPLES) return value as number;
  throw new ArgumentError(`${op}: expected ${name} to be at most ${MOST_SAMPLES}, but got ${shown(value)}`);
}

/**
 * Sums the results of `run` over a range, `size` entries at a time. Each part is flushed to the GPU by itself, so that
 * all parts reuse the same memory; parts of equal size also share one plan.
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
