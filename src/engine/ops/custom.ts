// Gradients that are functions of the host: the seam under custom functions, checkpoints and hooks of modules.
import { record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { full } from './shape/cast';

/** Gradients of the inputs by those of the outputs, undefined where an output got none. */
export type CustomGradient = (dys: readonly (Value | undefined)[]) => readonly (Value | null)[];

interface Context {
  readonly gradient: CustomGradient;
  dys: (Value | undefined)[];
}

/** By the value of the gate that the inputs pass. */
const contexts = new WeakMap<Value, Context>();

/**
 * Stands for all inputs at once. Every output hangs on it, so that backward, which goes from later nodes to earlier ones,
 * comes here when it has seen the gradients of all outputs. Its value is never read.
 */
const gateOp: Op<undefined> = {
  name: 'customGate',
  takesHalf: true,
  saves: { inputs: [] },
  infer: () => [{ shape: [], dtype: 'float32' }],
  lower: () => ({ kind: 'passes', passes: [] }),
  growth: 'again',
  vjp(_, { outputs: [gate] }) {
    const context = contexts.get(gate!)!;
    const { dys } = context;
    context.dys = [];
    return context.gradient(dys);
  },
};

/** Inputs: the result, and the gate. */
const resultOp: Op<{ readonly index: number }> = {
  name: 'custom',
  takesHalf: true,
  saves: { inputs: [] },
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  growth: 'again',
  vjp([dy], { inputs: [, gate], attrs: { index } }) {
    contexts.get(gate!)!.dys[index] = dy;
    return [null, full([], 0)];
  },
};

/** The results as if one operation had made them of the inputs, with a gradient of its own; no gradient passes into a result. */
export function withGradient(
  inputs: readonly Value[],
  results: readonly Value[],
  gradient: CustomGradient,
): readonly Value[] {
  const gate = record(gateOp, inputs, undefined);
  contexts.set(gate, { gradient, dys: [] });
  return results.map((result, index) => record(resultOp, [result, gate], { index }));
}

const recomputedOp: Op<undefined> = {
  name: 'recomputed',
  takesHalf: true,
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  growth: 'again',
};

/**
 * The same contents without a gradient, as a value that the compiler takes for another one: a repeated computation from it
 * is not replaced by the earlier one from x. (Nodes with dynamic scalars are never shared.)
 */
export const recomputed = (x: Value): Value => record(recomputedOp, [x], undefined, [0]);
