// einops' layers: patterns as modules, for example in a Sequential.
import type { Tensor } from '../../torch';
import { UnaryLayer } from '../../torch/inside';
import { type AxesLengths, checkPattern } from './plan';
import { arrange, checkedReduction, matched, type Reduction, textOf } from './rearrange';

/** The text in a printed layer's parentheses: strings in Python's notation, then the sizes. */
export const described = (texts: readonly string[], lengths: AxesLengths): string =>
  [...texts.map((text) => `'${text}'`), ...Object.entries(lengths).map(([axis, size]) => `${axis}=${size}`)].join(', ');

/** `rearrange` as a module: `new Rearrange('b c h w -> b (c h w)')`. Shape: given by the pattern. */
export class Rearrange extends UnaryLayer {
  readonly pattern: string;
  readonly axesLengths: AxesLengths;

  constructor(
    ...args:
      | [pattern: string, /** Sizes of axes, by their names. */ axesLengths?: AxesLengths]
      | [
          named: {
            /** The shapes before and after, in words. */
            pattern: string;
            [axis: string]: unknown;
          },
        ]
  ) {
    super();
    const { values, lengths } = matched('Rearrange', ['pattern'], args);
    this.pattern = textOf('Rearrange', values.pattern);
    checkPattern('Rearrange', 'rearrange', this.pattern, Object.keys(lengths));
    this.axesLengths = lengths;
  }

  forward(input: Tensor): Tensor {
    return arrange('Rearrange', 'rearrange', input, this.pattern, null, this.axesLengths);
  }

  override extraRepr(): string {
    return described([this.pattern], this.axesLengths);
  }
}

/** `reduce` as a module: `new Reduce('b c (h 2) (w 2) -> b c h w', 'max')`. Shape: given by the pattern. */
export class Reduce extends UnaryLayer {
  readonly pattern: string;
  readonly reduction: Reduction;
  readonly axesLengths: AxesLengths;

  constructor(
    ...args:
      | [pattern: string, reduction: Reduction, /** Sizes of axes, by their names. */ axesLengths?: AxesLengths]
      | [
          named: {
            /** The shapes before and after, in words. */ pattern: string;
            /** 'mean', 'sum' or 'none', which gives a loss for each element. */
            reduction: Reduction;
            [axis: string]: unknown;
          },
        ]
  ) {
    super();
    const { values, lengths } = matched('Reduce', ['pattern', 'reduction'], args);
    this.pattern = textOf('Reduce', values.pattern);
    this.reduction = checkedReduction('Reduce', values.reduction);
    checkPattern('Reduce', 'reduce', this.pattern, Object.keys(lengths));
    this.axesLengths = lengths;
  }

  forward(input: Tensor): Tensor {
    return arrange('Reduce', 'reduce', input, this.pattern, this.reduction, this.axesLengths);
  }

  override extraRepr(): string {
    const name = typeof this.reduction === 'string' ? this.reduction : this.reduction.name;
    return described([this.pattern, name], this.axesLengths);
  }
}
