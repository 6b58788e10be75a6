// The recurrent cells RNNCell, LSTMCell and GRUCell: one step at a time.
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { expectOfWeight } from '../../../engine/graph/record';
import { tensor, tensors } from '../../tensor/calling/tensor-kinds';
import { empty, zeros } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { linear } from '../functional/linear';
import { uniform_ } from '../init';
import { Layer } from '../layers/layer';
import { wholeNumber } from '../layers/sizes';
import { inputs } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { advanceGru, advanceLstm, advanceRnn, type RNNNonlinearity } from './rnn-steps';

interface RecurrentCellArguments {
  /** Features of the input. */
  inputSize: number;
  hiddenSize: number;
  /** Default true. */
  bias?: boolean;
}

/** The base of the cells; the parameters have PyTorch's names. */
abstract class Cell extends Layer {
  get [inputs]() {
    return ['input', 'hx?'] as const;
  }

  inputSize: number;
  hiddenSize: number;
  bias: boolean;
  weight_ih!: Parameter;
  weight_hh!: Parameter;
  bias_ih!: Parameter | null;
  bias_hh!: Parameter | null;

  constructor(layer: string, gates: number, { inputSize, hiddenSize, bias }: Required<RecurrentCellArguments>) {
    super();
    this.inputSize = wholeNumber(layer, 'inputSize', inputSize, 1);
    this.hiddenSize = wholeNumber(layer, 'hiddenSize', hiddenSize, 1);
    this.bias = bias;
    const rows = gates * hiddenSize;
    this.registerParameter('weight_ih', new Parameter(empty([rows, inputSize])));
    this.registerParameter('weight_hh', new Parameter(empty([rows, hiddenSize])));
    this.registerParameter('bias_ih', bias ? new Parameter(empty([rows])) : null);
    this.registerParameter('bias_hh', bias ? new Parameter(empty([rows])) : null);
    this.resetParameters();
  }

  /** Draws new weights and biases, uniform on ±1/√hiddenSize. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** The input's share of the gates, W_ih x + b_ih. */
  protected share(layer: string, x: Tensor): Tensor {
    expectKind(layer, 'its argument', x, tensor);
    if ((x.dim() !== 1 && x.dim() !== 2) || x.shape.at(-1) !== this.inputSize) {
      throw new ShapeError(
        `${layer}: expected input [N, ${this.inputSize}] or [${this.inputSize}], but got [${x.shape.join(', ')}]`,
      );
    }
    expectOfWeight(layer, x, this.weight_ih, true);
    return linear(x, this.weight_ih, this.bias_ih);
  }

  /** The given state for the input x, or zeros. */
  protected state(layer: string, x: Tensor, given: Tensor | null | undefined): Tensor {
    const shape = [...x.shape.slice(0, -1), this.hiddenSize];
    if (given === null || given === undefined) return zeros(shape, { dtype: x.dtype });
    expectKind(layer, 'its state', given, tensor);
    if (given.shape.join() === shape.join()) return given;
    throw new ShapeError(
      `${layer}: expected a state of shape [${shape.join(', ')}], but got [${given.shape.join(', ')}]`,
    );
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=False'}`;
  }
}

interface RNNCellArguments extends RecurrentCellArguments {
  /** 'tanh' (default) or 'relu'. */
  nonlinearity?: RNNNonlinearity;
}

/** h' = tanh(W_ih x + b_ih + W_hh h + b_hh). Shape: [N, inputSize] or [inputSize], and a state, zeros by default → [N, hiddenSize]. */
export class RNNCell extends Cell {
  nonlinearity: RNNNonlinearity;

  constructor(...args: Arguments<RNNCellArguments, ['inputSize', 'hiddenSize', 'bias', 'nonlinearity']>) {
    const defaults = { bias: true, nonlinearity: 'tanh' } as const;
    const o = parseArgs<RNNCellArguments>('RNNCell', ['inputSize', 'hiddenSize'], defaults, args);
    if (o.nonlinearity !== 'tanh' && o.nonlinearity !== 'relu') {
      throw new ArgumentError(`RNNCell: expected nonlinearity 'tanh' or 'relu', but got '${o.nonlinearity}'`);
    }
    super('RNNCell', 1, o);
    this.nonlinearity = o.nonlinearity;
  }

  forward(x: Tensor, /** The state before: [N, H] or [H]; zeros without it. */ h: Tensor | null = null): Tensor {
    const share = this.share('RNNCell', x);
    return advanceRnn(share, this.state('RNNCell', x, h), this.weight_hh, this.bias_hh, this.nonlinearity);
  }

  override extraRepr(): string {
    return this.nonlinearity === 'tanh' ? super.extraRepr() : `${super.extraRepr()}, nonlinearity=${this.nonlinearity}`;
  }
}

/** One step of GRU. Shape: as RNNCell. */
export class GRUCell extends Cell {
  constructor(...args: Arguments<RecurrentCellArguments, ['inputSize', 'hiddenSize', 'bias']>) {
    super(
      'GRUCell',
      3,
      parseArgs<RecurrentCellArguments>('GRUCell', ['inputSize', 'hiddenSize'], { bias: true }, args),
    );
  }

  forward(x: Tensor, /** The state before: [N, H] or [H]; zeros without it. */ h: Tensor | null = null): Tensor {
    return advanceGru(this.share('GRUCell', x), this.state('GRUCell', x, h), this.weight_hh, this.bias_hh);
  }
}

/** One step of LSTM: [h', c'] of a state [h, c]. Shape: as RNNCell. */
export class LSTMCell extends Cell {
  constructor(...args: Arguments<RecurrentCellArguments, ['inputSize', 'hiddenSize', 'bias']>) {
    super(
      'LSTMCell',
      4,
      parseArgs<RecurrentCellArguments>('LSTMCell', ['inputSize', 'hiddenSize'], { bias: true }, args),
    );
  }

  forward(
    x: Tensor,
    /** The hidden state and the cell state to start from; zeros if null. */ state:
      | readonly [h: Tensor, c: Tensor]
      | null = null,
  ): [h: Tensor, c: Tensor] {
    if (state !== null) expectKind('LSTMCell', 'its state', state, tensors);
    const share = this.share('LSTMCell', x);
    const [h, c] = [0, 1].map((i) => this.state('LSTMCell', x, state?.[i])) as [Tensor, Tensor];
    return advanceLstm(share, h, c, this.weight_hh, this.bias_hh);
  }
}
