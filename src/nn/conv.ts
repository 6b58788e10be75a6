// Owns the convolution family: Conv2d, LazyConv2d, ConvTranspose2d.
import { ArgumentError, ShapeError } from '../errors';
import { empty } from '../tensor/creation';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { conv2d, convTranspose2d } from './functional/conv';
import { type PadMode, pad } from './functional/pad';
import { resetWeightAndBias } from './linear';
import { Module } from './module';
import { Parameter, UninitializedParameter } from './parameter';
import { pythonText } from './printing';
import { pair, type Size2d, wholeNumber } from './sizes';

export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

const paddingModes: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

interface CommonArguments {
  inChannels: number;
  outChannels: number;
  kernelSize: Size2d;
  /** Default 1. */
  stride?: Size2d;
  /** Spacing between the elements of the kernel, default 1. */
  dilation?: Size2d;
  /** Blocks of channels that do not see each other, default 1. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
  /** What surrounds the input, default 'zeros'. */
  paddingMode?: PaddingMode;
}

interface Layout extends Required<CommonArguments> {
  padding: Size2d | 'same' | 'valid';
  outputPadding: Size2d;
  transposed: boolean;
}

/** What convolutions have in common: attributes, initialisation and printed text. */
abstract class ConvNd extends Module {
  inChannels: number;
  outChannels: number;
  kernelSize: [number, number];
  stride: [number, number];
  padding: [number, number] | 'same' | 'valid';
  dilation: [number, number];
  outputPadding: [number, number];
  groups: number;
  paddingMode: PaddingMode;
  weight: Parameter;
  bias: Parameter | null;

  constructor(layer: string, o: Layout) {
    super();
    this.inChannels = wholeNumber(layer, 'inChannels', o.inChannels);
    this.outChannels = wholeNumber(layer, 'outChannels', o.outChannels);
    this.kernelSize = pair(layer, 'kernelSize', o.kernelSize, 1);
    this.stride = pair(layer, 'stride', o.stride, 1);
    this.dilation = pair(layer, 'dilation', o.dilation, 1);
    this.groups = wholeNumber(layer, 'groups', o.groups, 1);
    this.outputPadding = pair(layer, 'outputPadding', o.outputPadding);
    this.padding = typeof o.padding === 'string' ? o.padding : pair(layer, 'padding', o.padding);
    this.paddingMode = o.paddingMode;
    this.#check(layer);
    const [kh, kw] = this.kernelSize;
    const [first, second] = o.transposed
      ? [this.inChannels, this.outChannels / this.groups]
      : [this.outChannels, this.inChannels / this.groups];
    this.weight = new Parameter(empty([first, second, kh, kw]));
    this.bias = o.bias ? new Parameter(empty([this.outChannels])) : null;
    this.resetParameters();
  }

  #check(layer: string): void {
    for (const name of ['inChannels', 'outChannels'] as const) {
      if (this[name] % this.groups !== 0) {
        throw new ArgumentError(
          `${layer}: expected ${name} divisible by groups, but got ${this[name]} and ${this.groups}`,
        );
      }
    }
    if (typeof this.padding === 'string') {
      if (this.padding !== 'same' && this.padding !== 'valid') {
        throw new ArgumentError(`${layer}: expected padding 'same', 'valid' or numbers, but got '${this.padding}'`);
      }
      if (this.padding === 'same' && this.stride.some((step) => step !== 1)) {
        throw new ArgumentError(`${layer}: expected stride 1 with padding 'same', but got ${pythonText(this.stride)}`);
      }
    }
    if (!paddingModes.includes(this.paddingMode)) {
      const modes = paddingModes.map((mode) => `'${mode}'`).join(', ');
      throw new ArgumentError(`${layer}: expected paddingMode to be one of ${modes}, but got '${this.paddingMode}'`);
    }
  }

  /** Draws weight and bias anew, uniform on ±√(groups / (inChannels · kernel elements)). */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, outputPadding, groups } = this;
    const differs = (pair: readonly number[], usual: number) => pair.some((n) => n !== usual);
    let text = `${inChannels}, ${outChannels}, kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}`;
    if (typeof padding === 'string' || differs(padding, 0)) text += `, padding=${pythonText(padding)}`;
    if (differs(dilation, 1)) text += `, dilation=${pythonText(dilation)}`;
    if (differs(outputPadding, 0)) text += `, output_padding=${pythonText(outputPadding)}`;
    if (groups !== 1) text += `, groups=${groups}`;
    if (this.bias === null) text += ', bias=False';
    if (this.paddingMode !== 'zeros') text += `, padding_mode=${this.paddingMode}`;
    return text;
  }
}

