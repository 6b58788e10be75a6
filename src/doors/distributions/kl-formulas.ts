// The formulas for Kullback-Leibler divergences, for the same pairs as in PyTorch.
import { ArgumentError, nn, type Tensor, xlogy } from '../../torch';
import { valuesAtHand } from '../../torch/inside';
import { Bernoulli } from './bernoulli';
import { Beta } from './beta';
import { Binomial } from './binomial';
import { Categorical } from './categorical';
import { Cauchy } from './cauchy';
import { ContinuousBernoulli } from './continuous-bernoulli';
import { Dirichlet } from './dirichlet';
import type { AnyDistribution } from './distribution';
import { Exponential } from './exponential';
import { Gamma } from './gamma';
import { Geometric } from './geometric';
import { Gumbel } from './gumbel';
import type { DistributionClass, Pair } from './kl';
import { Laplace } from './laplace';
import { HalfNormal } from './log-normal';
import { fromLowRank, LowRankMultivariateNormal, toLowRank } from './low-rank-multivariate-normal';
import { MultivariateNormal } from './multivariate-normal';
import { Normal } from './normal';
import { OneHotCategorical } from './one-hot-categorical';
import { EULER, filledLike } from './parameters';
import { Pareto } from './pareto';
import { Poisson } from './poisson';
import { Uniform } from './uniform';

/** A formula for a pair of classes. */
function pair<P extends AnyDistribution, Q extends AnyDistribution>(
  p: DistributionClass<P>,
  q: DistributionClass<Q>,
  kl: (p: P, q: Q) => Tensor,
): Pair {
  return [p, q, kl];
}

/** x ln x, which is 0 for x = 0. */
const xLogX = (x: Tensor): Tensor => xlogy(x, x);

/** ln B(a, b), where B is Euler's Beta function. */
const logBeta = ({ concentration1: a, concentration0: b }: Beta): Tensor =>
  a.lgamma().add(b.lgamma()).sub(a.add(b).lgamma());

/** The mean of ln x over an interval: ∫ ln x dx / (high - low). */
const meanLog = (low: Tensor, high: Tensor): Tensor => {
  const width = high.sub(low);
  return xLogX(high).sub(xLogX(low)).sub(width).div(width);
};

/** Pairs whose divergence is infinite: p assigns probability to values that are impossible under q. */
const infinite = <P extends AnyDistribution>(
  p: DistributionClass<P>,
  like: (p: P) => Tensor,
  ...others: readonly DistributionClass[]
): Pair[] => others.map((q) => pair(p, q, (of) => filledLike(like(of), Infinity)));

const { log, sqrt, PI } = Math;

/** All pairs, built on first use. */
export const formulas = (): readonly Pair[] => [
  pair(MultivariateNormal, MultivariateNormal, (p, q) => p.divergence(q)),
  pair(LowRankMultivariateNormal, LowRankMultivariateNormal, (p, q) => p.divergence(q)),
  pair(MultivariateNormal, LowRankMultivariateNormal, toLowRank),
  pair(LowRankMultivariateNormal, MultivariateNormal, fromLowRank),
  pair(Bernoulli, Bernoulli, (p, q) => {
    const one = p.probs
      .mul(nn.functional.softplus(q.logits.neg()).sub(nn.functional.softplus(p.logits.neg())))
      .maskedFill(q.probs.eq(0), Infinity)
      .maskedFill(p.probs.eq(0), 0);
    const two = p.probs
      .neg()
      .add(1)
      .mul(nn.functional.softplus(q.logits).sub(nn.functional.softplus(p.logits)))
      .maskedFill(q.probs.eq(1), Infinity)
      .maskedFill(p.probs.eq(1), 0);
    return one.add(two);
  }),
  pair(Bernoulli, Poisson, (p, q) => p.probs.mul(q.rate.log()).sub(q.rate).add(p.entropy()).neg()),
  pair(Binomial, Binomial, ofBinomials),
  pair(Categorical, Categorical, ofCategories),
  pair(OneHotCategorical, OneHotCategorical, (p, q) => ofCategories(p.categorical, q.categorical)),
  pair(Dirichlet, Dirichlet, (p, q) => {
    const [a, b] = [p.concentration, q.concentration];
    const total = a.sum(-1);
    const spread = a.digamma().sub(total.digamma().unsqueeze(-1));
    return total
      .lgamma()
      .sub(b.sum(-1).lgamma())
      .sub(a.lgamma().sub(b.lgamma()).sum(-1))
      .add(a.sub(b).mul(spread).sum(-1));
  }),
  pair(Geometric, Geometric, (p, q) => p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits)),
  pair(Poisson, Poisson, (p, q) => p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate))),
  ...infinite(Poisson, (p) => p.rate, Bernoulli, Binomial),
  pair(Cauchy, Cauchy, (p, q) => {
    const squares = p.scale.add(q.scale).square().add(p.loc.sub(q.loc).square());
    return squares.log().sub(p.scale.mul(4).mul(q.scale).log());
  }),
  pair(HalfNormal, HalfNormal, (p, q) => ofNormals(p.baseDist, q.baseDist)),
  ...ofBeta(),
  ...ofContinuousBernoulli(),
  ...ofExponential(),
  ...ofGamma(),
  ...ofGumbel(),
  ...ofLaplace(),
  ...ofNormal(),
  ...ofPareto(),
  ...ofUniform(),
];

