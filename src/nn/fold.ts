// Owns Unfold and Fold: sliding blocks of images as columns, and back.
import { type Arguments, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import { type BlockArguments, type BlockOrder, type FoldArguments, fold, unfold } from './functional/fold';
import { UnaryLayer } from './layer';
import { pair, type Size2d } from './sizes';

/** Checks sizes where a layer is made, rather than where it is called. */
function expectBlocks(layer: string, { kernelSize, dilation, padding, stride }: Required<BlockArguments>): void {
  for (const [name, size] of Object.entries({ kernelSize, dilation, stride })) pair(layer, name, size, 1);
  pair(layer, 'padding', padding);
}

const defaults = { dilation: 1, padding: 0, stride: 1 };

/** Sliding blocks as columns. Shape: [N, C, H, W] or [C, H, W] → [N, C · kh · kw, L] for L blocks. */
export class Unfold extends UnaryLayer {
  kernelSize: Size2d;
  dilation: Size2d;
  padding: Size2d;
  stride: Size2d;

  constructor(...args: Arguments<BlockArguments, BlockOrder>) {
    const o = parseArgs<BlockArguments>('Unfold', ['kernelSize'], defaults, args);
    super();
    expectBlocks('Unfold', o);
    this.kernelSize = o.kernelSize;
    this.dilation = o.dilation;
    this.padding = o.padding;
    this.stride = o.stride;
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, dilation, padding, stride } = this;
    return unfold(x, { kernelSize, dilation, padding, stride });
  }

  override extraRepr(): string {
    return describe(this);
  }
}

/** Columns added into images where their blocks lie. Shape: [N, C · kh · kw, L] or [C · kh · kw, L] → [N, C, H, W]. */
export class Fold extends UnaryLayer {
  outputSize: Size2d;
  kernelSize: Size2d;
  dilation: Size2d;
  padding: Size2d;
  stride: Size2d;

  constructor(...args: Arguments<FoldArguments, ['outputSize', ...BlockOrder]>) {
    const o = parseArgs<FoldArguments>('Fold', ['outputSize', 'kernelSize'], defaults, args);
    super();
    pair('Fold', 'outputSize', o.outputSize, 1);
    expectBlocks('Fold', o);
    this.outputSize = o.outputSize;
    this.kernelSize = o.kernelSize;
    this.dilation = o.dilation;
    this.padding = o.padding;
    this.stride = o.stride;
  }

  forward(x: Tensor): Tensor {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return fold(x, { outputSize, kernelSize, dilation, padding, stride });
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}, ${describe(this)}`;
  }
}

const describe = ({ kernelSize, dilation, padding, stride }: Required<BlockArguments>): string =>
  `kernel_size=${pythonText(kernelSize)}, dilation=${pythonText(dilation)}, padding=${pythonText(padding)}, stride=${pythonText(stride)}`;