export interface Conv2dArguments extends CommonArguments {
  /** Added on each side, default 0; 'same' keeps the size, 'valid' is 0. */
  padding?: Size2d | 'same' | 'valid';
}

const convDefaults = {
  stride: 1,
  padding: 0,
  dilation: 1,
  groups: 1,
  bias: true,
  paddingMode: 'zeros',
} as const;

type Conv2dOrder = ['stride', 'padding', 'dilation', 'groups', 'bias', 'paddingMode'];
type Conv2dOptions = Omit<Conv2dArguments, 'inChannels' | 'outChannels' | 'kernelSize'>;

/**
 * 2-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = ⌊(H + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelHeight, kernelWidth], `bias` [outChannels] or null.
 *
 *     new nn.Conv2d(3, 16, 3, { padding: 1 })(torch.randn(8, 3, 32, 32)).shape;   // [8, 16, 32, 32]
 */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options?: Conv2dOptions);
  constructor(...args: Arguments<Conv2dArguments, ['inChannels', 'outChannels', 'kernelSize', ...Conv2dOrder]>);
  constructor(...args: unknown[]) {
    const required = ['inChannels', 'outChannels', 'kernelSize'] as const;
    const o = parseArgs<Conv2dArguments>('Conv2d', required, convDefaults, args);
    super('Conv2d', { ...o, outputPadding: 0, transposed: false });
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups, padding, paddingMode } = this;
    if (paddingMode === 'zeros') return conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups });
    const padded = pad(x, this.#surroundings(), { mode: paddingMode satisfies PadMode });
    return conv2d(padded, this.weight, this.bias, { stride, padding: 0, dilation, groups });
  }

  /** [left, right, top, bottom]; an odd total of 'same' has the larger part at the end. */
  #surroundings(): number[] {
    const each = ([0, 1] as const).map((d): [number, number] => {
      if (this.padding === 'valid') return [0, 0];
      if (this.padding !== 'same') return [this.padding[d], this.padding[d]];
      const total = this.dilation[d] * (this.kernelSize[d] - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return each.reverse().flat();
  }
}

/** A Conv2d whose `inChannels` is that of the first input it sees; from then on it is a Conv2d. */
export class LazyConv2d extends Conv2d {
  constructor(outChannels: number, kernelSize: Size2d, options?: Conv2dOptions);
  constructor(...args: Arguments<Omit<Conv2dArguments, 'inChannels'>, ['outChannels', 'kernelSize', ...Conv2dOrder]>);
  constructor(...args: unknown[]) {
    type Given = Omit<Conv2dArguments, 'inChannels'>;
    const { bias, outChannels, kernelSize, ...options } = parseArgs<Given>(
      'LazyConv2d',
      ['outChannels', 'kernelSize'],
      convDefaults,
      args,
    );
    super(0, 0, kernelSize, { ...options, bias: false });
    this.outChannels = wholeNumber('LazyConv2d', 'outChannels', outChannels);
    this.weight = new UninitializedParameter();
    this.bias = bias ? new UninitializedParameter() : null;
  }

  override forward(x: Tensor): Tensor {
    const inChannels = x.shape.at(-3);
    if (inChannels === undefined || x.shape.length > 4) {
      throw new ShapeError(`LazyConv2d: expected a 3-D or 4-D input, but got shape [${x.shape.join(', ')}]`);
    }
    const fresh = this.weight instanceof UninitializedParameter;
    if (this.weight instanceof UninitializedParameter) {
      this.weight.materialize([this.outChannels, inChannels / this.groups, ...this.kernelSize]);
    }
    if (this.bias instanceof UninitializedParameter) this.bias.materialize([this.outChannels]);
    this.inChannels = this.weight.shape[1]! * this.groups;
    if (fresh) this.resetParameters();
    if (Object.getPrototypeOf(this) === LazyConv2d.prototype) Object.setPrototypeOf(this, Conv2d.prototype);
    return super.forward(x);
  }
}

export interface ConvTranspose2dArguments extends CommonArguments {
  /** dilation (kernelSize − 1) − padding is added on each side, default 0. */
  padding?: Size2d;
  /** Added to one side of the output's size, default 0. */
  outputPadding?: Size2d;
}

type ConvTranspose2dOptions = Omit<ConvTranspose2dArguments, 'inChannels' | 'outChannels' | 'kernelSize'>;
type ConvTranspose2dOrder = [
  'inChannels',
  'outChannels',
  'kernelSize',
  'stride',
  'padding',
  'outputPadding',
  'groups',
  'bias',
  'dilation',
  'paddingMode',
];

/**
 * Transposed 2-D convolution: the gradient of Conv2d with respect to its input.
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = (H − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelHeight, kernelWidth]. A call may give `outputSize: [H', W']` instead of `outputPadding`.
 */
export class ConvTranspose2d extends ConvNd {
  declare padding: [number, number];

  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options?: ConvTranspose2dOptions);
  constructor(...args: Arguments<ConvTranspose2dArguments, ConvTranspose2dOrder>);
  constructor(...args: unknown[]) {
    const o = parseArgs<ConvTranspose2dArguments>(
      'ConvTranspose2d',
      ['inChannels', 'outChannels', 'kernelSize'],
      { stride: 1, padding: 0, outputPadding: 0, groups: 1, bias: true, dilation: 1, paddingMode: 'zeros' },
      args,
    );
    if (o.paddingMode !== 'zeros') {
      throw new ArgumentError(`ConvTranspose2d: expected paddingMode 'zeros', but got '${o.paddingMode}'`);
    }
    super('ConvTranspose2d', { ...o, transposed: true });
  }

  forward(x: Tensor, options: { outputSize?: readonly number[] | null } = {}): Tensor {
    const { stride, padding, groups, dilation } = this;
    const outputPadding = options.outputSize ? this.#paddingFor(x, options.outputSize) : this.outputPadding;
    return convTranspose2d(x, this.weight, this.bias, { stride, padding, outputPadding, groups, dilation });
  }

  #paddingFor(x: Tensor, outputSize: readonly number[]): [number, number] {
    const spatial = x.shape.slice(-2);
    const wanted = outputSize.length === x.shape.length ? outputSize.slice(-2) : outputSize;
    if (wanted.length !== 2 || spatial.length !== 2) {
      throw new ArgumentError(`ConvTranspose2d: expected outputSize of 2 sizes, but got [${outputSize.join(', ')}]`);
    }
    const smallest = spatial.map(
      (size, d) =>
        (size - 1) * this.stride[d]! - 2 * this.padding[d]! + this.dilation[d]! * (this.kernelSize[d]! - 1) + 1,
    );
    const extra = wanted.map((size, d) => size - smallest[d]!);
    if (extra.some((n, d) => n < 0 || n >= this.stride[d]!)) {
      const largest = smallest.map((size, d) => size + this.stride[d]! - 1);
      throw new ArgumentError(
        `ConvTranspose2d: expected outputSize between [${smallest.join(', ')}] and [${largest.join(', ')}], but got [${wanted.join(', ')}]`,
      );
    }
    return [extra[0]!, extra[1]!];
  }
}
