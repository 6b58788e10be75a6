// The padding family: zeros, a constant, reflected, replicated and circular edges, around one, two or three dimensions.

import { real } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import type { Tensor } from '../../tensor/tensor';
import { type PadMode, pad } from '../functional/pad';
import { expectTensors } from '../module/callable-object';
import { UnaryLayer } from './layer';
import type { Spatial } from './sizes';

type PaddingEnds<N extends Spatial> = N extends 1
  ? readonly [left: number, right: number]
  : N extends 2
    ? readonly [left: number, right: number, top: number, bottom: number]
    : readonly [left: number, right: number, top: number, bottom: number, front: number, back: number];

/** One number for all ends, or two for each dimension, the last dimension first. */
export type LayerPadding<N extends Spatial> = number | PaddingEnds<N>;

/** The base of the padding layers. */
export abstract class PadLayer extends UnaryLayer {
  padding: readonly number[];

  constructor(
    private readonly layer: string,
    private readonly dims: Spatial,
    private readonly mode: PadMode,
    padding: number | readonly number[],
  ) {
    super();
    const all =
      typeof padding === 'number' ? Array<number>(2 * dims).fill(padding) : Array.isArray(padding) ? [...padding] : [];
    if (all.length !== 2 * dims || !all.every(Number.isInteger)) {
      throw new ArgumentError(
        `${layer}: expected padding to be an integer or ${2 * dims} of them, but got ${JSON.stringify(padding)}`,
      );
    }
    this.padding = all;
  }

  forward(x: Tensor): Tensor {
    expectTensors(this.layer, x);
    const [rank, least] = [x.dim(), this.dims + 1];
    // A constant pads input of any rank; the other modes need channels, with or without a batch.
    if (this.mode !== 'constant' && rank !== least && rank !== least + 1) {
      throw new ShapeError(
        `${this.layer}: expected ${least + 1}-D (or ${least}-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`,
      );
    }
    return pad(x, this.padding, { mode: this.mode });
  }

  override extraRepr(): string {
    return pythonText(this.padding);
  }
}

/** The classes of padding layers whose only argument is the padding. */
type PadClass<N extends Spatial> = new (...args: Arguments<{ padding: LayerPadding<N> }, ['padding']>) => PadLayer;

function layerOf<N extends Spatial>(layer: string, dims: N, mode: PadMode): PadClass<N> {
  return class extends PadLayer {
    constructor(...args: unknown[]) {
      super(layer, dims, mode, parseArgs<{ padding: LayerPadding<N> }>(layer, ['padding'], {}, args).padding);
    }
  };
}

/** Zeros around the last dimension; negative numbers crop. Shape: [N, C, L] or [C, L] → [N, C, left + L + right]. */
export class ZeroPad1d extends layerOf('ZeroPad1d', 1, 'constant') {}

/** Zeros around images. Shape: [N, C, H, W] or [C, H, W] → [N, C, top + H + bottom, left + W + right]. */
export class ZeroPad2d extends layerOf('ZeroPad2d', 2, 'constant') {}

/** Zeros around volumes. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, front + D + back, top + H + bottom, left + W + right]. */
export class ZeroPad3d extends layerOf('ZeroPad3d', 3, 'constant') {}

/** c b | a b c | b a along the last dimension. Shape as `ZeroPad1d`'s. */
export class ReflectionPad1d extends layerOf('ReflectionPad1d', 1, 'reflect') {}

/** c b | a b c | b a along rows and columns. Shape as `ZeroPad2d`'s. */
export class ReflectionPad2d extends layerOf('ReflectionPad2d', 2, 'reflect') {}

/** c b | a b c | b a along each dimension of volumes. Shape as `ZeroPad3d`'s. */
export class ReflectionPad3d extends layerOf('ReflectionPad3d', 3, 'reflect') {}

/** a a | a b c | c c along the last dimension. Shape as `ZeroPad1d`'s. */
export class ReplicationPad1d extends layerOf('ReplicationPad1d', 1, 'replicate') {}

/** a a | a b c | c c along rows and columns. Shape as `ZeroPad2d`'s. */
export class ReplicationPad2d extends layerOf('ReplicationPad2d', 2, 'replicate') {}

/** a a | a b c | c c along each dimension of volumes. Shape as `ZeroPad3d`'s. */
export class ReplicationPad3d extends layerOf('ReplicationPad3d', 3, 'replicate') {}

/** b c | a b c | a b along the last dimension. Shape as `ZeroPad1d`'s. */
export class CircularPad1d extends layerOf('CircularPad1d', 1, 'circular') {}

/** b c | a b c | a b along rows and columns. Shape as `ZeroPad2d`'s. */
export class CircularPad2d extends layerOf('CircularPad2d', 2, 'circular') {}

/** b c | a b c | a b along each dimension of volumes. Shape as `ZeroPad3d`'s. */
export class CircularPad3d extends layerOf('CircularPad3d', 3, 'circular') {}

interface ConstantArguments<N extends Spatial> {
  padding: LayerPadding<N>;
  value: number;
}

abstract class ConstantPad<N extends Spatial> extends PadLayer {
  value: number;

  constructor(layer: string, dims: N, args: readonly unknown[]) {
    const { padding, value } = parseArgs<ConstantArguments<N>>(layer, ['padding', 'value'], {}, args, {
      value: real,
    });
    super(layer, dims, 'constant', padding);
    this.value = value;
  }

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, { value: this.value });
  }

  override extraRepr(): string {
    return `padding=${pythonText(this.padding)}, value=${pythonText(this.value)}`;
  }
}

/** `value` around the last dimension. Shape as `ZeroPad1d`'s. */
export class ConstantPad1d extends ConstantPad<1> {
  constructor(...args: Arguments<ConstantArguments<1>, ['padding', 'value']>) {
    super('ConstantPad1d', 1, args);
  }
}

/** `value` around images. Shape as `ZeroPad2d`'s. */
export class ConstantPad2d extends ConstantPad<2> {
  constructor(...args: Arguments<ConstantArguments<2>, ['padding', 'value']>) {
    super('ConstantPad2d', 2, args);
  }
}

/** `value` around volumes. Shape as `ZeroPad3d`'s. */
export class ConstantPad3d extends ConstantPad<3> {
  constructor(...args: Arguments<ConstantArguments<3>, ['padding', 'value']>) {
    super('ConstantPad3d', 3, args);
  }
}
