// Owns the dropout family: Dropout, Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout.
import { type Arguments, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import * as F from './functional/dropout';
import { UnaryLayer } from './layer';

interface DropoutArguments {
  /** The chance of an element (or channel) to be dropped, default 0.5. */
  p?: number;
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

type Given = Arguments<DropoutArguments, ['p', 'inplace']>;

abstract class DropoutLayer extends UnaryLayer {
  p: number;
  inplace: boolean;

  constructor(layer: string, args: readonly unknown[]) {
    super();
    const { p, inplace } = parseArgs<DropoutArguments>(layer, [], { p: 0.5, inplace: false }, args);
    F.checkProbability(layer, p);
    this.p = p;
    this.inplace = inplace;
  }

  override extraRepr(): string {
    return `p=${pythonText(this.p)}, inplace=${pythonText(this.inplace)}`;
  }
}

/** In training zeros elements with chance p and divides the others by 1 − p; in evaluation x itself. Shape: any, kept. */
export class Dropout extends DropoutLayer {
  constructor(...args: Given) {
    super('Dropout', args);
  }

  forward(x: Tensor): Tensor {
    return F.dropout(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `Dropout` of whole channels. Shape: [N, C, L] or [C, L], kept. */
export class Dropout1d extends DropoutLayer {
  constructor(...args: Given) {
    super('Dropout1d', args);
  }

  forward(x: Tensor): Tensor {
    return F.dropout1d(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `Dropout` of whole channels. Shape: [N, C, H, W] or [N, C, L], kept. */
export class Dropout2d extends DropoutLayer {
  constructor(...args: Given) {
    super('Dropout2d', args);
  }

  forward(x: Tensor): Tensor {
    return F.dropout2d(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `Dropout` of whole channels. Shape: [N, C, D, H, W] or [C, D, H, W], kept. */
export class Dropout3d extends DropoutLayer {
  constructor(...args: Given) {
    super('Dropout3d', args);
  }

  forward(x: Tensor): Tensor {
    return F.dropout3d(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** Dropout for networks of SELU: mean 0 and variance 1 are kept (Klambauer et al. 2017). Shape: any, kept. */
export class AlphaDropout extends DropoutLayer {
  constructor(...args: Given) {
    super('AlphaDropout', args);
  }

  forward(x: Tensor): Tensor {
    return F.alphaDropout(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `AlphaDropout` of whole channels. Shape: [N, C, …], kept. */
export class FeatureAlphaDropout extends DropoutLayer {
  constructor(...args: Given) {
    super('FeatureAlphaDropout', args);
  }

  forward(x: Tensor): Tensor {
    return F.featureAlphaDropout(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
}
