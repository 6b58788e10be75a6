// Unfold and Fold: sliding blocks of images as columns, and back.
import { keywords } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import * as F from '../functional/fold';
import { type UnaryClass, unaryLayer } from './layer';
import { pair, type Size2d } from './sizes';

const names = ['kernelSize', 'dilation', 'padding', 'stride'];

const unfoldSettings: Settings<F.SlidingBlockArguments> = {
  required: ['kernelSize'],
  defaults: F.blockDefaults,
  check: F.blocksOf,
};

const UnfoldLayer = /* @__PURE__ */ unaryLayer('Unfold', unfoldSettings, F.unfold, (layer) =>
  keywords(layer, names),
) as UnaryClass<F.SlidingBlockArguments, F.SlidingBlockOrder>;

/** Sliding blocks as columns. Shape: [N, C, H, W] or [C, H, W] → [N, C · kh · kw, L] for L blocks. */
export class Unfold extends UnfoldLayer {
  declare kernelSize: Size2d;
  declare dilation: Size2d;
  declare padding: Size2d;
  declare stride: Size2d;
}

const foldSettings: Settings<F.FoldArguments> = {
  required: ['outputSize', 'kernelSize'],
  defaults: F.blockDefaults,
  check(name, given) {
    pair(name, 'outputSize', given.outputSize, 1);
    F.blocksOf(name, given);
  },
};

const FoldLayer = /* @__PURE__ */ unaryLayer('Fold', foldSettings, F.fold, (layer) =>
  keywords(layer, ['outputSize', ...names]),
) as UnaryClass<F.FoldArguments, ['outputSize', ...F.SlidingBlockOrder]>;

/** Columns added into images where their blocks lie. Shape: [N, C · kh · kw, L] or [C · kh · kw, L] → [N, C, H, W]. */
export class Fold extends FoldLayer {
  declare outputSize: Size2d;
  declare kernelSize: Size2d;
  declare dilation: Size2d;
  declare padding: Size2d;
  declare stride: Size2d;
}