function ofBinomials(p: Binomial, q: Binomial): Tensor {
  const [these, those] = [p, q].map(({ totalCount }) => valuesAtHand(totalCount));
  if (these && those && Math.min(...Array.from(these)) < Math.max(...Array.from(those))) {
    throw new ArgumentError('klDivergence: expected the totalCount of p to be at least that of q');
  }
  const each = p.probs.mul(p.logits.sub(q.logits)).add(p.probs.neg().log1p()).sub(q.probs.neg().log1p());
  return p.totalCount
    .mul(each)
    .maskedFill(p.totalCount.gt(q.totalCount), Infinity)
    .maskedFill(p.totalCount.lt(q.totalCount), Number.NaN);
}

const ofCategories = (p: Categorical, q: Categorical): Tensor =>
  p.probs.mul(p.logits.sub(q.logits)).maskedFill(q.probs.eq(0), Infinity).maskedFill(p.probs.eq(0), 0).sum(-1);

/** ½ ln(2π variance): the entropy of a normal distribution, without its constant ½. */
const halfLog = (variance: Tensor): Tensor =>
  variance
    .mul(2 * PI)
    .log()
    .mul(0.5);

const ofBeta = (): Pair[] => [
  pair(Beta, Beta, (p, q) => {
    const total = p.concentration1.add(p.concentration0);
    return logBeta(q)
      .sub(logBeta(p))
      .add(p.concentration1.sub(q.concentration1).mul(p.concentration1.digamma()))
      .add(p.concentration0.sub(q.concentration0).mul(p.concentration0.digamma()))
      .add(q.concentration1.add(q.concentration0).sub(total).mul(total.digamma()));
  }),
  pair(Beta, Exponential, (p, q) => q.rate.mul(p.mean).sub(q.rate.log()).sub(p.entropy())),
  pair(Beta, Gamma, (p, q) => {
    const meanOfLog = p.concentration1.digamma().sub(p.concentration1.add(p.concentration0).digamma());
    return q.concentration
      .lgamma()
      .sub(q.concentration.mul(q.rate.log()))
      .sub(q.concentration.sub(1).mul(meanOfLog))
      .add(q.rate.mul(p.mean))
      .sub(p.entropy());
  }),
  pair(Beta, Normal, (p, q) => {
    const { mean } = p;
    const square = p.variance.add(mean.square()).mul(0.5);
    const distance = square.sub(q.loc.mul(mean)).add(q.loc.square().mul(0.5));
    return halfLog(q.variance).add(distance.div(q.variance)).sub(p.entropy());
  }),
  pair(Beta, Uniform, (p, q) =>
    q
      .entropy()
      .sub(p.entropy())
      .maskedFill(q.low.gt(0).logicalOr(q.high.lt(1)), Infinity),
  ),
];

/** The cross entropy of a distribution over [0, 1] with a continuous Bernoulli distribution. */
const crossed = (mean: Tensor, q: ContinuousBernoulli): Tensor =>
  mean.mul(q.logits).add(q.probs.neg().log1p()).add(q.logNorm()).neg();

