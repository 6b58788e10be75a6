// The recurrent layers RNN, LSTM and GRU: stacks of cells over a sequence, in one or both directions.
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import { expectOfWeight } from '../../../engine/graph/record';
import { recurrent } from '../../../engine/ops/recurrent/recurrent';
import type { CellKind } from '../../../engine/ops/recurrent/recurrent-steps';
import { tensor, tensors } from '../../tensor/calling/tensor-kinds';
import { empty, zeros } from '../../tensor/creation/creation';
import { cat, stack } from '../../tensor/joining/cat-stack';
import { Tensor } from '../../tensor/tensor';
import { dropout } from '../functional/dropout';
import { linear } from '../functional/linear';
import { uniform_ } from '../init';
import { Layer } from '../layers/layer';
import { MOST_LAYERS, wholeNumber } from '../layers/sizes';
import { inputs } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { isPacked, laidOut, type PackedRows } from './packed-rows';
import type { PackedSequence } from './packed-sequences';
import { advanceLstm, type RNNNonlinearity } from './rnn-steps';

export interface RecurrentArguments {
  /** Features of each element of the sequence. */
  inputSize: number;
  hiddenSize: number;
  /** The number of stacked layers, default 1. */
  numLayers?: number;
  /** Default true. */
  bias?: boolean;
  /** Sequences are [N, L, …] rather than [L, N, …], default false. */
  batchFirst?: boolean;
  /** The probability that an output of a layer other than the last is dropped in training, default 0. */
  dropout?: number;
  /** Also read the sequence backwards; default false. */
  bidirectional?: boolean;
}

interface RecurrentLayout extends Required<RecurrentArguments> {
  /** The number of blocks of hiddenSize rows in the weights. */
  gates: number;
  /** The size of projected outputs, 0 for no projection. */
  projSize: number;
}

const defaults = { numLayers: 1, bias: true, batchFirst: false, dropout: 0, bidirectional: false };

/** The weights of one layer in one direction. */
interface Weights {
  readonly inputs: Parameter;
  readonly hidden: Parameter;
  readonly inputBias: Parameter | null;
  readonly hiddenBias: Parameter | null;
  readonly projection: Parameter | null;
}

/** A sequence as [L, N, …], and the initial states of each layer and direction. */
interface Sequence {
  readonly x: Tensor;
  readonly batched: boolean;
  /** The rows of a packed sequence, null for a tensor. */
  readonly rows: PackedRows | null;
  readonly states: readonly Tensor[];
}

/**
 * The base of the recurrent layers. The parameters have PyTorch's names: `weight_ih_l0` [gates · hiddenSize,
 * inputSize], `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0` for layer 0, with `_reverse` for the backward direction.
 */
abstract class Recurrent extends Layer {
  get [inputs]() {
    return ['input', 'hx?'] as const;
  }

  inputSize: number;
  hiddenSize: number;
  numLayers: number;
  bias: boolean;
  batchFirst: boolean;
  dropout: number;
  bidirectional: boolean;
  projSize: number;

  constructor(layer: string, o: RecurrentLayout) {
    super();
    this.inputSize = wholeNumber(layer, 'inputSize', o.inputSize, 1);
    this.hiddenSize = wholeNumber(layer, 'hiddenSize', o.hiddenSize, 1);
    this.numLayers = wholeNumber(layer, 'numLayers', o.numLayers, 1, MOST_LAYERS);
    if (!(o.dropout >= 0 && o.dropout <= 1)) {
      throw new ArgumentError(`${layer}: expected a dropout between 0 and 1, but got ${o.dropout}`);
    }
    if (o.projSize < 0 || o.projSize >= o.hiddenSize) {
      throw new ArgumentError(`${layer}: expected projSize smaller than hiddenSize, but got ${o.projSize}`);
    }
    this.bias = o.bias;
    this.batchFirst = o.batchFirst;
    this.dropout = o.dropout;
    this.bidirectional = o.bidirectional;
    this.projSize = o.projSize;
    for (let k = 0; k < this.numLayers; k++) {
      for (const suffix of this.directions) this.addWeights(k, suffix, o.gates);
    }
    this.resetParameters();
  }

