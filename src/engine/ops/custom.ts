// Gradients given as JavaScript functions: custom autograd functions, checkpoints and module hooks are built on these.
import { ShapeError } from '../core/errors';
import { type Meta, sameShape, showShape } from '../core/meta';
import { type Ask, behind } from '../graph/ask';
import { named, record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { sumTo } from './reduction/reduce';
import { cast, full } from './shape/cast';

/**
 * Computes the gradients of the inputs from those of the outputs, or asks for a call that does; an output that got no gradient passes
 * undefined.
 */
export type CustomGradient = (
  dys: readonly (Value | undefined)[],
) => readonly (Value | null)[] | Ask<readonly (Value | null)[]>;

/** A gradient in the shape and the dtype of its value; it may have the shape that the value was broadcast to. */
export function fitting(gradient: Value, { shape, dtype }: Meta): Value {
  const summed = sameShape(gradient.shape, shape) ? gradient : sumTo(gradient, shape);
  return cast(summed, dtype);
}

/**
 * `fitting` for a gradient that a hook or a custom function gives.
 *
 * @throws ShapeError if it has another shape
 */
export function fittingGiven(gradient: Value, wanted: Meta): Value {
  const lead = gradient.shape.length - wanted.shape.length;
  if (wanted.shape.every((size, d) => size === 1 || size === gradient.shape[lead + d]))
    return fitting(gradient, wanted);
  throw new ShapeError(
    `backward: expected a gradient of shape ${showShape(wanted.shape)}, but a hook or a custom function gave one of shape ${showShape(gradient.shape)}`,
  );
}

interface Context {
  gradient: CustomGradient;
  dys: (Value | undefined)[];
}

/** Maps the output of a gate node to its context. */
const contexts = new WeakMap<Value, Context>();

/**
 * One node that takes all inputs; every result has the gate as an input. Backward goes from later nodes to earlier
 * ones, so it reaches the gate after the gradients of all results. The value of the gate is never read.
 */
const gateOp: Op<undefined> = {
  name: 'customGate',
  takesHalf: true,
  saves: { inputs: [] },
  infer: () => [{ shape: [], dtype: 'float32' }],
  lower: () => ({ kind: 'passes', passes: [] }),
  growth: 'again',
  vjp(_, { inputs, outputs: [gate], needs }) {
    const context = contexts.get(gate!)!;
    const { dys } = context;
    context.dys = dys.map(() => undefined);
    return behind(context.gradient(dys), (dxs) =>
      dxs.map((dx, i) => (dx && needs[i] ? fittingGiven(dx, inputs[i]!) : null)),
    );
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

/**
 * The results, as if one operation with the given gradient had made them from the inputs. The graph behind `results`
 * gets no gradient. `name` is the name of the gradient in graphs and errors.
 */
export function withGradient(
  inputs: readonly Value[],
  results: readonly Value[],
  gradient: CustomGradient,
  name = 'CustomBackward0',
): readonly Value[] {
  const gate = named(record(gateOp, inputs, undefined), name);
  contexts.set(gate, { gradient, dys: results.map(() => undefined) });
  return results.map((result, index) => named(record(resultOp, [result, gate], { index }), name));
}

/** Puts `around` of the gradient that the function of a gate has in its place. */
export function surroundGradient(gate: Value, around: (gradient: CustomGradient) => CustomGradient): void {
  const context = contexts.get(gate)!;
  context.gradient = around(context.gradient);
}

const recomputedOp: Op<undefined> = {
  name: 'recomputed',
  takesHalf: true,
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  growth: 'again',
};

/**
 * The contents of x without a gradient, as a value that the compiler must not merge with x: a computation repeated from
 * it really runs again, instead of sharing the earlier result. (Nodes with dynamic scalars are never shared, hence the
 * 0.)
 */
export const recomputed = (x: Value): Value => record(recomputedOp, [x], undefined, [0]);
