// Layers that families of networks share, with torchvision's names: convolution with norm and activation, squeeze and excitation, and others.

import { ArgumentError, nn, type Tensor } from '../../../torch';
import {
  type Arguments,
  expectTensors,
  kinds,
  Module,
  parseArgs,
  pythonFloat,
  pythonText,
  UnaryLayer,
} from '../../../torch/inside';
import { Network } from '../network';

/**
 * A class of modules or a function that makes one, such as a norm for a number of channels, or an activation with
 * options.
 */
export type LayerMaker<A extends readonly unknown[]> =
  | (new (
      ...args: A
    ) => nn.UnaryModule)
  | ((...args: A) => nn.UnaryModule);

export type NormMaker = LayerMaker<[channels: number]>;

export type ActivationMaker = LayerMaker<[options: { inplace: boolean }]> | LayerMaker<[]>;

/** Makes a module with a class or a function. */
export function make<A extends readonly unknown[]>(maker: LayerMaker<A>, ...args: A): nn.UnaryModule {
  return isClass(maker) ? new maker(...args) : maker(...args);
}

const isClass = <A extends readonly unknown[]>(maker: LayerMaker<A>): maker is new (...args: A) => nn.UnaryModule =>
  maker.prototype instanceof Module;

export interface ConvNormActivationOptions {
  /** Side of the kernel, or one for each dimension. Default: 3. */
  kernelSize?: number | readonly number[];
  /** Default: 1. */
  stride?: number | readonly number[];
  /** Default: half of the kernel's extent, so that a stride of 1 keeps the size. */
  padding?: number | readonly number[] | null;
  /** Default: 1. */
  groups?: number;
  /** Makes the norm for a number of channels; null for none. Default: batch norm. */
  normLayer?: NormMaker | null;
  /** Makes the activation; null for none. Default: `nn.ReLU`. */
  activationLayer?: ActivationMaker | null;
  /** Default: 1. */
  dilation?: number | readonly number[];
  /** Whether the activation works in place; null for activations without this option. Default: true. */
  inplace?: boolean | null;
  /** Default: true only without a norm. */
  bias?: boolean | null;
}

interface ConvBlockArguments extends ConvNormActivationOptions {
  inChannels: number;
  outChannels: number;
}

type ConvBlockOrder = [
  ...['inChannels', 'outChannels', 'kernelSize', 'stride', 'padding', 'groups', 'normLayer', 'activationLayer'],
  ...['dilation', 'inplace', 'bias'],
];

const sizes = kinds.either(kinds.whole(0), kinds.listOf(kinds.whole(0)));
const maker = kinds.orNull(kinds.callback);

const convKinds: kinds.Kinds<ConvBlockArguments> = {
  inChannels: kinds.features,
  outChannels: kinds.features,
  kernelSize: sizes,
  stride: sizes,
  padding: kinds.orNull(sizes),
  groups: kinds.whole(1),
  normLayer: maker,
  activationLayer: maker,
  dilation: sizes,
  inplace: kinds.orNull(kinds.flag),
  bias: kinds.orNull(kinds.flag),
};

/** A convolution, a norm and an activation, numbered as in torchvision: `0`, `1`, `2`. */
class ConvNormActivation extends nn.Sequential {
  readonly outChannels: number;

  constructor(
    name: string,
    conv: typeof nn.Conv2d | typeof nn.Conv3d,
    norm: NormMaker,
    args: Arguments<ConvBlockArguments, ConvBlockOrder>,
  ) {
    const shape = { kernelSize: 3, stride: 1, padding: null, groups: 1 };
    const layers = { normLayer: norm, activationLayer: nn.ReLU, dilation: 1, inplace: true, bias: null };
    const required = ['inChannels', 'outChannels'] as const;
    const o = parseArgs<ConvBlockArguments>(name, required, { ...shape, ...layers }, args, convKinds);
    const { kernelSize, stride, groups, dilation } = o;
    const padding = o.padding ?? samePadding(kernelSize, dilation);
    const options = { kernelSize, stride, padding, dilation, groups, bias: o.bias ?? o.normLayer === null } as never;
    const row: nn.UnaryModule[] = [new (conv as typeof nn.Conv2d)(o.inChannels, o.outChannels, options)];
    if (o.normLayer !== null) row.push(make(o.normLayer, o.outChannels));
    if (o.activationLayer !== null) row.push(activation(o.activationLayer, o.inplace));
    super(...row);
    this.outChannels = o.outChannels;
  }
}

function activation(maker: ActivationMaker, inplace: boolean | null): nn.UnaryModule {
  return inplace === null
    ? make(maker as LayerMaker<[]>)
    : make(maker as LayerMaker<[{ inplace: boolean }]>, { inplace });
}

/** Half of the kernel's extent. */
function samePadding(kernel: number | readonly number[], dilation: number | readonly number[]): number | number[] {
  if (typeof kernel === 'number' && typeof dilation === 'number') return ((kernel - 1) >> 1) * dilation;
  const rank = typeof kernel === 'number' ? (dilation as readonly number[]).length : kernel.length;
  const at = (sizes: number | readonly number[], i: number) => (typeof sizes === 'number' ? sizes : sizes[i]!);
  return Array.from({ length: rank }, (_, i) => ((at(kernel, i) - 1) >> 1) * at(dilation, i));
}

/**
 * Conv2d, norm and activation in sequence.
 *
 *     new ops.Conv2dNormActivation(3, 32, { stride: 2, activationLayer: nn.ReLU6 });
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a layer is read as one class and written as any.
export class Conv2dNormActivation extends ConvNormActivation {
  constructor(...args: Arguments<ConvBlockArguments, ConvBlockOrder>) {
    super('Conv2dNormActivation', nn.Conv2d, nn.BatchNorm2d as NormMaker, args);
  }
}

export interface Conv2dNormActivation {
  /** The convolution; it can be replaced by any module with one input. */
  get 0(): nn.Conv2d;
  set 0(layer: nn.UnaryModule);
}

