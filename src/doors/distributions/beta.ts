// The Beta distribution.
import { type Tensor, xlogy } from '../../torch';
import { type Arguments, dirichlet, hostFloats, numelOf as numel } from '../../torch/inside';
import { positive, unitInterval } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import { drawnImplicitly } from './draws';
import type { DistributionParameter } from './parameters';
import { Parametric } from './parametric';
import { dirichletSlope } from './slopes';

interface BetaParameters extends Validation {
  /** The first shape of the distribution, α > 0. */
  concentration1: DistributionParameter;
  /** The second shape of the distribution, β > 0. */
  concentration0: DistributionParameter;
}

/**
 * The Beta distribution, over numbers between 0 and 1.
 *
 *     p(x) = x^(a - 1) (1 - x)^(b - 1) Γ(a + b) / (Γ(a) Γ(b)),   a = concentration1, b = concentration0
 *
 * `sample` and `rsample` return a promise, and gradients are implicit, as in `Gamma`.
 */
export class Beta extends Parametric<Promise<Tensor>> {
  declare readonly concentration1: Tensor;
  declare readonly concentration0: Tensor;

  constructor(...args: Arguments<BetaParameters, ['concentration1', 'concentration0', 'validateArgs']>) {
    super({ concentration1: positive, concentration0: positive }, unitInterval, args);
  }

  private get total(): Tensor {
    return this.concentration1.add(this.concentration0);
  }

  override get mean(): Tensor {
    return this.concentration1.div(this.total);
  }

  /** The mode; 1 if both concentrations are below 1, although 0 is equally likely then. */
  override get mode(): Tensor {
    const [a, b] = [this.concentration1.sub(1).clamp({ min: 0 }), this.concentration0.sub(1).clamp({ min: 0 })];
    const bothBelow = this.concentration1.lt(1).logicalAnd(this.concentration0.lt(1));
    return a.div(a.add(b)).maskedFill(bothBelow, 1);
  }

  override get variance(): Tensor {
    const { total } = this;
    return this.concentration1.mul(this.concentration0).div(total.square().mul(total.add(1)));
  }

  override rsample(...args: SampleArguments): Promise<Tensor> {
    const shape = this.extendedShape('rsample', args);
    return drawnImplicitly('Beta', [this.concentration1, this.concentration0], shape, ([a, b], generator) => {
      const numbers = hostFloats(numel(shape));
      const rests = numbers.map((_, i) => {
        const [first, rest] = dirichlet([a![i]!, b![i]!], generator);
        numbers[i] = first!;
        return rest!;
      });
      const total = (i: number) => Math.fround(a![i]! + b![i]!);
      return {
        numbers,
        slopes: () => [
          numbers.map((x, i) => dirichletSlope(x, a![i]!, total(i)) * (1 - x)),
          rests.map((rest, i) => -dirichletSlope(rest, b![i]!, total(i)) * numbers[i]!),
        ],
      };
    });
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    return xlogy(this.concentration1.sub(1), value)
      .add(xlogy(this.concentration0.sub(1), value.neg().add(1)))
      .add(this.total.lgamma())
      .sub(this.concentration1.lgamma().add(this.concentration0.lgamma()));
  }

  override entropy(): Tensor {
    const { concentration1: a, concentration0: b, total } = this;
    return a
      .lgamma()
      .add(b.lgamma())
      .sub(total.lgamma())
      .add(total.sub(2).mul(total.digamma()))
      .sub(a.sub(1).mul(a.digamma()))
      .sub(b.sub(1).mul(b.digamma()));
  }

  /** PyTorch prints it without parameters. */
  override toString(): string {
    return `${this.constructor.name}()`;
  }
}