const ofContinuousBernoulli = (): Pair[] => [
  pair(ContinuousBernoulli, ContinuousBernoulli, (p, q) => {
    const one = p.mean.mul(p.logits.sub(q.logits));
    const two = p.logNorm().add(p.probs.neg().log1p());
    return one.add(two).sub(q.logNorm()).sub(q.probs.neg().log1p());
  }),
  pair(Beta, ContinuousBernoulli, (p, q) => crossed(p.mean, q).sub(p.entropy())),
  ...infinite(ContinuousBernoulli, (p) => p.probs, Pareto),
  pair(ContinuousBernoulli, Exponential, (p, q) => q.rate.mul(p.mean).sub(q.rate.log()).sub(p.entropy())),
  pair(ContinuousBernoulli, Normal, (p, q) => {
    const constant = q.loc
      .div(q.scale)
      .square()
      .add(log(2 * PI))
      .mul(0.5)
      .add(q.scale.log());
    const square = p.variance.add(p.mean.square()).sub(q.loc.mul(2).mul(p.mean));
    return constant.sub(p.entropy()).add(square.div(q.variance.mul(2)));
  }),
  // Infinite where PyTorch has it so: the interval of q within that of p.
  pair(ContinuousBernoulli, Uniform, (p, q) =>
    q.high
      .sub(q.low)
      .log()
      .sub(p.entropy())
      .maskedFill(q.low.ge(0).logicalOr(q.high.le(1)), Infinity),
  ),
  ...infinite(Exponential, (p) => p.rate, ContinuousBernoulli),
  ...infinite(Gamma, (p) => p.concentration, ContinuousBernoulli),
  ...infinite(Gumbel, (p) => p.loc, ContinuousBernoulli),
  ...infinite(Laplace, (p) => p.loc, ContinuousBernoulli),
  ...infinite(Normal, (p) => p.loc, ContinuousBernoulli),
  ...infinite(Pareto, (p) => p.scale, ContinuousBernoulli),
  pair(Uniform, ContinuousBernoulli, (p, q) =>
    crossed(p.mean, q)
      .sub(p.entropy())
      .maskedFill(p.high.ge(1).logicalOr(p.low.le(0)), Infinity),
  ),
];

const ofExponential = (): Pair[] => [
  pair(Exponential, Exponential, (p, q) => {
    const ratio = q.rate.div(p.rate);
    return ratio.sub(1).sub(ratio.log());
  }),
  ...infinite(Exponential, (p) => p.rate, Beta, Uniform),
  pair(Exponential, Gamma, (p, q) => {
    const ratio = q.rate.div(p.rate);
    return ratio
      .sub(q.concentration.mul(ratio.log()))
      .add(q.concentration.lgamma())
      .add(q.concentration.mul(EULER))
      .sub(1 + EULER);
  }),
  pair(Exponential, Normal, (p, q) => {
    const distance = p.rate.pow(-2).sub(q.loc.div(p.rate)).add(q.loc.square().mul(0.5));
    return halfLog(p.rate.square().mul(q.variance)).sub(1).add(distance.div(q.variance));
  }),
];

