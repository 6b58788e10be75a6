// The logistic normal distribution, over probability vectors.

import type { Tensor } from '../../torch';
import { calledAs, parseArgs } from '../../torch/inside';
import { type Constraint, positive, real, simplex } from './constraints/constraints';
import { validation } from './distribution';
import type { Independent } from './independent';
import { type LocScale, type LocScaleArguments, Normal } from './normal';
import { TransformedDistribution } from './transformed-distribution';
import { StickBreakingTransform } from './transforms/transforms';

/** The distribution of the n + 1 probabilities that breaking a stick makes of n normal draws. */
export class LogisticNormal extends TransformedDistribution<Normal> {
  declare readonly baseDist: Independent<Normal>;

  constructor(...args: LocScaleArguments) {
    const { loc, scale, validateArgs } = parseArgs<LocScale>('LogisticNormal', ['loc', 'scale'], validation, args);
    const base = calledAs('LogisticNormal', () => new Normal(loc, scale, { validateArgs }));
    const wide = base.batchShape.length === 0 ? base.expand([1]) : base;
    super(wide, new StickBreakingTransform(), { validateArgs });
  }

  get loc(): Tensor {
    return this.baseDist.baseDist.loc;
  }

  get scale(): Tensor {
    return this.baseDist.baseDist.scale;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { loc: real, scale: positive };
  }

  override get support(): Constraint {
    return simplex;
  }
}