  private get directions(): readonly string[] {
    return this.bidirectional ? ['', '_reverse'] : [''];
  }

  private get outputSize(): number {
    return this.projSize || this.hiddenSize;
  }

  private addWeights(layer: number, suffix: string, gates: number): void {
    const rows = gates * this.hiddenSize;
    const features = layer === 0 ? this.inputSize : this.outputSize * this.directions.length;
    const add = (name: string, shape: readonly number[]) =>
      this.registerParameter(`${name}_l${layer}${suffix}`, new Parameter(empty(shape)));
    add('weight_ih', [rows, features]);
    add('weight_hh', [rows, this.outputSize]);
    if (this.bias) {
      add('bias_ih', [rows]);
      add('bias_hh', [rows]);
    }
    if (this.projSize > 0) add('weight_hr', [this.projSize, this.hiddenSize]);
  }

  private weightsOf(layer: number, suffix: string): Weights {
    const own = this as unknown as Record<string, Parameter | undefined>;
    const named = (name: string) => own[`${name}_l${layer}${suffix}`];
    return {
      inputs: named('weight_ih')!,
      hidden: named('weight_hh')!,
      inputBias: named('bias_ih') ?? null,
      hiddenBias: named('bias_hh') ?? null,
      projection: named('weight_hr') ?? null,
    };
  }

  /** Draws new weights and biases, uniform on ±1/√hiddenSize. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** The kind of the layer's cells. */
  protected abstract get kind(): CellKind;

  /** The number of features of each tensor of the state. */
  protected stateSizes(): readonly number[] {
    return [this.outputSize];
  }

  protected run<X extends Tensor | PackedSequence>(
    layer: string,
    input: X,
    initial: readonly Tensor[] | null,
  ): [output: X, states: Tensor[]];
  protected run(
    layer: string,
    input: Tensor | PackedSequence,
    initial: readonly Tensor[] | null,
  ): [output: Tensor | PackedSequence, states: Tensor[]] {
    if (!isPacked(input)) expectKind(layer, 'its argument', input, tensor);
    if (initial !== null) expectKind(layer, 'the initial state', initial, tensors);
    const { x, batched, rows, states } = this.sequence(layer, input, initial);
    expectOfWeight(layer, x, this.weightsOf(0, '').inputs, true);
    const last: Tensor[][] = this.stateSizes().map(() => []);
    let sequence = x;
    for (let k = 0; k < this.numLayers; k++) {
      const outputs = this.directions.map((suffix, d) => {
        const first = states.map((state) => state.select(0, k * this.directions.length + d));
        const [output, final] = this.scan(sequence, first, this.weightsOf(k, suffix), { reverse: d === 1, rows });
        final.forEach((state, i) => void last[i]!.push(state));
        return output;
      });
      sequence = outputs.length === 1 ? outputs[0]! : cat(outputs, 2);
      if (this.dropout > 0 && this.training && k < this.numLayers - 1)
        sequence = dropout(sequence, { p: this.dropout });
    }
    const final = last.map((parts) => stack(parts));
    if (rows) return [rows.packed(sequence), final.map(rows.unsorted)];
    if (!batched) return [sequence.squeeze(1), final.map((state) => state.squeeze(1))];
    return [this.batchFirst ? sequence.transpose(0, 1) : sequence, final];
  }

