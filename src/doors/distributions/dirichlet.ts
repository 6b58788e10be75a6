// The Dirichlet distribution.

import { nn, ShapeError, type Tensor, xlogy } from '../../torch';
import { type Arguments, dirichlet, hostFloats, numelOf as numel, parseArgs, showShape } from '../../torch/inside';
import { type Constraint, independent, positive, simplex } from './constraints/constraints';
import { Distribution, type SampleArguments, type Validation, type ValueArguments, validation } from './distribution';
import { drawnImplicitly } from './draws';
import { expectFloats } from './parameters';
import { dirichletSlope } from './slopes';

interface DirichletParameters extends Validation {
  /** Shape: [...batch, n]. */
  concentration: Tensor;
}

/**
 * The Dirichlet distribution, over vectors of n non-negative numbers that sum to 1.
 *
 *     p(x) = Γ(Σ α) / Π Γ(α_i) Π x_i^(α_i - 1),   α = concentration
 *
 * `sample` and `rsample` return a promise, and gradients are implicit, as in `Gamma`.
 */
export class Dirichlet extends Distribution<Promise<Tensor>> {
  constructor(...args: Arguments<DirichletParameters, ['concentration', 'validateArgs']>) {
    const { concentration, validateArgs } = parseArgs<DirichletParameters>(
      'Dirichlet',
      ['concentration'],
      validation,
      args,
    );
    expectFloats('Dirichlet', 'concentration', concentration);
    const { shape } = concentration;
    if (shape.length === 0) {
      throw new ShapeError(`Dirichlet: expected concentration of shape [..., n], but got ${showShape(shape)}`);
    }
    super(shape.slice(0, -1), shape.slice(-1), validateArgs);
    this.take({ concentration });
  }

  get concentration(): Tensor {
    return this.params.concentration;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { concentration: independent(positive, 1) };
  }

  override get support(): Constraint {
    return simplex;
  }

  override get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, { keepdim: true }));
  }

  /** The mode; a corner of the simplex if all concentrations are below 1. */
  override get mode(): Tensor {
    const above = this.concentration.sub(1).clamp({ min: 0 });
    const mode = above.div(above.sum(-1, { keepdim: true }));
    const allBelow = this.concentration.lt(1).all(-1, { keepdim: true });
    return nn.functional.oneHot(mode.argmax(-1), this.eventShape[0]!).to(mode.dtype).where(allBelow, mode);
  }

  override get variance(): Tensor {
    const total = this.concentration.sum(-1, { keepdim: true });
    return this.concentration.mul(total.sub(this.concentration)).div(total.square().mul(total.add(1)));
  }

  override rsample(...args: SampleArguments): Promise<Tensor> {
    const shape = this.extendedShape('rsample', args);
    const n = this.eventShape[0]!;
    return drawnImplicitly(
      'Dirichlet',
      [this.concentration],
      shape,
      ([alphas], generator) => {
        const numbers = hostFloats(numel(shape));
        const rows = n === 0 ? 0 : numbers.length / n;
        for (let row = 0; row < rows; row++) {
          numbers.set(dirichlet(Array.from(alphas!.subarray(row * n, (row + 1) * n)), generator), row * n);
        }
        return { numbers, slopes: () => [slopesOf(numbers, alphas!, n)] };
      },
      (dy, slope, drawn) => slope.mul(dy.sub(drawn.mul(dy).sum(-1, { keepdim: true }))),
    );
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { concentration } = this;
    return xlogy(concentration.sub(1), value)
      .sum(-1)
      .add(concentration.sum(-1).lgamma())
      .sub(concentration.lgamma().sum(-1));
  }

  override entropy(): Tensor {
    const { concentration } = this;
    const total = concentration.sum(-1);
    return concentration
      .lgamma()
      .sum(-1)
      .sub(total.lgamma())
      .add(total.sub(this.eventShape[0]!).mul(total.digamma()))
      .sub(concentration.sub(1).mul(concentration.digamma()).sum(-1));
  }
}

function slopesOf(numbers: Float32Array, alphas: Float32Array, n: number): Float32Array {
  return numbers.map((x, i) => {
    const row = i - (i % n);
    let total = 0;
    for (let j = row; j < row + n; j++) total += alphas[j]!;
    return dirichletSlope(x, alphas[i]!, Math.fround(total));
  });
}
