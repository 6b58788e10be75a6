// Categorical, and the base class of distributions over one-hot vectors and counts.

import { ArgumentError, arange, broadcastTensors, finfo, noGrad, ShapeError, type Tensor } from '../../torch';
import { type Arguments, calledAs, type Parsed, parseArgs, showShape, valuesAtHand } from '../../torch/inside';
import { type Constraint, integerInterval, realVector, simplex } from './constraints/constraints';
import {
  Distribution,
  type SampleArguments,
  type SupportArguments,
  type Validation,
  type ValueArguments,
  wantsExpanded,
} from './distribution';
import { expectOneOf, expectTensor, filledLike, logitsToProbs, probsToLogits } from './parameters';

export interface CategoryParameters extends Validation {
  /** Weights of the categories along the last dimension. They need not sum to 1. */
  probs?: Tensor | null;
  /** Logarithms of the weights, instead of `probs`. */
  logits?: Tensor | null;
}

export type CategoryArguments = Arguments<CategoryParameters, ['probs', 'logits', 'validateArgs']>;

export const noWeights = { probs: null, logits: null, validateArgs: null };

/** The one of `probs` and `logits` that is given, normalised so that the probabilities sum to 1. */
function scaled(name: string, probs: Tensor | null, logits: Tensor | null): Record<string, Tensor> {
  expectOneOf(name, { probs, logits });
  const given = probs ?? logits;
  expectTensor(name, probs === null ? 'logits' : 'probs', given);
  if (given.shape.length === 0 || given.shape.at(-1) === 0) {
    throw new ShapeError(
      `${name}: expected ${probs === null ? 'logits' : 'probs'} of shape [..., categories], but got ${showShape(given.shape)}`,
    );
  }
  return probs === null
    ? { logits: given.sub(given.logsumexp(-1, { keepdim: true })) }
    : { probs: given.div(given.sum(-1, { keepdim: true })) };
}

/** If there are this many weights or more, they are not checked, even if the host knows them. */
const MANY = 4096;

/**
 * @throws ArgumentError if the host knows that weights are negative, infinite, NaN or all 0, or that a logit is NaN or
 * ∞
 */
function expectWeights(name: string, probs: Tensor | null, logits: Tensor | null): void {
  const given = probs ?? logits!;
  if (given.numel() > MANY) return;
  const values = valuesAtHand(given);
  if (!values) return;
  const n = given.shape.at(-1)!;
  for (let row = 0; row < values.length; row += n) {
    let sum = 0;
    for (let i = row; i < row + n; i++) {
      const weight = values[i]!;
      if (probs === null ? Number.isNaN(weight) || weight === Infinity : !(weight >= 0 && weight < Infinity)) {
        throw new ArgumentError(
          `${name}: expected ${probs === null ? 'logits that are numbers below ∞' : 'probs that are finite and at least 0'}, but got ${weight} among those of shape ${showShape(given.shape)}`,
        );
      }
      sum += probs === null ? Math.exp(weight) : weight;
    }
    if (sum === 0 && (probs !== null || values[row] === -Infinity)) {
      throw new ArgumentError(
        `${name}: expected ${probs === null ? 'logits that are not all -∞' : 'probs that are not all 0'}, but those of row ${row / n} are`,
      );
    }
  }
}

/**
 * One of the categories 0 … n - 1, by `probs` or `logits` [..., n]. Values are int64.
 *
 *     const d = new Categorical({ logits: policy(state) });
 *     const action = d.sample();
 *     const loss = d.logProb(action).mul(reward).neg();
 */
export class Categorical extends Distribution {
  constructor(...args: CategoryArguments) {
    const { probs, logits, validateArgs } = parseArgs<CategoryParameters>('Categorical', [], noWeights, args);
    const params = scaled('Categorical', probs, logits);
    super((params.probs ?? params.logits).shape.slice(0, -1), [], validateArgs);
    if (this.validates) expectWeights('Categorical', probs, logits);
    this.take(params);
  }

  private get param(): Tensor {
    return this.params.probs ?? this.params.logits;
  }

  /** The number of categories. */
  private get count(): number {
    return this.param.shape.at(-1)!;
  }

  /** The probabilities, which sum to 1. Shape: [...batch, n]. */
  get probs(): Tensor {
    return this.params.probs ?? this.once('probs', () => logitsToProbs(this.params.logits));
  }

  /** The logarithms of the probabilities. */
  get logits(): Tensor {
    return this.params.logits ?? this.once('logits', () => probsToLogits(this.params.probs));
  }

  get paramShape(): readonly number[] {
    return this.param.shape;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { probs: simplex, logits: realVector };
  }

  override get support(): Constraint {
    return integerInterval(0, this.count - 1);
  }

  /** NaN, since categories have no order. */
  override get mean(): Tensor {
    return filledLike(this.param, Number.NaN, this.batchShape);
  }

  override get mode(): Tensor {
    return this.probs.argmax(-1);
  }

  /** NaN, since categories have no order. */
  override get variance(): Tensor {
    return this.mean;
  }

  override sample(...args: SampleArguments): Tensor {
    const size = this.sampleShape('sample', args);
    const samples = size.reduce((a, b) => a * b, 1);
    return noGrad(() => {
      const rows = this.probs.reshape(-1, this.count);
      return rows
        .multinomial(samples, true)
        .t()
        .reshape([...size, ...this.batchShape]);
    });
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const [index, logits] = broadcastTensors(value.long().unsqueeze(-1), this.logits) as [Tensor, Tensor];
    return logits.gather(-1, index.narrow(-1, 0, 1)).squeeze(-1);
  }

  override entropy(): Tensor {
    return this.logits
      .clamp({ min: finfo(this.logits.dtype).min })
      .mul(this.probs)
      .sum(-1)
      .neg();
  }

  override enumerateSupport(...args: SupportArguments): Tensor {
    const values = arange(this.count, { dtype: 'int64' }).reshape([-1, ...this.batchShape.map(() => 1)]);
    return wantsExpanded(args) ? values.expand([this.count, ...this.batchShape]) : values;
  }
}

/**
 * Base class of distributions that are defined by a `Categorical`, and whose values are vectors with one element per
 * category.
 */
export abstract class OfCategories extends Distribution {
  /** @internal The distribution of the category's index. */
  readonly categorical: Categorical;

  constructor({ probs, logits, validateArgs }: Parsed<CategoryParameters>) {
    const categorical = calledAs(new.target.name, () => new Categorical(probs, logits, { validateArgs }));
    super(categorical.batchShape, categorical.paramShape.slice(-1), validateArgs);
    this.categorical = categorical;
  }

  protected override expanded(batchShape: readonly number[]): object {
    return { categorical: this.categorical.expand(batchShape) };
  }

  get probs(): Tensor {
    return this.categorical.probs;
  }

  get logits(): Tensor {
    return this.categorical.logits;
  }

  get paramShape(): readonly number[] {
    return this.categorical.paramShape;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return this.categorical.argConstraints;
  }
}