const ofGumbel = (): Pair[] => [
  pair(Gumbel, Gumbel, (p, q) => {
    const ratio = p.scale.div(q.scale);
    const distance = p.loc.sub(q.loc).div(q.scale);
    const three = ratio.add(1).lgamma().sub(distance).exp();
    return distance
      .sub(ratio.log())
      .add(ratio.mul(EULER))
      .add(three)
      .sub(1 + EULER);
  }),
  ...infinite(Gumbel, (p) => p.loc, Beta, Exponential, Gamma, Uniform),
  pair(Gumbel, Normal, (p, q) => {
    const ratio = p.scale.div(q.scale);
    const spread = ratio
      .mul(PI / 2)
      .square()
      .div(3);
    const distance = p.mean.sub(q.loc).div(q.scale).square().mul(0.5);
    return spread
      .add(distance)
      .sub(ratio.div(sqrt(2 * PI)).log())
      .sub(EULER + 1);
  }),
  pair(Exponential, Gumbel, (p, q) => {
    const product = p.rate.mul(q.scale);
    const ratio = q.loc.div(q.scale);
    const two = ratio.exp().mul(product).div(product.add(1));
    return product.log().sub(1).sub(ratio).add(two).add(product.reciprocal());
  }),
  pair(Gamma, Gumbel, (p, q) => {
    const { concentration: a } = p;
    const product = p.rate.mul(q.scale);
    const ratio = q.loc.div(q.scale);
    const three = ratio.exp().mul(product.reciprocal().add(1).pow(a.neg()));
    return a
      .sub(1)
      .mul(a.digamma())
      .sub(a.lgamma())
      .sub(a)
      .add(product.log())
      .add(a.div(product))
      .add(three)
      .sub(ratio);
  }),
  pair(Normal, Gumbel, (p, q) => {
    const distance = p.loc.sub(q.loc).div(q.scale);
    const variance = p.scale.div(q.scale).square();
    const three = variance.mul(0.5).sub(distance).exp();
    return distance
      .add(three)
      .sub(variance.log().mul(0.5))
      .sub(0.5 * (1 + log(2 * PI)));
  }),
  pair(Uniform, Gumbel, (p, q) => {
    const share = q.scale.div(p.high.sub(p.low));
    const [high, low] = [p.high.sub(q.loc).div(q.scale), p.low.sub(q.loc).div(q.scale)];
    const difference = high.neg().exp().sub(low.neg().exp());
    return share.log().add(high.add(low).mul(0.5)).sub(share.mul(difference));
  }),
];

const ofGamma = (): Pair[] => [
  pair(Gamma, Gamma, (p, q) =>
    q.concentration
      .mul(p.rate.div(q.rate).log())
      .add(q.concentration.lgamma().sub(p.concentration.lgamma()))
      .add(p.concentration.sub(q.concentration).mul(p.concentration.digamma()))
      .add(q.rate.sub(p.rate).mul(p.mean)),
  ),
  ...infinite(Gamma, (p) => p.concentration, Beta, Uniform),
  pair(Gamma, Exponential, (p, q) => q.rate.mul(p.mean).sub(q.rate.log()).sub(p.entropy())),
  pair(Gamma, Normal, (p, q) => {
    const { concentration: a, rate } = p;
    const square = a.square().add(a).div(rate.square()).mul(0.5);
    const distance = square.sub(q.loc.mul(p.mean)).add(q.loc.square().mul(0.5));
    return halfLog(rate.square().mul(q.variance))
      .sub(a)
      .sub(a.lgamma())
      .add(a.sub(1).mul(a.digamma()))
      .add(distance.div(q.variance));
  }),
];

const ofLaplace = (): Pair[] => [
  pair(Laplace, Laplace, (p, q) => {
    const ratio = p.scale.div(q.scale);
    const distance = p.loc.sub(q.loc).abs();
    return distance
      .div(q.scale)
      .add(ratio.mul(distance.div(p.scale).neg().exp()))
      .sub(ratio.log())
      .sub(1);
  }),
  ...infinite(Laplace, (p) => p.loc, Beta, Exponential, Gamma, Uniform),
  pair(Laplace, Normal, (p, q) => {
    const ratio = p.scale.square().div(q.variance);
    const distance = p.loc.sub(q.loc).square().mul(0.5);
    return ratio
      .add(distance.div(q.variance))
      .sub(
        ratio
          .mul(2 / PI)
          .log()
          .mul(0.5),
      )
      .sub(1);
  }),
];

const ofNormal = (): Pair[] => [
  pair(Normal, Normal, ofNormals),
  ...infinite(Normal, (p) => p.loc, Beta, Exponential, Gamma, Uniform),
  pair(Normal, Laplace, (p, q) => {
    const distance = p.loc.sub(q.loc);
    const ratio = distance.div(p.scale);
    const spread = p.scale.mul(sqrt(2 / PI)).mul(ratio.square().mul(-0.5).exp());
    const away = distance.mul(ratio.mul(sqrt(0.5)).erf());
    return spread
      .add(away)
      .div(q.scale)
      .sub(p.scale.div(q.scale).log())
      .sub(0.5 * (1 + log(0.5 * PI)));
  }),
];

/** The divergence of two normal distributions. */
export function ofNormals(p: Normal, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale).square();
  const distance = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.add(distance).sub(1).sub(ratio.log()).mul(0.5);
}

