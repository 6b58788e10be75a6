// Owns the padding family: zeros, a constant, reflected, replicated and circular edges.

import { showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { type PadMode, pad } from './functional/pad';
import { Module } from './module';
import { pythonText } from './printing';

/** One number for both ends, or [left, right]. */
export type Padding1d = number | readonly [number, number];
/** One number for all edges, or [left, right, top, bottom]. */
export type Padding2d = number | readonly [number, number, number, number];

abstract class Pad extends Module {
  padding: readonly number[];

  constructor(
    private readonly layer: string,
    private readonly mode: PadMode,
    private readonly dims: 1 | 2,
    padding: number | readonly number[],
  ) {
    super();
    const all = typeof padding === 'number' ? Array<number>(2 * dims).fill(padding) : [...padding];
    if (all.length !== 2 * dims || !all.every(Number.isInteger)) {
      throw new ArgumentError(
        `${layer}: expected padding to be an integer or ${2 * dims} of them, but got ${JSON.stringify(padding)}`,
      );
    }
    this.padding = all;
  }

  protected padded(x: Tensor, value?: number): Tensor {
    const rank = x.shape.length;
    if (rank !== this.dims + 1 && rank !== this.dims + 2) {
      const [most, least] = [this.dims + 2, this.dims + 1];
      throw new ShapeError(
        `${this.layer}: expected ${most}-D (or ${least}-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`,
      );
    }
    return pad(x, this.padding, value === undefined ? { mode: this.mode } : { mode: this.mode, value });
  }

  forward(x: Tensor): Tensor {
    return this.padded(x);
  }

  override extraRepr(): string {
    return pythonText(this.padding);
  }
}

type Args1d = Arguments<{ padding: Padding1d }, ['padding']>;
type Args2d = Arguments<{ padding: Padding2d }, ['padding']>;

const given = (layer: string, args: readonly unknown[]): number | readonly number[] =>
  parseArgs<{ padding: number | readonly number[] }>(layer, ['padding'], {}, args).padding;

/** Zeros around the last dimension. Shape: [N, C, L] or [C, L] → [N, C, left + L + right]. */
export class ZeroPad1d extends Pad {
  constructor(...args: Args1d) {
    super('ZeroPad1d', 'constant', 1, given('ZeroPad1d', args));
  }
}

/** Zeros around images; negative numbers crop. Shape: [N, C, H, W] or [C, H, W] → [N, C, top + H + bottom, left + W + right]. */
export class ZeroPad2d extends Pad {
  constructor(...args: Args2d) {
    super('ZeroPad2d', 'constant', 2, given('ZeroPad2d', args));
  }
}

/** c b | a b c | b a along the last dimension. Shape as `ZeroPad1d`'s. */
export class ReflectionPad1d extends Pad {
  constructor(...args: Args1d) {
    super('ReflectionPad1d', 'reflect', 1, given('ReflectionPad1d', args));
  }
}

/** c b | a b c | b a along rows and columns. Shape as `ZeroPad2d`'s. */
export class ReflectionPad2d extends Pad {
  constructor(...args: Args2d) {
    super('ReflectionPad2d', 'reflect', 2, given('ReflectionPad2d', args));
  }
}

/** a a | a b c | c c along the last dimension. Shape as `ZeroPad1d`'s. */
export class ReplicationPad1d extends Pad {
  constructor(...args: Args1d) {
    super('ReplicationPad1d', 'replicate', 1, given('ReplicationPad1d', args));
  }
}

/** a a | a b c | c c along rows and columns. Shape as `ZeroPad2d`'s. */
export class ReplicationPad2d extends Pad {
  constructor(...args: Args2d) {
    super('ReplicationPad2d', 'replicate', 2, given('ReplicationPad2d', args));
  }
}

/** b c | a b c | a b along the last dimension. Shape as `ZeroPad1d`'s. */
export class CircularPad1d extends Pad {
  constructor(...args: Args1d) {
    super('CircularPad1d', 'circular', 1, given('CircularPad1d', args));
  }
}

/** b c | a b c | a b along rows and columns. Shape as `ZeroPad2d`'s. */
export class CircularPad2d extends Pad {
  constructor(...args: Args2d) {
    super('CircularPad2d', 'circular', 2, given('CircularPad2d', args));
  }
}

abstract class ConstantPad extends Pad {
  value: number;

  constructor(layer: string, dims: 1 | 2, args: readonly unknown[]) {
    type Given = { padding: number | readonly number[]; value: number };
    const { padding, value } = parseArgs<Given>(layer, ['padding', 'value'], {}, args);
    super(layer, 'constant', dims, padding);
    this.value = value;
  }

  override forward(x: Tensor): Tensor {
    return this.padded(x, this.value);
  }

  override extraRepr(): string {
    return `padding=${pythonText(this.padding)}, value=${pythonText(this.value)}`;
  }
}

/** `value` around the last dimension. Shape as `ZeroPad1d`'s. */
export class ConstantPad1d extends ConstantPad {
  constructor(...args: Arguments<{ padding: Padding1d; value: number }, ['padding', 'value']>) {
    super('ConstantPad1d', 1, args);
  }
}

/** `value` around images. Shape as `ZeroPad2d`'s. */
export class ConstantPad2d extends ConstantPad {
  constructor(...args: Arguments<{ padding: Padding2d; value: number }, ['padding', 'value']>) {
    super('ConstantPad2d', 2, args);
  }
}
