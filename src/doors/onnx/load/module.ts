// OnnxModule: an imported network, made of our layers and parameters.
import { ArgumentError, Tensor } from '../../../torch';
import { Module } from '../../../torch/inside';
import { DATA } from '../proto/messages';
import { hostOf, tensorOf } from './convert';
import { noteType, ourType } from './element-type';
import { isSmall } from './host';
import { givenInputs, type OnnxInput } from './inputs';
import type { Plan } from './plan';
import { HostArray, type OnnxValue } from './values';

/** An output of an imported network: a tensor, or for a sequence a list of tensors. */
export type OnnxOutput = Tensor | Tensor[];

/** The producer that the file names. */
export interface OnnxProducer {
  readonly name: string;
  readonly version: string;
}

/**
 * A network from an ONNX file, for inference and further training. Call it with its inputs in the order of the file, or
 * with one object of inputs by name. It returns its output; several outputs are a list in the order of the file.
 *
 *     const model = await onnx.load('resnet18.onnx');
 *     const logits = model(pictures);
 *     const detector = await onnx.load<Tensor[]>('detector.onnx');
 *     const [boxes, scores] = detector({ image });
 *
 * Nodes that match our layers become modules (`Conv2d`, `BatchNorm2d`, `Linear`, `LSTM`, …), at the paths that
 * PyTorch's exporter writes into names. Other nodes run as operations on parameters of those names. The network starts
 * in `eval()` mode. In `train()` mode, norms and dropout work as in PyTorch, whichever mode the file was exported in.
 * Each layer of a recurrent stack is a module of its own: `lstm`, `lstm_1`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class OnnxModule<Result = Tensor> extends Module {
  /** Names, shapes and dtypes of the inputs, in order. */
  readonly inputs: readonly OnnxInput[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly producer: OnnxProducer;
  private plan: Plan | null = null;
  private uses: readonly InputUse[] = [];

  /**
   * @internal
   * @param outputNames The names of the outputs, in their order.
   * @param producer The program that wrote the file.
   */
  constructor(inputs: readonly OnnxInput[], outputNames: readonly string[], producer: OnnxProducer) {
    super();
    if (!Array.isArray(inputs)) {
      throw new ArgumentError('OnnxModule: expected no call of the constructor; onnx.load makes networks of files');
    }
    this.inputs = inputs;
    this.inputNames = inputs.map(({ name }) => name);
    this.outputNames = outputNames;
    this.producer = producer;
  }

  /** @internal Sets the network's steps, and how its inputs are used. Called once. */
  setPlan(plan: Plan, uses: readonly InputUse[]): void {
    this.plan = plan;
    this.uses = uses;
  }

  /**
   * The output for inputs in order or in one object by name. Several outputs are a list.
   *
   * @throws ShapeError, DTypeError if an input does not match the file; the error names the input
   */
  override forward(named: Readonly<Record<string, Tensor>>): Result;
  override forward(x: Tensor, /** Further operands, each with its dimensions. */ ...more: Tensor[]): Result;
  override forward(...args: (Tensor | Readonly<Record<string, Tensor>>)[]): Result {
    const given = givenInputs(this.inputs, args).map((x, i) => asUsed(x, this.uses[i]!));
    const results = this.plan!.run(this, given).map(resultOf);
    return (results.length === 1 ? results[0] : results) as Result;
  }
}

export interface OnnxModule<Result = Tensor> extends Module {
  /** The output for inputs by name. */
  (named: Readonly<Record<string, Tensor>>): Result;
  /** The output for inputs in the order of the file. */
  (x: Tensor, ...more: Tensor[]): Result;
}

/** How a graph uses an input. */
export interface InputUse {
  /** The input's type in the file. */
  readonly type: number;
  /** Whether its numbers decide shapes. */
  readonly decides: boolean;
}

/**
 * An input as the graph uses it. If the file's type is narrower than ours, a copy is marked with that type, and the
 * caller's tensor stays unchanged. If the input decides shapes and its numbers are on the host, it becomes an array on
 * the host.
 */
function asUsed(x: Tensor, { type, decides }: InputUse): Tensor | HostArray {
  const isNarrow = type !== 0 && ourType(type) === 'int32' && type !== DATA.int32;
  if (isNarrow) return noteType(x.to('int32').detach(), type);
  return (decides && !x.requiresGrad && isSmall(x.shape) && hostOf(x)) || x;
}

function resultOf(value: OnnxValue | null): OnnxOutput | null {
  if (value === null || value instanceof Tensor) return value;
  return value instanceof HostArray
    ? tensorOf(value)
    : value.items.map((item) => (item instanceof HostArray ? tensorOf(item) : item));
}