  /** One layer in one direction: its outputs in the order of the sequence, and its last state. */
  private scan(
    given: Tensor,
    initial: readonly Tensor[],
    weights: Weights,
    { reverse: backwards, rows }: { readonly reverse: boolean; readonly rows: PackedRows | null },
  ): [outputs: Tensor, state: readonly Tensor[]] {
    // Packed sequences are reversed, each up to its own end, so that all begin at the same time step.
    const turned = (x: Tensor): Tensor => (rows && backwards ? rows.reversed(x) : x);
    const [sequence, reverse] = [turned(given), backwards && !rows];
    const times = sequence.shape[0]!;
    if (weights.projection) {
      const steps = scanProjected(sequence, initial, weights, weights.projection, reverse);
      const ended = rows ? steps.map(rows.last) : steps.map((state) => state.select(0, reverse ? 0 : times - 1));
      return [turned(steps[0]), ended];
    }
    const states = this.states(sequence, initial, weights, { reverse, rows });
    const after = (state: Tensor): Tensor => state.narrow(0, reverse ? 0 : 1, times);
    const ended = rows
      ? states.map((state) => rows.last(after(state)))
      : states.map((state) => state.select(0, reverse ? 0 : times));
    return [turned(after(states[0]!)), ended];
  }

  /** The states before, between and after the elements of a sequence, [L + 1, N, hiddenSize] each. */
  private states(
    sequence: Tensor,
    initial: readonly Tensor[],
    { inputs, hidden, inputBias, hiddenBias }: Weights,
    { reverse, rows }: { readonly reverse: boolean; readonly rows: PackedRows | null },
  ): Tensor[] {
    const { kind } = this;
    // If the gates are plain sums, their two biases can be added beforehand. A GRU multiplies the hidden state's share
    // of one gate, bias included, so its biases stay apart.
    const apart = kind === 'gru' || !inputBias || !hiddenBias;
    const all = linear(sequence, inputs, apart ? inputBias : inputBias.add(hiddenBias));
    // With relu, states may grow without bound. The lowest shares make them 0 after a sequence's end, so that nothing
    // overflows there.
    const shares = rows && kind === 'relu' ? rows.filled(all, LOWEST[all.dtype as keyof typeof LOWEST]) : all;
    // Under autocast the shares are float16, so the other operands are converted to their dtype.
    const alike = (x: Tensor) => x.to(shares.dtype).value;
    return recurrent(
      {
        shares: shares.value,
        weight: alike(hidden),
        bias: kind === 'gru' && hiddenBias ? alike(hiddenBias) : null,
        states: initial.map(alike),
      },
      { kind, reverse },
    ).map((value) => Tensor.of(value));
  }

  private sequence(layer: string, input: Tensor | PackedSequence, initial: readonly Tensor[] | null): Sequence {
    const packed = isPacked(input);
    const given = packed ? input.data : input;
    const rank = given.dim();
    if ((rank !== 2 && (packed || rank !== 3)) || given.shape.at(-1) !== this.inputSize) {
      const order = this.batchFirst ? 'N, L' : 'L, N';
      const wanted = packed ? '' : `[${order}, ${this.inputSize}] or `;
      throw new ShapeError(
        `${layer}: expected input ${wanted}[L, ${this.inputSize}], but got [${given.shape.join(', ')}]`,
      );
    }
    const batched = packed || rank === 3;
    const rows = packed ? input[laidOut]() : null;
    const x = rows?.x ?? (!batched ? given.unsqueeze(1) : this.batchFirst ? given.transpose(0, 1) : given);
    if (x.shape[0] === 0) throw new ShapeError(`${layer}: expected a sequence of at least 1 element, but got none`);
    const slots = this.numLayers * this.directions.length;
    const states = this.stateSizes().map((size, i) => {
      const shape = batched ? [slots, x.shape[1]!, size] : [slots, size];
      const state = initial?.[i];
      if (!state) return zeros([slots, x.shape[1]!, size], { dtype: x.dtype });
      if (state.shape.join() !== shape.join()) {
        throw new ShapeError(
          `${layer}: expected an initial state of shape [${shape.join(', ')}], but got [${state.shape.join(', ')}]`,
        );
      }
      if (rows) return rows.sorted(state);
      return batched ? state : state.unsqueeze(1);
    });
    return { x, batched, rows, states };
  }

