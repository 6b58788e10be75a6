// The gamma distribution.

import { ArgumentError, finfo, Generator, type Tensor, xlogy } from '../../torch';
import { type Arguments, gamma, hostFloats, kindOf, numelOf as numel, parseArgs } from '../../torch/inside';
import { nonnegative, positive } from './constraints/constraints';
import type { Validation, ValueArguments } from './distribution';
import { drawnImplicitly } from './draws';
import type { DistributionParameter } from './parameters';
import { Parametric } from './parametric';
import { gammaSlope } from './slopes';

interface GammaParameters extends Validation {
  /** The shape α. */
  concentration: DistributionParameter;
  /** The rate β, the inverse of the scale. */
  rate: DistributionParameter;
}

interface GammaDraw {
  /** The shape of the sample: how many draws, in front of the distribution's own shape. */
  sampleShape?: readonly number[];
  /** The random number generator. Default: the default generator, which `manualSeed` seeds. */
  generator?: Generator | null;
}

type GammaDrawArguments = Arguments<GammaDraw, ['sampleShape', 'generator']>;

/** The smallest normal number in float32. */
const LEAST = 2 ** -126;

/**
 * The gamma distribution.
 *
 *     p(x) = rate^α x^(α - 1) exp(-rate x) / Γ(α),   α = concentration
 *
 * The number of random numbers that a draw uses depends on α, so `sample` and `rsample` return a promise. The draw is
 * made immediately if the host knows α, otherwise after α has been read back. Gradients with respect to α are implicit:
 * Figurnov, Mohamed and Mnih 2018.
 */
export class Gamma extends Parametric<Promise<Tensor>> {
  declare readonly concentration: Tensor;
  declare readonly rate: Tensor;

  constructor(...args: Arguments<GammaParameters, ['concentration', 'rate', 'validateArgs']>) {
    super({ concentration: positive, rate: positive }, nonnegative, args);
  }

  override get mean(): Tensor {
    return this.concentration.div(this.rate);
  }

  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clamp({ min: 0 });
  }

  override get variance(): Tensor {
    return this.concentration.div(this.rate.square());
  }

  override sample(...args: GammaDrawArguments): Promise<Tensor> {
    return super.sample(...(args as []));
  }

  override rsample(...args: GammaDrawArguments): Promise<Tensor> {
    const { sampleShape, generator } = parseArgs<GammaDraw>('rsample', [], { sampleShape: [], generator: null }, args);
    if (generator !== null && !(generator instanceof Generator)) {
      throw new ArgumentError(`rsample: expected generator to be a Generator, but got ${kindOf(generator)}`);
    }
    const shape = this.extendedShape('rsample', [{ sampleShape }]);
    return this.drawn(shape, generator ?? undefined);
  }

  private async drawn(shape: readonly number[], generator: Generator | undefined): Promise<Tensor> {
    const standard = await drawnImplicitly(
      'Gamma',
      [this.concentration],
      shape,
      ([alphas], source) => {
        const numbers = hostFloats(numel(shape)).map((_, i) =>
          Math.max(LEAST, Math.fround(gamma(alphas![i]!, source))),
        );
        return { numbers, slopes: () => [numbers.map((x, i) => gammaSlope(alphas![i]!, x))] };
      },
      undefined,
      generator,
    );
    return standard.div(this.rate.expand(shape)).clamp({ min: finfo(this.rate.dtype).tiny });
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { concentration, rate } = this;
    return xlogy(concentration, rate)
      .add(xlogy(concentration.sub(1), value))
      .sub(rate.mul(value))
      .sub(concentration.lgamma());
  }

  override cdf(...args: ValueArguments): Tensor {
    const value = this.valueFor('cdf', args);
    return this.concentration.igamma(this.rate.mul(value));
  }

  override entropy(): Tensor {
    const { concentration } = this;
    return concentration
      .sub(this.rate.log())
      .add(concentration.lgamma())
      .add(concentration.neg().add(1).mul(concentration.digamma()));
  }
}
