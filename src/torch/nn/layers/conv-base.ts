// The base of the convolution layers: attributes, initialisation, printed text, and how lazy layers find their
// input channels.

import { flag, MOST_FEATURES } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { expectKind } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import { type Optional, or, takes, type Values, value } from '../../../engine/core/takes';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { empty } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { type ConvSettings, slidingOf } from '../functional/conv';
import type { inputs } from '../module/callable-object';
import { Parameter, UninitializedParameter } from '../module/parameter';
import { Layer } from './layer';
import { resetWeightAndBias } from './linear';
import { type SizePerDim, type Spatial, sizesOf, type Tuple, wholeNumber } from './sizes';

/** The elements that a convolution's input is padded with. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

const paddingModes: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

/** What every convolution layer must be given. */
/* @__NO_SIDE_EFFECTS__ */
export const channels = <N extends Spatial>() => ({
  /** Channels of the input. */
  inChannels: value<number>(),
  /** Channels of the output. */
  outChannels: value<number>(),
  /** The size of the kernel: one number, or one for each dimension. */
  kernelSize: value<SizePerDim<N>>(),
});

/** Whether a convolution layer has a bias. */
export const learntBias = {
  /** Add a learnt number to each channel, default true. */
  bias: or(flag, true),
};

/** What the input of a convolution layer is padded with. */
export const padded = {
  /** The elements that the input is padded with, default 'zeros'. */
  paddingMode: or(value<PaddingMode>(), 'zeros'),
};

/** The calls of a class of convolution layers with options O in their order; All are all arguments by name. */
export interface ConvForms<N extends Spatial, O extends object, Order extends readonly string[], All extends object> {
  front: [inChannels: number, outChannels: number];
  last: [kernelSize: SizePerDim<N>];
  options: O;
  order: Order;
  named: All;
  rest: Omit<All, 'inChannels' | 'outChannels'>;
}

/** The same for a lazy layer. */
export interface LazyConvForms<
  N extends Spatial,
  O extends object,
  Order extends readonly string[],
  All extends object,
> {
  front: [outChannels: number];
  last: [kernelSize: SizePerDim<N>];
  options: O;
  order: Order;
  named: Omit<All, 'inChannels'>;
  rest: Omit<All, 'inChannels' | 'outChannels'>;
}

type ConvSettingsGiven<N extends Spatial> = Values<ReturnType<typeof channels<N>> & typeof learntBias & typeof padded> &
  Required<ConvSettings<N>> & { readonly outputPadding?: SizePerDim<N> };

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

  constructor(layer: string, n: N, o: ConvSettingsGiven<N>, transposed: boolean) {
    super();
    this.inChannels = wholeNumber(layer, 'inChannels', o.inChannels);
    this.outChannels = wholeNumber(layer, 'outChannels', o.outChannels);
    this.kernelSize = sizesOf(layer, 'kernelSize', o.kernelSize, n, 1);
    const { stride, dilation } = slidingOf(layer, n, o, this.kernelSize);
    this.stride = stride;
    this.dilation = dilation;
    this.groups = wholeNumber(layer, 'groups', o.groups, 1);
    this.outputPadding = sizesOf(layer, 'outputPadding', o.outputPadding === undefined ? 0 : o.outputPadding, n);
    this.padding = typeof o.padding === 'string' ? o.padding : sizesOf(layer, 'padding', o.padding, n);
    this.paddingMode = o.paddingMode;
    this.transposed = transposed;
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

  /** Draws a new weight and bias, uniform on ±√(groups / (inChannels · kernel elements)). */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  /** Turns this into a convolution that does not know its input channels yet. */
  protected becomeLazy(layer: string, outChannels: number, bias: boolean): void {
    this.outChannels = wholeNumber(layer, 'outChannels', outChannels, undefined, MOST_FEATURES);
    this.registerParameter('weight', new UninitializedParameter());
    this.registerParameter('bias', bias ? new UninitializedParameter() : null);
  }

  /** Called with each input before it is convolved; lazy layers override this. */
  protected see(_x: Tensor): void {}

  /** Takes the number of input channels from x, the first input. */
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

/** The fields that say how the kernel of a layer slides, besides the weight's shape. */
const fields = ['stride', 'padding', 'dilation', 'outputPadding', 'groups'] as const;

interface Known {
  readonly values: readonly unknown[];
  readonly kernel: readonly number[];
  readonly how: unknown;
}

/** For each layer that has been called, how its kernel slides, and the values of the fields that it was made from. */
const known = new WeakMap<object, Known>();

const same = (a: unknown, b: unknown): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => part === b[i]));

/**
 * How the kernel of a layer slides, as operations take it: made at the layer's first call, and again after a field that
 * it depends on has changed.
 */
export function howOf<N extends Spatial, How>(layer: ConvNd<N>, make: (kernel: readonly number[]) => How): How {
  const { shape } = layer.weight;
  const before = known.get(layer);
  if (
    before?.kernel.every((size, d) => size === shape[2 + d]) &&
    fields.every((f, i) => same(layer[f], before.values[i]))
  )
    return before.how as How;
  const kernel = shape.slice(2);
  const how = make(kernel);
  // Copies, because a list in a field may itself be changed.
  const values = fields.map((field) => (Array.isArray(layer[field]) ? [...layer[field]] : layer[field]));
  known.set(layer, { values, kernel, how });
  return how;
}

interface WholeConv extends ConvNd<Spatial> {
  readonly [inputs]: readonly string[];
  forward(x: Tensor): Tensor;
}

/**
 * Makes a class of convolutions that take their number of input channels from the first input; after that, a layer is
 * one of the class `eager`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function lazyLayer<Class>(
  layer: string,
  eager: unknown,
  options: { readonly bias: Optional<boolean>; readonly groups: Optional<number> },
): Class {
  const Eager = eager as new (given: object) => WholeConv;
  const { outChannels, kernelSize } = channels<Spatial>();
  const table = takes(layer, { outChannels, kernelSize, ...options });
  const Lazy = class extends Eager {
    constructor(...args: readonly unknown[]) {
      const o = table.read(args);
      super({ ...o, inChannels: 0, outChannels: 0, groups: 1, bias: false });
      this.groups = o.groups;
      this.becomeLazy(layer, o.outChannels, o.bias);
    }

    protected override see(x: Tensor): void {
      this.meet(layer, x);
      const own: object = Object.getPrototypeOf(this);
      if (Object.getPrototypeOf(own) === Lazy.prototype) Object.setPrototypeOf(this, Eager.prototype);
    }
  };
  return Lazy as unknown as Class;
}