/** Conv3d, norm and activation in sequence. */
export class Conv3dNormActivation extends ConvNormActivation {
  constructor(...args: Arguments<ConvBlockArguments, ConvBlockOrder>) {
    super('Conv3dNormActivation', nn.Conv3d, nn.BatchNorm3d as NormMaker, args);
  }
}

export interface SqueezeExcitationOptions {
  /** The activation between the two convolutions. Default: `nn.ReLU`. */
  activation?: LayerMaker<[]>;
  /** Makes the activation of the scales. Default: `nn.Sigmoid`. */
  scaleActivation?: LayerMaker<[]>;
}

interface SqueezeArguments extends SqueezeExcitationOptions {
  /** The channels that come in. */
  inputChannels: number;
  /** The channels between the two layers. */
  squeezeChannels: number;
}

type SqueezeOrder = ['inputChannels', 'squeezeChannels', 'activation', 'scaleActivation'];

/**
 * Squeeze and excitation (Hu, Shen and Sun 2018, arXiv:1709.01507): scales each channel of [N, C, H, W] by a factor
 * that two 1×1 convolutions compute from all channels' means.
 *
 *     y = x · scaleActivation(fc2(activation(fc1(mean(x)))))
 */
export class SqueezeExcitation extends UnaryLayer {
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc1: nn.Conv2d;
  fc2: nn.Conv2d;
  activation: nn.UnaryModule;
  scale_activation: nn.UnaryModule;

  constructor(...args: Arguments<SqueezeArguments, SqueezeOrder>) {
    super();
    const defaults = { activation: nn.ReLU, scaleActivation: nn.Sigmoid };
    const required = ['inputChannels', 'squeezeChannels'] as const;
    const o = parseArgs<SqueezeArguments>('SqueezeExcitation', required, defaults as never, args, {
      inputChannels: kinds.features,
      squeezeChannels: kinds.features,
      activation: kinds.callback,
      scaleActivation: kinds.callback,
    });
    const { inputChannels, squeezeChannels } = o;
    this.fc1 = new nn.Conv2d(inputChannels, squeezeChannels, 1);
    this.fc2 = new nn.Conv2d(squeezeChannels, inputChannels, 1);
    this.activation = make(o.activation);
    this.scale_activation = make(o.scaleActivation);
  }

  override forward(x: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(x)));
    return this.scale_activation(this.fc2(squeezed)).mul(x);
  }
}

/** Dropout that prints its probability as a float, as torchvision does: `p=0.0`. */
export class FloatDropout extends nn.Dropout {
  static override readonly name: string = 'Dropout';

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=${pythonText(this.inplace)}`;
  }
}

export interface MLPOptions {
  /** Makes the norm after each hidden layer. Default: none. */
  normLayer?: NormMaker | null;
  /** Default: `nn.ReLU`. */
  activationLayer?: ActivationMaker | null;
  /** Whether activations and dropout work in place. Default: null, which keeps their own defaults. */
  inplace?: boolean | null;
  /** Default: true. */
  bias?: boolean;
  /** Probability of dropout after every layer. Default: 0. */
  dropout?: number;
}

interface MLPArguments extends MLPOptions {
  inChannels: number;
  /** The number of features behind each linear layer. */
  hiddenChannels: readonly number[];
}

type MLPOrder = ['inChannels', 'hiddenChannels', 'normLayer', 'activationLayer', 'inplace', 'bias', 'dropout'];

/** Linear layers of sizes `hiddenChannels`, with norm, activation and dropout between them, and dropout at the end. */
export class MLP extends nn.Sequential {
  constructor(...args: Arguments<MLPArguments, MLPOrder>) {
    const defaults = { normLayer: null, activationLayer: nn.ReLU, inplace: null, bias: true, dropout: 0 };
    const o = parseArgs<MLPArguments>('MLP', ['inChannels', 'hiddenChannels'], defaults, args, {
      inChannels: kinds.features,
      hiddenChannels: kinds.listOf(kinds.features),
      normLayer: maker,
      activationLayer: maker,
      inplace: kinds.orNull(kinds.flag),
      dropout: kinds.share,
    });
    const { inChannels, hiddenChannels, normLayer, activationLayer, inplace, bias, dropout } = o;
    const drop = () => new FloatDropout(dropout, { inplace: inplace ?? false });
    const layers: nn.UnaryModule[] = [];
    let width = inChannels;
    for (const hidden of hiddenChannels.slice(0, -1)) {
      layers.push(new nn.Linear(width, hidden, { bias }));
      if (normLayer !== null) layers.push(make(normLayer, hidden));
      if (activationLayer !== null) layers.push(activation(activationLayer, inplace));
      layers.push(drop());
      width = hidden;
    }
    const last = hiddenChannels.at(-1);
    if (last === undefined) throw new ArgumentError('MLP: expected at least one size in hiddenChannels, but got none');
    layers.push(new nn.Linear(width, last, { bias }), drop());
    super(...layers);
  }
}

/** `x.permute(dims)` as a module. */
export class Permute extends Network {
  readonly dims: readonly number[];

  constructor(...args: Arguments<{ dims: readonly number[] }, ['dims']>) {
    super();
    const kindOfDims = { dims: kinds.listOf(kinds.integer) };
    this.dims = parseArgs<{ dims: readonly number[] }>('Permute', ['dims'], {}, args, kindOfDims).dims;
  }

  override forward(x: Tensor): Tensor {
    expectTensors('Permute', x);
    return x.permute([...this.dims]);
  }
}
