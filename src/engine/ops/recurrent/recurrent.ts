// A recurrent layer in one direction over a whole sequence: one dispatch a time step, and one a time step for the
// gradient.
import { gridFor, input, type Operand, output, type Pass, spare } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { type Meta, numel } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { mode, withMode } from '../../graph/mode';
import { recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { unroll } from '../../wgsl/unroll';
import { product } from '../linalg/matmul';
import { add } from '../pointwise/arithmetic';
import { sum } from '../reduction/reduce';
import { full, reshape } from '../shape/cast';
import { catPass } from '../shape/join';
import { narrow, permute } from '../shape/shape';
import {
  type CellKind,
  gradientBySteps,
  type RecurrentAttrs,
  type RecurrentGradient,
  stepsOf,
} from './recurrent-steps';

const mathLib: Text = '#math/libMath';
const fourLib: Text = '#recurrent/libUnitFour';
const oneLib: Text = '#recurrent/libUnitOne';
const source: Text = '#recurrent/recurrent';
const gradSource: Text = '#recurrent/recurrentGrad';

/**
 * For each kind, how many gates it has and how many values it keeps for the gradient, in multiples of the hidden size.
 */
const gatesOf = { tanh: 1, relu: 1, gru: 3, lstm: 4 };
const keptOf = { tanh: 1, relu: 1, gru: 4, lstm: 5 };

/**
 * Inputs: the input's summands of the gates (`shares`), W, Wᵀ, h0, then c0 for 'lstm' or the bias, if any, for 'gru'.
 * Outputs: h, then c for 'lstm', then the values kept for the gradient.
 */
const recurrentOp: Op<RecurrentAttrs> = {
  name: 'recurrent',
  saves: { inputs: [1], outputs: [0, 1] },
  infer([shares, , , h0], { kind }) {
    const [times] = shares!.shape as [number];
    const states = { shape: [times + 1, ...h0!.shape], dtype: h0!.dtype };
    const [batch, hidden] = h0!.shape as [number, number];
    const kept = { shape: [times, batch, keptOf[kind], hidden], dtype: h0!.dtype };
    return kind === 'lstm' ? [states, states, kept] : [states, kept];
  },
  lower({ inputs, attrs, adapter }) {
    const { kind } = attrs;
    const [shares, , , h0, other] = inputs as readonly [Meta, Meta, Meta, Meta, Meta | undefined];
    const [times, batch, hidden] = sizesOf(shares, h0);
    const tile = tileOf(batch, hidden, adapter);
    const { unit, rows } = tile;
    const units = hidden / unit;
    const [gates, kept] = [gatesOf[kind], keptOf[kind]];
    const biased = kind === 'gru' && other !== undefined;
    const consts = { ...constsOf(kind, tile), ACC: gates * rows, BIAS: biased ? 1 : 0 };
    const steps = stepsOf(times, attrs);
    const start = { rows: 1, pitch: 0, offset: steps[0]!.from * batch * hidden, ends: [batch * hidden] };
    const passes: Pass[] = [catPass('float32', [input(3)], output(), start)];
    if (kind === 'lstm') passes.push(catPass('float32', [input(4)], output(1), start));
    const count = Math.ceil(batch / rows) * units;
    for (const { time, from, to } of steps) {
      passes.push({
        source: [mathLib, unit === 4 ? fourLib : oneLib, source],
        ...(unit === 4 && { edit: inParts(consts) }),
        label: 'recurrent',
        consts,
        reads: [input(0), input(2), input(biased ? 4 : 2)],
        writes: [output(), kind === 'lstm' ? output(1) : spare, output(kind === 'lstm' ? 2 : 1)],
        params: {
          count,
          batch,
          units,
          share: time * gates * batch * units,
          state: from * batch * units,
          next: to * batch * units,
          kept: time * kept * batch * units,
        },
        grid: gridFor(count, WORKGROUP),
      });
    }
    return { kind: 'passes', passes };
  },
  vjp(dys, { inputs, outputs, attrs, needs }) {
    const { kind, reverse } = attrs;
    const [shares, w, , h0] = inputs as readonly [Value, Value, Value, Value];
    const isLstm = kind === 'lstm';
    const [hs] = outputs as readonly [Value];
    const kept = outputs[isLstm ? 2 : 1]!;
    const dhs = dys[0] ?? full(hs.shape, 0);
    const dcs = isLstm ? dys[1] : undefined;
    const dkept = dys[isLstm ? 2 : 1];
    const states = isLstm ? outputs[1]! : hs;
    const [times, batch, hidden] = sizesOf(shares, h0);
    const slow = mode.grad || dkept;
    const { dps, dshares, dstates } = slow
      ? gradientBySteps({ dhs, dcs, dkept, kept, states, weight: w, attrs })
      : gradientByKernel(dhs, dcs, kept, states, w, attrs);
    const rows = times * batch;
    const byRows = (x: Value) => reshape(x, [rows, numel(x.shape) / rows]);
    const dw = needs[1] ? product(byRows(dps), byRows(narrow(hs, 0, reverse ? 1 : 0, times)), true, false) : null;
    const edge = reverse ? times : 0;
    const first = reshape(narrow(dps, 0, reverse ? times - 1 : 0, 1), [batch, gatesOf[kind] * hidden]);
    const given = reshape(narrow(dhs, 0, edge, 1), h0.shape);
    const dh0 = needs[3] ? add(given, product(first, w, false, false)) : null;
    const dc0 = needs[4] && isLstm ? (dcs ? add(dstates, reshape(narrow(dcs, 0, edge, 1), h0.shape)) : dstates) : null;
    return [
      dshares,
      dw,
      null,
      dh0 && kind === 'gru' ? add(dh0, dstates) : dh0,
      isLstm ? dc0 : needs[4] ? sum(byRows(dps), [0]) : null,
    ].slice(0, inputs.length);
  },
};

const lstmOp: typeof recurrentOp = { ...recurrentOp, saves: { inputs: [1], outputs: [0, 1, 2] } };

interface GradAttrs extends RecurrentAttrs {
  /** Whether c has its own gradient besides the one through h. */
  readonly cells: boolean;
}

/**
 * Inputs: dh, dc (or dh again if there is none), the kept values, c or h, W. Outputs: the gradients of the gates, of
 * the first state, and for 'gru' of the shares.
 */
const recurrentGradOp: Op<GradAttrs> = {
  name: 'recurrentGrad',
  infer([, , kept, states], { kind }) {
    const [times, batch, , hidden] = kept!.shape as [number, number, number, number];
    const gates = { shape: [times, batch, gatesOf[kind] * hidden], dtype: states!.dtype };
    const first = { shape: [batch, hidden], dtype: states!.dtype };
    return kind === 'gru' ? [gates, first, gates] : [gates, first];
  },
  lower({ inputs, attrs, adapter }) {
    const { kind, cells } = attrs;
    const [times, batch, , hidden] = inputs[2]!.shape as [number, number, number, number];
    const tile = tileOf(batch, hidden, adapter);
    const { unit, rows } = tile;
    const units = hidden / unit;
    const [gates, kept] = [gatesOf[kind], keptOf[kind]];
    const consts = { ...constsOf(kind, tile), CELLS: cells ? 1 : 0 };
    const count = Math.ceil(batch / rows) * units;
    const reads: Operand[] = [0, 1, 2, 3, 4].map(input);
    const writes = [output(), output(1), kind === 'gru' ? output(2) : spare];
    const steps = stepsOf(times, attrs).toReversed();
    const passes = steps.map(({ time, from, to }, s): Pass => {
      const later = steps[s - 1]?.time;
      return {
        source: [mathLib, unit === 4 ? fourLib : oneLib, gradSource],
        ...(unit === 4 && { edit: inParts(consts) }),
        label: 'recurrent gradient',
        consts,
        reads,
        writes,
        params: {
          count,
          batch,
          units,
          inner: later === undefined ? 0 : gates * units,
          later: (later ?? 0) * gates * batch * units,
          state: from * batch * units,
          next: to * batch * units,
          kept: time * kept * batch * units,
          gates: time * gates * batch * units,
        },
        grid: gridFor(count, WORKGROUP),
      };
    });
    return { kind: 'passes', passes };
  },
};

function gradientByKernel(
  dhs: Value,
  dcs: Value | undefined,
  kept: Value,
  states: Value,
  w: Value,
  attrs: RecurrentAttrs,
): RecurrentGradient {
  const inputs = [dhs, dcs ?? dhs, kept, states, w];
  const [dps, dstates, dshares] = recordAll(recurrentGradOp, inputs, { ...attrs, cells: dcs !== undefined });
  return { dps: dps!, dshares: dshares ?? dps!, dstates: dstates! };
}

const sizesOf = (shares: Meta, h0: Meta): readonly [times: number, batch: number, hidden: number] => [
  shares.shape[0]!,
  h0.shape[0]!,
  h0.shape[1]!,
];

/** Small, because a time step is little work that should be spread over all processors. */
const WORKGROUP = 32;
/**
 * The maximum number of rows of the batch that one invocation computes. Each weight that it loads serves all its rows.
 */
const MOST_ROWS = 8;
/** A GPU runs about this many invocations at once. Only beyond that does sharing loads between rows pay. */
const GPU_INVOCATIONS = 1 << 14;

interface Tile {
  /** The number of hidden units of one invocation. */
  readonly unit: 1 | 4;
  readonly rows: number;
}

function tileOf(batch: number, hidden: number, { kind }: AdapterProfile): Tile {
  const unit = hidden % 4 === 0 ? 4 : 1;
  const most =
    kind === 'software' ? MOST_ROWS : Math.min(MOST_ROWS, Math.ceil((batch * hidden) / unit / GPU_INVOCATIONS));
  // Keep the number of tiles that `most` rows give, but spread the batch evenly over them.
  const tiles = Math.max(1, Math.ceil(batch / most));
  return { unit, rows: Math.max(1, Math.ceil(batch / tiles)) };
}

const constsOf = (kind: CellKind, { unit, rows }: Tile) => ({
  UNIT: unit,
  GATES: gatesOf[kind],
  KEPT: keptOf[kind],
  ROWS: rows,
  RELU: kind === 'relu' ? 1 : 0,
  WORKGROUP,
});

/**
 * Unrolls the loops and names vector components (.x) instead of indexing them, since compilers may put indexed vectors
 * in memory.
 */
const inParts =
  (consts: Readonly<Record<string, number>>) =>
  (text: string): string =>
    unroll(text, consts).replace(
      /unit_part\((\w+), (\d)u\)/g,
      (_, x: string, i: string) => `${x}.${'xyzw'[Number(i)]}`,
    );

export interface Recurrence {
  /**
   * The summand of the gates that comes from the input: input · weight + biases (for 'gru', without the bias of the
   * hidden state). Shape: [times, batch, gates · hidden].
   */
  readonly shares: Value;
  /** Shape: [gates · hidden, hidden]. */
  readonly weight: Value;
  /** The hidden state's bias, for 'gru' only. Shape: [gates · hidden]. */
  readonly bias?: Value | null;
  /** The first h, and for 'lstm' the first c. Shape: [batch, hidden] each. */
  readonly states: readonly Value[];
}

/**
 * All states of a recurrent layer: h, and for 'lstm' c, in the order of the sequence. The initial state is included:
 * before the first element, or in reverse after the last. Shape: [times + 1, batch, hidden].
 */
export function recurrent({ shares, weight, bias, states }: Recurrence, attrs: RecurrentAttrs): Value[] {
  // The transposed weight is only another layout for the forward kernel; the gradient comes through `weight`.
  const turned = withMode({ grad: false }, () => permute(weight, [1, 0]));
  const inputs = [shares, weight, turned, ...states, ...(bias ? [bias] : [])];
  return recordAll(attrs.kind === 'lstm' ? lstmOp : recurrentOp, inputs, attrs).slice(0, states.length);
}