  override extraRepr(): string {
    let text = `${this.inputSize}, ${this.hiddenSize}`;
    if (this.projSize !== 0) text += `, proj_size=${this.projSize}`;
    if (this.numLayers !== 1) text += `, num_layers=${this.numLayers}`;
    if (!this.bias) text += ', bias=False';
    if (this.batchFirst) text += ', batch_first=True';
    if (this.dropout !== 0) text += `, dropout=${pythonText(this.dropout)}`;
    if (this.bidirectional) text += ', bidirectional=True';
    return text;
  }
}

/** The lowest finite number of each dtype. */
const LOWEST = { float32: -3.4028234663852886e38, float16: -65504 };

/**
 * The states h and c after each element, for an LSTM layer in one direction whose outputs are projected; computed step
 * by step.
 */
function scanProjected(
  sequence: Tensor,
  initial: readonly Tensor[],
  { inputs, hidden, inputBias, hiddenBias }: Weights,
  projection: Tensor,
  reverse: boolean,
): [h: Tensor, c: Tensor] {
  const shares = linear(sequence, inputs, inputBias).unbind(0);
  const outputs = new Array<Tensor>(shares.length);
  const cells = new Array<Tensor>(shares.length);
  let [h, c] = initial as [Tensor, Tensor];
  for (let i = 0; i < shares.length; i++) {
    const t = reverse ? shares.length - 1 - i : i;
    const [output, cell] = advanceLstm(shares[t]!, h, c, hidden, hiddenBias);
    [h, c] = [linear(output, projection), cell];
    [outputs[t], cells[t]] = [h, c];
  }
  return [stack(outputs), stack(cells)];
}

/** A recurrent layer's call with a packed sequence. */
type OnPacked<Initial, State> = (
  input: PackedSequence,
  state?: Initial | null,
) => [output: PackedSequence, state: State];

export interface RNNArguments extends RecurrentArguments {
  /** 'tanh' (default) or 'relu'. */
  nonlinearity?: RNNNonlinearity;
}

/**
 * h_t = tanh(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh) in each layer (Elman 1990).
 *
 * Shape: input [L, N, inputSize], or [N, L, …] with `batchFirst`, or [L, inputSize]; initial state [numLayers ·
 * directions, N, hiddenSize], zeros by default → output [L, N, directions · hiddenSize] of the last layer, and the last
 * state. For a packed sequence (`nn.utils.rnn.packPaddedSequence`) the output is packed, too, and the last state is the
 * one at the end of each sequence.
 *
 *     const [output, h] = new nn.RNN(10, 20)(torch.randn(5, 3, 10));   // [5, 3, 20], [1, 3, 20]
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class RNN extends Recurrent {
  nonlinearity: RNNNonlinearity;

  constructor(inputSize: number, hiddenSize: number, options?: Omit<RNNArguments, 'inputSize' | 'hiddenSize'>);
  constructor(
    ...args: Arguments<
      RNNArguments,
      ['inputSize', 'hiddenSize', 'numLayers', 'nonlinearity', 'bias', 'batchFirst', 'dropout', 'bidirectional']
    >
  );
  constructor(...args: unknown[]) {
    const { numLayers, ...rest } = defaults;
    const all = { numLayers, nonlinearity: 'tanh' as RNNNonlinearity, ...rest };
    const o = parseArgs<RNNArguments>('RNN', ['inputSize', 'hiddenSize'], all, args);
    if (o.nonlinearity !== 'tanh' && o.nonlinearity !== 'relu') {
      throw new ArgumentError(`RNN: expected nonlinearity 'tanh' or 'relu', but got '${o.nonlinearity}'`);
    }
    super('RNN', { ...o, gates: 1, projSize: 0 });
    this.nonlinearity = o.nonlinearity;
  }

  forward(
    input: PackedSequence,
    /** The state before the first step; zeros without it. */ h0?: Tensor | null,
  ): [output: PackedSequence, h: Tensor];
  forward(input: Tensor, h0?: Tensor | null): [output: Tensor, h: Tensor];
  forward(input: Tensor | PackedSequence, h0: Tensor | null = null): [output: Tensor | PackedSequence, h: Tensor] {
    const [output, [h]] = this.run('RNN', input, h0 === null ? null : [h0]);
    return [output, h!];
  }

  protected override get kind(): CellKind {
    return this.nonlinearity;
  }
}

