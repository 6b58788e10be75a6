// Recurrent layers, step by step: RNN, GRU and LSTM, in both directions, with sequence lengths.
import { arange, nn, stack, type Tensor, zeros } from '../../../../torch';
import { boundedList } from '../arrange';
import type { Call, Operator, Operators } from '../call';

type Activation = (x: Tensor) => Tensor;

/** Activations by name. `alpha` and `beta` are null if the node does not give them. */
const activations: Readonly<Record<string, (alpha: number | null, beta: number | null) => Activation>> = {
  relu: () => nn.functional.relu,
  tanh: () => nn.functional.tanh,
  sigmoid: () => nn.functional.sigmoid,
  affine: (alpha, beta) => (x) => x.mul(alpha ?? 1).add(beta ?? 0),
  leakyrelu: (alpha) => (x) => nn.functional.leakyRelu(x, { negativeSlope: alpha ?? 0.01 }),
  thresholdedrelu: (alpha) => (x) => x.where(x.gt(alpha ?? 1), x.mul(0)),
  scaledtanh: (alpha, beta) => (x) =>
    x
      .mul(beta ?? 1)
      .tanh()
      .mul(alpha ?? 1),
  hardsigmoid: (alpha, beta) => (x) =>
    x
      .mul(alpha ?? 0.2)
      .add(beta ?? 0.5)
      .clamp(0, 1),
  elu: (alpha) => (x) => nn.functional.elu(x, { alpha: alpha ?? 1 }),
  softsign: () => (x) => nn.functional.softsign(x),
  softplus: () => (x) => nn.functional.softplus(x),
};

/** The activations of all directions, one after another. */
function activationsOf(call: Call, defaults: readonly string[], directions: number): Activation[] {
  const names = call.texts('activations') ?? Array.from({ length: directions }, () => defaults).flat();
  if (names.length !== directions * defaults.length) {
    call.fail(`expected ${directions * defaults.length} activations, but got ${names.length}`);
  }
  const [alphas, betas] = [call.floats('activation_alpha'), call.floats('activation_beta')];
  return names.map((name, i) => {
    const make = activations[name.toLowerCase()] ?? call.fail(`activation '${name}' is not supported`);
    return make(alphas?.[i] ?? null, betas?.[i] ?? null);
  });
}

/** One direction of a layer: its weights, its initial states and its activations. */
interface Direction {
  /** [gates · hidden, input], [gates · hidden, hidden], and both biases [gates · hidden]. */
  readonly w: Tensor;
  readonly r: Tensor;
  readonly wb: Tensor;
  readonly rb: Tensor;
  /** Peephole weights of the LSTM, [3 · hidden]. */
  readonly peepholes: Tensor | null;
  readonly fs: readonly Activation[];
}

/** Computes the next states from the input's contribution [B, gates · hidden] and the current states. */
type Cell = (given: Tensor, states: readonly Tensor[]) => Tensor[];

interface Kind {
  readonly gates: number;
  /** The number of states: h, and for the LSTM also c. */
  readonly states: number;
  readonly activations: readonly string[];
  /** The biases that are added to the input's contribution, for all steps at once. */
  readonly inputBias: (direction: Direction) => Tensor;
  readonly cell: (direction: Direction, call: Call) => Cell;
}

const product = (x: Tensor, w: Tensor): Tensor => x.matmul(w.t());

const rnn: Kind = {
  gates: 1,
  states: 1,
  activations: ['Tanh'],
  inputBias: ({ wb, rb }) => wb.add(rb),
  cell:
    ({ r, fs: [f] }) =>
    (given, [h]) => [f!(given.add(product(h!, r)))],
};

const gru: Kind = {
  gates: 3,
  states: 1,
  activations: ['Sigmoid', 'Tanh'],
  inputBias: ({ wb }) => wb,
  cell({ r, rb, fs: [f, g] }, call) {
    const after = call.int('linear_before_reset', 0) === 1;
    const [rz, rr, rh] = r.chunk(3, 0) as [Tensor, Tensor, Tensor];
    const [bz, br, bh] = rb.chunk(3, 0) as [Tensor, Tensor, Tensor];
    return (given, [h]) => {
      const [xz, xr, xh] = given.chunk(3, 1) as [Tensor, Tensor, Tensor];
      const z = f!(xz.add(product(h!, rz)).add(bz));
      const reset = f!(xr.add(product(h!, rr)).add(br));
      const state = after ? reset.mul(product(h!, rh).add(bh)) : product(reset.mul(h!), rh).add(bh);
      const next = g!(xh.add(state));
      return [next.sub(z.mul(next)).add(z.mul(h!))];
    };
  },
};

