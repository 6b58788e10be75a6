// klDivergence: finds the formula for a pair of distributions. Users can register their own formulas.
import { ArgumentError, type Tensor } from '../../torch';
import { type Arguments, kindOf, parseArgs, warnOnce } from '../../torch/inside';
import { type AnyDistribution, Distribution } from './distribution';
import { expectDistribution, Independent } from './independent';
import { formulas } from './kl-formulas';
import { sumRightmost } from './parameters';
import { TransformedDistribution } from './transformed-distribution';
import { sameTransforms } from './transforms/transform';

/** A class of distributions. */
export type DistributionClass<D extends AnyDistribution = AnyDistribution> = abstract new (...args: never) => D;

type Divergence = (p: never, q: never) => Tensor;

/** A formula, and the two classes to which it applies. */
export type Pair = readonly [p: DistributionClass, q: DistributionClass, kl: Divergence];

const own: Pair[] = [];

/** The users' pairs come first, so that they override the library's. */
const pairs = (): readonly Pair[] => [
  ...own,
  ...formulas(),
  [Independent, Independent, ofIndependent],
  [TransformedDistribution, TransformedDistribution, ofTransformed],
];

interface Registration<P extends AnyDistribution, Q extends AnyDistribution> {
  /** The class of the first distribution. */
  typeP: DistributionClass<P>;
  /** The class of the second distribution. */
  typeQ: DistributionClass<Q>;
  fn: (p: P, q: Q) => Tensor;
}

/**
 * Registers a formula of `klDivergence` for two classes and their subclasses: `registerKl(Normal, Mine, (p, q) => …)`.
 */
export function registerKl<P extends AnyDistribution, Q extends AnyDistribution>(
  ...args: Arguments<Registration<P, Q>, ['typeP', 'typeQ', 'fn']>
): void {
  const { typeP, typeQ, fn } = parseArgs<Registration<AnyDistribution, AnyDistribution>>(
    'registerKl',
    ['typeP', 'typeQ', 'fn'],
    {},
    args,
  );
  for (const [name, type] of Object.entries({ typeP, typeQ })) {
    if (typeof type === 'function' && (type as unknown) !== Distribution && isSubclass(type, Distribution)) continue;
    throw new ArgumentError(`registerKl: expected ${name} to be a subclass of Distribution, but got ${kindOf(type)}`);
  }
  if (typeof fn !== 'function')
    throw new ArgumentError(`registerKl: expected fn to be a function, but got ${kindOf(fn)}`);
  const known = own.findIndex(([p, q]) => p === typeP && q === typeQ);
  own.splice(known < 0 ? 0 : known, known < 0 ? 0 : 1, [typeP, typeQ, fn]);
}

type AnyClass = abstract new (...args: never) => unknown;

const isSubclass = (type: AnyClass, of: AnyClass): boolean =>
  type === of || (type.prototype as unknown) instanceof (of as unknown as new () => object);

/**
 * The Kullback-Leibler divergence KL(p ‖ q) = ∫ p(x) ln(p(x) / q(x)) dx, in nats. Shape: the batch shapes, broadcast.
 *
 *     const kl = klDivergence(new Normal(mean, std), new Normal(0, 1)).sum();
 *
 * @throws ArgumentError if no formula is known for the pair
 */
export function klDivergence(...args: Arguments<{ p: AnyDistribution; q: AnyDistribution }, ['p', 'q']>): Tensor {
  const { p, q } = parseArgs<{ p: AnyDistribution; q: AnyDistribution }>('klDivergence', ['p', 'q'], {}, args);
  expectDistribution('klDivergence', 'p', p);
  expectDistribution('klDivergence', 'q', q);
  const fitting = pairs().filter(([typeP, typeQ]) => p instanceof typeP && q instanceof typeQ);
  if (fitting.length === 0) {
    throw new ArgumentError(
      `klDivergence: no formula is known for p of class ${p.constructor.name} and q of class ${q.constructor.name}; add one with registerKl`,
    );
  }
  const [byP] = [...fitting].sort((a, b) => closer(a[0], b[0]) || closer(a[1], b[1]));
  const [byQ] = [...fitting].sort((a, b) => closer(a[1], b[1]) || closer(a[0], b[0]));
  if (byP![2] !== byQ![2]) {
    warnOnce(
      `klDivergence(${p.constructor.name}, ${q.constructor.name}) is ambiguous; call registerKl(${byP![0].name}, ${byQ![1].name}, …)`,
    );
  }
  return byP![2](p as never, q as never);
}

/** Sorts a subclass before its base class. Equal classes compare as equal. */
function closer(a: AnyClass, b: AnyClass): number {
  if (a === b) return 0;
  return isSubclass(a, b) ? -1 : 1;
}

function ofIndependent(p: Independent, q: Independent): Tensor {
  if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims) {
    throw new ArgumentError(
      `klDivergence: expected equal reinterpretedBatchNdims, but got ${p.reinterpretedBatchNdims} and ${q.reinterpretedBatchNdims}`,
    );
  }
  return sumRightmost(klDivergence(p.baseDist, q.baseDist), p.reinterpretedBatchNdims);
}

function ofTransformed(p: TransformedDistribution, q: TransformedDistribution): Tensor {
  if (!sameTransforms(p.transforms, q.transforms) || String(p.eventShape) !== String(q.eventShape)) {
    throw new ArgumentError(
      'klDivergence: expected two distributions of the same transforms and event shapes; parameters of transforms are compared where the host knows them',
    );
  }
  return klDivergence(p.baseDist, q.baseDist);
}
