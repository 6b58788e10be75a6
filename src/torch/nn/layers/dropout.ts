// The dropout family: Dropout, Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout.
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { keywords } from '../../../engine/core/printing';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/dropout';
import { type Fields, type LayerTo, UnaryLayer } from './layer';

interface DropoutLayerArguments {
  /** The probability that an element (or channel) is dropped, default 0.5. */
  p?: number;
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

type DropoutLayerGiven = Arguments<DropoutLayerArguments, ['p', 'inplace']>;

interface DropoutLayer extends LayerTo<Tensor>, Fields<DropoutLayerArguments> {}

/* @__NO_SIDE_EFFECTS__ */
function dropoutLayer(layer: string, drop: typeof F.dropout): new (...args: DropoutLayerGiven) => DropoutLayer {
  return class extends UnaryLayer {
    p: number;
    inplace: boolean;

    constructor(...args: DropoutLayerGiven) {
      super();
      const { p, inplace } = parseArgs<DropoutLayerArguments>(layer, [], { p: 0.5, inplace: false }, args);
      F.checkProbability(layer, p);
      this.p = p;
      this.inplace = inplace;
    }

    forward(x: Tensor): Tensor {
      return drop(x, { p: this.p, training: this.training, inplace: this.inplace });
    }

    override extraRepr(): string {
      return keywords(this, ['p', 'inplace']);
    }
  };
}

/**
 * In training, sets elements to 0 with probability p and divides the others by 1 − p; in evaluation, returns x itself.
 * Shape: any, kept.
 */
export class Dropout extends dropoutLayer('Dropout', F.dropout) {}

/** `Dropout` of whole channels. Shape: [N, C, L] or [C, L], kept. */
export class Dropout1d extends dropoutLayer('Dropout1d', F.dropout1d) {}

/** `Dropout` of whole channels. Shape: [N, C, H, W] or [N, C, L], kept. */
export class Dropout2d extends dropoutLayer('Dropout2d', F.dropout2d) {}

/** `Dropout` of whole channels. Shape: [N, C, D, H, W] or [C, D, H, W], kept. */
export class Dropout3d extends dropoutLayer('Dropout3d', F.dropout3d) {}

/** Dropout for networks with SELU; it keeps mean 0 and variance 1 (Klambauer et al. 2017). Shape: any, kept. */
export class AlphaDropout extends dropoutLayer('AlphaDropout', F.alphaDropout) {}

/** `AlphaDropout` of whole channels. Shape: [N, C, …], kept. */
export class FeatureAlphaDropout extends dropoutLayer('FeatureAlphaDropout', F.featureAlphaDropout) {}
