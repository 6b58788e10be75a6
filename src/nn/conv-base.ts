// Owns what convolutions have in common: attributes, initialisation, printed text, and how lazy ones come by their channels.

import { MOST_FEATURES } from '../core/argument-kinds';
import { ArgumentError, ShapeError } from '../core/errors';
import { expectKind, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import { empty } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { tensor } from '../tensor/tensor-kinds';
import { Layer } from './layer';
import { resetWeightAndBias } from './linear';
import { Parameter, UninitializedParameter } from './parameter';
import { type Size, type Spatial, sizesOf, type Tuple, wholeNumber } from './sizes';

/** What surrounds the input of a convolution. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

const paddingModes: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

export interface CommonArguments<N extends Spatial> {
  inChannels: number;
  outChannels: number;
  kernelSize: Size<N>;
  /** Default 1. */
  stride?: Size<N>;
  /** Spacing between the elements of the kernel, default 1. */
  dilation?: Size<N>;
  /** Blocks of channels that do not see each other, default 1. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
  /** What surrounds the input, default 'zeros'. */
  paddingMode?: PaddingMode;
}

interface Layout<N extends Spatial> extends Required<CommonArguments<N>> {
  padding: Size<N> | 'same' | 'valid';
  outputPadding: Size<N>;
  transposed: boolean;
}

/** The arguments of a lazy convolution, as those of one without channels; the rest waits for the first input. */
export function lazyArguments<A extends { outChannels: number; bias?: boolean; groups?: number }>(
  layer: string,
  defaults: object,
  args: readonly unknown[],
) {
  const given = parseArgs<A>(layer, ['outChannels', 'kernelSize'] as never, defaults as never, args);
  const { outChannels, bias, groups } = given as Required<Pick<CommonArguments<1>, 'outChannels' | 'bias' | 'groups'>>;
  return { outChannels, bias, groups, eager: { ...given, inChannels: 0, outChannels: 0, groups: 1, bias: false } };
}

/** A convolution over N dimensions, or its adjoint. */
export abstract class ConvNd<N extends Spatial> extends Layer {
  inChannels: number;
  outChannels: number;
  kernelSize: Tuple<N>;
  stride: Tuple<N>;
  padding: Tuple<N> | 'same' | 'valid';
  dilation: Tuple<N>;
  outputPadding: Tuple<N>;
  groups: number;
  paddingMode: PaddingMode;
  transposed: boolean;
  weight!: Parameter;
  bias!: Parameter | null;

  constructor(layer: string, n: N, o: Layout<N>) {
    super();
    this.inChannels = wholeNumber(layer, 'inChannels', o.inChannels);
    this.outChannels = wholeNumber(layer, 'outChannels', o.outChannels);
    this.kernelSize = sizesOf(layer, 'kernelSize', o.kernelSize, n, 1);
    this.stride = sizesOf(layer, 'stride', o.stride, n, 1);
    this.dilation = sizesOf(layer, 'dilation', o.dilation, n, 1);
    this.groups = wholeNumber(layer, 'groups', o.groups, 1);
    this.outputPadding = sizesOf(layer, 'outputPadding', o.outputPadding, n);
    this.padding = typeof o.padding === 'string' ? o.padding : sizesOf(layer, 'padding', o.padding, n);
    this.paddingMode = o.paddingMode;
    this.transposed = o.transposed;
    this.checkOptions(layer);
    this.registerParameter('weight', new Parameter(empty(this.weightShape())));
    this.registerParameter('bias', o.bias ? new Parameter(empty([this.outChannels])) : null);
    this.resetParameters();
  }

  private checkOptions(layer: string): void {
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
      if (this.padding === 'same' && (this.stride as readonly number[]).some((step) => step !== 1)) {
        throw new ArgumentError(`${layer}: expected stride 1 with padding 'same', but got ${pythonText(this.stride)}`);
      }
    }
    if (!paddingModes.includes(this.paddingMode)) {
      const modes = paddingModes.map((mode) => `'${mode}'`).join(', ');
      throw new ArgumentError(`${layer}: expected paddingMode to be one of ${modes}, but got '${this.paddingMode}'`);
    }
  }

  private weightShape(): number[] {
    const [first, second] = this.transposed
      ? [this.inChannels, this.outChannels / this.groups]
      : [this.outChannels, this.inChannels / this.groups];
    return [first, second, ...this.kernelSize];
  }

  /** Draws weight and bias anew, uniform on ±√(groups / (inChannels · kernel elements)). */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  /** Makes this a convolution that does not know its input channels yet. */
  protected becomeLazy(layer: string, outChannels: number, bias: boolean): void {
    this.outChannels = wholeNumber(layer, 'outChannels', outChannels, undefined, MOST_FEATURES);
    this.registerParameter('weight', new UninitializedParameter());
    this.registerParameter('bias', bias ? new UninitializedParameter() : null);
  }

  /** Takes the number of input channels from x, on first sight of it. */
  protected meet(layer: string, x: Tensor): void {
    expectKind(layer, 'its argument', x, tensor);
    const n = this.kernelSize.length;
    const inChannels = x.shape.at(-1 - n);
    if (inChannels === undefined || x.shape.length > n + 2) {
      throw new ShapeError(
        `${layer}: expected a ${n + 1}-D or ${n + 2}-D input, but got shape [${x.shape.join(', ')}]`,
      );
    }
    const fresh = this.weight instanceof UninitializedParameter;
    if (this.weight instanceof UninitializedParameter) {
      this.inChannels = inChannels;
      this.checkOptions(layer);
      this.weight.materialize(this.weightShape());
    }
    if (this.bias instanceof UninitializedParameter) this.bias.materialize([this.outChannels]);
    this.inChannels = this.transposed ? this.weight.shape[0]! : this.weight.shape[1]! * this.groups;
    if (fresh) this.resetParameters();
  }

  override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, outputPadding, groups } = this;
    const differs = (sizes: readonly number[], usual: number) => sizes.some((size) => size !== usual);
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