const lstm: Kind = {
  gates: 4,
  states: 2,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  inputBias: ({ wb, rb }) => wb.add(rb),
  cell({ r, peepholes, fs: [f, g, h] }, call) {
    if (call.int('input_forget', 0) === 1) call.fail('input_forget is not supported');
    const peeped = peepholes?.chunk(3, 0) as [Tensor, Tensor, Tensor] | undefined;
    const seen = (x: Tensor, c: Tensor, i: 0 | 1 | 2) => (peeped ? x.add(peeped[i].mul(c)) : x);
    return (given, [old, c]) => {
      const [i, o, forget, cell] = given.add(product(old!, r)).chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
      const kept = f!(seen(forget, c!, 2)).mul(c!);
      const next = kept.add(f!(seen(i, c!, 0)).mul(g!(cell)));
      return [f!(seen(o, next, 1)).mul(h!(next)), next];
    };
  },
};

/** Reverses the steps of each sequence. Steps beyond its length stay in place. */
function backwards(x: Tensor, lengths: Tensor | null): Tensor {
  if (!lengths) return x.flip(0);
  const steps = arange(x.shape[0]!).unsqueeze(1);
  const back = lengths.sub(1).sub(steps);
  const places = back.where(back.ge(0), steps.expand(back.shape));
  return x.gather(0, places.unsqueeze(2).expand(x.shape));
}

/**
 * Runs all steps of a direction. Returns its outputs [T, B, hidden], zero beyond each sequence's length, and its last
 * states.
 */
function run(given: Tensor, start: readonly Tensor[], lengths: Tensor | null, cell: Cell): [Tensor, readonly Tensor[]] {
  let states = start;
  const outputs: Tensor[] = [];
  for (let t = 0; t < given.shape[0]!; t++) {
    const next = cell(given.select(0, t), states);
    const lasts = lengths?.gt(t).unsqueeze(1);
    outputs.push(lasts ? next[0]!.mul(lasts.to(next[0]!.dtype)) : next[0]!);
    states = lasts ? next.map((state, i) => state.where(lasts, states[i]!)) : next;
  }
  return [stack(outputs), states];
}

const recurrent =
  (kind: Kind): Operator =>
  (call) => {
    const batchFirst = call.int('layout', 0) === 1;
    const inner = (v: Tensor) => (batchFirst ? v.transpose(0, 1) : v);
    const x = inner(call.tensor(0));
    const [w, r] = [call.tensor(1), call.tensor(2)];
    const [directions, hidden] = [w.shape[0]!, r.shape[2]!];
    if (call.node.attributes.some(({ name }) => name === 'clip')) call.fail("attribute 'clip' is not supported");
    const way = call.text('direction', 'forward');
    const batch = x.shape[1]!;
    boundedList(call, x.shape[0]!);
    const fs = activationsOf(call, kind.activations, directions);
    const lengths = call.has(4) ? call.tensor(4).to('int64') : null;
    const none = zeros([directions, batch, hidden], { dtype: x.dtype });
    const starts = Array.from({ length: kind.states }, (_, i) => (call.has(5 + i) ? inner(call.tensor(5 + i)) : none));
    const width = kind.gates * hidden;
    const biases = call.optionalTensor(3) ?? zeros([directions, 2 * width], { dtype: x.dtype });
    const results = Array.from({ length: directions }, (_, d) => {
      const direction: Direction = {
        w: w.select(0, d),
        r: r.select(0, d),
        wb: biases.select(0, d).narrow(0, 0, width),
        rb: biases.select(0, d).narrow(0, width, width),
        peepholes: call.has(7) ? call.tensor(7).select(0, d) : null,
        fs: fs.slice(d * kind.activations.length, (d + 1) * kind.activations.length),
      };
      const reverse = way === 'reverse' || d === 1;
      const given = product(reverse ? backwards(x, lengths) : x, direction.w).add(kind.inputBias(direction));
      const first = starts.map((state) => state.select(0, d));
      const [y, last] = run(given, first, lengths, kind.cell(direction, call));
      return [reverse ? backwards(y, lengths) : y, ...last] as const;
    });
    const y = stack(
      results.map(([outputs]) => outputs),
      1,
    );
    const lasts = starts.map((_, i) => inner(stack(results.map((result) => result[1 + i]!))));
    return [batchFirst ? y.permute(2, 0, 1, 3) : y, ...lasts];
  };

export const recurrence: Operators = { RNN: recurrent(rnn), GRU: recurrent(gru), LSTM: recurrent(lstm) };
