// Independent, which turns batch dimensions into event dimensions.
import { ArgumentError, type Tensor } from '../../torch';
import { type Arguments, kindOf, parseArgs, shown } from '../../torch/inside';
import { type Constraint, independent } from './constraints/constraints';
import {
  type AnyDistribution,
  Distribution,
  type Draw,
  type SampleArguments,
  type SupportArguments,
  type Validation,
  type ValueArguments,
} from './distribution';
import { sumRightmost } from './parameters';

interface IndependentParameters<Base> extends Validation {
  /** The distribution that this one is made of. */
  baseDistribution: Base;
  /** The number of trailing batch dimensions that become event dimensions. */
  reinterpretedBatchNdims: number;
}

type IndependentOrder = ['baseDistribution', 'reinterpretedBatchNdims', 'validateArgs'];

/** The type of a distribution's draws: a tensor, or a promise of one. */
export type DrawOf<Base> = Base extends Distribution<infer D> ? D : Draw;

/** @throws ArgumentError if the value is not a distribution */
export function expectDistribution(op: string, name: string, value: unknown): asserts value is AnyDistribution {
  if (!(value instanceof Distribution)) {
    throw new ArgumentError(`${op}: expected ${name} to be a distribution, but got ${kindOf(value)}`);
  }
}

/**
 * A distribution whose last batch dimensions become event dimensions, so that log-probabilities are summed over them.
 *
 *     new Independent(new Normal(torch.zeros(3), 1), 1);   // eventShape [3], like a MultivariateNormal
 */
export class Independent<Base extends AnyDistribution = AnyDistribution> extends Distribution<DrawOf<Base>> {
  readonly baseDist: Base;
  readonly reinterpretedBatchNdims: number;

  constructor(...args: Arguments<IndependentParameters<Base>, IndependentOrder>) {
    const o = parseArgs<IndependentParameters<Base>>(
      'Independent',
      ['baseDistribution', 'reinterpretedBatchNdims'],
      { validateArgs: null } as never,
      args,
    );
    const base: Base = o.baseDistribution;
    expectDistribution('Independent', 'baseDistribution', base);
    const dims = o.reinterpretedBatchNdims;
    if (!Number.isInteger(dims) || dims < 0 || dims > base.batchShape.length) {
      throw new ArgumentError(
        `Independent: expected reinterpretedBatchNdims from 0 to ${base.batchShape.length}, the batch dimensions of ${base}, but got ${shown(dims)}`,
      );
    }
    const kept = base.batchShape.length - dims;
    super(base.batchShape.slice(0, kept), [...base.batchShape.slice(kept), ...base.eventShape], o.validateArgs);
    this.baseDist = base;
    this.reinterpretedBatchNdims = dims;
  }

  protected override expanded(batchShape: readonly number[]): object {
    const inner = this.eventShape.slice(0, this.reinterpretedBatchNdims);
    return { baseDist: this.baseDist.expand([...batchShape, ...inner]) };
  }

  override get hasRsample(): boolean {
    return this.baseDist.hasRsample;
  }

  override get hasEnumerateSupport(): boolean {
    return this.reinterpretedBatchNdims === 0 && this.baseDist.hasEnumerateSupport;
  }

  override get support(): Constraint {
    const { support } = this.baseDist;
    return this.reinterpretedBatchNdims === 0 ? support : independent(support, this.reinterpretedBatchNdims);
  }

  override get mean(): Tensor {
    return this.baseDist.mean;
  }

  override get mode(): Tensor {
    return this.baseDist.mode;
  }

  override get variance(): Tensor {
    return this.baseDist.variance;
  }

  override sample(...args: SampleArguments): DrawOf<Base> {
    return this.baseDist.sample(...args) as DrawOf<Base>;
  }

  override rsample(...args: SampleArguments): DrawOf<Base> {
    return this.baseDist.rsample(...args) as DrawOf<Base>;
  }

  override logProb(...args: ValueArguments): Tensor {
    return sumRightmost(this.baseDist.logProb(...args), this.reinterpretedBatchNdims);
  }

  override entropy(): Tensor {
    return sumRightmost(this.baseDist.entropy(), this.reinterpretedBatchNdims);
  }

  override enumerateSupport(...args: SupportArguments): Tensor {
    if (this.reinterpretedBatchNdims === 0) return this.baseDist.enumerateSupport(...args);
    throw new ArgumentError(
      'enumerateSupport: expected reinterpretedBatchNdims of 0, since all combinations of values are too many to list',
    );
  }

  override toString(): string {
    return `${this.constructor.name}(${this.baseDist}, ${this.reinterpretedBatchNdims})`;
  }
}
