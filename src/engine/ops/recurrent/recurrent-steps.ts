// The gradient of a recurrent layer, composed of differentiable operations, for higher derivatives.
import type { Value } from '../../graph/value';
import { product } from '../linalg/matmul';
import { add, mul, square, sub } from '../pointwise/arithmetic';
import { gt } from '../pointwise/compare';
import { cast, full, reshape } from '../shape/cast';
import { cat } from '../shape/join';
import { narrow } from '../shape/shape';

/** The kind of cell: a plain one with tanh or relu, a gated recurrent unit, or long short-term memory. */
export type CellKind = 'tanh' | 'relu' | 'gru' | 'lstm';

export interface RecurrentAttrs {
  readonly kind: CellKind;
  /** Reads the sequence from its end. */
  readonly reverse: boolean;
}

/**
 * `dps` and `dshares`: the gradients of the two summands of the gates, the one from the hidden state and the one from
 * the input, both [times, batch, gates · hidden]. `dstates`: the gradient of the first c or h.
 */
export interface RecurrentGradient {
  readonly dps: Value;
  readonly dshares: Value;
  readonly dstates: Value;
}

/** The values from which the gradient is computed; see recurrent.ts. */
interface Given {
  readonly dhs: Value;
  readonly dcs: Value | undefined;
  readonly dkept: Value | undefined;
  readonly kept: Value;
  /** For 'lstm' all c, else all h. */
  readonly states: Value;
  readonly weight: Value;
  readonly attrs: RecurrentAttrs;
}

/**
 * The times of a sequence in the order in which they are read, with the indices of the states before and after each.
 */
export const stepsOf = (times: number, { reverse }: RecurrentAttrs) =>
  Array.from({ length: times }, (_, s) => {
    const time = reverse ? times - 1 - s : s;
    return reverse ? { time, from: time + 1, to: time } : { time, from: time, to: time + 1 };
  });

/** 1 - x² */
const tanhSlope = (x: Value): Value => sub(1, square(x));
/** x (1 - x) */
const sigmoidSlope = (x: Value): Value => mul(x, sub(1, x));
const plus = (x: Value, y: Value | null): Value => (y ? add(x, y) : x);

/**
 * The gradients of one time step: of the gates' summands from the hidden state and from the input, and of the previous
 * c or h.
 */
interface Step {
  readonly dp: readonly Value[];
  readonly dshare: readonly Value[];
  readonly carry: Value | null;
}

interface StepGiven {
  readonly dh: Value;
  readonly carry: Value | null;
  readonly dc: Value | null;
  readonly kept: readonly Value[];
  readonly dkept: readonly (Value | null)[];
  readonly state: Value;
}

function ofRnn({ dh, kept: [h], dkept: [dkept] }: StepGiven, kind: CellKind): Step {
  const total = plus(dh, dkept!);
  const dp = [mul(total, kind === 'relu' ? cast(gt(h!, 0), h!.dtype) : tanhSlope(h!))];
  return { dp, dshare: dp, carry: null };
}

function ofGru({ dh: fromLater, carry, kept, dkept, state }: StepGiven): Step {
  const [r, z, n, q] = kept as [Value, Value, Value, Value];
  const dh = plus(fromLater, carry);
  const dn = mul(plus(mul(dh, sub(1, z)), dkept[2]!), tanhSlope(n));
  const dr = mul(plus(mul(dn, q), dkept[0]!), sigmoidSlope(r));
  const dz = mul(plus(mul(dh, sub(state, n)), dkept[1]!), sigmoidSlope(z));
  return { dp: [dr, dz, plus(mul(dn, r), dkept[3]!)], dshare: [dr, dz, dn], carry: mul(dh, z) };
}

function ofLstm({ dh, carry, dc: given, kept, dkept, state }: StepGiven): Step {
  const [i, f, g, o, shown] = kept as [Value, Value, Value, Value, Value];
  const through = mul(plus(mul(dh, o), dkept[4]!), tanhSlope(shown));
  const dc = plus(plus(through, carry), given);
  const dp = [
    mul(plus(mul(dc, g), dkept[0]!), sigmoidSlope(i)),
    mul(plus(mul(dc, state), dkept[1]!), sigmoidSlope(f)),
    mul(plus(mul(dc, i), dkept[2]!), tanhSlope(g)),
    mul(plus(mul(dh, shown), dkept[3]!), sigmoidSlope(o)),
  ];
  return { dp, dshare: dp, carry: mul(dc, f) };
}

/**
 * The equations of recurrent-grad.wgsl, time step by time step. Unlike the kernel, it takes a gradient of the kept
 * values, too.
 */
export function gradientBySteps({ dhs, dcs, dkept, kept, states, weight, attrs }: Given): RecurrentGradient {
  const [times, batch, many, hidden] = kept.shape as [number, number, number, number];
  const at = (x: Value, time: number) => reshape(narrow(x, 0, time, 1), x.shape.slice(1));
  const parts = (x: Value, time: number) =>
    Array.from({ length: many }, (_, k) => reshape(narrow(at(x, time), 1, k, 1), [batch, hidden]));
  const { kind } = attrs;
  const dps: Value[] = [];
  const dshares: Value[] = [];
  let carry: Value | null = null;
  let later: Value | null = null;
  for (const { time, from, to } of stepsOf(times, attrs).toReversed()) {
    const given: StepGiven = {
      dh: plus(at(dhs, to), later && product(later, weight, false, false)),
      carry,
      dc: dcs ? at(dcs, to) : null,
      kept: parts(kept, time),
      dkept: dkept ? parts(dkept, time) : new Array<null>(many).fill(null),
      state: at(states, from),
    };
    const step: Step = kind === 'lstm' ? ofLstm(given) : kind === 'gru' ? ofGru(given) : ofRnn(given, kind);
    later = cat(step.dp, 1);
    dps[time] = later;
    dshares[time] = step.dshare === step.dp ? later : cat(step.dshare, 1);
    carry = step.carry;
  }
  const together = (list: readonly Value[]) =>
    cat(
      list.map((x) => reshape(x, [1, ...x.shape])),
      0,
    );
  const all = together(dps);
  return {
    dps: all,
    dshares: kind === 'gru' ? together(dshares) : all,
    dstates: carry ?? full([batch, hidden], 0),
  };
}