type RecurrentOrder = ['inputSize', 'hiddenSize', 'numLayers', 'bias', 'batchFirst', 'dropout', 'bidirectional'];

/**
 * Gated recurrent units (Cho et al. 2014): r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise,
 * n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h' = (1 − z) n + z h.
 *
 * Shape: as RNN. The weights hold the rows of r, z and n, in that order.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: Omit<RecurrentArguments, 'inputSize' | 'hiddenSize'>);
  constructor(...args: Arguments<RecurrentArguments, RecurrentOrder>);
  constructor(...args: unknown[]) {
    const o = parseArgs<RecurrentArguments>('GRU', ['inputSize', 'hiddenSize'], defaults, args);
    super('GRU', { ...o, gates: 3, projSize: 0 });
  }

  forward(
    input: PackedSequence,
    /** The state before the first step; zeros without it. */ h0?: Tensor | null,
  ): [output: PackedSequence, h: Tensor];
  forward(input: Tensor, h0?: Tensor | null): [output: Tensor, h: Tensor];
  forward(input: Tensor | PackedSequence, h0: Tensor | null = null): [output: Tensor | PackedSequence, h: Tensor] {
    const [output, [h]] = this.run('GRU', input, h0 === null ? null : [h0]);
    return [output, h!];
  }

  protected override get kind(): CellKind {
    return 'gru';
  }
}

export interface LSTMArguments extends RecurrentArguments {
  /** Project outputs and hidden states to this size; default 0: no projection. */
  projSize?: number;
}

type StatePair = readonly [h0: Tensor, c0: Tensor];

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997): i, f, g, o = W_ih x + b_ih + W_hh h + b_hh,
 * c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c').
 *
 * Shape: as RNN, the state being [h, c]; c always has `hiddenSize` features. The weights hold the rows of i, f, g and o.
 *
 *     const [output, [h, c]] = new nn.LSTM(10, 20, { numLayers: 2 })(torch.randn(5, 3, 10));   // [5, 3, 20], [2, 3, 20] each
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: Omit<LSTMArguments, 'inputSize' | 'hiddenSize'>);
  constructor(...args: Arguments<LSTMArguments, [...RecurrentOrder, 'projSize']>);
  constructor(...args: unknown[]) {
    const o = parseArgs<LSTMArguments>('LSTM', ['inputSize', 'hiddenSize'], { ...defaults, projSize: 0 }, args);
    super('LSTM', { ...o, gates: 4 });
  }

  forward(
    input: PackedSequence,
    /** The hidden state and the cell state to start from; zeros if left out. */ state?: StatePair | null,
  ): [output: PackedSequence, state: [h: Tensor, c: Tensor]];
  forward(input: Tensor, state?: StatePair | null): [output: Tensor, state: [h: Tensor, c: Tensor]];
  forward(
    input: Tensor | PackedSequence,
    state: StatePair | null = null,
  ): [output: Tensor | PackedSequence, state: [h: Tensor, c: Tensor]] {
    const [output, [h, c]] = this.run('LSTM', input, state);
    return [output, [h!, c!]];
  }

  protected override stateSizes(): readonly number[] {
    return [...super.stateSizes(), this.hiddenSize];
  }

  protected override get kind(): CellKind {
    return 'lstm';
  }
}

export interface RNN extends OnPacked<Tensor, Tensor> {}

export interface GRU extends OnPacked<Tensor, Tensor> {}

export interface LSTM extends OnPacked<StatePair, [h: Tensor, c: Tensor]> {}
