// The von Mises distribution, over angles.

import { type Tensor, where } from '../../torch';
import { type Arguments, hostFloats, numelOf as numel, uniform53, withMode } from '../../torch/inside';
import { positive, real } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import { drawnImplicitly } from './draws';
import type { DistributionParameter } from './parameters';
import { Parametric } from './parametric';

interface VonMisesParameters extends Validation {
  /** The angle about which draws gather, in radians. */
  loc: DistributionParameter;
  /** How closely they gather, κ. */
  concentration: DistributionParameter;
}

/** Fits of Iᵢ for i of 0 and 1: in (x / 3.75)², and in 3.75 / x. Abramowitz and Stegun 9.8.1 to 9.8.4, as in PyTorch. */
const near = [
  [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813],
  [0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411],
] as const;
const far = [
  [
    ...[0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281],
    ...[-0.02057706, 0.02635537, -0.01647633, 0.00392377],
  ],
  [
    ...[0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555],
    ...[0.02282967, -0.02895312, 0.01787654, -0.00420059],
  ],
] as const;

const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.slice(0, -1).reduceRight((sum, c) => sum.mul(x).add(c), x.mul(0).add(coefficients.at(-1)!));

/** The logarithm of the modified Bessel function of the first kind, for x > 0. */
function logBessel(x: Tensor, order: 0 | 1): Tensor {
  const series = polynomial(x.div(3.75).square(), near[order]);
  const small = (order === 1 ? series.mul(x.abs()) : series).log();
  const large = x.sub(x.log().mul(0.5)).add(polynomial(x.reciprocal().mul(3.75), far[order]).log());
  return where(x.lt(3.75), small, large);
}

/**
 * The von Mises distribution over angles from −π to π: p(x) = exp(κ cos(x - loc)) / (2π I₀(κ)), κ = concentration. Its
 * mean and variance are those of directions. The number of random numbers that a draw uses depends on κ, so `sample`
 * returns a promise, as in `Gamma`; there is no `rsample`.
 */
export class VonMises extends Parametric<Promise<Tensor>> {
  declare readonly loc: Tensor;
  declare readonly concentration: Tensor;

  constructor(...args: Arguments<VonMisesParameters, ['loc', 'concentration', 'validateArgs']>) {
    super({ loc: real, concentration: positive }, real, args);
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    const ratio = logBessel(this.concentration, 1).sub(logBessel(this.concentration, 0)).exp();
    return ratio.neg().add(1);
  }

  /** By rejection, in double precision: Best and Fisher 1979, "Efficient simulation of the von Mises distribution". */
  override sample(...args: SampleArguments): Promise<Tensor> {
    const shape = this.extendedShape('sample', args);
    return withMode({ grad: false }, () =>
      drawnImplicitly('VonMises', [this.loc, this.concentration], shape, ([locs, kappas], generator) => ({
        numbers: drawnAngles(locs!, kappas!, numel(shape), () => uniform53(generator)),
        slopes: () => [],
      })),
    );
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    return this.concentration
      .mul(value.sub(this.loc).cos())
      .sub(Math.log(2 * Math.PI))
      .sub(logBessel(this.concentration, 0));
  }
}

const { PI, sqrt, cos, acos, log, sign } = Math;

/** How the proposals spread. For small κ its expansion about 0. */
function proposalOf(kappa: number): number {
  if (kappa < 1e-5) return 1 / kappa + kappa;
  const tau = 1 + sqrt(1 + 4 * kappa ** 2);
  const rho = (tau - sqrt(2 * tau)) / (2 * kappa);
  return (1 + rho ** 2) / (2 * rho);
}

/** As PyTorch draws them: three numbers for every angle in each round, until all angles are accepted. */
function drawnAngles(locs: Float32Array, kappas: Float32Array, n: number, uniform: () => number): Float32Array {
  const proposals = Float64Array.from(kappas, proposalOf);
  const angles = new Float64Array(n);
  const isDone = new Uint8Array(n);
  for (let left = n; left > 0; ) {
    const u = Float64Array.from({ length: 3 * n }, uniform);
    for (let i = 0; i < n; i++) {
      const z = cos(PI * u[i]!);
      const r = proposals[i]!;
      const f = (1 + r * z) / (r + z);
      const c = kappas[i]! * (r - f);
      const second = u[n + i]!;
      if (!(c * (2 - c) - second > 0 || log(c / second) + 1 - c >= 0)) continue;
      angles[i] = sign(u[2 * n + i]! - 0.5) * acos(f);
      if (!isDone[i]) left--;
      isDone[i] = 1;
    }
  }
  return hostFloats(n).map((_, i) => {
    const turned = (angles[i]! + PI + locs[i]!) % (2 * PI);
    return (turned < 0 ? turned + 2 * PI : turned) - PI;
  });
}