const ofPareto = (): Pair[] => [
  pair(Pareto, Pareto, (p, q) => {
    const ratio = q.alpha.div(p.alpha);
    return q.alpha
      .mul(p.scale.div(q.scale).log())
      .sub(ratio.log())
      .add(ratio)
      .sub(1)
      .maskedFill(p.scale.lt(q.scale), Infinity);
  }),
  ...infinite(Pareto, (p) => p.scale, Beta, Uniform),
  pair(Pareto, Exponential, (p, q) => {
    const product = p.scale.mul(q.rate);
    return p.alpha
      .div(product)
      .log()
      .sub(p.alpha.reciprocal())
      .add(p.alpha.mul(product).div(p.alpha.sub(1)))
      .sub(1)
      .maskedFill(p.alpha.le(1), Infinity);
  }),
  pair(Pareto, Gamma, (p, q) => {
    const offset = p.scale.log().add(p.alpha.reciprocal());
    return p.alpha
      .log()
      .sub(offset)
      .add(q.concentration.lgamma())
      .sub(q.concentration.mul(q.rate.log()))
      .add(q.concentration.neg().add(1).mul(offset))
      .add(q.rate.mul(p.alpha).mul(p.scale).div(p.alpha.sub(1)))
      .sub(1)
      .maskedFill(p.alpha.le(1), Infinity);
  }),
  pair(Pareto, Normal, (p, q) => {
    const mean = p.scale.div(p.alpha.sub(1));
    const spread = p.alpha.mul(mean.square()).div(p.alpha.sub(2));
    const distance = p.alpha.mul(mean).sub(q.loc).square();
    return q.scale
      .mul(sqrt(2 * PI))
      .mul(p.alpha)
      .div(p.scale)
      .log()
      .sub(p.alpha.reciprocal())
      .add(spread.add(distance).div(q.variance.mul(2)))
      .sub(1)
      .maskedFill(p.alpha.le(2), Infinity);
  }),
  ...infinite(Beta, (p) => p.concentration1, Pareto),
  ...infinite(Exponential, (p) => p.rate, Pareto),
  ...infinite(Gamma, (p) => p.concentration, Pareto),
  ...infinite(Gumbel, (p) => p.loc, Pareto),
  ...infinite(Laplace, (p) => p.loc, Pareto),
  ...infinite(Normal, (p) => p.loc, Pareto),
  pair(Uniform, Pareto, (p, q) => {
    const width = p.high.sub(p.low);
    const one = q.alpha.mul(q.scale.pow(q.alpha)).mul(width).log();
    return meanLog(p.low, p.high).mul(q.alpha.add(1)).sub(one).maskedFill(p.low.lt(q.scale), Infinity);
  }),
];

const ofUniform = (): Pair[] => [
  pair(Uniform, Uniform, (p, q) =>
    q.high
      .sub(q.low)
      .div(p.high.sub(p.low))
      .log()
      .maskedFill(q.low.gt(p.low).logicalOr(q.high.lt(p.high)), Infinity),
  ),
  pair(Uniform, Beta, (p, q) => {
    const [up, down] = [p.high.neg().add(1), p.low.neg().add(1)];
    return logBeta(q)
      .sub(p.entropy())
      .sub(q.concentration1.sub(1).mul(meanLog(p.low, p.high)))
      .sub(q.concentration0.sub(1).mul(meanLog(up, down)))
      .maskedFill(p.high.gt(1).logicalOr(p.low.lt(0)), Infinity);
  }),
  pair(Uniform, Exponential, (p, q) =>
    q.rate.mul(p.mean).sub(p.high.sub(p.low).mul(q.rate).log()).maskedFill(p.low.lt(0), Infinity),
  ),
  pair(Uniform, Gamma, (p, q) =>
    q.concentration
      .lgamma()
      .sub(q.concentration.mul(q.rate.log()))
      .sub(q.concentration.sub(1).mul(meanLog(p.low, p.high)))
      .add(q.rate.mul(p.mean))
      .sub(p.entropy())
      .maskedFill(p.low.lt(0), Infinity),
  ),
  pair(Uniform, Normal, (p, q) => {
    const distance = p.mean.sub(q.loc).square().add(p.variance);
    return q.scale
      .mul(sqrt(2 * PI))
      .div(p.high.sub(p.low))
      .log()
      .add(distance.div(q.variance).mul(0.5));
  }),
];
