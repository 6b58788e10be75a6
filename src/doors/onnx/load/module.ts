// OnnxModule: an imported network, whose layers and weights are ours.
import { ArgumentError, Tensor } from '../../../torch';
import { Module } from '../../../torch/inside';
import { DATA } from '../proto/messages';
import { hostOf, tensorOf } from './convert';
import { noteType, ourType } from './element-type';
import { isSmall } from './host';
import { givenInputs, type OnnxInput } from './inputs';
import type { Plan } from './plan';
import { HostArray, type OnnxValue } from './values';

/** An output of an imported network: a tensor, and of a sequence a list of some. */
export type OnnxOutput = Tensor | Tensor[];

/** What the file says of its maker. */
export interface OnnxProducer {
  readonly name: string;
  readonly version: string;
}

/**
 * A network from an ONNX file, for inference and for training on. It is called with its inputs in the order of the file, or with one object of
 * them by name, and gives its output; with several outputs the list of them, in the order of the file.
 *
 *     const model = await onnx.load('resnet18.onnx');
 *     const logits = model(pictures);
 *     const detector = await onnx.load<Tensor[]>('detector.onnx');
 *     const [boxes, scores] = detector({ image });
 *
 * Nodes that are layers of ours are modules (`Conv2d`, `BatchNorm2d`, `Linear`, `LSTM`, …) at the paths that PyTorch's exporter writes into
 * names; other nodes run as operations on parameters of those names. It starts in `eval()`, and in `train()` norms and dropout do as in PyTorch,
 * whichever mode the file was exported in. Each layer of a recurrent stack is a module of its own: `lstm`, `lstm_1`.
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

  /** @internal */
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

  /** @internal Gives the network its steps, and how its inputs are used; once. */
  setPlan(plan: Plan, uses: readonly InputUse[]): void {
    this.plan = plan;
    this.uses = uses;
  }

  /**
   * The output for these inputs, given in order or as one object by names; a list of several.
   *
   * @throws ShapeError, DTypeError that name the input, where one is not what the file says
   */
  override forward(named: Readonly<Record<string, Tensor>>): Result;
  override forward(x: Tensor, ...more: Tensor[]): Result;
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
  /** The type that the file gives it. */
  readonly type: number;
  /** Its numbers decide shapes. */
  readonly decides: boolean;
}

/**
 * A tensor of a type that we hold in a wider one knows it, and the caller's own stays as it is. What decides shapes is computed with on the
 * host where its numbers are there.
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
